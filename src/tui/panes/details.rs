//! Details: the message looked at. It holds a copy of its own, so that eviction takes nothing away.

mod draw;

pub use draw::draw;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::messages;
use crate::{
    client::Sid,
    payload::{self, Document, Form},
    protocol::HeaderBlock,
    store::{Direction, Entry, MessageId},
    tui::{
        app::{Action, App, Effect, Focus, Job, Level, Now},
        widgets::{number, scroll::Move},
    },
};

/// How often the message changes by itself while the log is followed.
const CALM: Duration = Duration::from_secs(1);

/// The pane.
#[derive(Debug, Default)]
pub struct Details {
    shown: Option<Shown>,
    /// The form chosen by hand; otherwise the payload is looked at.
    form: Option<Form>,
    wrap: bool,
    line: usize,
    column: usize,
}

/// The message shown, with everything that is needed of it.
#[derive(Debug)]
struct Shown {
    id: MessageId,
    since: Instant,
    facts: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    bad_headers: bool,
    bytes: Arc<[u8]>,
    subject: Vec<u8>,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Ready(Box<Document>),
    /// A job is laying it out.
    Reading(Form),
}

impl Details {
    /// The payload shown, and its subject.
    pub fn payload(&self) -> Option<(&[u8], &[u8])> {
        self.shown
            .as_ref()
            .map(|shown| (&shown.subject[..], &shown.bytes[..]))
    }

    /// Takes a layout that a job finished, unless something else is shown by now.
    pub fn laid_out(&mut self, id: MessageId, document: Box<Document>) {
        if let Some(shown) = self.shown.as_mut().filter(|shown| shown.id == id)
            && matches!(shown.body, Body::Reading(_))
        {
            shown.body = Body::Ready(document);
        }
    }

    fn lines(&self, width: usize) -> usize {
        let Some(shown) = &self.shown else { return 0 };
        let head = draw::head_lines(shown);
        head + match &shown.body {
            Body::Reading(_) => 1,
            Body::Ready(document) if self.wrap => {
                let exact = document.lines().min(WRAP_EXACT);
                let wrapped: usize = (0..exact).map(|n| document.rows(n, width)).sum();
                wrapped + (document.lines() - exact)
            }
            Body::Ready(document) => document.lines(),
        }
    }
}

/// Lines whose wrapped height is counted exactly; behind them each counts as one.
const WRAP_EXACT: usize = 2_000;

/// Makes the pane show the message under the cursor. While the log is followed it changes at most
/// once a second, so that it can be read.
pub fn refresh(app: &mut App, now: Now) -> Vec<Effect> {
    let Some(wanted) = messages::selected(app) else {
        return Vec::new();
    };
    if let Some(shown) = &app.details.shown {
        let following = app.messages.place.is_following() && app.messages.frozen.is_none();
        let reading = app.focus == Focus::Details;
        let calm = following && now.instant.duration_since(shown.since) < CALM;
        if shown.id == wanted || calm || (following && reading) {
            return Vec::new();
        }
    }
    show(app, wanted, now)
}

fn show(app: &mut App, id: MessageId, now: Now) -> Vec<Effect> {
    let Some(entry) = app.store.get(id) else {
        return Vec::new();
    };
    let Entry::Message(message) = entry else {
        app.details.shown = None;
        return Vec::new();
    };
    let block = HeaderBlock::parse(message.header);
    let mut facts = vec![(
        "subject".to_owned(),
        payload::visible(message.subject).into_owned(),
    )];
    if let Some((_, asked)) = message.answers {
        facts.push(("answers".into(), payload::visible(asked).into_owned()));
    }
    if let Some(reply) = message.reply {
        facts.push(("reply".into(), payload::visible(reply).into_owned()));
    }
    let way = match message.direction {
        Direction::In => "received",
        Direction::Out => "sent by us",
    };
    facts.push(("size".into(), number::bytes(message.size() as u64)));
    facts.push((
        "time".into(),
        format!("{}  {way}", messages::clock(app, message.at)),
    ));
    if let Some(row) = app.subscriptions.of_sid(Sid(message.sid)) {
        facts.push(("via".into(), payload::visible(&row.subject).into_owned()));
    }
    if let Some(status) = block.status {
        let description = payload::visible(block.description);
        facts.push((
            "status".into(),
            format!("{status} {description}").trim_end().to_owned(),
        ));
    }
    let headers = block.fields.iter().map(|(name, value)| {
        (
            payload::visible(name).into_owned(),
            payload::visible(value).into_owned(),
        )
    });
    let shown = Shown {
        id,
        since: now.instant,
        facts,
        headers: headers.collect(),
        bad_headers: block.malformed,
        bytes: message.payload.into(),
        subject: message.subject.to_vec(),
        body: Body::Reading(Form::Text),
    };
    app.details.shown = Some(shown);
    (app.details.line, app.details.column) = (0, 0);
    lay_out(app)
}

/// Lays the payload out: at once where it is small, in a job where it is not.
fn lay_out(app: &mut App) -> Vec<Effect> {
    let Some(shown) = &mut app.details.shown else {
        return Vec::new();
    };
    let form = app
        .details
        .form
        .unwrap_or_else(|| payload::detect(&shown.bytes));
    if payload::is_large(shown.bytes.len()) {
        shown.body = Body::Reading(form);
        let job = Job::ReadDocument {
            id: shown.id,
            bytes: shown.bytes.clone(),
            form,
        };
        return vec![Effect::Job(job)];
    }
    shown.body = Body::Ready(Box::new(Document::read(shown.bytes.clone(), form)));
    Vec::new()
}

/// Does what a key means in this pane.
pub fn act(app: &mut App, action: &Action, now: Now) -> Vec<Effect> {
    if let Some(step) = action.step() {
        scroll(app, step);
        return Vec::new();
    }
    match action {
        Action::NextForm => return next_form(app, now),
        Action::Wrap => app.details.wrap = !app.details.wrap,
        Action::Left => app.details.column = app.details.column.saturating_sub(8),
        Action::Right => app.details.column += 8,
        _ => {}
    }
    Vec::new()
}

/// Scrolls the payload.
pub fn scroll(app: &mut App, step: Move) {
    let height = usize::from(app.layout.rows(Focus::Details).max(1));
    let width = usize::from(app.layout.details.width.saturating_sub(4));
    let last = app.details.lines(width).saturating_sub(height);
    let line = &mut app.details.line;
    *line = match step {
        Move::Up => line.saturating_sub(1),
        Move::Down => *line + 1,
        Move::PageUp => line.saturating_sub(height - 1),
        Move::PageDown => *line + height - 1,
        Move::HalfUp => line.saturating_sub(height / 2),
        Move::HalfDown => *line + height / 2,
        Move::Home => 0,
        Move::End => last,
    }
    .min(last);
}

fn next_form(app: &mut App, now: Now) -> Vec<Effect> {
    let Some(shown) = &app.details.shown else {
        app.toasts.show(
            Level::Notice,
            "There is no message to look at yet.",
            now.instant,
        );
        return Vec::new();
    };
    let current = match &shown.body {
        Body::Ready(document) => document.form(),
        Body::Reading(form) => *form,
    };
    app.details.form = Some(current.next());
    (app.details.line, app.details.column) = (0, 0);
    lay_out(app)
}
