//! The line of keys that work now: ` s subscribe   r request   / search`.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::fit::width;

/// Blanks between two hints.
const GAP: usize = 3;

/// Draws pairs of key and label in one row. Where they do not all fit, the last one stays, since it
/// leads to all the others, and those before it leave from the end, whole.
pub fn draw(
    hints: &[(impl AsRef<str>, impl AsRef<str>)],
    key_style: Style,
    label_style: Style,
    area: Rect,
    buffer: &mut Buffer,
) {
    let area = area.intersection(buffer.area);
    for (n, x) in places(hints, area) {
        let (key, label) = (hints[n].0.as_ref(), hints[n].1.as_ref());
        buffer.set_string(x, area.y, key, key_style);
        buffer.set_string(x + width(key) as u16 + 1, area.y, label, label_style);
    }
}

/// Which of the pairs stands at a column, if one does.
pub fn at(hints: &[(impl AsRef<str>, impl AsRef<str>)], area: Rect, column: u16) -> Option<usize> {
    let mut places = places(hints, area).into_iter();
    let found = places.find(|(n, x)| {
        let end = *x + hint_width(&hints[*n]) as u16;
        (*x..end).contains(&column)
    });
    found.map(|(n, _)| n)
}

/// Which of the pairs are shown, and where each begins.
fn places(hints: &[(impl AsRef<str>, impl AsRef<str>)], area: Rect) -> Vec<(usize, u16)> {
    let Some((last, others)) = hints.split_last().filter(|_| !area.is_empty()) else {
        return Vec::new();
    };
    let cells = |hint: &(_, _)| hint_width(hint) + GAP;
    let room = (usize::from(area.width) + GAP).saturating_sub(1);
    let Some(mut left) = room.checked_sub(cells(last)) else {
        return Vec::new();
    };
    let fitting = others
        .iter()
        .take_while(|hint| match left.checked_sub(cells(hint)) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        });
    let shown = (0..fitting.count()).chain([others.len()]);
    let mut x = area.x + 1;
    shown
        .map(|n| {
            let place = (n, x);
            x += cells(&hints[n]) as u16;
            place
        })
        .collect()
}

fn hint_width((key, label): &(impl AsRef<str>, impl AsRef<str>)) -> usize {
    width(key.as_ref()) + 1 + width(label.as_ref())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HINTS: [(&str, &str); 3] = [("s", "subscribe"), ("enter", "details"), ("?", "help")];

    fn shown(columns: u16) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, 1));
        let area = buffer.area;
        draw(&HINTS, Style::new(), Style::new(), area, &mut buffer);
        (0..columns)
            .map(|x| buffer[(x, 0)].symbol().to_owned())
            .collect()
    }

    #[test]
    fn hints_leave_whole_and_the_last_one_stays() {
        for (columns, expected) in [
            (37, " s subscribe   enter details   ? help"),
            (36, " s subscribe   ? help"),
            (21, " s subscribe   ? help"),
            (20, " ? help"),
            (7, " ? help"),
            (6, ""),
            (0, ""),
        ] {
            assert_eq!(shown(columns).trim_end(), expected, "{columns}");
        }
    }

    #[test]
    fn a_column_is_of_the_hint_that_stands_there() {
        let area = Rect::new(0, 0, 36, 1);
        for (column, hint) in [
            (0, None),
            (1, Some(0)),
            (11, Some(0)),
            (12, None),
            (15, Some(2)),
            (20, Some(2)),
            (21, None),
        ] {
            assert_eq!(at(&HINTS, area, column), hint, "{column}");
        }
    }

    proptest! {
        #[test]
        fn no_area_panics(x in 0u16..50, y in 0u16..4, w in 0u16..60, h in 0u16..4) {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 2));
            draw(&HINTS, Style::new(), Style::new(), Rect::new(x, y, w, h), &mut buffer);
        }
    }
}
