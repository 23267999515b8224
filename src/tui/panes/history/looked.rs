//! The request under the cursor, whole: where it went, what was sent, and what came back.

use jiff::tz::TimeZone;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    payload::{self, Document},
    protocol::HeaderBlock,
    requests::{Entry, HIDDEN, Kind, ReplyRecord},
    text,
    text::{duration, number, size},
    tui::{
        app::App,
        panes::request,
        theme::Theme,
        widgets::{fit, put},
    },
};

const LABEL: usize = 9;

/// Bytes of a payload that are laid out to be looked at; of a reply no more are kept.
const SHOWN: usize = ReplyRecord::KEPT;

/// One request laid out: rows are made as they are looked at, and how many there are is known.
#[derive(Debug, Default)]
pub struct EntryDetails {
    of: Option<Of>,
    documents: Vec<Document>,
    lines: Vec<Row>,
    /// Rows up to the end of each line.
    ends: Vec<usize>,
    /// Rows scrolled away.
    top: usize,
}

/// What it was laid out for: where one of these changes it is laid out anew.
#[derive(Debug, PartialEq)]
struct Of {
    id: String,
    /// Of the entries of the history.
    revision: u64,
    width: usize,
    zone: TimeZone,
}

/// A line of what stands below each other.
#[derive(Debug)]
enum Row {
    /// One row.
    Ready(Line<'static>),
    /// A line of one of the documents, on as many rows as it takes.
    Of { document: usize, line: usize },
}

impl EntryDetails {
    fn push(&mut self, line: Line<'static>) {
        self.add(Row::Ready(line), 1);
    }

    fn push_payload(&mut self, bytes: &[u8], width: usize) {
        let head = bytes.get(..SHOWN).unwrap_or(bytes);
        let mut laid_out = Document::read(head, payload::detect(head));
        laid_out.fit(width);
        let document = self.documents.len();
        for line in 0..laid_out.lines() {
            self.add(Row::Of { document, line }, laid_out.rows(line, width));
        }
        self.documents.push(laid_out);
    }

    fn add(&mut self, line: Row, rows: usize) {
        self.lines.push(line);
        self.ends.push(self.all() + rows);
    }

    /// How many rows there are.
    fn all(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// The rows from one on, made as they are asked for.
    fn rows<'a>(&'a self, theme: &'a Theme, from: usize) -> impl Iterator<Item = Line<'static>> {
        let first = self.ends.partition_point(|end| *end <= from);
        let before = first.checked_sub(1).and_then(|n| self.ends.get(n));
        let mut begin = before.copied().unwrap_or(0);
        let width = self.of.as_ref().map_or(0, |of| of.width);
        let lines = self.lines.iter().zip(&self.ends).skip(first);
        lines.flat_map(move |(line, end)| {
            let rows = from.saturating_sub(begin)..end - begin;
            begin = *end;
            rows.map(move |row| self.row(theme, line, row, width))
        })
    }

    fn row(&self, theme: &Theme, line: &Row, row: usize, width: usize) -> Line<'static> {
        let (document, line) = match line {
            Row::Ready(line) => return line.clone(),
            Row::Of { document, line } => (self.documents.get(*document), *line),
        };
        let pieces = document.map(|document| document.row(line, row, width));
        let pieces = pieces.into_iter().flatten();
        Line::from_iter(pieces.map(|piece| Span::styled(piece.text, theme.payload(piece.kind))))
    }
}

/// Lays out the request under the cursor, where it is not laid out as it is now.
pub fn refresh(app: &mut App) {
    let (_, area) = app.layout.history_parts();
    if area.is_empty() {
        app.history.details = EntryDetails::default();
        return;
    }
    let Some(entry) = app.history.selected() else {
        return;
    };
    let of = Of {
        id: entry.id.clone(),
        revision: app.history.revision,
        width: width_of(area),
        zone: app.calendar.zone().clone(),
    };
    let before = app.history.details.of.as_ref();
    if before != Some(&of) {
        let is_same = before.is_some_and(|before| before.id == of.id);
        let top = if is_same { app.history.details.top } else { 0 };
        app.history.details = EntryDetails {
            top,
            ..laid_out(app, entry, of)
        };
    }
    let details = &mut app.history.details;
    details.top = details.top.min(most(details, area));
}

/// Scrolls a page, but for two rows that stay.
pub fn scroll(app: &mut App, down: bool) {
    let (_, area) = app.layout.history_parts();
    let step = usize::from(area.height.saturating_sub(2)).max(1);
    let details = &mut app.history.details;
    details.top = if down {
        (details.top + step).min(most(details, area))
    } else {
        details.top.saturating_sub(step)
    };
}

/// Draws it.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let (theme, width) = (&app.theme, usize::from(area.width));
    let details = &app.history.details;
    let (all, height) = (details.all(), usize::from(area.height));
    let top = details.top.min(all.saturating_sub(height));
    let below = all.saturating_sub(top + height);
    let shown = if below > 0 { height - 1 } else { height };
    let mut y = area.y;
    for line in details.rows(theme, top).take(shown) {
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

/// Columns for text: one is free on either side.
fn width_of(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(2))
}

/// How many rows may be scrolled away.
fn most(details: &EntryDetails, area: Rect) -> usize {
    details.all().saturating_sub(usize::from(area.height))
}

fn laid_out(app: &App, entry: &Entry, of: Of) -> EntryDetails {
    let (theme, width) = (&app.theme, of.width);
    let fact = |label: &str, value: &str, style: Style| {
        Line::from(vec![
            Span::styled(format!("{label:<LABEL$}"), theme.dim),
            Span::styled(fit(value, width.saturating_sub(LABEL)).into_owned(), style),
        ])
    };
    let shown = |text: &str| text::visible(text.as_bytes()).into_owned();
    let at = entry.at.to_zoned(of.zone.clone());
    let mut details = EntryDetails {
        of: Some(of),
        ..EntryDetails::default()
    };
    let subject = text::visible_subject(&entry.subject);
    details.push(fact("subject", &subject, theme.text));
    if let Some(name) = &entry.name {
        details.push(fact("saved as", &shown(name), theme.text));
    }
    if let Some(context) = &entry.context {
        details.push(fact("context", &shown(context), theme.text));
    }
    if !entry.server.is_empty() {
        details.push(fact("server", &shown(&entry.server), theme.text));
    }
    let when = at.strftime("%Y-%m-%d %H:%M:%S %Z").to_string();
    details.push(fact("sent", &when, theme.text));
    if entry.kind == Kind::Request {
        let timeout = duration::setting(entry.timeout);
        details.push(fact("timeout", &timeout, theme.text));
    }
    let secrets = &app.setup.secrets;
    let hidden = |name: &str| entry.hides(secrets, name);
    for (name, value) in &entry.headers {
        let value = if hidden(name) { HIDDEN } else { value };
        let header = format!("{}: {}", shown(name), shown(value));
        details.push(fact("header", &header, theme.text));
    }
    details.push(Line::default());
    details.push_payload(&entry.payload, width);
    if entry.payload.len() > SHOWN {
        details.push(cut(theme, "the beginning, of", entry.payload.len()));
    }
    let Some(outcome) = &entry.outcome else {
        return details;
    };
    let style = if request::is_good(outcome) {
        theme.good
    } else {
        theme.bad
    };
    details.push(Line::default());
    let said = request::sentence(outcome);
    details.push(Line::styled(fit(&said, width).into_owned(), style));
    for reply in &outcome.replies {
        let block = HeaderBlock::parse(&reply.header);
        if let Some(status) = block.status {
            let status = format!("{status} {}", text::visible(block.description));
            details.push(fact("status", status.trim_end(), theme.text));
        }
        for (name, value) in &block.fields {
            let name = text::visible(name);
            let value = match hidden(name.trim()) {
                true => HIDDEN.into(),
                false => text::visible(value),
            };
            let header = format!("{name}: {value}");
            details.push(fact("header", &header, theme.text));
        }
        details.push_payload(&reply.payload, width);
        if let Some(whole) = reply.truncated {
            details.push(cut(theme, "no more was kept, of", whole));
        }
    }
    details
}

fn cut(theme: &Theme, words: &str, whole: usize) -> Line<'static> {
    let text = format!("… {words} {}", size::rounded(whole as u64));
    Line::styled(text, theme.notice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_from_any_place_on_are_the_same_rows() {
        let long = "x".repeat(50);
        for payload in [
            "",
            "{\"a\":[1,2,{\"b\":\"c\"}]}",
            &format!("a\n{long}\n\n{long}"),
        ] {
            for width in [1, 2, 10, 80] {
                let of = Of {
                    id: String::new(),
                    revision: 0,
                    width,
                    zone: TimeZone::UTC,
                };
                let mut details = EntryDetails {
                    of: Some(of),
                    ..EntryDetails::default()
                };
                details.push(Line::raw("subject"));
                details.push_payload(payload.as_bytes(), width);
                details.push(Line::raw("reply"));
                details.push_payload(payload.as_bytes(), width);
                let theme = Theme::plain();
                let all: Vec<Line> = details.rows(&theme, 0).collect();
                assert_eq!(all.len(), details.all());
                for from in 0..=all.len() + 1 {
                    let rows: Vec<Line> = details.rows(&theme, from).collect();
                    assert_eq!(
                        rows,
                        all.get(from..).unwrap_or_default(),
                        "{from} of {width}"
                    );
                }
            }
        }
    }
}
