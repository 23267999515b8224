//! A frame, drawn into memory: cells that differ from the last frame become escape sequences
//! between begin and end of a synchronized update.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

/// The screen as it was drawn last.
#[derive(Debug)]
pub struct Screen {}

impl Screen {
    /// A screen of that size, with everything to be drawn.
    pub fn new(_size: Size) -> Self {
        todo!()
    }

    /// Draws a frame; what comes back goes to the terminal in one write.
    pub fn draw(&mut self, _render: impl FnOnce(&mut Frame)) -> Vec<u8> {
        todo!()
    }

    /// Takes the terminal's new size; the next frame draws everything.
    pub fn resize(&mut self, _size: Size) {
        todo!()
    }

    /// The next frame draws everything, whatever the terminal shows now.
    pub fn redraw_all(&mut self) {
        todo!()
    }

    /// The size of the next frame.
    pub fn size(&self) -> Size {
        todo!()
    }

    /// The cells of the last frame.
    pub fn cells(&self) -> &Buffer {
        todo!()
    }
}
