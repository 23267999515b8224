//! History: what was sent and saved, newest first, found as one types.

mod draw;
pub mod looked;

pub use draw::draw;

use std::{collections::HashSet, ops::Range};

use super::request;
use crate::{
    payload::unescaped,
    requests::{Entry, Line},
    text::{visible, visible_subject},
    tui::{
        app::{Action, App, Effect, Focus, Job, Level, Now},
        finder::Finder,
        keymap::Chord,
        overlays::Overlay,
    },
};

/// The pane.
#[derive(Debug, Default)]
pub struct HistoryPane {
    rows: Vec<Row>,
    finder: Finder,
    details: looked::EntryDetails,
    /// How often the entries were changed.
    revision: u64,
    /// How often the file was asked for.
    asked: u64,
    /// Entries changed here since then: what it held is older.
    changed: HashSet<String>,
}

/// An entry, and what finding looks at.
#[derive(Debug)]
struct Row {
    entry: Entry,
    text: String,
}

impl Row {
    fn new(entry: Entry) -> Row {
        let text = searched(&entry);
        Row { entry, text }
    }
}

impl HistoryPane {
    /// The entry under the cursor.
    pub fn selected(&self) -> Option<&Entry> {
        self.entry(self.finder.selected()?)
    }

    /// The entry of a row.
    fn entry(&self, row: usize) -> Option<&Entry> {
        self.rows.get(row).map(|row| &row.entry)
    }

    /// The entries, the newest first.
    #[cfg(test)]
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.rows.iter().map(|row| &row.entry)
    }

    /// An entry by its id.
    pub fn get(&self, id: &str) -> Option<&Entry> {
        let row = self.rows.iter().find(|row| row.entry.id == id);
        row.map(|row| &row.entry)
    }

    /// The entries that have this name, but for the one with this id.
    fn named<'a>(&'a self, name: &'a str, but: &'a str) -> impl Iterator<Item = &'a Entry> {
        let entries = self.rows.iter().map(|row| &row.entry);
        entries.filter(move |entry| entry.name.as_deref() == Some(name) && entry.id != but)
    }

    /// Whether another entry than this one has that name.
    pub fn is_taken(&self, name: &str, entry: &Entry) -> bool {
        self.named(name.trim(), &entry.id).next().is_some()
    }

    /// Adds an entry, or replaces the one with its id.
    pub fn put(&mut self, entry: Entry) {
        self.changed.insert(entry.id.clone());
        self.change(
            |rows| match rows.iter_mut().find(|row| row.entry.id == entry.id) {
                Some(known) => *known = Row::new(entry),
                None => rows.insert(0, Row::new(entry)),
            },
        );
    }

    /// Asks for what the file holds now.
    fn ask(&mut self) -> Effect {
        self.asked += 1;
        self.changed.clear();
        Effect::Job(Job::LoadHistory(self.asked))
    }

    /// Takes what the file held when it was asked for last; an earlier answer is past. What was changed
    /// here since then stays as it is, what the file does not hold any more goes.
    pub fn loaded(&mut self, asked: u64, mut entries: Vec<Entry>) {
        if asked != self.asked {
            return;
        }
        let changed = std::mem::take(&mut self.changed);
        entries.retain(|entry| !changed.contains(&entry.id));
        self.change(|rows| {
            rows.retain(|row| changed.contains(&row.entry.id));
            rows.extend(entries.into_iter().map(Row::new));
            rows.sort_by_key(|row| std::cmp::Reverse(row.entry.at));
        });
        self.changed = changed;
    }

    fn remove(&mut self, id: &str) {
        self.changed.insert(id.to_owned());
        self.change(|rows| rows.retain(|row| row.entry.id != id));
    }

    /// Changes the entries; the cursor stays on the entry it was on, where that is still found.
    fn change(&mut self, change: impl FnOnce(&mut Vec<Row>)) {
        let selected = self.selected().map(|entry| entry.id.clone());
        change(&mut self.rows);
        self.revision += 1;
        self.search();
        let same = |row: &Row| Some(&row.entry.id) == selected.as_ref();
        if let Some(row) = self.rows.iter().position(same) {
            self.finder.select(row);
        }
    }

    fn search(&mut self) {
        let texts = self.rows.iter().map(|row| row.text.as_str());
        self.finder.search(texts);
    }
}

/// What finding looks at: name, subject, and the beginning of the payload.
fn searched(entry: &Entry) -> String {
    const LOOKED_AT: usize = 400;
    let payload = entry.payload.get(..LOOKED_AT).unwrap_or(&entry.payload);
    let name = entry.name.as_deref().unwrap_or_default();
    format!(
        "{name} {} {}",
        visible_subject(&entry.subject),
        visible(&unescaped(payload))
    )
}

/// Opens the history, with what the file holds now.
pub fn open(app: &mut App) -> Vec<Effect> {
    app.go_to(Focus::History);
    app.history.finder.to_top();
    app.history.finder.query.select_all();
    reload(app)
}

/// Asks for what the file holds now: another copy of the program may have changed it.
pub fn reload(app: &mut App) -> Vec<Effect> {
    vec![app.history.ask()]
}

/// Does what a key means in this pane.
pub fn act(app: &mut App, action: &Action, now: Now) -> Vec<Effect> {
    if let Some(step) = action.step() {
        let height = app.layout.rows(Focus::History);
        app.history.finder.step(step, height);
        return Vec::new();
    }
    let Some(entry) = app.history.selected().cloned() else {
        app.toasts
            .show(Level::Notice, "No request is selected.", now.instant);
        return Vec::new();
    };
    match action {
        Action::Open => match app.composer.load_entry(&entry) {
            Ok(()) => {
                app.view = crate::tui::app::View::Messages;
                app.go_to(Focus::Request);
            }
            Err(reason) => not_loaded(app, &entry, &reason, now),
        },
        Action::Send => return request::send_entry(app, &entry, now),
        Action::SaveRequest => app.overlays.push(Overlay::save(entry)),
        Action::DeleteEntry => app.overlays.push(Overlay::delete(entry)),
        _ => {}
    }
    Vec::new()
}

/// Says why an entry is not in the composer. Elsewhere `F5` would send the draft there in its place, and
/// does nothing until the composer is gone to.
fn not_loaded(app: &mut App, entry: &Entry, reason: &str, now: Now) {
    app.composer.set_refused(true);
    let mut text = format!("{reason}: nothing was loaded, and the draft is as it was.");
    if request::can_be_sent_again(entry) {
        text += " F5 here sends the request as it is.";
    }
    app.toasts.show(Level::Failed, text, now.instant);
}

/// The rows on the screen, and how many there are.
pub fn extent(app: &App) -> (Range<u64>, u64) {
    let finder = &app.history.finder;
    (
        finder.visible(app.layout.rows(Focus::History)),
        finder.count() as u64,
    )
}

/// Scrolls by lines, down where positive.
pub fn wheel(app: &mut App, lines: i64) {
    let height = app.layout.rows(Focus::History);
    app.history.finder.wheel(lines, height);
}

/// Selects the row on a line of the list.
pub fn click(app: &mut App, line: u16) {
    let height = app.layout.rows(Focus::History);
    app.history.finder.click(line, height);
}

/// Takes an entry out of the history.
pub fn delete(app: &mut App, entry: &Entry) -> Vec<Effect> {
    app.history.remove(&entry.id);
    vec![Effect::Job(Job::Record(Box::new(Line::Deleted {
        id: entry.id.clone(),
    })))]
}

/// Names an entry; with an empty name it is not saved any more. A name stands for one request: another
/// one that has it loses it.
pub fn name(app: &mut App, entry: Entry, name: &str, now: Now) -> Vec<Effect> {
    let name = name.trim();
    let named = Entry {
        name: (!name.is_empty()).then(|| name.to_owned()),
        ..entry
    };
    let said = match &named.name {
        Some(name) => format!("Saved as {name}. goingnats replay runs saved requests."),
        None => "It has no name any more.".into(),
    };
    app.toasts.show(Level::Done, said, now.instant);
    if app.composer.holds(&named) {
        app.composer.stands_for(named.clone());
    }
    let others = app.history.named(name, &named.id);
    let mut changed: Vec<Entry> = others.cloned().collect();
    for other in &mut changed {
        other.name = None;
    }
    changed.push(named);
    let record = |entry: Entry| {
        app.history.put(entry.clone());
        Effect::Job(Job::Record(Box::new(Line::Entry(Box::new(entry)))))
    };
    changed.into_iter().map(record).collect()
}

/// Types a key into the field that finds.
pub fn type_key(app: &mut App, chord: Chord) {
    if app.history.finder.key(chord.event()) {
        changed(app);
    }
}

/// Pastes into the field that finds.
pub fn paste(app: &mut App, text: &str) {
    app.history.finder.query.paste(text);
    changed(app);
}

/// One step back inside the history: empties the field; says whether there was anything in it.
pub fn back(app: &mut App) -> bool {
    let query = &mut app.history.finder.query;
    let had = !query.text().is_empty();
    query.set_text("");
    changed(app);
    had
}

fn changed(app: &mut App) {
    app.history.search();
    app.history.finder.to_top();
}
