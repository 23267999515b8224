//! Where every message went: what the status line has no room for.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::{
    text::{number, size},
    tui::{
        app::App,
        widgets::{Pane, fit::right, popup},
    },
};

const LABEL: usize = 32;
const NUMBER: usize = 14;

/// A line: what is counted, how much, and whether more than none is a loss.
struct Row {
    label: &'static str,
    value: String,
    loss: bool,
}

/// The groups, each of which adds up.
fn groups(app: &App) -> [Vec<Row>; 3] {
    let counters = app.store.counters();
    let count = |label, value| Row {
        label,
        value: number::count(value),
        loss: false,
    };
    let loss = |label, value| Row {
        loss: value > 0,
        ..count(label, value)
    };
    let memory = |label, bytes: usize| Row {
        label,
        value: size::rounded(bytes as u64),
        loss: false,
    };
    [
        vec![
            count("received", counters.received),
            count("sent", counters.sent),
            count("= kept", counters.kept),
            count("+ evicted, oldest first", counters.evicted),
            count("+ cleared by hand", counters.cleared),
            loss("+ dropped before they were kept", counters.dropped),
        ],
        vec![
            count("kept", counters.kept),
            count("= shown", counters.shown),
            count("+ hidden: muted", counters.hidden_by_mute),
            count("+ hidden: copies", counters.hidden_copies),
            count("+ hidden: inboxes", counters.hidden_inboxes),
            count("+ hidden: filtered out", counters.hidden_by_filter),
        ],
        vec![
            count("after unsubscribing, not kept", counters.late),
            count("replies after the timeout", app.late_replies),
            count("markers in the log", counters.markers),
            memory("memory in use", app.store.memory()),
            memory("memory allowed", app.store.budget()),
        ],
    ]
}

/// Draws them.
pub fn draw(app: &App, buffer: &mut Buffer) {
    let theme = &app.theme;
    let mut lines = Vec::new();
    for group in groups(app) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(group.into_iter().map(|row| {
            let style = if row.loss { theme.bad } else { theme.text };
            Line::from(vec![
                Span::styled(format!(" {:LABEL$}", row.label), theme.dim),
                Span::styled(right(&row.value, NUMBER), style),
            ])
        }));
    }
    let pane = Pane {
        name: "Counters",
        status: "Esc closes",
        border_style: theme.accent,
        name_style: theme.bold,
        status_style: theme.dim,
        ..Pane::default()
    };
    let (width, height) = ((LABEL + NUMBER + 4) as u16, lines.len() as u16 + 2);
    let place = popup::centred(width, height, app.layout.popups);
    let inside = popup::draw(&pane, place, buffer);
    for (line, y) in lines.iter().zip(inside.y..inside.bottom()) {
        buffer.set_line(inside.x, y, line, inside.width);
    }
}
