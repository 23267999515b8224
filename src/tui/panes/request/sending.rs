//! From pressing send to the outcome: what is under way, what came of it, and where it is recorded.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::Draft;
use crate::{
    client::{Error, Message, Ticket},
    protocol::Headers,
    requests::{Entry, Kind, Line, Outcome, ReplyRecord, Status},
    store, text,
    text::duration,
    tui::{
        app::{App, Effect, Focus, Job, Level, Now, Purpose, stamp},
        overlays::Overlay,
    },
};

/// What was sent and is not settled yet, and what became of the newest.
#[derive(Debug, Default)]
pub struct Sent {
    under_way: HashMap<Ticket, UnderWay>,
    newest: Option<Newest>,
}

#[derive(Debug)]
struct UnderWay {
    entry: Entry,
    since: Instant,
    publish: Option<Ticket>,
}

/// What the client gave for something handed to it.
#[derive(Clone, Copy, Debug)]
pub struct Handed {
    /// Names the answer: of a request its own ticket, of a publish that of the fence behind it.
    pub answer: Ticket,
    /// The ticket of a publish, which names its refusal.
    pub publish: Option<Ticket>,
}

/// What the line of the result tells.
#[derive(Debug)]
pub(super) struct Newest {
    /// What was sent.
    pub(super) entry: Entry,
    pub(super) since: Instant,
    pub(super) outcome: Option<Outcome>,
}

impl Sent {
    pub(super) fn waiting(&self) -> usize {
        self.under_way
            .values()
            .filter(|sent| sent.entry.kind == Kind::Request)
            .count()
    }

    /// What the composer holds is not what was sent any more: a settled outcome is not its.
    pub(super) fn forget_settled(&mut self) {
        self.newest = self.newest.take().filter(|newest| newest.outcome.is_none());
    }

    pub(super) fn newest(&self) -> Option<&Newest> {
        self.newest.as_ref()
    }
}

/// Sends what the composer holds, or says what is wrong with it.
pub fn send(app: &mut App, now: Now) -> Vec<Effect> {
    let draft = match app.composer.draft() {
        Ok(draft) => draft,
        Err((part, reason)) => {
            app.toasts.show(Level::Failed, reason, now.instant);
            app.go_to(Focus::Request);
            app.composer.part = part;
            return Vec::new();
        }
    };
    let entry = entry_of(app, &draft, now);
    app.composer.suggestions.forget();
    // a saved request stays the one that has the name; sending it again saves nothing
    if app.composer.name().is_none() {
        app.composer.stands_for(entry.clone());
    }
    dispatch(app, entry, draft.headers, now)
}

/// The entry of the history that stands for what the composer holds: the one it was loaded from or
/// sent as, else a new one.
///
/// # Errors
/// The sentence that says what is wrong with the draft.
pub fn to_save(app: &App, now: Now) -> Result<Entry, String> {
    if let Some(entry) = app.composer.entry() {
        return Ok(entry.clone());
    }
    let draft = app.composer.draft().map_err(|(_, reason)| reason)?;
    Ok(entry_of(app, &draft, now))
}

fn entry_of(app: &App, draft: &Draft, now: Now) -> Entry {
    let headers = draft
        .headers
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    Entry {
        headers: headers.collect(),
        payload: draft.payload.clone().into_bytes(),
        timeout: draft.timeout,
        ..new_entry(app, draft.kind, draft.subject.as_bytes(), now)
    }
}

/// Sends a request of the history again, byte for byte. What is sent has no name: a name stands for one
/// request.
pub fn send_entry(app: &mut App, entry: &Entry, now: Now) -> Vec<Effect> {
    let headers = match headers_of(entry) {
        Ok(headers) => headers,
        Err(reason) => {
            app.toasts.show(Level::Failed, reason, now.instant);
            return Vec::new();
        }
    };
    let fresh = Entry {
        outcome: None,
        ..new_entry(app, entry.kind, &entry.subject, now)
    };
    let again = Entry {
        headers: entry.headers.clone(),
        payload: entry.payload.clone(),
        timeout: entry.timeout,
        keep_secrets: entry.keep_secrets,
        ..fresh
    };
    dispatch(app, again, headers, now)
}

/// Whether a request of the history can be sent again without being edited.
pub fn can_be_sent_again(entry: &Entry) -> bool {
    headers_of(entry).is_ok()
}

/// The headers of a request of the history, to be sent again.
///
/// # Errors
/// The sentence that says why that cannot be.
fn headers_of(entry: &Entry) -> Result<Headers, String> {
    if let Some(name) = entry.hidden().next() {
        let name = text::visible(name.as_bytes());
        return Err(format!(
            "The value of header {name} was not written to the history: load the request with Enter and \
             type it again."
        ));
    }
    let mut headers = Headers::new();
    for (name, value) in &entry.headers {
        headers
            .append(name, value)
            .map_err(|error| format!("Cannot send this again: {error}."))?;
    }
    Ok(headers)
}

fn new_entry(app: &App, kind: Kind, subject: &[u8], now: Now) -> Entry {
    let mut entry = Entry::new(kind, subject, stamp(now.wall));
    entry.context = app.target.context.clone();
    entry.server = app.server().to_owned();
    entry
}

/// Sends, or in a guarded context asks first.
fn dispatch(app: &mut App, entry: Entry, headers: Headers, now: Now) -> Vec<Effect> {
    let purpose = Box::new(Purpose {
        timeout: entry.timeout,
        entry,
        headers,
        reply: None,
    });
    if app.target.guarded {
        app.overlays.push(Overlay::send(purpose));
        return Vec::new();
    }
    send_now(app, purpose, now)
}

/// Sends without asking.
pub fn send_now(app: &mut App, purpose: Box<Purpose>, now: Now) -> Vec<Effect> {
    let entry = purpose.entry.clone();
    app.composer.sent.newest = Some(Newest {
        entry: entry.clone(),
        since: now.instant,
        outcome: None,
    });
    app.history.put(entry.clone());
    app.guide.sent(&entry);
    let record = Effect::Job(Job::Record(Box::new(Line::Entry(Box::new(entry)))));
    vec![record, Effect::Send(purpose)]
}

/// Takes the outcome of handing something to the client.
pub fn sent(app: &mut App, entry: Entry, handed: Result<Handed, Error>, now: Now) -> Vec<Effect> {
    match handed {
        Ok(Handed { answer, publish }) => {
            let sent = UnderWay {
                entry,
                since: now.instant,
                publish,
            };
            app.composer.sent.under_way.insert(answer, sent);
            Vec::new()
        }
        Err(error) => settle(app, entry, failed(&error)),
    }
}

/// Takes the answer to a request.
pub fn answered(
    app: &mut App,
    ticket: Ticket,
    inbox: &[u8],
    answer: Result<Message, Error>,
    took: Duration,
) -> Vec<Effect> {
    let outcome = match &answer {
        Ok(message) => store::Outcome::of_reply(took, &message.header),
        Err(Error::NoResponders { .. }) => store::Outcome::NoResponders,
        Err(Error::Timeout { after, .. }) => store::Outcome::TimedOut { after: *after },
        Err(error) => store::Outcome::Failed(error.to_string()),
    };
    if !inbox.is_empty() {
        app.store.set_outcome(inbox, outcome);
    }
    let Some(sent) = app.composer.sent.under_way.remove(&ticket) else {
        return Vec::new();
    };
    let outcome = match answer {
        Ok(message) => {
            let reply = ReplyRecord::new(&message.payload, &message.header);
            Outcome::replied(took, vec![reply])
        }
        Err(Error::NoResponders { .. }) => Outcome::new(Status::NoResponders, Some(took)),
        Err(Error::Timeout { .. }) => Outcome::new(Status::TimedOut, None),
        Err(error) => failed(&error),
    };
    settle(app, sent.entry, outcome)
}

/// Takes the fence behind a publish: the server has it, or it cannot be known.
pub fn fenced(app: &mut App, ticket: Ticket, result: Result<(), Error>, now: Now) -> Vec<Effect> {
    let Some(sent) = app.composer.sent.under_way.remove(&ticket) else {
        return Vec::new();
    };
    let outcome = match result {
        Ok(()) => Outcome::new(
            Status::Published,
            Some(now.instant.duration_since(sent.since)),
        ),
        Err(error) => failed(&error),
    };
    settle(app, sent.entry, outcome)
}

/// Takes the refusal of a publish.
pub fn publish_failed(app: &mut App, publish: Ticket, reason: &Error) -> Vec<Effect> {
    let under_way = &mut app.composer.sent.under_way;
    let found = under_way
        .iter()
        .find(|(_, sent)| sent.publish == Some(publish));
    let Some(fence) = found.map(|(fence, _)| *fence) else {
        return Vec::new();
    };
    let Some(sent) = under_way.remove(&fence) else {
        return Vec::new();
    };
    settle(app, sent.entry, failed(reason))
}

/// Takes the end of what was under way on a connection that was left.
pub fn left_behind(app: &mut App, ticket: Ticket, inbox: &[u8]) -> Vec<Effect> {
    const REASON: &str = "the connection was switched";
    if !inbox.is_empty() {
        app.store
            .set_outcome(inbox, store::Outcome::Failed(REASON.into()));
    }
    let Some(sent) = app.composer.sent.under_way.remove(&ticket) else {
        return Vec::new();
    };
    let outcome = Outcome {
        error: Some(REASON.into()),
        ..Outcome::new(Status::Failed, None)
    };
    settle(app, sent.entry, outcome)
}

fn settle(app: &mut App, mut entry: Entry, outcome: Outcome) -> Vec<Effect> {
    if let Some(newest) = app
        .composer
        .sent
        .newest
        .as_mut()
        .filter(|newest| newest.entry.id == entry.id)
    {
        newest.outcome = Some(outcome.clone());
    } else {
        let shown = text::visible_subject(&entry.subject).into_owned();
        let level = if is_good(&outcome) {
            Level::Done
        } else {
            Level::Failed
        };
        app.toasts.show(
            level,
            format!("{shown}: {}", sentence(&outcome)),
            app.now.instant,
        );
    }
    entry.outcome = Some(outcome);
    // it may have been named, or lost its name, while it was under way
    if let Some(known) = app.history.get(&entry.id) {
        entry.name.clone_from(&known.name);
    }
    app.composer.settled(&entry);
    app.history.put(entry.clone());
    vec![Effect::Job(Job::Record(Box::new(Line::Entry(Box::new(
        entry,
    )))))]
}

fn failed(error: &Error) -> Outcome {
    Outcome {
        error: Some(error.to_string()),
        ..Outcome::new(Status::Failed, None)
    }
}

/// Whether it went well.
pub fn is_good(outcome: &Outcome) -> bool {
    matches!(outcome.status, Status::Replied | Status::Published)
}

/// The outcome in words, without the reply.
pub fn sentence(outcome: &Outcome) -> String {
    let took = outcome.rtt.map(duration::measured).unwrap_or_default();
    match outcome.status {
        Status::Replied => format!("replied in {took}"),
        Status::ServiceError => match &outcome.service_error {
            Some(error) => format!("{error}, after {took}"),
            None => format!("the service failed, after {took}"),
        },
        Status::Published => format!("published, the server has it after {took}"),
        Status::TimedOut => "no reply in time".into(),
        Status::NoResponders => "no responders: nobody is subscribed to this subject".into(),
        Status::Failed => outcome.error.clone().unwrap_or_else(|| "failed".into()),
    }
}
