//! How the history is drawn: the list, and beside it the request looked at.

use jiff::tz::TimeZone;
use ratatui::{
    Frame,
    layout::{Margin, Rect},
    style::Style,
    text::{Line, Span},
};

use super::looked;
use crate::{
    payload,
    requests::{Entry, Kind},
    text,
    text::{duration, number},
    tui::{
        app::{App, Focus},
        finder::{Look, as_typed},
        panes::{self, request},
        widgets::{fit, fit::left, scrollbar, width},
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
        let sentence = match (pane.rows.is_empty(), app.sends()) {
            (true, true) => {
                "Nothing was sent yet. Esc, then r composes a request; what you send is kept here."
            }
            (true, false) => "Nothing was sent yet. Esc goes back to the recording.",
            (false, _) => "Nothing is found. Esc empties the field.",
        };
        return panes::empty(sentence, theme.dim, rest, buffer);
    }
    let (list, details) = app.layout.history_parts();
    let list = list.inner(Margin::new(1, 0)).intersection(rest);
    let total = pane.finder.count() as u64;
    let visible = pane
        .finder
        .draw_rows(theme.selected, list, buffer, |row, selected| {
            match pane.entry(row) {
                Some(entry) => line(app, entry, selected, list.width),
                None => Line::default(),
            }
        });
    let track = scrollbar::track(area, list);
    scrollbar::draw(visible, total, theme.border(focused), track, buffer);
    if pane.selected().is_some() && !details.is_empty() {
        looked::draw(app, details.inner(Margin::new(1, 0)), buffer);
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
    let cells = usize::from(cells);
    let subject = (cells / 4).clamp(12, 36);
    let room = cells.saturating_sub(13 + 2 + subject + 1 + 1 + width(&outcome));
    // the name may take two thirds of what is left
    let name = match &entry.name {
        Some(name) => {
            let name = format!("★ {}", text::visible(name.as_bytes()));
            format!("{}  ", fit(&name, room * 2 / 3))
        }
        None => String::new(),
    };
    let room = room.saturating_sub(width(&name));
    let preview = payload::preview(&entry.payload, room.saturating_sub(1));
    let gap = room.saturating_sub(width(&preview));
    Line::from(vec![
        Span::styled(format!("{} ", when(entry, app.calendar.zone())), dim),
        Span::styled(format!("{arrow} "), theme.outgoing),
        Span::styled(
            left(&text::visible_subject(&entry.subject), subject),
            theme.text,
        ),
        Span::raw(" "),
        Span::styled(name, theme.bold),
        Span::styled(format!("{preview}{:gap$} ", ""), dim),
        Span::styled(outcome, style),
    ])
}

fn outcome(app: &App, entry: &Entry) -> (String, Style) {
    match &entry.outcome {
        None => ("…".into(), app.theme.notice),
        Some(outcome) if request::is_good(outcome) => (
            outcome.rtt.map(duration::measured).unwrap_or_default(),
            app.theme.good,
        ),
        Some(outcome) => {
            let short = match &outcome.service_error {
                Some(error) => error.to_string(),
                None => {
                    let said = request::sentence(outcome);
                    said.split(':').next().unwrap_or_default().to_owned()
                }
            };
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
