//! How the log is drawn.

use std::time::Duration;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{ListLine, Row, behind, marked, moving, rows, search};
use crate::{
    payload,
    protocol::{ServiceError, subject},
    store::{Direction, Entry, Marker, MarkerKind, Message, Outcome},
    text,
    text::{duration, number, size},
    tui::{
        app::{App, Focus, Phase},
        panes,
        widgets::{fit, list, scrollbar, width},
    },
};

const TIME: usize = 12;
const SIZE: usize = 8;
/// The share of the border's cells for the filter, and for what is searched for.
const TITLE: usize = 4;
/// Bytes of a payload in which a hit is looked for to be shown.
const LOOKED_AT: usize = 64 << 10;
/// Bytes of headers in which a row looks for what a service says that failed: it looks for each frame.
const HEADERS_LOOKED_AT: usize = 8 << 10;
/// Stands before a marked row, and on the scrollbar where there are some.
const MARK: &str = "◆";

/// Draws the pane.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let status = status(app);
    panes::border(app, Focus::Messages, title(app, area), &status).draw(area, buffer);
    let inside = app.layout.list(Focus::Messages);
    let rows = rows(app);
    if rows.is_empty() {
        return panes::empty(&nothing(app), app.theme.dim, inside, buffer);
    }
    let inside = Rect {
        x: inside.x + 1,
        width: inside.width.saturating_sub(2),
        ..inside
    };
    let columns = Columns::of(inside.width);
    let place = &app.messages.place;
    let visible = place.visible(&rows, inside.height);
    // the newest is selected as long as it is followed; marking every one of them would flicker
    let selected = place.selected_row(&rows).filter(|_| !place.is_following());
    let above = |row: u64| match rows.get(row.checked_sub(1)?)? {
        Row::Entry(entry) if app.messages.since_previous => Some(entry.at()),
        _ => None,
    };
    let lines = rows.lines(visible.clone(), inside.height);
    let line_of = |row| lines.iter().position(|line| *line == ListLine::Row(row));
    let selected_line = selected.and_then(line_of);
    let draw_row = |row| match rows.get(row) {
        Some(Row::Entry(Entry::Message(message))) => {
            message_line(app, &message, above(row), selected == Some(row), &columns)
        }
        Some(Row::Entry(Entry::Marker { marker, .. })) => {
            rule(&marker_text(marker), marker_style(app, marker), &columns)
        }
        Some(Row::Evicted) => rule("evicted", app.theme.notice, &columns),
        None => Line::default(),
    };
    list::draw(
        0..lines.len() as u64,
        selected_line.map(|line| line as u64),
        app.theme.selected,
        inside,
        buffer,
        |line| match lines.get(line as usize) {
            Some(ListLine::Row(row)) => draw_row(*row),
            Some(ListLine::Day(at)) => {
                rule(&app.calendar.date_line(*at), app.theme.accent, &columns)
            }
            None => Line::default(),
        },
    );
    let marks = &app.messages.marks;
    for (y, line) in (inside.y..inside.bottom()).zip(&lines) {
        if let ListLine::Row(row) = line
            && !marks.is_empty()
            && rows.id(*row).is_some_and(|id| marks.has(id))
        {
            buffer.set_string(inside.x - 1, y, MARK, app.theme.mark);
        }
    }
    let accent = app.theme.border(app.focus == Focus::Messages);
    let track = scrollbar::track(area, inside);
    scrollbar::draw(visible, rows.len(), accent, track, buffer);
    let ticks = moving::ticks(app, track.height);
    scrollbar::draw_marks(&ticks, MARK, app.theme.mark, track, buffer);
}

fn title(app: &App, area: Rect) -> Vec<Span<'static>> {
    let (theme, room) = (&app.theme, usize::from(area.width) / TITLE);
    let mut spans = Vec::new();
    let behind = number::count(behind(app));
    if app.messages.frozen.is_some() {
        spans.push(Span::styled(
            format!("FROZEN +{behind} behind"),
            theme.notice,
        ));
    } else if app.messages.place.is_following() {
        spans.push(Span::styled("FOLLOW", theme.good));
    } else if behind == "0" {
        spans.push(Span::styled("READING", theme.notice));
    } else {
        spans.push(Span::styled(
            format!("READING +{behind} below"),
            theme.notice,
        ));
    }
    if !app.messages.filters.text().is_empty() {
        let filter = fit(&text::visible(app.messages.filters.text().as_bytes()), room).into_owned();
        spans.push(Span::styled(format!("& {filter}"), theme.notice));
    }
    if let (Some(query), Some(standing)) = (app.store.query(), search::standing(app)) {
        let typed = fit(&text::visible(query.typed().as_bytes()), room).into_owned();
        spans.push(Span::styled(format!("/{typed} {standing}"), theme.notice));
    }
    if let Some(only) = &app.store.view().subject {
        spans.push(Span::styled(
            format!("only {}", text::visible_subject(only)),
            theme.notice,
        ));
    }
    spans
}

fn status(app: &App) -> String {
    let counters = app.store.counters();
    let mut status = format!("{} shown", number::count(counters.shown));
    for (count, word) in [
        (counters.hidden_by_filter, "filtered out"),
        (counters.hidden_by_mute, "muted"),
        (counters.hidden_copies, "copies"),
        (counters.hidden_inboxes, "inboxes"),
    ] {
        if count > 0 {
            status += &format!(" · {} {word}", number::count(count));
        }
    }
    status
}

fn nothing(app: &App) -> String {
    let counters = app.store.counters();
    if let Some(progress) = app.store.filtering() {
        let done = number::percent(progress.done, progress.total);
        return format!("Filtering: {done} done, nothing found yet.");
    }
    if counters.kept > 0 && app.store.view().filter.is_some() {
        return format!(
            "The filter shows none of {} messages. & changes it, Esc drops it.",
            number::count(counters.kept)
        );
    }
    if counters.kept > 0 {
        return format!(
            "Nothing to show: {} messages are kept, and all are hidden. Enter in Subjects or * shows all \
             subjects, m in Subscriptions shows muted ones, c copies, i inboxes.",
            number::count(counters.kept)
        );
    }
    match &app.phase {
        Phase::Idle | Phase::Connecting { .. } => "Connecting…".into(),
        Phase::Recording if app.recordings.is_reading() => "Reading…".into(),
        Phase::Recording => "The recording holds no messages.".into(),
        Phase::Waiting { .. } => "Not connected yet; messages will come as soon as we are.".into(),
        Phase::Closed { .. } => "The connection is closed.".into(),
        Phase::Connected { .. } if app.subscriptions.rows().is_empty() => {
            "Press s to subscribe to a subject, such as orders.> or time.*; r composes a request."
                .into()
        }
        Phase::Connected { .. } => "Subscribed. Nothing has come yet.".into(),
    }
}

/// How wide each column is. Depends on the width of the pane alone, so that nothing jumps.
struct Columns {
    subject: usize,
    rest: usize,
    size: bool,
}

impl Columns {
    fn of(width: u16) -> Columns {
        let width = usize::from(width);
        let size = width >= 56;
        let subject = (width * 3 / 10).clamp(12, 44);
        let taken = TIME + 3 + subject + 1 + if size { SIZE + 2 } else { 0 };
        Columns {
            subject,
            rest: width.saturating_sub(taken),
            size,
        }
    }
}

fn message_line(
    app: &App,
    message: &Message,
    above: Option<i64>,
    selected: bool,
    columns: &Columns,
) -> Line<'static> {
    let theme = &app.theme;
    let dim = theme.dim_on(selected);
    let (arrow, arrow_style) = match message.direction {
        Direction::In => ("◂", theme.incoming),
        Direction::Out => ("▸", theme.outgoing),
    };
    let (name, colour) = subject_of(app, message);
    let time = match above {
        Some(above) => since(message.at.saturating_sub(above)),
        None => app.calendar.clock(message.at),
    };
    // rows that are hits, and no others: a reply that shows the name of its request is none for that
    let query = app.store.query().filter(|_| app.store.is_hit(message.id));
    let marked = |span: Span<'static>| match query {
        Some(query) => marked(vec![span], query, theme.hit),
        None => vec![span],
    };
    let mut spans = vec![
        Span::styled(format!("{time:>TIME$} "), dim),
        Span::styled(arrow, arrow_style),
        Span::raw(" "),
    ];
    let name = Span::styled(column(&name, columns.subject), colour);
    match message.answers {
        Some(_) => spans.push(name),
        None => spans.extend(marked(name)),
    }
    if columns.size {
        let size = size::rounded(message.size() as u64);
        spans.push(Span::styled(format!(" {size:>SIZE$} "), dim));
    }
    let (right, right_style) = outcome(app, message, dim);
    let room = columns.rest.saturating_sub(if right.is_empty() {
        1
    } else {
        width(&right) + 3
    });
    let preview = preview(app, message, room);
    let shown: usize = preview.iter().map(|span| width(&span.content)).sum();
    let gap = columns.rest.saturating_sub(1 + shown + width(&right));
    spans.push(Span::raw(" "));
    match app.store.query() {
        Some(query) => spans.extend(self::marked(preview, query, theme.hit)),
        None => spans.extend(preview),
    }
    spans.push(Span::raw(" ".repeat(gap)));
    spans.push(Span::styled(right, right_style));
    Line::from(spans)
}

/// The beginning of the payload, or where the hit of a search is further on, what stands around it.
fn preview(app: &App, message: &Message, room: usize) -> Vec<Span<'static>> {
    let shown = |payload, room| {
        let pieces = payload::painted_preview(payload, room);
        let spans = pieces.into_iter().map(|piece| {
            let style = app.theme.painted(Style::new(), piece.paint);
            Span::styled(piece.text, style)
        });
        spans.collect::<Vec<_>>()
    };
    let preview = shown(message.payload, room);
    let Some(query) = app.store.query().filter(|_| app.store.is_hit(message.id)) else {
        return preview;
    };
    let head = message.payload.get(..LOOKED_AT).unwrap_or(message.payload);
    let is_in = |text: &[u8]| query.find_in(text).next().is_some();
    let text: String = preview.iter().map(|span| span.content.as_ref()).collect();
    if is_in(message.subject) || is_in(text.as_bytes()) {
        return preview;
    }
    let unescaped = payload::unescaped(head);
    match query.find_in(&unescaped).next() {
        Some(hit) => {
            let from = payload::whole_from(&unescaped, hit.start.saturating_sub(room / 3));
            let around = unescaped.get(from..).unwrap_or_default();
            let mut spans = vec![Span::raw("…")];
            spans.extend(shown(around, room.saturating_sub(1)));
            spans
        }
        None => preview,
    }
}

/// The subject as it is shown, and its colour: a reply to a request of ours has the request's name.
fn subject_of(app: &App, message: &Message) -> (String, Style) {
    let theme = &app.theme;
    let (asked, mark) = match message.answers {
        Some((_, asked)) => (asked, " ↩"),
        None => (message.subject, ""),
    };
    let own = app.subscriptions.of_sid(crate::client::Sid(message.home()));
    let matching = || {
        let rows = app.subscriptions.rows();
        rows.iter()
            .find(|row| subject::matches(&row.subject, asked))
    };
    let colour = match own.or_else(matching) {
        Some(subscription) => theme.subscription(subscription.colour),
        None => theme.outgoing,
    };
    (format!("{}{mark}", text::visible_subject(asked)), colour)
}

/// What stands at the right: of a request how long it took, or why it failed; of a reply what the
/// service says that failed.
fn outcome(app: &App, message: &Message, dim: Style) -> (String, Style) {
    let theme = &app.theme;
    if message.is_copy {
        return ("copy".into(), dim);
    }
    let failed = |said: &str| (fit(said, 30).into_owned(), theme.bad);
    if message.reply.is_none() {
        return match service_error(app, message) {
            Some(said) => failed(&said),
            None => (String::new(), dim),
        };
    }
    let pinned = || app.messages.frozen.as_ref()?.outcome(message.id).cloned();
    let outcome = app.store.pair(message.id).map(|pair| pair.outcome);
    match outcome.or_else(pinned) {
        None => (String::new(), dim),
        Some(Outcome::Waiting) => ("waiting…".into(), theme.notice),
        Some(Outcome::Replied { took }) => (duration::measured(took), theme.good),
        Some(Outcome::ServiceError { said, .. }) => failed(&said),
        Some(Outcome::NoResponders) => ("no responders".into(), theme.bad),
        Some(Outcome::TimedOut { after }) => (
            format!("no reply in {}", duration::setting(after)),
            theme.bad,
        ),
        Some(Outcome::Failed(reason)) => failed(&reason),
    }
}

/// What the service says that failed, where this is its reply. Of a large header block the beginning
/// says it, or else what was found when the reply came.
fn service_error(app: &App, message: &Message) -> Option<String> {
    let header = message.header;
    let near = match header.get(..HEADERS_LOOKED_AT) {
        Some(near) if near.len() < header.len() => {
            let end = memchr::memrchr(b'\n', near).map_or(0, |end| end + 1);
            near.get(..end).unwrap_or_default()
        }
        _ => header,
    };
    if let Some(error) = ServiceError::of(near) {
        return Some(error.to_string());
    }
    let (request, _) = message.answers.filter(|_| near.len() < header.len())?;
    let pair = app.store.pair(request)?;
    match pair.outcome {
        Outcome::ServiceError { said, .. } if pair.other == Some(message.id) => Some(said.into()),
        _ => None,
    }
}

/// A line across the log that is no message.
fn rule(text: &str, style: Style, columns: &Columns) -> Line<'static> {
    let size = if columns.size { SIZE + 2 } else { 0 };
    let total = TIME + 3 + columns.subject + 1 + size + columns.rest;
    let text = fit(text, total.saturating_sub(4)).into_owned();
    let rule = total.saturating_sub(width(&text) + 2);
    let (left, right) = ("─".repeat(rule / 2), "─".repeat(rule - rule / 2));
    Line::styled(format!("{left} {text} {right}"), style)
}

/// Red where something may be lost.
fn marker_style(app: &App, marker: &Marker) -> Style {
    match &marker.kind {
        MarkerKind::Switched { from, to } if from != to => app.theme.notice,
        _ => app.theme.bad,
    }
}

/// What a marker says.
pub fn marker_text(marker: &Marker) -> String {
    match &marker.kind {
        MarkerKind::Reconnected { lasted } => {
            let lasted = duration::setting(rounded(*lasted));
            format!("reconnected after {lasted}: messages may be missing here")
        }
        MarkerKind::Switched { from, to } if from == to => {
            format!("connected to {to} again: messages may be missing here")
        }
        MarkerKind::Switched { from, to } => {
            format!("switched to {to}: messages before came from {from}")
        }
        MarkerKind::Moved => "moved to another server: messages may be here twice".to_owned(),
        MarkerKind::Dropped {
            received,
            sent,
            bytes,
            ..
        } => format!(
            "{} messages dropped here ({}): they came faster than they could be taken",
            number::count(received + sent),
            size::rounded(*bytes)
        ),
    }
}

/// A time of which tenths of a second are enough.
fn rounded(time: Duration) -> Duration {
    const TENTH: u128 = 100;
    let tenths = (time.as_millis() + TENTH / 2) / TENTH;
    Duration::from_millis(u64::try_from(tenths * TENTH).unwrap_or(u64::MAX))
        .max(Duration::from_millis(1))
}

fn since(nanoseconds: i64) -> String {
    let since = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0));
    format!("+{}", duration::measured(since))
}

/// A text in exactly so many cells.
fn column(text: &str, cells: usize) -> String {
    crate::tui::widgets::fit::left(text, cells)
}
