//! What was tried while there is no connection, the newest first, each with its time and its reason.

use ratatui::text::{Line, Span};

use super::time;
use crate::{
    text::visible,
    tui::{
        app::{App, servers::Failure},
        widgets::fit::{fit_words, wrapped},
    },
};

/// Cells of a time and the blanks behind it.
const TIME: usize = 10;

/// The attempts in lines of so many cells; where there was none, what will stand there.
pub fn lines<'a>(app: &App, cells: usize) -> Vec<Line<'a>> {
    let theme = &app.theme;
    let line = |failure: &Failure| {
        let reason = visible(failure.reason.as_bytes());
        let reason = fit_words(&reason, cells.saturating_sub(TIME)).into_owned();
        let at = format!("{:TIME$}", time(app, failure.at, "%H:%M:%S"));
        Line::from(vec![
            Span::styled(at, theme.dim),
            Span::styled(reason, theme.text),
        ])
    };
    let mut lines: Vec<Line> = app.servers.failures().map(line).collect();
    if lines.is_empty() {
        let text = "What the server says of itself stands here once we are connected.";
        let sentence = wrapped(text, cells, 2).into_iter();
        lines.extend(sentence.map(|line| Line::styled(line, theme.dim)));
    }
    lines
}
