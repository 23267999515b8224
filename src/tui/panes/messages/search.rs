//! Search: what is looked for in the messages shown, and going from hit to hit, the newest first.
//!
//! While the line is typed the log goes to the newest hit at or above where it stood, as soon as a
//! scan has found it. Esc goes back to where it stood.

use super::{Place, moving::go_to, rows, selected};
use crate::{
    filter,
    store::{MessageId, Query, Toward},
    text::number,
    tui::{
        app::{App, Level, Now},
        widgets::Field,
    },
};

/// The line that is typed.
#[derive(Debug)]
pub struct SearchLine {
    /// What is typed.
    pub field: Field,
    /// Why it is no regular expression.
    pub problem: Option<filter::Error>,
    /// Where the log stood, and what was searched for.
    before: (Place, Option<Query>),
    /// The message that the log stood on; where it is still to be gone to a hit from there.
    origin: Option<MessageId>,
    sought: bool,
}

/// Opens the line, with what is searched for already, to be typed over.
pub fn open(app: &App) -> SearchLine {
    let query = app.store.query().cloned();
    let mut field = Field::new(query.as_ref().map_or("", Query::typed));
    field.select_all();
    SearchLine {
        field,
        problem: None,
        before: (app.messages.place.clone(), query),
        origin: selected(app),
        sought: false,
    }
}

/// Searches for what is typed now.
pub fn typed(app: &mut App, line: &mut SearchLine) {
    let text = line.field.text();
    let query = match Query::parse(text) {
        Ok(query) => query,
        // what was searched for stays while a regular expression is half typed
        Err(problem) => return line.problem = Some(problem),
    };
    line.problem = None;
    line.sought = !text.is_empty();
    app.store.search(line.sought.then_some(query));
    app.messages.place = line.before.0.clone();
    seek(app, line);
}

/// Goes to the hit that the line is after, once it is found.
pub fn seek(app: &mut App, line: &mut SearchLine) {
    let Some(origin) = line.origin.filter(|_| line.sought) else {
        return;
    };
    let above = match shown_hit(app, origin) {
        Some(hit) => Some(hit),
        None => next_hit(app, origin, Toward::Older),
    };
    // what is not searched yet may hold a hit above
    let found = above.or_else(|| match app.store.searching() {
        None => farthest(app, Toward::Newer),
        Some(_) => None,
    });
    if let Some(hit) = found {
        go_to(app, hit);
        line.sought = false;
    }
}

/// Keeps what is typed: the log stays on its hit.
pub fn submit(app: &mut App, line: &SearchLine, now: Now) {
    let Some(query) = app.store.query() else {
        return;
    };
    if hits(app) == 0 && app.store.searching().is_none() {
        let text = format!("Nothing shown holds {}.", query.typed());
        app.toasts.show(Level::Notice, text, now.instant);
    } else if line.before.1.as_ref() == Some(query) && !line.before.0.is_following() {
        // the same again means the next one
        next(app, Toward::Older, now);
    }
}

/// Undoes what was typed.
pub fn cancel(app: &mut App, line: SearchLine) {
    let (place, query) = line.before;
    app.messages.place = place;
    app.store.search(query);
}

/// Searches for nothing any more; says whether anything was.
pub fn end(app: &mut App) -> bool {
    let was = app.store.query().is_some();
    app.store.search(None);
    was
}

/// Goes to the next hit, beyond the last one around to the first.
pub fn next(app: &mut App, toward: Toward, now: Now) {
    let Some(query) = app.store.query() else {
        let text = "Nothing is searched for; / searches.";
        return app.toasts.show(Level::Notice, text, now.instant);
    };
    let typed = query.typed().to_owned();
    let Some(from) = selected(app) else { return };
    let here = app.messages.place.is_following().then_some(from);
    let next = here
        .and_then(|newest| shown_hit(app, newest))
        .or_else(|| next_hit(app, from, toward));
    if let Some(hit) = next {
        return go_to(app, hit);
    }
    if let Some(progress) = app.store.searching() {
        let done = number::percent(progress.done, progress.total);
        let text = format!("No further hit yet: {done} is searched.");
        return app.toasts.show(Level::Notice, text, now.instant);
    }
    let (around, end) = match toward {
        Toward::Older => (farthest(app, Toward::Newer), "newest"),
        Toward::Newer => (farthest(app, Toward::Older), "oldest"),
    };
    let text = match around {
        Some(hit) => {
            go_to(app, hit);
            format!("That was the last hit; from the {end} again.")
        }
        None => format!("Nothing shown holds {typed}."),
    };
    app.toasts.show(Level::Notice, text, now.instant);
}

/// The message, where it is a hit that is shown.
fn shown_hit(app: &App, id: MessageId) -> Option<MessageId> {
    (app.store.is_hit(id) && rows(app).row_of(id).is_ok()).then_some(id)
}

/// The nearest hit that is shown, `id` itself not counted. Of a frozen log none is newer than its
/// newest row.
fn next_hit(app: &App, id: MessageId, toward: Toward) -> Option<MessageId> {
    let next = app.store.next_hit(id, toward);
    next.filter(|hit| rows(app).row_of(*hit).is_ok())
}

/// The newest hit shown, or the oldest.
fn farthest(app: &App, toward: Toward) -> Option<MessageId> {
    let (end, back) = match toward {
        Toward::Newer => (newest_shown(app)?, Toward::Older),
        Toward::Older => (app.store.oldest()?, Toward::Newer),
    };
    shown_hit(app, end).or_else(|| next_hit(app, end, back))
}

fn newest_shown(app: &App) -> Option<MessageId> {
    let rows = rows(app);
    rows.id(rows.len().checked_sub(1)?)
}

/// How many hits are shown.
fn hits(app: &App) -> u64 {
    if app.messages.frozen.is_none() {
        return app.store.hits();
    }
    newest_shown(app).map_or(0, |newest| {
        app.store.hits_before(newest) + u64::from(app.store.is_hit(newest))
    })
}

/// How far it is: the hit under the cursor, how many there are, what is still to be searched.
pub fn standing(app: &App) -> Option<String> {
    app.store.query()?;
    let hits = number::count(hits(app));
    let here =
        selected(app).filter(|id| !app.messages.place.is_following() && app.store.is_hit(*id));
    let count = match here {
        Some(id) => format!("{} of {hits}", number::count(app.store.hits_before(id) + 1)),
        None if hits == "1" => "1 hit".to_owned(),
        None => format!("{hits} hits"),
    };
    Some(match app.store.searching() {
        Some(progress) => {
            let done = number::percent(progress.done, progress.total);
            format!("{count}, {done} searched")
        }
        None => count,
    })
}
