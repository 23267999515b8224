//! A thumb in a border column.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

const THUMB: &str = "█";

/// The cells of a track of `height` cells that show where `visible` lies in `rows`; `None` where
/// everything shows. At least one cell; where there is room, it touches an end only if the list does.
pub fn thumb(visible: Range<u64>, rows: u64, height: u16) -> Option<Range<u16>> {
    let shown = visible.end.saturating_sub(visible.start);
    if shown >= rows || height == 0 {
        return None;
    }
    let scaled = |value: u64| {
        let cells = u128::from(value) * u128::from(height) / u128::from(rows);
        u16::try_from(cells).unwrap_or(height)
    };
    let length = scaled(shown).max(1);
    let lowest = height.saturating_sub(length);
    let start = if visible.start == 0 {
        0
    } else if visible.end >= rows {
        lowest
    } else {
        let inner = lowest.saturating_sub(1).max(1).min(lowest);
        scaled(visible.start).clamp(1.min(inner), inner)
    };
    Some(start..start + length)
}

/// The cell of a track of `height` cells that stands for a row.
pub fn cell(row: u64, rows: u64, height: u16) -> u16 {
    let cells = u128::from(row) * u128::from(height) / u128::from(rows.max(1));
    u16::try_from(cells)
        .unwrap_or(height)
        .min(height.saturating_sub(1))
}

/// The first row to show where a cell of the track is pointed at, with so many of the rows on the
/// screen: the first cell leads to the first row, the last to the end.
pub fn row_at(cell: u16, shown: u64, rows: u64, height: u16) -> u64 {
    let last = u128::from(rows.saturating_sub(shown));
    let steps = u128::from(height.saturating_sub(1).max(1));
    let row = last * u128::from(cell).min(steps) / steps;
    u64::try_from(row).unwrap_or(u64::MAX)
}

/// The cells beside the rows of a list inside a border: the border's own right column.
pub fn track(border: Rect, rows: Rect) -> Rect {
    Rect {
        y: rows.y,
        height: rows.height,
        ..border
    }
}

/// Draws a mark on cells of the track; on the thumb reversed, so that both show.
pub fn draw_marks(cells: &[u16], symbol: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.width == 0 {
        return;
    }
    for row in cells.iter().filter(|row| **row < area.height) {
        let cell = &mut buffer[(area.right() - 1, area.y + row)];
        let on_thumb = cell.symbol() == THUMB;
        cell.set_symbol(symbol).set_style(style);
        if on_thumb {
            cell.set_style(Modifier::REVERSED);
        }
    }
}

/// Draws the thumb over the right column of `area`, whose rows are the track; leaves the rest of
/// the column as it is.
pub fn draw(visible: Range<u64>, rows: u64, style: Style, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let Some(thumb) = thumb(visible, rows, area.height).filter(|_| area.width > 0) else {
        return;
    };
    for row in thumb {
        let cell = &mut buffer[(area.right() - 1, area.y + row)];
        cell.set_symbol(THUMB).set_style(style);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_thumb_shows_where_the_screen_is() {
        for (visible, rows, expected) in [
            (0..10, 10, None),
            (0..0, 0, None),
            (0..10, 100, Some(0..1)),
            (1..11, 100, Some(1..2)),
            (45..55, 100, Some(4..5)),
            (89..99, 100, Some(8..9)),
            (90..100, 100, Some(9..10)),
            (0..10, 20, Some(0..5)),
            (5..15, 20, Some(2..7)),
            (10..20, 20, Some(5..10)),
            (0..10, u64::MAX, Some(0..1)),
            (u64::MAX - 10..u64::MAX, u64::MAX, Some(9..10)),
        ] {
            assert_eq!(
                thumb(visible.clone(), rows, 10),
                expected,
                "{visible:?} of {rows}"
            );
        }
    }

    #[test]
    fn only_the_thumb_is_drawn_over_the_border() {
        let mut buffer = Buffer::with_lines(["ab│", "ab│", "ab│"]);
        draw(0..3, 9, Style::new(), buffer.area, &mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["ab█", "ab│", "ab│"]));
    }

    #[test]
    fn a_cell_leads_to_the_rows_it_stands_for() {
        for (cell, row) in [(0, 0), (1, 10), (5, 50), (9, 90), (200, 90)] {
            assert_eq!(row_at(cell, 10, 100, 10), row, "{cell}");
        }
        assert_eq!(row_at(3, 10, 5, 10), 0);
        assert_eq!(
            (cell(0, 100, 10), cell(99, 100, 10), cell(7, 0, 10)),
            (0, 9, 9)
        );
        assert_eq!(cell(5, 10, 0), 0);
    }

    #[test]
    fn marks_lie_over_the_thumb_and_stay_on_the_track() {
        let mut buffer = Buffer::with_lines(["ab│", "ab│", "ab│"]);
        let area = buffer.area;
        draw(0..3, 9, Style::new(), area, &mut buffer);
        draw_marks(&[0, 2, 7], "◆", Style::new(), area, &mut buffer);
        let mut expected = Buffer::with_lines(["ab◆", "ab│", "ab◆"]);
        expected[(2, 0)].set_style(Modifier::REVERSED);
        assert_eq!(buffer, expected);
    }

    proptest! {
        #[test]
        fn the_thumb_lies_on_the_cell_that_was_pointed_at(
            shown in 1u64..50, rows in 1u64..1_000_000, height in 2u16..60, cell: u16,
        ) {
            let cell = cell % height;
            let first = row_at(cell, shown, rows, height);
            let visible = first..rows.min(first + shown);
            if let Some(thumb) = thumb(visible, rows, height) {
                prop_assert!(cell != 0 || thumb.start == 0);
                prop_assert!(cell != height - 1 || thumb.end == height);
            }
        }

        #[test]
        fn the_thumb_stays_on_its_track(start: u64, shown in 0u64..100, rows: u64, height: u16) {
            if let Some(thumb) = thumb(start..start.saturating_add(shown), rows, height) {
                prop_assert!(!thumb.is_empty() && thumb.end <= height, "{:?}", thumb);
            }
        }
    }
}
