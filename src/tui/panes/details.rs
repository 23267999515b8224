//! Details: the message looked at. It holds a copy of its own, so that eviction takes nothing away.

mod draw;
mod place;

pub use draw::draw;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use self::place::{Lines, Top};
use super::messages;
use crate::{
    client::Sid,
    payload::{self, Document, Form},
    protocol::{HeaderBlock, ServiceError},
    store::{Direction, MessageId, Query},
    text,
    text::size,
    tui::{
        app::{Action, App, Effect, Focus, Job, Level, Now},
        overlays::copy,
        widgets::{scroll::Move, scrollbar},
    },
};

/// How often the message changes by itself while the log is followed.
const CALM: Duration = Duration::from_secs(1);

/// Lines of a payload, and columns of each, in which a hit is looked for to be scrolled to.
const LOOKED_AT: (usize, usize) = (2000, 2000);

/// The labels of facts that depend on the zone.
const TIME: &str = "time";
const DATE: &str = "date";

/// Columns of a step to the side.
const SIDEWAYS: usize = 8;

/// The pane.
#[derive(Debug, Default)]
pub struct Details {
    shown: Option<Shown>,
    /// The form chosen by hand; otherwise the payload is looked at.
    form: Option<Form>,
    /// Whether lines are wrapped, where that was chosen by hand; otherwise lines of text are.
    wrap: Option<bool>,
    top: Top,
    column: usize,
}

/// The message shown, with everything that is needed of it.
#[derive(Debug)]
struct Shown {
    id: MessageId,
    since: Instant,
    facts: Vec<(String, String)>,
    /// What the service says that failed, where this is its reply.
    service_error: Option<String>,
    headers: Vec<(String, String)>,
    bad_headers: bool,
    bytes: Arc<[u8]>,
    /// Bytes of the payload that were evicted before it was looked at.
    missing: usize,
    subject: Vec<u8>,
    reply: Option<Vec<u8>>,
    /// The header block as it came.
    header: Vec<u8>,
    /// When it came or went, in nanoseconds since the Unix epoch.
    at: i64,
    direction: Direction,
    /// The forms that the payload has.
    forms: &'static [Form],
    body: Body,
    /// What is searched for, once its first hit here was gone to.
    sought: Option<Query>,
    /// Whether it was told that another message may show by now.
    is_overdue: bool,
}

#[derive(Debug)]
enum Body {
    Ready(Box<Document>),
    /// A job is laying it out.
    Reading(Form),
}

impl Body {
    /// The form that the payload is shown in, or will be.
    fn form(&self) -> Form {
        match self {
            Body::Ready(document) => document.form(),
            Body::Reading(form) => *form,
        }
    }
}

impl Details {
    /// What can be copied of the message shown.
    pub fn source(&self) -> Option<copy::Source> {
        self.shown.as_ref().map(|shown| copy::Source {
            at: shown.at,
            direction: shown.direction,
            subject: shown.subject.clone(),
            reply: shown.reply.clone(),
            header: shown.header.clone(),
            payload: shown.bytes.clone(),
            missing: shown.missing,
        })
    }

    /// The payload shown, and its subject.
    pub fn payload(&self) -> Option<(&[u8], &[u8])> {
        self.shown
            .as_ref()
            .map(|shown| (&shown.subject[..], &shown.bytes[..]))
    }

    /// Takes a layout that a job finished, unless another message or form is wanted by now.
    pub fn laid_out(&mut self, id: MessageId, form: Form, document: Box<Document>) {
        if let Some(shown) = self.shown.as_mut().filter(|shown| shown.id == id)
            && matches!(shown.body, Body::Reading(wanted) if wanted == form)
        {
            shown.body = Body::Ready(document);
        }
    }

    /// What the message shown and its layout occupy, in bytes.
    pub fn memory(&self) -> usize {
        self.shown.as_ref().map_or(0, |shown| {
            let layout = match &shown.body {
                Body::Ready(document) => document.footprint(),
                Body::Reading(_) => 0,
            };
            shown.bytes.len() + shown.header.len() + layout
        })
    }

    /// Whether lines are wrapped.
    fn wraps(&self, form: Form) -> bool {
        let is_text = matches!(form, Form::Text | Form::Raw);
        self.wrap.unwrap_or(is_text)
    }

    /// Everything there is to scroll through: the facts, then the payload.
    fn lines(&self, width: usize) -> Option<Lines<impl Fn(usize) -> usize>> {
        let shown = self.shown.as_ref()?;
        let head = draw::head_lines(shown);
        let document = match &shown.body {
            Body::Ready(document) => Some(document),
            Body::Reading(_) => None,
        };
        let wrapped = document.filter(|document| self.wraps(document.form()));
        Some(Lines {
            count: head + document.map_or(1, |document| document.lines()),
            rows: move |line: usize| match (line.checked_sub(head), wrapped) {
                (Some(n), Some(document)) => document.rows(n, width),
                _ => 1,
            },
        })
    }
}

/// Makes the pane show the message under the cursor. While the log is followed it changes at most
/// once a second, so that it can be read. While the pane has the keys it changes by no message
/// that comes, and by none that is evicted.
pub fn refresh(app: &mut App, now: Now) -> Vec<Effect> {
    let wanted = messages::selected(app);
    let following = app.messages.place.is_following();
    let is_gone = |id| messages::rows(app).entry(id).is_none();
    let effects = match (&app.details.shown, wanted) {
        (Some(_), None) => {
            app.details.shown = None;
            Vec::new()
        }
        (Some(shown), Some(wanted)) if shown.id == wanted => Vec::new(),
        (Some(shown), _) if app.focus == Focus::Details && (following || is_gone(shown.id)) => {
            Vec::new()
        }
        (Some(shown), _)
            if following && now.instant.saturating_duration_since(shown.since) < CALM =>
        {
            Vec::new()
        }
        (_, Some(wanted)) => show(app, wanted, now),
        (None, None) => Vec::new(),
    };
    settle(app);
    if app.details.shown.as_ref().is_some_and(|shown| {
        matches!(shown.body, Body::Ready(_)) && shown.sought.as_ref() != app.store.query()
    }) {
        go_to_hit(app);
    }
    effects
}

/// How soon a newer message may show, where one waits for that.
pub fn next_change(app: &App, now: Now) -> Option<Duration> {
    let shown = app.details.shown.as_ref()?;
    let waits = !shown.is_overdue
        && app.messages.place.is_following()
        && app.focus != Focus::Details
        && messages::selected(app).is_some_and(|newest| newest != shown.id);
    let until = shown.since + CALM;
    waits.then(|| until.saturating_duration_since(now.instant))
}

/// Says once that a newer message may show by now.
pub fn pass(app: &mut App, now: Now) -> bool {
    let is_due = next_change(app, now).is_some_and(|wait| wait.is_zero());
    if let Some(shown) = app.details.shown.as_mut().filter(|_| is_due) {
        shown.is_overdue = true;
    }
    is_due
}

/// Fits what is shown to the size of the pane: the bytes in a line of hex, and the place.
fn settle(app: &mut App) {
    let (width, height) = room(app);
    if let Some(Body::Ready(document)) = app.details.shown.as_mut().map(|shown| &mut shown.body) {
        document.fit(width);
    }
    let top = app
        .details
        .lines(width)
        .map(|lines| lines.within(app.details.top, height));
    app.details.top = top.unwrap_or_default();
}

/// Columns and rows for text inside the border.
fn room(app: &App) -> (usize, usize) {
    let width = usize::from(app.layout.details.width.saturating_sub(4));
    (width, usize::from(app.layout.rows(Focus::Details).max(1)))
}

fn show(app: &mut App, id: MessageId, now: Now) -> Vec<Effect> {
    let Some(message) = messages::message(app, id) else {
        app.details.shown = None;
        return Vec::new();
    };
    let block = HeaderBlock::parse(message.header);
    let mut facts = vec![(
        "subject".to_owned(),
        text::visible_subject(message.subject).into_owned(),
    )];
    if let Some((_, asked)) = message.answers {
        facts.push(("answers".into(), text::visible_subject(asked).into_owned()));
    }
    if let Some(reply) = message.reply {
        facts.push(("reply".into(), text::visible_subject(reply).into_owned()));
    }
    facts.push(("size".into(), size::rounded(message.size() as u64)));
    facts.extend([TIME, DATE].map(|label| (label.to_owned(), String::new())));
    if message.missing > 0 {
        let missing = size::rounded(message.missing as u64);
        facts.push(("evicted".into(), format!("the last {missing}")));
    }
    if let Some(row) = app.subscriptions.of_sid(Sid(message.sid)) {
        facts.push((
            "via".into(),
            text::visible_subject(&row.subject).into_owned(),
        ));
    }
    if let Some(status) = block.status {
        let description = text::visible(block.description);
        facts.push((
            "status".into(),
            format!("{status} {description}").trim_end().to_owned(),
        ));
    }
    let headers = block.fields.iter().map(|(name, value)| {
        (
            text::visible(name).into_owned(),
            text::visible(value).into_owned(),
        )
    });
    let shown = Shown {
        id,
        since: now.instant,
        facts,
        service_error: ServiceError::of(message.header).map(|error| error.to_string()),
        headers: headers.collect(),
        bad_headers: block.malformed,
        bytes: message.payload.into(),
        missing: message.missing,
        subject: message.subject.to_vec(),
        reply: message.reply.map(<[u8]>::to_vec),
        header: message.header.to_vec(),
        at: message.at,
        direction: message.direction,
        forms: payload::forms(message.payload),
        body: Body::Reading(Form::Text),
        sought: None,
        is_overdue: false,
    };
    app.details.shown = Some(shown);
    tell_time(app);
    (app.details.top, app.details.column) = (Top::default(), 0);
    lay_out(app)
}

/// Tells when the message shown came, by the calendar as it is now.
pub fn tell_time(app: &mut App) {
    let Some(shown) = &mut app.details.shown else {
        return;
    };
    let way = match shown.direction {
        Direction::In => "received",
        Direction::Out => "sent by us",
    };
    for (label, value) in &mut shown.facts {
        match label.as_str() {
            TIME => *value = format!("{}  {way}", app.calendar.clock(shown.at)),
            DATE => *value = app.calendar.date_and_zone(shown.at),
            _ => {}
        }
    }
}

/// Scrolls to the first place in the payload of what is searched for now, where it is not on the screen.
fn go_to_hit(app: &mut App) {
    let (_, height) = room(app);
    let query = app.store.query().cloned();
    let Some(shown) = &mut app.details.shown else {
        return;
    };
    shown.sought.clone_from(&query);
    let (Body::Ready(document), Some(query)) = (&shown.body, query) else {
        return;
    };
    let queries = queries(&query, document.form());
    let holds = |line: &usize| {
        let pieces = document.line(*line, 0, LOOKED_AT.1);
        let text: String = pieces.into_iter().map(|piece| piece.text).collect();
        queries.iter().any(|query| occurs(query, &text))
    };
    let head = draw::head_lines(shown);
    let hit = (0..document.lines().min(LOOKED_AT.0)).find(holds);
    let on_screen = app.details.top.line..app.details.top.line + height;
    if let Some(line) = hit.map(|line| head + line)
        && !on_screen.contains(&line)
    {
        let line = if line < height { 0 } else { line - height / 3 };
        app.details.top = Top { line, row: 0 };
    }
}

/// What is searched for as it stands in a form: JSON is shown with blanks, whether it has them or not.
fn queries(query: &Query, form: Form) -> Vec<Query> {
    let spaced = (form == Form::Json)
        .then(|| spaced(query.typed()))
        .flatten();
    std::iter::once(query.clone()).chain(spaced).collect()
}

fn occurs(query: &Query, text: &str) -> bool {
    query.find_in(text.as_bytes()).next().is_some()
}

/// A text with a blank behind each `:` and `,`; `None` where it has them, or is a regular expression.
fn spaced(typed: &str) -> Option<Query> {
    let is_regex = typed.len() > 1 && typed.starts_with('/') && typed.ends_with('/');
    let mut spaced = String::with_capacity(typed.len() + 2);
    for char in typed.chars() {
        if char != ' ' && spaced.ends_with([':', ',']) {
            spaced.push(' ');
        }
        spaced.push(char);
    }
    let is_new = !is_regex && spaced.len() > typed.len();
    is_new.then(|| Query::parse(&spaced).ok()).flatten()
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
        Action::Wrap => {
            let form = app.details.shown.as_ref().map(|shown| shown.body.form());
            let wraps = app.details.wraps(form.unwrap_or(Form::Text));
            app.details.wrap = Some(!wraps);
            app.details.column = 0;
            let text = if wraps {
                "Long lines are cut; W wraps them, and → goes on along them."
            } else {
                "Long lines are wrapped; W cuts them."
            };
            app.toasts.show(Level::Done, text, now.instant);
        }
        Action::Left => app.details.column = app.details.column.saturating_sub(SIDEWAYS),
        Action::Right => scroll_right(app, now),
        _ => {}
    }
    Vec::new()
}

/// Scrolls the pane.
pub fn scroll(app: &mut App, step: Move) {
    let (width, height) = room(app);
    let from = app.details.top;
    let to = app
        .details
        .lines(width)
        .map(|lines| lines.step(from, step, height));
    app.details.top = to.unwrap_or_default();
}

/// Scrolls by lines, down where positive.
pub fn wheel(app: &mut App, lines: i64) {
    let step = if lines < 0 { Move::Up } else { Move::Down };
    for _ in 0..lines.unsigned_abs() {
        scroll(app, step);
    }
}

/// Goes to where a cell of the scrollbar stands for.
pub fn jump(app: &mut App, cell: u16, cells: u16) {
    if cell + 1 == cells {
        return scroll(app, Move::End);
    }
    let (width, height) = room(app);
    let to = app.details.lines(width).map(|lines| {
        let (visible, all) = lines.extent(app.details.top, height);
        let part = scrollbar::row_at(cell, visible.end - visible.start, all, cells);
        lines.at_part(part, height)
    });
    app.details.top = to.unwrap_or_default();
}

/// Scrolls lines that are not wrapped to the right, as long as one of them goes on there.
fn scroll_right(app: &mut App, now: Now) {
    let (width, height) = room(app);
    let details = &app.details;
    let Some(shown) = &details.shown else {
        return messages::nothing_selected(app, now);
    };
    if let Body::Ready(document) = &shown.body {
        if details.wraps(document.form()) {
            let text = "Long lines are wrapped: there is nothing to the right. W cuts them.";
            return app.toasts.show(Level::Notice, text, now.instant);
        }
        let first = details.top.line.saturating_sub(draw::head_lines(shown));
        let last = document.lines().min(first + height);
        let longest = (first..last).map(|n| document.columns(n)).max();
        if longest.is_some_and(|longest| details.column + width < longest) {
            app.details.column += SIDEWAYS;
        }
    }
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
    app.details.form = Some(payload::next_form(shown.forms, shown.body.form()));
    (app.details.top, app.details.column) = (Top::default(), 0);
    lay_out(app)
}
