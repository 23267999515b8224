//! The export of what is shown: its rows, a slice at a time, for the thread that writes them.

use std::path::PathBuf;

use super::told;
use crate::{
    client::Sid,
    protocol::Direction,
    recording::{self, Chunk},
    store::{self, Entry, MessageId, View},
    text::number,
    tui::{
        app::{App, Effect, Level, Now},
        overlays::Overlay,
        panes::messages,
        tapes::Recorded,
    },
};

/// How much of an export is made at once: little enough that a key waits for none of it.
const SLICE_ROWS: usize = 1_024;
const SLICE_BYTES: usize = 256 << 10;

/// The rows shown when it was asked for, on their way to a file.
#[derive(Debug)]
pub(super) struct Export {
    shown: Shown,
    /// The newest row that was handed over.
    after: Option<MessageId>,
    last: MessageId,
    rows: u64,
    done: u64,
    stopped: Option<&'static str>,
}

impl Export {
    /// Whether nothing has ended it.
    pub fn goes_on(&self) -> bool {
        self.stopped.is_none()
    }

    /// The share that was handed over, from 0 to 1.
    pub fn share(&self) -> f64 {
        self.done as f64 / self.rows.max(1) as f64
    }
}

/// What decides which rows there are, beside what is evicted.
#[derive(Debug, PartialEq)]
struct Shown {
    view: View,
    muted: Vec<Option<Sid>>,
    cleared: u64,
}

impl Shown {
    fn of(app: &App) -> Shown {
        let muted = app.subscriptions.rows().iter().filter(|row| row.muted);
        Shown {
            view: app.store.view().clone(),
            muted: muted.map(|row| row.sid).collect(),
            cleared: app.store.counters().cleared,
        }
    }
}

/// Asks for the file to export to.
pub fn ask_export(app: &mut App, now: Now) {
    if app.recordings.export.is_some() {
        let text = "An export is under way; Esc stops it.";
        return app.toasts.show(Level::Notice, text, now.instant);
    }
    if app.store.filtering().is_some() && app.store.judged_until().is_none() {
        let text = "The filter is still being applied; export when that is done.";
        return app.toasts.show(Level::Notice, text, now.instant);
    }
    if exported_rows(app).is_none() {
        return app.toasts.show(Level::Notice, NO_ROWS, now.instant);
    }
    let name = super::suggested(app, "goingnats-shown", now);
    app.overlays.push(Overlay::export(&name));
}

const NO_ROWS: &str = "There is nothing to export: no message is shown.";

/// The rows that an export begun now holds: the last of them, and how many there are. Rows that are
/// not judged yet may turn up later and have no place in it, and pinned ones are not kept any more.
fn exported_rows(app: &App) -> Option<(MessageId, u64)> {
    let (store, shown) = (&app.store, messages::rows(app));
    if shown.len() == shown.head() {
        return None;
    }
    let newest = shown.id(shown.len() - 1)?;
    let last = newest.min(store.judged_until()?);
    let rows = match store.row_of(last) {
        Ok(row) => row + 1,
        Err(row) => row + u64::from(store.row(row).is_some_and(|entry| entry.id() < last)),
    };
    (rows > 0).then_some((last, rows))
}

/// Begins to export the rows shown now.
pub fn begin_export(app: &mut App, path: PathBuf) -> Vec<Effect> {
    let Some((last, rows)) = exported_rows(app) else {
        app.toasts.show(Level::Notice, NO_ROWS, app.now.instant);
        return Vec::new();
    };
    app.recordings.export = Some(Export {
        shown: Shown::of(app),
        after: None,
        last,
        rows,
        done: 0,
        stopped: None,
    });
    vec![Effect::Export(path)]
}

/// Stops an export; says whether there was one to be stopped.
pub fn stop_export(app: &mut App) -> bool {
    match &mut app.recordings.export {
        Some(export) if export.goes_on() => {
            export.stopped = Some("Stopped");
            true
        }
        _ => false,
    }
}

/// The next rows to export; `None` at the end, whatever ended it.
pub fn slice(app: &mut App) -> Option<Chunk> {
    let shown = Shown::of(app);
    let export = app.recordings.export.as_mut()?;
    let store = &app.store;
    if export.goes_on() && export.shown != shown {
        export.stopped = Some(if export.shown.cleared == shown.cleared {
            "Stopped, because another view is shown"
        } else {
            "Stopped, because the log was cleared"
        });
    }
    if export.stopped.is_some() {
        return None;
    }
    let first = match export.after.map(|after| store.row_of(after)) {
        None => 0,
        Some(Ok(row)) => row + 1,
        Some(Err(next)) => next,
    };
    let mut chunk = Chunk::default();
    let entries = (first..store.rows()).map_while(|row| store.row(row));
    let entries = entries
        .take_while(|entry| entry.id() <= export.last)
        .filter(|entry| export.after.is_none_or(|after| entry.id() > after));
    let mut after = export.after;
    for entry in entries.take(SLICE_ROWS) {
        after = Some(entry.id());
        chunk.push(match entry {
            Entry::Marker { marker, .. } => recording::Entry::Marker(marker.clone()),
            Entry::Message(message) => recording::Entry::Message(line(&message)),
        });
        export.done += 1;
        if chunk.bytes.len() >= SLICE_BYTES {
            break;
        }
    }
    export.after = after;
    (!chunk.parts.is_empty()).then_some(chunk)
}

fn line<'a>(message: &store::Message<'a>) -> recording::Line<'a> {
    let sid = (message.direction == Direction::In).then_some(message.sid);
    let (subject, reply) = (message.subject, message.reply);
    let line = recording::Line::new(
        message.at,
        message.direction,
        subject,
        reply,
        message.header,
        message.payload,
    );
    recording::Line { sid, ..line }
}

/// Takes what became of the export.
pub fn exported(app: &mut App, recorded: Recorded, now: Now) {
    let (level, text) = told(&recorded);
    let export = app.recordings.export.take();
    let (level, text) = match export {
        Some(Export {
            stopped: Some(why), ..
        }) if level == Level::Done => (Level::Notice, format!("{why}: {text}")),
        Some(export) if level == Level::Done && export.done < export.rows => {
            let gone = number::count(export.rows - export.done);
            let text = format!("{text} {gone} were evicted before they could be written.");
            (Level::Notice, text)
        }
        _ => (level, text),
    };
    app.toasts.show(level, text, now.instant);
}
