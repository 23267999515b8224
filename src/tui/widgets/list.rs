//! Rows of a list, made as they are drawn.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::put;

/// Draws the visible rows, one a line, each made by `row`; the selected one is highlighted across
/// the whole width. `row` is called for no row that does not show.
pub fn draw<'a>(
    visible: Range<u64>,
    selected: Option<u64>,
    highlight: Style,
    area: Rect,
    buffer: &mut Buffer,
    mut row: impl FnMut(u64) -> Line<'a>,
) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    for (y, index) in (area.y..area.bottom()).zip(visible) {
        put::line(buffer, area.x, y, &row(index), area.width);
        if selected == Some(index) {
            buffer.set_style(
                Rect {
                    y,
                    height: 1,
                    ..area
                },
                highlight,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::Modifier;

    use super::*;

    #[test]
    fn only_what_shows_is_made_and_the_selection_fills_the_width() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 2));
        let area = buffer.area;
        let mut made = Vec::new();
        let highlight = Style::new().add_modifier(Modifier::REVERSED);
        draw(7..1000, Some(8), highlight, area, &mut buffer, |index| {
            made.push(index);
            Line::raw(index.to_string())
        });
        assert_eq!(made, [7, 8]);
        let mut expected = Buffer::with_lines(["7   ", "8   "]);
        expected.set_style(Rect::new(0, 1, 4, 1), highlight);
        assert_eq!(buffer, expected);
    }

    proptest! {
        #[test]
        fn no_area_panics(x in 0u16..12, y in 0u16..6, w in 0u16..30, h in 0u16..6, start: u64) {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 4));
            let visible = start..start.saturating_add(10);
            draw(visible, Some(start), Style::new(), Rect::new(x, y, w, h), &mut buffer, |_| "日本語".into());
        }
    }
}
