//! The line of keys that work now: ` s subscribe   r request   / search`.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws pairs of key and label in one row; the last that do not fit are left out, whole.
pub fn draw(
    _hints: &[(impl AsRef<str>, impl AsRef<str>)],
    _key: Style,
    _label: Style,
    _area: Rect,
    _buffer: &mut Buffer,
) {
    todo!()
}
