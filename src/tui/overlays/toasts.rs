//! Toasts, in a place of their own: at the right end of the line of hints, which makes room for them, and
//! where they are too long for that on lines above it, which the panes make room for.

use ratatui::{buffer::Buffer, style::Style};

use crate::tui::{
    app::{App, Level},
    layout::SMALLEST,
    widgets::{fit::wrapped, width},
};

/// The most lines of one. A server's words may be longer than a screen.
const TALLEST: usize = 5;

/// Cells that stay for hints in their line: for the last one of them, which leads to all the others, and
/// those between it and the toasts.
const HINTS: usize = 9;
const APART: usize = 1;

/// Blanks around each.
const GAP: usize = 1;

/// Columns that they need, and lines above the hints; 0 where they have room beside them.
pub fn size(app: &App) -> (u16, u16) {
    let lines = lines(app);
    let widest = lines.iter().map(|line| cells(line)).max().unwrap_or(0);
    let limited = |cells| u16::try_from(cells).unwrap_or(u16::MAX);
    match lines.len() {
        0 => (0, 0),
        1 if fits_beside_hints(app, widest) => (limited(widest + APART), 0),
        lines => (limited(widest), limited(lines)),
    }
}

/// Draws them, the newest last.
pub fn draw(app: &App, buffer: &mut Buffer) {
    let area = app.layout.toasts;
    let lines = lines(app);
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        // beside the hints they end where the line ends
        let mut x = match area.y == app.layout.hints.y {
            true => area.right().saturating_sub(cells(line) as u16).max(area.x),
            false => area.x,
        };
        for (text, style) in line {
            buffer.set_string(x + GAP as u16, y, text, *style);
            x += (width(text) + 2 * GAP) as u16;
        }
    }
}

/// All of them in one line where they have room beside the hints, else each on lines of its own: the newest
/// ones that a quarter of the screen has room for.
fn lines(app: &App) -> Vec<Vec<(String, Style)>> {
    let room = usize::from(app.size.0);
    let style = |level| match level {
        Level::Done => app.theme.good,
        Level::Notice => app.theme.notice,
        Level::Failed => app.theme.bad,
    };
    let toasts = app.toasts.iter();
    let one: Vec<_> = toasts
        .map(|toast| (toast.text.clone(), style(toast.level)))
        .collect();
    if one.is_empty() {
        return Vec::new();
    }
    if fits_beside_hints(app, cells(&one)) {
        return vec![one];
    }
    let height = app.size.1;
    let most = usize::from(
        (height / 4)
            .min(height.saturating_sub(SMALLEST.1 - 1))
            .max(1),
    );
    let mut lines: Vec<Vec<(String, Style)>> = Vec::new();
    for (text, style) in one.into_iter().rev() {
        let mut all = wrapped(&text, room.saturating_sub(2 * GAP), TALLEST.min(most));
        if lines.len() + all.len() > most {
            break;
        }
        all.reverse();
        lines.extend(all.into_iter().map(|line| vec![(line, style)]));
    }
    lines.reverse();
    lines
}

fn fits_beside_hints(app: &App, cells: usize) -> bool {
    cells + APART + HINTS <= app.size.0.into()
}

fn cells(line: &[(String, Style)]) -> usize {
    let each = line.iter().map(|(text, _)| width(text) + 2 * GAP);
    each.sum()
}
