//! Toasts, above the hints at the right.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    widgets::{Clear, Widget},
};

use crate::tui::{
    app::{App, Level},
    widgets::{fit, width},
};

/// Draws them, the newest lowest.
pub fn draw(app: &App, buffer: &mut Buffer) {
    let screen = app.layout.screen;
    let mut y = app.layout.hints.y;
    for toast in app.toasts.iter().rev() {
        if y <= screen.y + 1 {
            return;
        }
        y -= 1;
        let style = match toast.level {
            Level::Done => app.theme.good,
            Level::Notice => app.theme.notice,
            Level::Failed => app.theme.bad,
        };
        let text = fit(&toast.text, usize::from(screen.width).saturating_sub(4)).into_owned();
        let cells = width(&text) as u16 + 2;
        let place = Rect {
            x: screen.right().saturating_sub(cells + 1),
            y,
            width: cells,
            height: 1,
        };
        Clear.render(place, buffer);
        buffer.set_string(place.x + 1, y, text, style);
    }
}
