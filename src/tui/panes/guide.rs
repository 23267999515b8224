//! The guide of the demo: what to press next, ticked off as it is done.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    requests::Entry,
    tui::{
        app::{Action, App, Focus},
        widgets::{Pane, fit},
    },
};

/// The guide.
#[derive(Debug, Default)]
pub struct Guide {
    shown: bool,
    done: [bool; STEPS.len()],
}

/// What can be done, in the order to do it.
const STEPS: [(&str, &str); 6] = [
    ("F5", "ask the date"),
    ("Space", "freeze, go on"),
    ("k Enter", "look inside"),
    ("s", "listen to >"),
    ("r", "add [1,2]"),
    ("h", "find again"),
];

impl Guide {
    /// A guide, shown or not.
    pub fn new(shown: bool) -> Guide {
        Guide {
            shown,
            ..Guide::default()
        }
    }

    /// Lines it needs on the screen, its border included; 0 where it is not shown.
    pub fn height(&self) -> u16 {
        if self.shown {
            STEPS.len() as u16 + 2
        } else {
            0
        }
    }

    /// Takes it away.
    pub fn hide(&mut self) {
        self.shown = false;
    }

    /// Ticks off what an action did where the keys are.
    pub fn acted(&mut self, action: &Action, focus: Focus) {
        match action {
            Action::Freeze => self.done[1] = true,
            Action::Open if focus == Focus::Messages => self.done[2] = true,
            Action::OpenHistory => self.done[5] = true,
            _ => {}
        }
    }

    /// Ticks off a subscription.
    pub fn subscribed(&mut self) {
        self.done[3] = true;
    }

    /// Ticks off what was sent.
    pub fn sent(&mut self, entry: &Entry) {
        match entry.subject.as_slice() {
            b"add" => self.done[4] = true,
            _ => self.done[0] = true,
        }
    }
}

/// Draws the guide.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    if area.height == 1 {
        return draw_one_line(app, area, buffer);
    }
    let pane = Pane {
        name: "Try this",
        border_style: theme.dim,
        name_style: theme.notice,
        status_style: theme.dim,
        ..Pane::default()
    };
    let inside = pane.draw(area, buffer);
    let first_open = app.guide.done.iter().position(|done| !done);
    for ((n, (key, what)), y) in STEPS.iter().enumerate().zip(inside.y..inside.bottom()) {
        let (mark, style) = match app.guide.done[n] {
            true => ("✓", theme.good),
            false if first_open == Some(n) => ("▸", theme.notice),
            false => (" ", theme.text),
        };
        let room = usize::from(inside.width).saturating_sub(12);
        let text_style = if app.guide.done[n] {
            theme.dim
        } else {
            theme.text
        };
        let line = Line::from(vec![
            Span::styled(format!(" {mark} "), style),
            Span::styled(format!("{key:<8}"), theme.key),
            Span::styled(fit(what, room).into_owned(), text_style),
        ]);
        buffer.set_line(inside.x, y, &line, inside.width);
    }
}

/// The next step alone, where there is no room for all of them.
fn draw_one_line(app: &App, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let done = app.guide.done.iter().filter(|done| **done).count();
    let next = app
        .guide
        .done
        .iter()
        .position(|done| !done)
        .and_then(|n| STEPS.get(n));
    let Some((key, what)) = next else { return };
    let line = Line::from(vec![
        Span::styled(
            format!(" try ({} of {})  ", done + 1, STEPS.len()),
            theme.notice,
        ),
        Span::styled(*key, theme.key),
        Span::styled(format!(" {what}"), theme.text),
    ]);
    buffer.set_line(area.x, area.y, &line, area.width);
}
