//! How the message looked at is drawn.

use ratatui::{
    buffer::Buffer,
    layout::{Margin, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{Body, Shown, occurs, place::Top, queries};
use crate::{
    payload::{Document, Form, Piece},
    text::size,
    tui::{
        app::{App, Focus},
        panes::{self, messages::marked},
        theme::Theme,
        widgets::{fit, put, scrollbar},
    },
};

const LABEL: usize = 9;

/// Draws the pane.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let Some(shown) = &app.details.shown else {
        let inside = panes::border(app, Focus::Details, Vec::new(), "").draw(area, buffer);
        return panes::empty(
            "The selected message shows here.",
            app.theme.dim,
            inside,
            buffer,
        );
    };
    let form = shown.body.form();
    let focused = app.focus == Focus::Details && app.overlays.is_empty();
    let name = Span::styled(form.to_string(), app.theme.accent);
    let others: Vec<String> = shown
        .forms
        .iter()
        .filter(|other| **other != form)
        .map(Form::to_string)
        .collect();
    let others = others.join(" ");
    let inside = panes::border(app, Focus::Details, vec![name], &others).draw(area, buffer);
    let track = scrollbar::track(area, inside);
    let inside = inside.inner(Margin::new(1, 0));
    let width = usize::from(inside.width);
    if let Some(lines) = app.details.lines(width) {
        let (visible, all) = lines.extent(app.details.top, usize::from(inside.height));
        scrollbar::draw(visible, all, app.theme.border(focused), track, buffer);
    }
    let head = head(&app.theme, shown, width);
    let top = app.details.top;
    let from = Top {
        line: top.line.saturating_sub(head.len()),
        ..top
    };
    let body = body(app, shown, width, from, usize::from(inside.height));
    let lines = head.into_iter().skip(top.line).chain(body);
    let query = app.store.query().filter(|_| app.store.is_hit(shown.id));
    let queries = query.map(|query| queries(query, form));
    let queries = queries.unwrap_or_default();
    let lines = lines.map(|line| {
        let text: String = line
            .spans
            .iter()
            .map(|span| span.content.as_ref())
            .collect();
        match queries.iter().find(|query| occurs(query, &text)) {
            Some(query) => Line::from(marked(line.spans, query, app.theme.hit)),
            None => line,
        }
    });
    for (line, y) in lines.zip(inside.y..inside.bottom()) {
        put::line(buffer, inside.x, y, &line, inside.width);
    }
}

/// How many lines stand above the payload.
pub fn head_lines(shown: &Shown) -> usize {
    let headers = if shown.headers.is_empty() && !shown.bad_headers {
        0
    } else {
        2
    };
    let problem = usize::from(problem(shown).is_some());
    let failed = usize::from(shown.service_error.is_some());
    shown.facts.len()
        + failed
        + headers
        + shown.headers.len()
        + usize::from(shown.bad_headers)
        + 1
        + problem
}

/// Why the payload is not shown in the form asked for.
fn problem(shown: &Shown) -> Option<&str> {
    match &shown.body {
        Body::Ready(document) => document.problem(),
        Body::Reading(_) => None,
    }
}

fn head<'a>(theme: &Theme, shown: &Shown, width: usize) -> Vec<Line<'a>> {
    let row = |label: &str, value: &str, indent: usize, label_width: usize, style: Style| {
        let room = width.saturating_sub(indent + label_width);
        Line::from(vec![
            Span::styled(
                format!("{:indent$}{:label_width$}", "", fit(label, label_width - 1)),
                theme.dim,
            ),
            Span::styled(fit(value, room).into_owned(), style),
        ])
    };
    let mut lines: Vec<Line> = shown
        .facts
        .iter()
        .map(|(label, value)| row(label, value, 0, LABEL, theme.text))
        .collect();
    if let Some(error) = &shown.service_error {
        lines.push(row("failed", error, 0, LABEL, theme.bad));
    }
    if !shown.headers.is_empty() || shown.bad_headers {
        lines.push(Line::default());
        lines.push(Line::styled("headers", theme.dim));
        let longest = shown
            .headers
            .iter()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or(0);
        let label = longest.clamp(4, width / 2 + 4) + 1;
        lines.extend(
            shown
                .headers
                .iter()
                .map(|(name, value)| row(name, value, 2, label, theme.text)),
        );
        if shown.bad_headers {
            lines.push(Line::styled(
                "  these headers do not follow the rules",
                theme.bad,
            ));
        }
    }
    lines.push(Line::default());
    if let Some(problem) = problem(shown) {
        let text = fit(problem, width).into_owned();
        lines.push(Line::styled(text, theme.notice));
    }
    debug_assert_eq!(lines.len(), head_lines(shown));
    lines
}

/// The payload, from that row of that line on.
fn body<'a>(app: &App, shown: &Shown, width: usize, from: Top, height: usize) -> Vec<Line<'a>> {
    let theme = &app.theme;
    let document = match &shown.body {
        Body::Reading(form) => {
            let size = size::rounded(shown.bytes.len() as u64);
            return vec![Line::styled(
                format!("laying out {size} as {form}…"),
                theme.notice,
            )];
        }
        Body::Ready(document) => document,
    };
    if shown.bytes.is_empty() {
        return vec![Line::styled("no payload", theme.dim)];
    }
    let below = from.line..document.lines();
    if !app.details.wraps(document.form()) {
        let column = app.details.column;
        return below
            .take(height)
            .map(|n| cut_line(theme, document, n, column, width))
            .collect();
    }
    let rows = |n| {
        let first = if n == from.line { from.row } else { 0 };
        (first..document.rows(n, width)).map(move |row| (n, row))
    };
    below
        .flat_map(rows)
        .take(height)
        .map(|(n, row)| line(theme, document.row(n, row, width)))
        .collect()
}

/// The cells of a line from a column on, with `…` at an end where it goes on beyond the edge.
fn cut_line<'a>(
    theme: &Theme,
    document: &Document,
    n: usize,
    column: usize,
    width: usize,
) -> Line<'a> {
    let holds = |column| !document.line(n, column, 1).is_empty();
    let before = column > 0 && width > 2 && holds(column - 1);
    let behind = width > 1 && holds(column + width);
    let (skipped, left_out) = (usize::from(before), usize::from(behind));
    let shown = document.line(n, column + skipped, width - skipped - left_out);
    let mut spans = line(theme, shown).spans;
    let mark = || Span::styled("…", theme.dim);
    if before {
        spans.insert(0, mark());
    }
    spans.extend(behind.then(mark));
    Line::from(spans)
}

fn line<'a>(theme: &Theme, pieces: Vec<Piece>) -> Line<'a> {
    let spans = pieces.into_iter().map(|piece| {
        let style = theme.painted(theme.payload(piece.kind), piece.paint);
        Span::styled(piece.text, style)
    });
    Line::from_iter(spans)
}
