//! Filter: which messages are shown, by the filter language, in force while it is typed.
//!
//! A text that is wrong underlines its place and leaves the filter before in force, and so does a term
//! that is half typed. Esc goes back to the filter that was there when the line was opened.

use std::{collections::HashSet, iter, ops::Range};

use jiff::civil::Date;

use super::{anchor, set_view};
use crate::{
    filter::{self, Anchor, Candidate, Filter, Seen},
    protocol::{Direction, Fields},
    settings::SavedFilter,
    store::{Message, View as Shown},
    text::{visible, visible_subject},
    tui::{
        app::{App, Level, Now},
        widgets::{Field, Suggestions},
    },
};

/// Filters that are remembered to be recalled.
const PAST: usize = 50;

/// Completions on offer.
const OFFERED: usize = 8;

/// The newest messages that are looked at for headers and members of JSON, the largest of them that is,
/// with its headers, and how much of them together, in bytes: a key waits for it.
const SAMPLE: usize = 256;
const LARGEST: usize = 64 << 10;
const SAMPLED: usize = 512 << 10;

/// The filter in force, and those before it.
#[derive(Debug, Default)]
pub struct Filters {
    /// As it was typed; empty where everything is shown.
    text: String,
    /// Those that were taken, the newest first.
    past: Vec<String>,
    /// Those that have a name.
    pub(super) saved: Vec<SavedFilter>,
    /// What was said last of a file of them that cannot be read.
    pub(super) unreadable: Option<String>,
}

impl Filters {
    /// The filter in force as it was typed; empty where everything is shown.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn remember(&mut self, text: &str) {
        if !text.is_empty() {
            self.past.retain(|past| past != text);
            self.past.insert(0, text.to_owned());
            self.past.truncate(PAST);
        }
    }
}

/// The line that is typed.
#[derive(Debug)]
pub struct FilterLine {
    /// What is typed.
    pub field: Field,
    /// What there is to say about it.
    pub verdict: Verdict,
    /// What could stand at the cursor.
    pub suggestions: Suggestions,
    /// What a suggestion replaces.
    replaced: Range<usize>,
    /// Which of the filters before is recalled, as long as it is not changed, and what was typed then.
    recalled: Option<(usize, String)>,
    /// The filter in force when the line was opened.
    before: (String, Option<Filter>),
    /// The day that was stood on then: what is typed may hide its rows.
    day: Date,
}

/// What there is to say about what is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Fine,
    /// It is a filter, and may not mean what was meant.
    Hint(filter::Hint),
    /// A term of it is half typed, or matches nothing that was seen.
    Unfinished,
    /// It is no filter.
    Wrong(filter::Error),
}

/// Opens the line with the filter in force, to be changed.
pub fn open(app: &App) -> FilterLine {
    let text = app.messages.filters.text.clone();
    FilterLine {
        field: Field::new(text.clone()),
        verdict: Verdict::Fine,
        suggestions: Suggestions::default(),
        replaced: 0..0,
        recalled: None,
        before: (text, app.store.view().filter.clone()),
        day: anchor(app, app.now).day,
    }
}

/// Filters by what is typed now, and offers what could come next. What is half typed waits until it is
/// complete or is submitted: `siz` on the way to `size>1k` hides nothing, and neither does
/// `subject:orders.e` on the way to `subject:orders.eu.>`.
pub fn typed(app: &mut App, line: &mut FilterLine, now: Now) {
    line.recalled = None;
    let text = line.field.text();
    let cursor = line.field.before_cursor().len();
    let sample = sample(app);
    let seen = Seen {
        subjects: Box::new(app.store.subjects().names()),
        // read only where a header is being typed
        headers: Box::new(iter::once_with(|| headers_of(&sample)).flatten()),
        payloads: Box::new(sample.iter().map(|message| message.payload)),
    };
    let offered = filter::complete(text, cursor, seen);
    line.replaced = offered.range;
    let candidates = offered.candidates.into_iter().take(OFFERED);
    line.suggestions = Suggestions::new(candidates.collect());
    let half_typed = filter::exact_term(text, cursor, anchor(app, now))
        .is_some_and(|term| !is_seen(app, &sample, &term));
    if offered.is_beginning {
        line.verdict = Verdict::Fine;
    } else if half_typed {
        line.verdict = Verdict::Unfinished;
    } else {
        judge(app, line, now);
    }
}

/// The newest messages kept, shown or not, without those of large payloads or headers.
fn sample(app: &App) -> Vec<Message<'_>> {
    let mut room = SAMPLED;
    let newest = app.store.newest_messages().take(SAMPLE);
    let size = |message: &Message| message.header.len() + message.payload.len();
    let small = newest.filter(|message| size(message) <= LARGEST);
    let fitting = small.map_while(|message| {
        room = room.checked_sub(size(&message))?;
        Some(message)
    });
    fitting.collect()
}

/// The names of headers in messages, each once, in the order in which they come.
fn headers_of<'a>(messages: &[Message<'a>]) -> impl Iterator<Item = &'a [u8]> {
    let fields = messages
        .iter()
        .flat_map(|message| Fields::of(message.header));
    let mut seen = HashSet::new();
    fields
        .map(|(name, _)| name)
        .filter(move |name| seen.insert(*name))
}

/// Whether a term about subjects, headers or JSON matches a subject seen, or one of these messages.
fn is_seen(app: &App, messages: &[Message], term: &Filter) -> bool {
    let nothing = Candidate {
        direction: Direction::In,
        subject: b"",
        reply: None,
        header: b"",
        payload: b"",
        at: 0,
        rtt: None,
    };
    let mut subjects = app.store.subjects().names();
    subjects.any(|subject| term.matches(&Candidate { subject, ..nothing }))
        || messages.iter().any(|message| {
            term.matches(&Candidate {
                subject: message.subject,
                header: message.header,
                payload: message.payload,
                ..nothing
            })
        })
}

/// Puts what is typed in force, where it is a filter.
fn judge(app: &mut App, line: &mut FilterLine, now: Now) {
    let anchor = Anchor {
        day: line.day,
        ..anchor(app, now)
    };
    line.verdict = match Filter::parse(line.field.text(), anchor) {
        Ok(filter) => {
            let verdict = match filter.hints().first() {
                Some(hint) => Verdict::Hint(hint.clone()),
                None => Verdict::Fine,
            };
            put_in_force(app, line.field.text().trim().to_owned(), Some(filter));
            verdict
        }
        Err(error) => Verdict::Wrong(error),
    };
}

fn put_in_force(app: &mut App, text: String, filter: Option<Filter>) {
    let filter = filter.filter(|filter| !filter.is_everything());
    let view = Shown {
        filter,
        ..app.store.view().clone()
    };
    app.messages.filters.text = text;
    set_view(app, view);
}

/// Takes the suggestion that is highlighted. There is no other field to go to.
pub fn take_suggestion(app: &mut App, line: &mut FilterLine, now: Now) {
    let replaced = line.replaced.clone();
    if let Some(taken) = line.suggestions.take() {
        line.field.replace(replaced, &taken);
        return typed(app, line, now);
    }
    let text = match line.suggestions.is_empty() {
        true => "Nothing is offered here; Enter keeps the filter.",
        false => {
            "↓ chooses what is offered, then Tab takes it; Enter keeps the filter as it is typed."
        }
    };
    app.toasts.show(Level::Notice, text, now.instant);
}

/// Highlights a suggestion; where there is none, recalls a filter from before.
pub fn up_or_down(app: &mut App, line: &mut FilterLine, down: bool, now: Now) {
    if !line.suggestions.is_empty() {
        return line.suggestions.highlight(down);
    }
    let past = &app.messages.filters.past;
    let (place, typed) = match (line.recalled.take(), down) {
        (None, true) => return,
        (None, false) => (Some(0), line.field.text().to_owned()),
        (Some((0, typed)), true) => (None, typed),
        (Some((n, typed)), true) => (Some(n - 1), typed),
        (Some((n, typed)), false) => (Some((n + 1).min(past.len().saturating_sub(1))), typed),
    };
    match place.and_then(|n| past.get(n)).cloned() {
        Some(text) => line.field.set_text(text),
        None if place.is_none() => line.field.set_text(typed.clone()),
        None => return,
    }
    judge(app, line, now);
    line.recalled = place.map(|n| (n, typed));
}

/// Puts what is typed in force as it is; says whether it is a filter.
pub fn in_force(app: &mut App, line: &mut FilterLine, now: Now) -> bool {
    judge(app, line, now);
    !matches!(line.verdict, Verdict::Wrong(_))
}

/// Keeps what is typed. What is no filter is given back: its line stays open.
pub fn submit(app: &mut App, mut line: FilterLine, now: Now) -> Option<FilterLine> {
    if !in_force(app, &mut line, now) {
        return Some(line);
    }
    keep(app);
    None
}

/// Remembers the filter in force, to be recalled.
pub fn keep(app: &mut App) {
    let text = app.messages.filters.text.clone();
    app.messages.filters.remember(&text);
}

/// Undoes what was typed.
pub fn cancel(app: &mut App, line: FilterLine) {
    let (text, filter) = line.before;
    put_in_force(app, text, filter);
}

/// Shows everything again; says whether a filter was in force.
pub fn end(app: &mut App) -> bool {
    let was = app.store.view().filter.is_some();
    put_in_force(app, String::new(), None);
    was
}

/// Hides the subject of a message: one more term of the filter.
pub fn hide_subject(app: &mut App, subject: &[u8], now: Now) {
    let term = match std::str::from_utf8(subject) {
        Ok(subject) => format!("!{}", filter::subject_term(subject)),
        Err(_) => {
            let text = format!("{} is no text, and a filter is.", visible_subject(subject));
            return app.toasts.show(Level::Failed, text, now.instant);
        }
    };
    let before = app.messages.filters.text.clone();
    let text = match before.as_str() {
        "" => term,
        // what is alternative as a whole must be so behind another term
        before if before.contains('|') => format!("({before}) {term}"),
        before => format!("{before} {term}"),
    };
    apply(app, &text, now);
    app.messages.filters.remember(&text);
}

/// Puts a filter in force that was not typed here; the one before stays where it is none.
pub fn apply(app: &mut App, text: &str, now: Now) {
    match Filter::parse(text, anchor(app, now)) {
        Ok(filter) => put_in_force(app, text.trim().to_owned(), Some(filter)),
        Err(error) => {
            let text = format!("{} is no filter: {error}", visible(text.as_bytes()));
            app.toasts.show(Level::Failed, text, now.instant);
        }
    }
}
