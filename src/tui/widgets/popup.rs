//! A box over the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Pane;

/// A box of that size in the middle of `area`, never larger than it.
pub fn centred(_width: u16, _height: u16, _area: Rect) -> Rect {
    todo!()
}

/// Clears the box and draws its border; what comes back is the room inside.
pub fn draw(_pane: &Pane, _area: Rect, _buffer: &mut Buffer) -> Rect {
    todo!()
}
