//! The line of keys that work now: ` s subscribe   r request   / search`.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::fit::width;

/// Blanks between two hints.
const GAP: usize = 3;

/// Draws pairs of key and label in one row; from the first that does not fit on they are left out,
/// whole.
pub fn draw(
    hints: &[(impl AsRef<str>, impl AsRef<str>)],
    key_style: Style,
    label_style: Style,
    area: Rect,
    buffer: &mut Buffer,
) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let mut used = 1;
    for (key, label) in hints {
        let (key, label) = (key.as_ref(), label.as_ref());
        let end = used + width(key) + 1 + width(label);
        if end > usize::from(area.width) {
            return;
        }
        let x = area.x + used as u16;
        buffer.set_string(x, area.y, key, key_style);
        buffer.set_string(x + 1 + width(key) as u16, area.y, label, label_style);
        used = end + GAP;
    }
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
    fn hints_leave_whole_and_from_the_end() {
        for (columns, expected) in [
            (37, " s subscribe   enter details   ? help"),
            (36, " s subscribe   enter details"),
            (27, " s subscribe"),
            (12, " s subscribe"),
            (11, ""),
            (0, ""),
        ] {
            assert_eq!(shown(columns).trim_end(), expected, "{columns}");
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
