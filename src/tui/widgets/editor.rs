//! Text of several lines that is typed: a payload.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// The most bytes that an editor takes: a payload that is larger belongs in a file.
pub const LIMIT: usize = 1024 * 1024;

/// Text with a cursor and undo.
#[derive(Clone, Debug)]
pub struct Editor {}

/// Text that was not taken, because the editor would hold more than [`LIMIT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than 1 MB: write it to a file and send that")]
pub struct TooLarge;

impl Default for Editor {
    fn default() -> Self {
        todo!()
    }
}

impl Editor {
    /// The text, lines joined with `\n`.
    pub fn text(&self) -> String {
        todo!()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        todo!()
    }

    /// Replaces the text; the cursor stands behind it, undo starts anew.
    ///
    /// # Errors
    /// [`TooLarge`]; the text is as it was.
    pub fn set_text(&mut self, _text: &str) -> Result<(), TooLarge> {
        todo!()
    }

    /// Takes an editing key: says whether it was one. Enter is a new line; Tab and Esc are not
    /// taken.
    pub fn key(&mut self, _key: KeyEvent) -> bool {
        todo!()
    }

    /// Inserts a paste as one step of undo.
    ///
    /// # Errors
    /// [`TooLarge`]; nothing is inserted.
    pub fn paste(&mut self, _text: &str) -> Result<(), TooLarge> {
        todo!()
    }

    /// Draws the lines around the cursor. The cursor's place, where the editor has the focus.
    pub fn draw(
        &mut self,
        _placeholder: &str,
        _focused: bool,
        _text: Style,
        _dim: Style,
        _area: Rect,
        _buffer: &mut Buffer,
    ) -> Option<Position> {
        todo!()
    }
}
