//! Rows of a list, made as they are drawn.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

/// Draws the visible rows, one a line, each made by `row`; the selected one is highlighted across
/// the whole width.
pub fn draw<'a>(
    _visible: Range<u64>,
    _selected: Option<u64>,
    _highlight: Style,
    _area: Rect,
    _buffer: &mut Buffer,
    _row: impl FnMut(u64) -> Line<'a>,
) {
    todo!()
}
