//! A thin thumb in a border column.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The cells of a track of `height` cells that show where `visible` lies in `rows`; `None` where
/// everything shows. At least one cell; touches an end only where the list does.
pub fn thumb(_visible: Range<u64>, _rows: u64, _height: u16) -> Option<Range<u16>> {
    todo!()
}

/// Draws the thumb over the right column of `area`; leaves the rest of the column as it is.
pub fn draw(_visible: Range<u64>, _rows: u64, _style: Style, _area: Rect, _buffer: &mut Buffer) {
    todo!()
}
