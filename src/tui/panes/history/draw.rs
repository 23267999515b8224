//! How the history is drawn: the list, and beside it the request looked at.

use jiff::tz::TimeZone;
use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Margin, Rect},
    text::{Line, Span},
};

use crate::{
    history::{Entry, Kind},
    payload,
    tui::{
        app::{App, Focus},
        finder::{Look, as_typed},
        panes::{self, request},
        widgets::{fit, fit::left, number, scrollbar, width},
    },
};

/// Draws the pane.
pub fn draw(app: &App, area: Rect, frame: &mut Frame) {
    let pane = &app.history;
    let count = format!(
        "{} of {}",
        number::count(pane.finder.count() as u64),
        number::count(pane.rows.len() as u64)
    );
    let border = panes::border(app, Focus::History, Vec::new(), &count);
    let inside = border.draw(area, frame.buffer_mut());
    let inside = inside.inner(Margin::new(1, 0));
    if inside.height < 2 {
        return;
    }
    let (theme, focused) = (
        &app.theme,
        app.focus == Focus::History && app.overlays.is_empty(),
    );
    let look = Look {
        label: "find  ",
        label_style: theme.accent,
        placeholder: "type to find by name, subject or payload",
        field: panes::field_style(theme),
        focused,
        shown: as_typed,
    };
    let rest = pane.finder.draw_field(&look, inside, frame);
    let buffer = frame.buffer_mut();
    if pane.finder.count() == 0 {
        let sentence = if pane.rows.is_empty() {
            "Nothing was sent yet. Esc, then r composes a request; what you send is kept here."
        } else {
            "Nothing is found. Esc empties the field."
        };
        return panes::empty(sentence, theme.dim, rest, buffer);
    }
    let side = if rest.width >= 100 {
        rest.width * 2 / 5
    } else {
        0
    };
    let list_area = Rect {
        width: rest.width - side,
        ..rest
    };
    let total = pane.finder.count() as u64;
    let visible =
        pane.finder.draw_rows(
            theme.selected,
            list_area,
            buffer,
            |row, selected| match pane.entry(row) {
                Some(entry) => line(app, entry, selected, list_area.width),
                None => Line::default(),
            },
        );
    let track = scrollbar::track(area, rest);
    scrollbar::draw(visible, total, theme.border(focused), track, buffer);
    if let Some(entry) = pane.selected().filter(|_| side > 0) {
        let place = Rect {
            x: rest.right() - side + 2,
            width: side - 2,
            ..rest
        };
        looked_at(app, entry, place, buffer);
    }
}

fn line<'a>(app: &App, entry: &Entry, selected: bool, cells: u16) -> Line<'a> {
    let theme = &app.theme;
    let dim = theme.dim_on(selected);
    let arrow = match entry.kind {
        Kind::Request => "▸",
        Kind::Publish => "»",
    };
    let (outcome, style) = outcome(app, entry);
    let name = match &entry.name {
        Some(name) => format!("★ {}", payload::visible(name.as_bytes())),
        None => payload::visible(&entry.subject).into_owned(),
    };
    let cells = usize::from(cells);
    let subject = (cells / 4).clamp(12, 36);
    let room = cells.saturating_sub(13 + 2 + subject + 1 + 1 + width(&outcome));
    let preview = payload::preview(&entry.payload, room.saturating_sub(1));
    let gap = room.saturating_sub(width(&preview));
    Line::from(vec![
        Span::styled(format!("{} ", when(entry, app.calendar.zone())), dim),
        Span::styled(format!("{arrow} "), theme.outgoing),
        Span::styled(
            left(&name, subject),
            if entry.name.is_some() {
                theme.bold
            } else {
                theme.text
            },
        ),
        Span::styled(format!(" {preview}{:gap$} ", ""), dim),
        Span::styled(outcome, style),
    ])
}

fn outcome(app: &App, entry: &Entry) -> (String, ratatui::style::Style) {
    match &entry.outcome {
        None => ("…".into(), app.theme.notice),
        Some(outcome) if request::is_good(outcome) => (
            outcome.rtt.map(number::elapsed).unwrap_or_default(),
            app.theme.good,
        ),
        Some(outcome) => {
            let said = request::sentence(outcome);
            let short = said.split(':').next().unwrap_or_default().to_owned();
            (fit(&short, 24).into_owned(), app.theme.bad)
        }
    }
}

/// Day and time, in twelve cells: `23 Nov 12:00`.
fn when(entry: &Entry, zone: &TimeZone) -> String {
    entry
        .at
        .to_zoned(zone.clone())
        .strftime("%d %b %H:%M")
        .to_string()
}

fn looked_at(app: &App, entry: &Entry, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let cells = usize::from(area.width);
    let fact = |label: &str, value: &str| {
        Line::from(vec![
            Span::styled(format!("{label:<9}"), theme.dim),
            Span::styled(fit(value, cells.saturating_sub(9)).into_owned(), theme.text),
        ])
    };
    let mut lines = vec![fact("subject", &payload::visible(&entry.subject))];
    if let Some(name) = &entry.name {
        lines.push(fact("saved as", &payload::visible(name.as_bytes())));
    }
    let place = entry.context.as_deref().unwrap_or(&entry.server);
    lines.push(fact("sent to", &payload::visible(place.as_bytes())));
    if entry.kind == Kind::Request {
        lines.push(fact("timeout", &number::setting(entry.timeout)));
    }
    for (name, value) in &entry.headers {
        let text = format!(
            "{}: {}",
            payload::visible(name.as_bytes()),
            payload::visible(value.as_bytes())
        );
        lines.push(fact("header", &text));
    }
    lines.push(Line::default());
    lines.extend(text_lines(&entry.payload, cells, 12).map(|text| Line::styled(text, theme.text)));
    if let Some(outcome) = &entry.outcome {
        let style = if request::is_good(outcome) {
            theme.good
        } else {
            theme.bad
        };
        lines.push(Line::default());
        lines.push(Line::styled(
            fit(&request::sentence(outcome), cells).into_owned(),
            style,
        ));
        for reply in &outcome.replies {
            lines.extend(
                text_lines(&reply.payload, cells, 12).map(|text| Line::styled(text, theme.text)),
            );
        }
    }
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        buffer.set_line(area.x, y, line, area.width);
    }
}

fn text_lines(bytes: &[u8], cells: usize, most: usize) -> impl Iterator<Item = String> {
    bytes
        .split(|byte| *byte == b'\n')
        .take(most)
        .map(move |line| payload::preview(line, cells))
}
