//! The border around a pane: `╭ Subscriptions ──── 4 ╮`.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

/// A pane's border with what stands in it.
#[derive(Clone, Debug, Default)]
pub struct Pane<'a> {
    /// The name, at the left; drawn with `name_style`.
    pub name: &'a str,
    /// What follows the name, with blanks between; what does not fit leaves from the end.
    pub extra: Vec<Span<'a>>,
    /// What stands at the right; it leaves first where the room is short.
    pub status: &'a str,
    /// The style of the border: the accent where the pane has the focus.
    pub border_style: Style,
    /// The style of the name.
    pub name_style: Style,
    /// The style of the status.
    pub status_style: Style,
}

impl Pane<'_> {
    /// Draws the border; what comes back is the room inside.
    pub fn draw(&self, _area: Rect, _buffer: &mut Buffer) -> Rect {
        todo!()
    }
}
