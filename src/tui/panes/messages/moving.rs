//! Going to places in the log: marks, a moment, the same subject again.

use super::{Rows, nothing_selected, rows, selected};
use crate::{
    store::MessageId,
    tui::{
        app::{App, Focus, Level, Now},
        widgets::number,
    },
};

/// Marks the selected message, or takes its mark away.
pub fn toggle_mark(app: &mut App, now: Now) {
    let Some(id) = selected(app) else {
        return nothing_selected(app, now);
    };
    if let Err(reason) = app.messages.marks.toggle(id) {
        return app.toasts.show(Level::Notice, reason, now.instant);
    }
    // what is marked is looked at: it stays where it is
    stay(app);
}

/// Goes to the next marked message, later or earlier, and from the last to the first.
pub fn next_mark(app: &mut App, earlier: bool, now: Now) {
    let Some(here) = selected(app) else {
        return nothing_selected(app, now);
    };
    let marks = &app.messages.marks;
    if marks.is_empty() {
        let text = "Nothing is marked yet: m marks the selected message.";
        return app.toasts.show(Level::Notice, text, now.instant);
    }
    let beyond = marks.beyond(here, earlier);
    let rows = rows(app);
    match beyond.iter().find(|mark| rows.row_of(**mark).is_ok()) {
        Some(mark) => {
            let around = (*mark < here) != earlier;
            go_to(app, *mark);
            if around {
                let text = if earlier {
                    "No mark is earlier: this is the last one."
                } else {
                    "No mark is later: this is the first one."
                };
                app.toasts.show(Level::Notice, text, now.instant);
            }
        }
        None => {
            let text = if beyond.is_empty() {
                "No other message is marked."
            } else {
                "The other marked messages are not shown now."
            };
            app.toasts.show(Level::Notice, text, now.instant);
        }
    }
}

/// Takes away the marks of messages that are not kept any more, and says so.
pub fn forget_marks(app: &mut App, now: Now) {
    if app.messages.marks.is_empty() {
        return;
    }
    let mut marks = std::mem::take(&mut app.messages.marks);
    let rows = rows(app);
    let gone = marks.forget(|id| rows.entry(id).is_none());
    app.messages.marks = marks;
    if gone > 0 {
        let text = match gone {
            1 => "1 mark is gone: its message is not kept any more.".to_owned(),
            n => format!(
                "{} marks are gone: their messages are not kept any more.",
                number::count(n as u64)
            ),
        };
        app.toasts.show(Level::Notice, text, now.instant);
    }
}

/// Selects a message, with the log as it is on the screen scrolled as little as needed.
pub fn go_to(app: &mut App, id: MessageId) {
    stay(app);
    app.messages.place.go_to(id);
    super::pin(app);
}

/// Stops following.
pub fn stay(app: &mut App) {
    let height = app.layout.rows(Focus::Messages);
    let super::Messages { place, frozen, .. } = &mut app.messages;
    if place.is_following() {
        place.stay(&Rows::of(&app.store, frozen.as_ref()), height);
    }
}

/// Which parts of a track of `height` cells hold a marked row that shows.
pub fn ticks(app: &App, height: u16) -> Vec<u16> {
    let marks = &app.messages.marks;
    if marks.is_empty() {
        return Vec::new();
    }
    let rows = rows(app);
    let first = rows.head();
    let ids = (first < rows.len())
        .then(|| Some((rows.id(first)?, rows.id(rows.len() - 1)?)))
        .flatten();
    let Some((oldest, newest)) = ids else {
        return Vec::new();
    };
    let mut cells: Vec<u16> = marks
        .among(oldest..=newest)
        .filter_map(|mark| rows.row_of(mark).ok())
        .map(|row| crate::tui::widgets::scrollbar::cell(row, rows.len(), height))
        .collect();
    cells.dedup();
    cells
}
