//! A line of text that is typed.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// A line of text with a cursor.
#[derive(Clone, Debug, Default)]
pub struct Field {
    input: tui_input::Input,
    selected: bool,
}

/// How a field looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct FieldStyle {
    /// The text.
    pub text: Style,
    /// The placeholder of an empty field.
    pub placeholder: Style,
    /// The text while all of it is selected.
    pub selected: Style,
}

impl Field {
    /// A field with a text, the cursor behind it.
    pub fn new(_text: impl Into<String>) -> Self {
        todo!()
    }

    /// What is typed.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Sets the text, the cursor behind it.
    pub fn set_text(&mut self, _text: impl Into<String>) {
        todo!()
    }

    /// Selects everything, so that typing replaces it.
    pub fn select_all(&mut self) {
        todo!()
    }

    /// Whether everything is selected.
    pub fn is_selected(&self) -> bool {
        self.selected
    }

    /// Takes an editing key: says whether it was one. Enter, Tab, Esc and function keys are not.
    pub fn key(&mut self, _key: KeyEvent) -> bool {
        todo!()
    }

    /// Inserts a paste: line ends become blanks, other control characters are left out.
    pub fn paste(&mut self, _text: &str) {
        todo!()
    }

    /// Draws the line, scrolled so that the cursor shows. The cursor's place, where the field has
    /// the focus.
    pub fn draw(
        &self,
        _placeholder: &str,
        _focused: bool,
        _style: FieldStyle,
        _area: Rect,
        _buffer: &mut Buffer,
    ) -> Option<Position> {
        todo!()
    }
}
