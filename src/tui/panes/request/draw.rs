//! How the composer is drawn.

use ratatui::{
    Frame,
    layout::{Margin, Position, Rect},
    text::{Line, Span},
};

use super::{Part, is_good, sentence};
use crate::{
    payload,
    requests::{Kind, Outcome},
    text::{self, duration},
    tui::{
        app::{App, Focus, Now},
        panes,
        widgets::{fit, width},
    },
};

const CHIPS: u16 = 20;

/// Cells of the subject of what was sent.
const SUBJECT: usize = 40;

/// Draws the pane.
pub fn draw(app: &mut App, area: Rect, frame: &mut Frame) {
    let name = app.composer.subject.text().to_owned();
    let saved = app
        .composer
        .name()
        .map(|name| format!("saved as {name}"))
        .unwrap_or_default();
    let extra = vec![Span::styled(
        fit(&name, 40).into_owned(),
        app.theme.outgoing,
    )];
    let inside = panes::border(app, Focus::Request, extra, &saved).draw(area, frame.buffer_mut());
    let inside = inside.inner(Margin::new(1, 0));
    if inside.is_empty() {
        return;
    }
    let focused = app.focus == Focus::Request && app.overlays.is_empty();
    let mut cursor = fields(app, inside, focused, frame);
    let rows = if inside.width < 72 { 2 } else { 1 };
    let result = u16::from(inside.height > rows + 1);
    let body = Rect {
        y: inside.y + rows.min(inside.height),
        height: inside.height.saturating_sub(rows + result),
        ..inside
    };
    let (theme, composer) = (&app.theme, &mut app.composer);
    let (editor, placeholder, part) = match composer.part {
        Part::Headers => (
            &mut composer.headers,
            "Name: value, one header a line",
            Part::Headers,
        ),
        _ => (&mut composer.payload, "payload", Part::Payload),
    };
    let in_body = focused && composer.part == part;
    let place = editor.draw(
        placeholder,
        in_body,
        panes::field_style(theme),
        body,
        frame.buffer_mut(),
    );
    cursor = cursor.or(place.filter(|_| in_body));
    if result > 0 {
        let line = result_line(app, usize::from(inside.width));
        let y = inside.bottom() - 1;
        frame
            .buffer_mut()
            .set_line(inside.x, y, &line, inside.width);
    }
    if let Some(position) = cursor {
        frame.set_cursor_position(position);
    }
}

/// The line of the fields: kind, subject, timeout, headers; on two lines where it is narrow.
fn fields(app: &App, inside: Rect, focused: bool, frame: &mut Frame) -> Option<Position> {
    let (theme, composer) = (&app.theme, &app.composer);
    let chip = |kind| {
        if composer.kind == kind {
            theme.chosen
        } else {
            theme.dim
        }
    };
    let chips = Line::from(vec![
        Span::styled(" request ", chip(Kind::Request)),
        Span::raw(" "),
        Span::styled(" publish ", chip(Kind::Publish)),
    ]);
    let buffer = frame.buffer_mut();
    buffer.set_line(inside.x, inside.y, &chips, inside.width);
    let on = |part| focused && composer.part == part;
    let label = |part| if on(part) { theme.accent } else { theme.dim };
    let style = panes::field_style(theme);
    let narrow = inside.width < 72;
    let tail_width = 34;
    let tail = if narrow {
        Rect {
            y: inside.y + 1,
            height: inside.height.saturating_sub(1).min(1),
            ..inside
        }
    } else {
        Rect {
            x: inside.right() - tail_width,
            width: tail_width,
            height: 1,
            ..inside
        }
    };
    let subject = Rect {
        x: inside.x + CHIPS,
        width: inside
            .width
            .saturating_sub(CHIPS + if narrow { 0 } else { tail_width + 2 }),
        height: 1,
        ..inside
    };
    buffer.set_string(subject.x, subject.y, "subject ", label(Part::Subject));
    let place = Rect {
        x: subject.x + 8,
        width: subject.width.saturating_sub(8),
        ..subject
    };
    let mut cursor = composer
        .subject
        .draw("where to", on(Part::Subject), style, place, buffer);
    if !tail.is_empty() {
        // what is published waits for nothing
        if composer.kind == Kind::Request {
            buffer.set_string(tail.x, tail.y, "timeout ", label(Part::Timeout));
            let place = Rect {
                x: tail.x + 8,
                width: 9,
                height: 1,
                ..tail
            };
            let at = composer
                .timeout
                .draw("5 s", on(Part::Timeout), style, place, buffer);
            cursor = cursor.or(at);
        }
        let count = composer
            .headers
            .text()
            .lines()
            .filter(|line| !line.trim().is_empty())
            .count();
        let x = tail.x + 19;
        buffer.set_string(x, tail.y, "headers ", label(Part::Headers));
        buffer.set_string(x + 8, tail.y, count.to_string(), theme.text);
    }
    cursor
}

/// What became of what was sent last, by name: dim where something else stands in the fields.
fn result_line(app: &App, cells: usize) -> Line<'static> {
    let theme = &app.theme;
    let Some(newest) = app.composer.sent.newest() else {
        let keys = match app.focus {
            Focus::Request => "Enter sends from the subject, F5 or Alt-Enter from anywhere",
            _ if !app.composer.has_subject() => "r composes a request, p a message to publish",
            _ if app.composer.is_refused() => "r goes to this draft",
            _ => "F5 sends",
        };
        return Line::styled(fit(keys, cells).into_owned(), theme.dim);
    };
    let sent = &newest.entry;
    let subject = text::visible_subject(&sent.subject);
    let subject = format!("{}  ", fit(&subject, SUBJECT.min(cells / 3)));
    let room = cells.saturating_sub(width(&subject));
    let (said, style) = match &newest.outcome {
        None => {
            let said = waiting(sent.kind, newest.since, sent.timeout, app.now);
            (said, theme.notice)
        }
        Some(outcome) if is_good(outcome) => (format!("✓ {}", sentence(outcome)), theme.good),
        Some(outcome) => (format!("✗ {}", sentence(outcome)), theme.bad),
    };
    let said = format!("{}   ", fit(&said, room));
    let room = room.saturating_sub(width(&said));
    let reply = newest.outcome.as_ref().map(|outcome| reply(outcome, room));
    let mut line = Line::from(vec![
        Span::styled(subject, theme.outgoing),
        Span::styled(said, style),
        Span::styled(reply.unwrap_or_default(), theme.bold),
    ]);
    if !app.composer.says(sent) {
        for span in &mut line.spans {
            span.style = theme.dim;
        }
    }
    line
}

fn waiting(
    kind: Kind,
    since: std::time::Instant,
    timeout: std::time::Duration,
    now: Now,
) -> String {
    if kind == Kind::Publish {
        return "publishing…".into();
    }
    const STEPS: u32 = 10;
    let passed = now.instant.saturating_duration_since(since).min(timeout);
    let share = passed.as_secs_f64() / timeout.as_secs_f64().max(f64::EPSILON);
    let done = ((share * f64::from(STEPS)) as u32).min(STEPS) as usize;
    let bar = "▪".repeat(done) + &"▫".repeat(STEPS as usize - done);
    let seconds = passed.as_secs_f64();
    format!(
        "waiting {seconds:.1} s {bar} of {}",
        duration::setting(timeout)
    )
}

fn reply(outcome: &Outcome, cells: usize) -> String {
    outcome
        .replies
        .first()
        .map(|reply| payload::preview(&reply.payload, cells))
        .unwrap_or_default()
}

/// Draws the subjects that complete what is typed, over whatever stands above the composer.
pub fn draw_suggestions(app: &App, frame: &mut Frame) {
    let area = app.layout.request;
    if app.focus != Focus::Request || !app.overlays.is_empty() {
        return;
    }
    app.composer.suggestions.draw(
        "subjects seen",
        panes::suggestions(app),
        Position::new(area.x + CHIPS + 8, area.y),
        app.layout.screen,
        frame.buffer_mut(),
    );
}
