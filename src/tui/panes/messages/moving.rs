//! Going to places in the log: marks, a moment, the same subject again.

use super::{Row, Rows, nothing_selected, rows, selected, selected_message};
use crate::{
    filter::Anchor,
    store::{Hidden, MessageId, Toward},
    text::{number, visible_subject},
    tui::{
        app::{App, Focus, Level, Now, recordings},
        widgets::{fit, scrollbar},
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
            let text = match beyond.first() {
                None => "No other message is marked.".to_owned(),
                Some(mark) => format!("The next mark {}", why_hidden(app, *mark)),
            };
            app.toasts.show(Level::Notice, text, now.instant);
        }
    }
}

/// Why a message does not show, and the key that shows it: the end of a sentence.
pub fn why_hidden(app: &App, id: MessageId) -> &'static str {
    match app.store.hidden(id) {
        Some(Hidden::Muted) => "is muted: m in Subscriptions shows it.",
        Some(Hidden::Copy) => "is a copy: c shows copies.",
        Some(Hidden::Inbox) => "is on an inbox or a subject of the server: i shows those.",
        Some(Hidden::Subject) => "is on a subject that is not shown: Esc shows all.",
        Some(Hidden::Filter) => "is hidden by the filter: & changes it, Esc drops it.",
        None if app.store.get(id).is_none() => "is not kept any more.",
        None => "came after the log was frozen: Space lets it go on.",
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

/// Goes to the nearest message on the subject of the selected one.
pub fn next_on_subject(app: &mut App, toward: Toward, now: Now) {
    let Some(message) = selected_message(app) else {
        return nothing_selected(app, now);
    };
    let found = app.store.next_on_subject(message.id, toward);
    let subject = visible_subject(message.subject);
    match found.filter(|id| rows(app).row_of(*id).is_ok()) {
        Some(id) => go_to(app, id),
        None => {
            let direction = match toward {
                Toward::Older => "earlier",
                Toward::Newer => "later",
            };
            let text = format!("Nothing {direction} on {} is shown.", fit(&subject, 40));
            app.toasts.show(Level::Notice, text, now.instant);
        }
    }
}

/// What moments that are typed now are counted from: the day of the row that one stands on, and the
/// present. Where a recording is shown its end is the present.
pub fn anchor(app: &App, now: Now) -> Anchor {
    let recorded = recordings::newest(app);
    let present = app.calendar.zoned(recorded.unwrap_or(now.wall));
    let rows = rows(app);
    let here = app.messages.place.selected_row(&rows);
    let here = here.filter(|_| !app.messages.place.is_following());
    let day = here.and_then(|row| rows.time(row));
    Anchor {
        day: day.map_or(present.date(), |at| app.calendar.zoned(at).date()),
        is_live: recorded.is_none(),
        now: present,
    }
}

/// The row to go to for a moment, in nanoseconds since the Unix epoch: the first one shown at or after
/// it. With it a sentence where the moment lies outside of what is shown; `None` where nothing is.
pub fn landing(app: &App, at: i64) -> Option<(u64, Option<String>)> {
    let rows = rows(app);
    let last = rows.len().checked_sub(1)?;
    let time = |row| match rows.get(row)? {
        Row::Entry(entry) => Some(entry.at()),
        Row::Evicted => None,
    };
    let begins = time(0).or_else(|| time(1));
    let ends = time(last);
    if let Some(begins) = begins.filter(|begins| at < *begins) {
        let text = format!(
            "The log begins at {}: this is its first row.",
            app.calendar.told(begins)
        );
        return Some((u64::from(time(0).is_none()), Some(text)));
    }
    if let Some(ends) = ends.filter(|ends| *ends < at) {
        let text = format!(
            "The log ends at {}: this is its last row.",
            app.calendar.told(ends)
        );
        return Some((last, Some(text)));
    }
    let row = rows.head() + app.store.row_at_time(at);
    Some((row.min(last), None))
}

/// Goes to a moment, and says where that is if nothing is kept of it.
pub fn go_to_time(app: &mut App, at: i64, now: Now) {
    let Some((row, outside)) = landing(app, at) else {
        return nothing_selected(app, now);
    };
    if let Some(id) = rows(app).id(row) {
        go_to(app, id);
    }
    if let Some(text) = outside {
        app.toasts.show(Level::Notice, text, now.instant);
    }
}

/// Selects a message. Where it is on the screen nothing else moves; else it shows with what stands
/// around it.
pub fn go_to(app: &mut App, id: MessageId) {
    stay(app);
    let height = app.layout.rows(Focus::Messages);
    let super::Messages { place, frozen, .. } = &mut app.messages;
    place.go_to(
        id,
        &Rows::of(&app.store, frozen.as_ref(), &app.calendar),
        height,
    );
}

/// Stops following.
pub fn stay(app: &mut App) {
    let height = app.layout.rows(Focus::Messages);
    let super::Messages { place, frozen, .. } = &mut app.messages;
    if place.is_following() {
        place.stay(
            &Rows::of(&app.store, frozen.as_ref(), &app.calendar),
            height,
        );
    }
}

/// Which parts of a track of `height` cells, on which not all rows show, hold a marked one.
pub fn ticks(app: &App, height: u16) -> Vec<u16> {
    let marks = &app.messages.marks;
    if marks.is_empty() {
        return Vec::new();
    }
    let rows = rows(app);
    if rows.len() <= u64::from(height) {
        return Vec::new();
    }
    let mut cells: Vec<u16> = marks
        .iter()
        .filter_map(|mark| rows.row_of(mark).ok())
        .map(|row| scrollbar::cell(row, rows.len(), height))
        .collect();
    cells.dedup();
    cells
}
