//! Toasts, above the hints at the right: short ones on a line, long ones on as many as they need.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    widgets::{Clear, Widget},
};

use crate::tui::{
    app::{App, Level},
    widgets::{fit::wrapped, width},
};

/// The widest line. Longer ones are hard to read in one look.
const WIDEST: usize = 72;
/// The most lines of one. A server's words may be longer than a screen.
const TALLEST: usize = 5;

/// Draws them, the newest lowest.
pub fn draw(app: &App, buffer: &mut Buffer) {
    let screen = app.layout.screen;
    let room = usize::from(screen.width).saturating_sub(4).min(WIDEST);
    let mut bottom = app.layout.hints.y;
    for toast in app.toasts.iter().rev() {
        let lines = wrapped(&toast.text, room, TALLEST);
        let wide = lines.iter().map(|line| width(line)).max().unwrap_or(0) as u16 + 2;
        let place = Rect {
            x: screen.right().saturating_sub(wide + 1),
            y: bottom.saturating_sub(lines.len() as u16),
            width: wide,
            height: lines.len() as u16,
        };
        // the status line stays readable
        if place.y <= screen.y {
            return;
        }
        bottom = place.y;
        let style = match toast.level {
            Level::Done => app.theme.good,
            Level::Notice => app.theme.notice,
            Level::Failed => app.theme.bad,
        };
        Clear.render(place, buffer);
        for (line, y) in lines.iter().zip(place.y..place.bottom()) {
            buffer.set_string(place.x + 1, y, line, style);
        }
    }
}
