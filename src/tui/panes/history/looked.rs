//! The request under the cursor, whole: where it went, what was sent, and what came back.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    history::{Entry, HIDDEN, Kind, ReplyRecord},
    payload::{self, Document},
    protocol::HeaderBlock,
    text,
    tui::{
        app::App,
        panes::request,
        theme::Theme,
        widgets::{fit, number, put},
    },
};

const LABEL: usize = 9;

/// Bytes of a payload that are laid out to be looked at; of a reply no more are kept.
const SHOWN: usize = ReplyRecord::KEPT;

/// The payloads of one request laid out, and how far they are scrolled.
#[derive(Debug, Default)]
pub struct Looked {
    /// The id of the request and how many replies it had.
    of: Option<(String, usize)>,
    sent: Option<Document>,
    replies: Vec<Document>,
    /// Rows scrolled away.
    top: usize,
}

/// What stands below each other.
enum Part<'a> {
    Line(Line<'static>),
    Text(&'a Document),
}

impl Part<'_> {
    fn rows(&self, width: usize) -> usize {
        match self {
            Part::Line(_) => 1,
            Part::Text(document) => (0..document.lines()).map(|n| document.rows(n, width)).sum(),
        }
    }
}

/// Lays out the request under the cursor, where it is another one than before.
pub fn refresh(app: &mut App) {
    let (_, area) = app.layout.history_parts();
    if area.is_empty() {
        app.history.looked = Looked::default();
        return;
    }
    let width = width_of(area);
    let Some(entry) = app.history.selected() else {
        return;
    };
    let replies = entry.outcome.iter().flat_map(|outcome| &outcome.replies);
    let of = (entry.id.clone(), replies.clone().count());
    if app.history.looked.of.as_ref() != Some(&of) {
        let before = app.history.looked.of.as_ref();
        let is_same = before.is_some_and(|(id, _)| *id == of.0);
        let top = if is_same { app.history.looked.top } else { 0 };
        app.history.looked = Looked {
            sent: Some(document(&entry.payload)),
            replies: replies.map(|reply| document(&reply.payload)).collect(),
            of: Some(of),
            top,
        };
    }
    let looked = &mut app.history.looked;
    for document in looked.sent.iter_mut().chain(&mut looked.replies) {
        document.fit(width);
    }
    let most = most(app, area);
    let looked = &mut app.history.looked;
    looked.top = looked.top.min(most);
}

/// Scrolls a page, but for two rows that stay.
pub fn scroll(app: &mut App, down: bool) {
    let (_, area) = app.layout.history_parts();
    let step = usize::from(area.height.saturating_sub(2)).max(1);
    let most = most(app, area);
    let looked = &mut app.history.looked;
    looked.top = if down {
        (looked.top + step).min(most)
    } else {
        looked.top.saturating_sub(step)
    };
}

/// Draws it.
pub fn draw(app: &App, entry: &Entry, area: Rect, buffer: &mut Buffer) {
    let (theme, width) = (&app.theme, usize::from(area.width));
    let parts = parts(app, entry, width);
    let all: usize = parts.iter().map(|part| part.rows(width)).sum();
    let height = usize::from(area.height);
    let top = app.history.looked.top.min(all.saturating_sub(height));
    let below = all.saturating_sub(top + height);
    let shown = if below > 0 { height - 1 } else { height };
    let rows = parts.iter().flat_map(|part| rows(theme, part, width));
    let mut y = area.y;
    for line in rows.skip(top).take(shown) {
        put::line(buffer, area.x, y, &line, area.width);
        y += 1;
    }
    if below > 0 {
        let more = format!(
            "… {} more lines: Shift-Down",
            number::count(below as u64 + 1)
        );
        let more = fit(&more, width).into_owned();
        put::line(
            buffer,
            area.x,
            y,
            &Line::styled(more, theme.dim),
            area.width,
        );
    }
}

fn document(bytes: &[u8]) -> Document {
    let head = bytes.get(..SHOWN).unwrap_or(bytes);
    Document::read(head, payload::detect(head))
}

/// Columns for text: one is free on either side.
fn width_of(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(2))
}

/// How many rows may be scrolled away.
fn most(app: &App, area: Rect) -> usize {
    let Some(entry) = app.history.selected() else {
        return 0;
    };
    let width = width_of(area);
    let parts = parts(app, entry, width);
    let all: usize = parts.iter().map(|part| part.rows(width)).sum();
    all.saturating_sub(usize::from(area.height))
}

/// The rows of a part, made as they are looked at.
fn rows<'a>(
    theme: &'a Theme,
    part: &'a Part<'_>,
    width: usize,
) -> Box<dyn Iterator<Item = Line<'static>> + 'a> {
    match part {
        Part::Line(line) => Box::new(std::iter::once(line.clone())),
        Part::Text(document) => {
            let rows = move |n| (0..document.rows(n, width)).map(move |row| (n, row));
            Box::new((0..document.lines()).flat_map(rows).map(move |(n, row)| {
                let pieces = document.row(n, row, width).into_iter();
                Line::from_iter(
                    pieces.map(|piece| Span::styled(piece.text, theme.payload(piece.kind))),
                )
            }))
        }
    }
}

fn parts<'a>(app: &'a App, entry: &Entry, width: usize) -> Vec<Part<'a>> {
    let (theme, looked) = (&app.theme, &app.history.looked);
    let fact = |label: &str, value: &str, style: Style| {
        Part::Line(Line::from(vec![
            Span::styled(format!("{label:<LABEL$}"), theme.dim),
            Span::styled(fit(value, width.saturating_sub(LABEL)).into_owned(), style),
        ]))
    };
    let shown = |text: &str| text::visible(text.as_bytes()).into_owned();
    let at = entry.at.to_zoned(app.calendar.zone().clone());
    let mut parts = vec![fact(
        "subject",
        &text::visible_subject(&entry.subject),
        theme.text,
    )];
    if let Some(name) = &entry.name {
        parts.push(fact("saved as", &shown(name), theme.text));
    }
    if let Some(context) = &entry.context {
        parts.push(fact("context", &shown(context), theme.text));
    }
    if !entry.server.is_empty() {
        parts.push(fact("server", &shown(&entry.server), theme.text));
    }
    let when = at.strftime("%Y-%m-%d %H:%M:%S %Z").to_string();
    parts.push(fact("sent", &when, theme.text));
    if entry.kind == Kind::Request {
        let timeout = number::setting(entry.timeout);
        parts.push(fact("timeout", &timeout, theme.text));
    }
    let secrets = &app.setup.secrets;
    let hidden = |name: &str| secrets.hides_of(entry, name);
    for (name, value) in &entry.headers {
        let value = if hidden(name) { HIDDEN } else { value };
        let header = format!("{}: {}", shown(name), shown(value));
        parts.push(fact("header", &header, theme.text));
    }
    parts.push(Part::Line(Line::default()));
    parts.extend(looked.sent.as_ref().map(Part::Text));
    if entry.payload.len() > SHOWN {
        parts.push(cut(theme, "the beginning, of", entry.payload.len()));
    }
    let Some(outcome) = &entry.outcome else {
        return parts;
    };
    let style = if request::is_good(outcome) {
        theme.good
    } else {
        theme.bad
    };
    parts.push(Part::Line(Line::default()));
    let said = request::sentence(outcome);
    parts.push(Part::Line(Line::styled(
        fit(&said, width).into_owned(),
        style,
    )));
    for (reply, document) in outcome.replies.iter().zip(&looked.replies) {
        let block = HeaderBlock::parse(&reply.header);
        if let Some(status) = block.status {
            let status = format!("{status} {}", text::visible(block.description));
            parts.push(fact("status", status.trim_end(), theme.text));
        }
        for (name, value) in &block.fields {
            let name = text::visible(name);
            let value = match hidden(name.trim()) {
                true => HIDDEN.into(),
                false => text::visible(value),
            };
            let header = format!("{name}: {value}");
            parts.push(fact("header", &header, theme.text));
        }
        parts.push(Part::Text(document));
        if let Some(whole) = reply.truncated {
            parts.push(cut(theme, "no more was kept, of", whole));
        }
    }
    parts
}

fn cut(theme: &Theme, words: &str, whole: usize) -> Part<'static> {
    let text = format!("… {words} {}", number::bytes(whole as u64));
    Part::Line(Line::styled(text, theme.notice))
}
