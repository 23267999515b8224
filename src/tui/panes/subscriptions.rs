//! Subscriptions: what we listen to, each with its colour, its traffic and its trouble.

mod draw;

pub use draw::draw;

use std::{borrow::Cow, ops::Range};

use crate::{
    client::{Error, Sid},
    protocol::subject,
    store::Store,
    text::{number, visible_subject},
    tui::{
        app::{Action, App, Effect, Focus, Level, Now},
        widgets::Scroll,
    },
};

/// One row.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// Names the row for as long as the program runs.
    pub row: u64,
    /// The subject, wildcards and all.
    pub subject: Vec<u8>,
    /// The queue group.
    pub queue: Option<Vec<u8>>,
    /// The client's number for it; `None` until it was handed over.
    pub sid: Option<Sid>,
    /// How it stands with the server.
    pub standing: Standing,
    /// Whether its messages are hidden.
    pub muted: bool,
    /// Which of the subscription colours it has.
    pub colour: usize,
}

impl Subscription {
    /// Lines it needs: one for itself, one for each trouble.
    fn lines(&self, store: &Store) -> usize {
        1 + troubles(self, store).count()
    }
}

/// How a subscription stands with the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Asked for; the server has not said anything yet.
    Asked,
    /// In place.
    Active,
    /// Refused, with the reason.
    Refused(String),
}

/// The pane.
#[derive(Debug, Default)]
pub struct Subscriptions {
    rows: Vec<Subscription>,
    cursor: usize,
    /// The first line on the screen, unless the cursor would not show.
    offset: u64,
    undo: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    next_row: u64,
}

impl Subscriptions {
    /// The rows, in the order they were added.
    pub fn rows(&self) -> &[Subscription] {
        &self.rows
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Subscription> {
        self.rows.get(self.cursor)
    }

    /// The row of a sid.
    pub fn of_sid(&self, sid: Sid) -> Option<&Subscription> {
        self.rows
            .iter()
            .find(|subscription| subscription.sid == Some(sid))
    }

    /// Lines that all rows need.
    pub fn lines(&self, store: &Store) -> usize {
        self.rows.iter().map(|row| row.lines(store)).sum()
    }

    /// The row that a line belongs to, and which of the row's it is.
    fn at_line(&self, line: usize, store: &Store) -> Option<(usize, usize)> {
        let mut below = line;
        for (n, row) in self.rows.iter().enumerate() {
            match below.checked_sub(row.lines(store)) {
                Some(rest) => below = rest,
                None => return Some((n, below)),
            }
        }
        None
    }

    /// Where the pane stands, by lines: the last one of the row under the cursor shows.
    fn scroll(&self, store: &Store) -> Scroll {
        let through = self.rows.iter().take(self.cursor + 1);
        let lines: usize = through.map(|row| row.lines(store)).sum();
        Scroll::at(self.offset, lines.saturating_sub(1) as u64)
    }

    /// Adds a row and asks for it.
    pub fn add(&mut self, subject: &[u8], queue: Option<&[u8]>) -> Effect {
        let taken = |colour: &usize| self.rows.iter().any(|row| row.colour == *colour);
        let colour = (0..).find(|colour| !taken(colour)).unwrap_or(0);
        self.cursor = self.rows.len();
        self.put(self.cursor, subject, queue, colour)
    }

    /// Asks for every row again, on another connection.
    pub fn ask_again(&mut self) -> Vec<Effect> {
        let rows = self.rows.iter_mut();
        rows.map(|row| {
            row.standing = Standing::Asked;
            Effect::Subscribe {
                row: row.row,
                subject: row.subject.clone(),
                queue: row.queue.clone(),
            }
        })
        .collect()
    }

    /// Puts a row that is asked for at this place.
    fn put(&mut self, at: usize, subject: &[u8], queue: Option<&[u8]>, colour: usize) -> Effect {
        self.next_row += 1;
        let row = Subscription {
            row: self.next_row,
            subject: subject.to_vec(),
            queue: queue.map(<[u8]>::to_vec),
            sid: None,
            standing: Standing::Asked,
            muted: false,
            colour,
        };
        let asked = Effect::Subscribe {
            row: row.row,
            subject: row.subject.clone(),
            queue: row.queue.clone(),
        };
        self.rows.insert(at, row);
        asked
    }

    /// Whether something was unsubscribed that can come back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Takes the outcome of handing a row to the client. A row that is gone by now is given back.
    pub fn handed_over(&mut self, row: u64, outcome: Result<Sid, Error>) -> Option<Effect> {
        let Some(found) = self
            .rows
            .iter_mut()
            .find(|subscription| subscription.row == row)
        else {
            return outcome.ok().map(Effect::Unsubscribe);
        };
        match outcome {
            Ok(sid) => found.sid = Some(sid),
            // whatever connection comes next is asked
            Err(Error::Closed) => found.standing = Standing::Asked,
            Err(reason) => found.standing = Standing::Refused(reason.to_string()),
        }
        None
    }

    /// Takes the server's word on a subscription.
    pub fn stands(&mut self, sid: Sid, standing: Standing) {
        let found = self
            .rows
            .iter_mut()
            .find(|subscription| subscription.sid == Some(sid));
        if let Some(subscription) = found {
            subscription.standing = standing;
        }
    }

    /// Whether this very subscription is there already.
    pub fn has(&self, subject: &[u8], queue: Option<&[u8]>) -> bool {
        self.rows
            .iter()
            .any(|row| row.subject == subject && row.queue.as_deref() == queue)
    }

    fn remove_selected(&mut self) -> Option<Subscription> {
        if self.cursor >= self.rows.len() {
            return None;
        }
        let removed = self.rows.remove(self.cursor);
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        self.undo
            .push((removed.subject.clone(), removed.queue.clone()));
        Some(removed)
    }

    fn go(&mut self, to: usize) {
        self.cursor = to.min(self.rows.len().saturating_sub(1));
    }
}

/// What is wrong with a subscription, each in a few words for a line of its own: why it was refused,
/// and how many of its messages were dropped.
fn troubles<'a>(row: &'a Subscription, store: &Store) -> impl Iterator<Item = Cow<'a, str>> {
    let refused = match &row.standing {
        Standing::Refused(reason) => Some(Cow::from(reason)),
        Standing::Asked | Standing::Active => None,
    };
    let stats = row.sid.and_then(|sid| store.subscription(sid.0));
    let dropped = stats.map_or(0, |stats| stats.dropped);
    let dropped = (dropped > 0).then(|| format!("{} dropped", number::count(dropped)).into());
    refused.into_iter().chain(dropped)
}

/// Does what a key means in this pane.
pub fn act(app: &mut App, action: &Action, now: Now) -> Vec<Effect> {
    let pane = &mut app.subscriptions;
    let page = usize::from(app.layout.rows(Focus::Subscriptions).max(1));
    let half = (page / 2).max(1);
    match action {
        Action::Up => pane.go(pane.cursor.saturating_sub(1)),
        Action::Down => pane.go(pane.cursor + 1),
        Action::PageUp => pane.go(pane.cursor.saturating_sub(page)),
        Action::PageDown => pane.go(pane.cursor + page),
        Action::HalfUp => pane.go(pane.cursor.saturating_sub(half)),
        Action::HalfDown => pane.go(pane.cursor + half),
        Action::First => pane.go(0),
        Action::Last => pane.go(usize::MAX),
        Action::Mute => {
            let Some(row) = pane.rows.get_mut(pane.cursor) else {
                let text = "There is no subscription to mute; s adds one.";
                app.toasts.show(Level::Notice, text, now.instant);
                return Vec::new();
            };
            row.muted = !row.muted;
            if let Some(sid) = row.sid {
                app.store.mute(sid.0, row.muted);
            }
        }
        Action::Unsubscribe => return unsubscribe_selected(app, now),
        _ => {}
    }
    Vec::new()
}

/// The lines on the screen, and how many there are.
pub fn extent(app: &App) -> (Range<u64>, u64) {
    let pane = &app.subscriptions;
    let lines = pane.lines(&app.store) as u64;
    let height = app.layout.rows(Focus::Subscriptions);
    (pane.scroll(&app.store).visible(lines, height), lines)
}

/// Scrolls by lines, down where positive.
pub fn wheel(app: &mut App, lines: i64) {
    let (_, all) = extent(app);
    let height = app.layout.rows(Focus::Subscriptions);
    let mut scroll = app.subscriptions.scroll(&app.store);
    scroll.wheel(lines, all, height);
    app.subscriptions.offset = scroll.visible(all, height).start;
    select_line(app, scroll.selected(all));
}

/// Selects the row on a line of the screen.
pub fn click(app: &mut App, line: u16) {
    let (visible, _) = extent(app);
    let line = visible.start + u64::from(line);
    app.subscriptions.offset = visible.start;
    select_line(app, Some(line).filter(|line| visible.contains(line)));
}

fn select_line(app: &mut App, line: Option<u64>) {
    let row = line.and_then(|line| app.subscriptions.at_line(line as usize, &app.store));
    if let Some((row, _)) = row {
        app.subscriptions.cursor = row;
    }
}

/// Removes the selected row; what is kept of it stays in the log.
pub fn unsubscribe_selected(app: &mut App, now: Now) -> Vec<Effect> {
    let Some(removed) = app.subscriptions.remove_selected() else {
        app.toasts.show(
            Level::Notice,
            "There is nothing to unsubscribe.",
            now.instant,
        );
        return Vec::new();
    };
    let shown = visible_subject(&removed.subject);
    let text = format!("Unsubscribed from {shown}. U subscribes again.");
    app.toasts.show(Level::Done, text, now.instant);
    removed
        .sid
        .map(|sid| give_up(app, sid))
        .into_iter()
        .collect()
}

/// Ends a subscription. What is kept of it shows, since no row is left that could unmute it.
fn give_up(app: &mut App, sid: Sid) -> Effect {
    app.store.mute(sid.0, false);
    app.store.remove_subscription(sid.0);
    Effect::Unsubscribe(sid)
}

/// Gives the selected row another subject: it keeps its place and its colour.
pub fn change_selected(app: &mut App, subject: &[u8], queue: Option<&[u8]>) -> Vec<Effect> {
    let pane = &mut app.subscriptions;
    if pane.cursor >= pane.rows.len() {
        return vec![pane.add(subject, queue)];
    }
    let before = pane.rows.remove(pane.cursor);
    let asked = pane.put(pane.cursor, subject, queue, before.colour);
    let given_up = before.sid.map(|sid| give_up(app, sid));
    given_up.into_iter().chain([asked]).collect()
}

/// Subscribes again to what was unsubscribed last.
pub fn undo(app: &mut App, now: Now) -> Vec<Effect> {
    match app.subscriptions.undo.pop() {
        Some((subject, queue)) => vec![app.subscriptions.add(&subject, queue.as_deref())],
        None => {
            let text = "Nothing was unsubscribed that could come back.";
            app.toasts.show(Level::Notice, text, now.instant);
            Vec::new()
        }
    }
}

/// What is typed to subscribe: a subject, and behind a blank a queue group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish<'a> {
    /// The subject.
    pub subject: &'a str,
    /// The queue group.
    pub queue: Option<&'a str>,
}

impl<'a> Wish<'a> {
    /// Reads what is typed.
    ///
    /// # Errors
    /// The sentence to show under the field.
    pub fn read(typed: &'a str) -> Result<Wish<'a>, String> {
        let mut words = typed.split_ascii_whitespace();
        let Some(wanted) = words.next() else {
            return Err(
                "Type a subject, such as orders.> or time.*; a second word is a queue group."
                    .into(),
            );
        };
        let queue = words.next();
        if words.next().is_some() {
            return Err("One subject, and perhaps one queue group: no more than two words.".into());
        }
        subject::check_subscribe(wanted.as_bytes())
            .map_err(|error| sentence(&error.to_string()))?;
        if let Some(queue) = queue {
            subject::check_queue(queue.as_bytes()).map_err(|error| sentence(&error.to_string()))?;
        }
        Ok(Wish {
            subject: wanted,
            queue,
        })
    }

    /// What one should know before, if anything. A subscription to everything counts as interest in
    /// every subject, so requests that nobody serves run into their timeout instead of being told.
    pub fn warning(&self) -> Option<&'static str> {
        (self.subject == ">" && self.queue.is_none()).then_some(
            "This listens to everything: while it stands, nobody's requests are told \"no responders\" \
             any more, they time out instead.",
        )
    }
}

/// An error text as a sentence: it begins with a capital and ends with a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}
