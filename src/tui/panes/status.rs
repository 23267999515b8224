//! The line on top: where we are connected, what is shown, how much comes, what is kept and lost.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    text::{duration, number, size},
    tui::{
        app::{App, Phase, View, recordings},
        widgets::{fit, fit::left as left_aligned, put, sparkline::sparkline, width},
    },
};

/// A part of the line. What does not fit leaves from the least important, whole.
struct Part {
    text: String,
    style: Style,
    importance: u8,
    /// What a click on it shows.
    view: Option<View>,
}

/// Cells of a round trip, of a count, and between two counts.
const RTT: usize = 7;
const COUNT: usize = 7;
const GAP: usize = 3;
/// Cells of how far back the log reaches, and from how many columns on a sentence says so.
const SPAN: usize = 11;
const WIDE: u16 = 190;

/// Draws the line.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let (left, right) = fitting(app, area);
    let room = area.width.saturating_sub(1);
    put::line(buffer, area.x + 1, area.y, &line(&left), room);
    let wide = total(&right) as u16;
    let x = area.right().saturating_sub(wide + 1).max(area.x);
    put::line(buffer, x, area.y, &line(&right), wide);
}

/// The view whose name stands at a column.
pub fn view_at(app: &App, area: Rect, column: u16) -> Option<View> {
    let (left, _) = fitting(app, area);
    let mut x = area.x + 1;
    let part = left.into_iter().find(|part| {
        let begin = x;
        x += width(&part.text) as u16;
        (begin..x).contains(&column)
    });
    part?.view
}

/// The parts at both ends that have room beside each other.
fn fitting(app: &App, area: Rect) -> (Vec<Part>, Vec<Part>) {
    let mut left = left(app);
    let mut right = right(app, area.width >= WIDE);
    let room = usize::from(area.width).saturating_sub(2);
    while total(&left) + total(&right) + 1 > room {
        let least = left
            .iter()
            .chain(&right)
            .map(|part| part.importance)
            .min()
            .unwrap_or(0);
        if least == u8::MAX {
            break;
        }
        let before = left.len() + right.len();
        left.retain(|part| part.importance > least);
        right.retain(|part| part.importance > least);
        if left.len() + right.len() == before {
            break;
        }
    }
    (left, right)
}

fn total(parts: &[Part]) -> usize {
    parts.iter().map(|part| width(&part.text)).sum()
}

fn line(parts: &[Part]) -> Line<'static> {
    Line::from_iter(
        parts
            .iter()
            .map(|part| Span::styled(part.text.clone(), part.style)),
    )
}

fn left(app: &App) -> Vec<Part> {
    let theme = &app.theme;
    let part = |text: String, style, importance| Part {
        text,
        style,
        importance,
        view: None,
    };
    let (dot, state) = match &app.phase {
        Phase::Idle | Phase::Connecting { .. } => (theme.notice, "connecting"),
        Phase::Connected { .. } => (theme.good, ""),
        Phase::Recording => (theme.accent, ""),
        Phase::Waiting { .. } => (theme.bad, "reconnecting"),
        Phase::Closed { .. } => (theme.bad, "closed"),
    };
    let server = app.server();
    let host = server
        .split_once("://")
        .map_or(server, |(_, host)| host)
        .to_owned();
    let badge = app.target.tint.and_then(|tint| theme.badge(tint));
    let name = match &app.target.label {
        Some(label) => fit(label, 30),
        None => fit(&host, 40),
    };
    // the name stands in the same place with a tint and without
    let mut parts = match badge {
        Some(badge) => vec![
            part("●".into(), dot, u8::MAX),
            part(format!(" {name} "), badge, u8::MAX),
            part(" ".into(), theme.text, u8::MAX),
        ],
        None => vec![
            part("● ".into(), dot, u8::MAX),
            part(format!("{name}  "), theme.bold, u8::MAX),
        ],
    };
    if app.phase.is_recording() {
        parts.insert(1, part("recording ".into(), theme.dim, 9));
    }
    if app.target.label.is_some() {
        parts.push(part(format!("{host}  "), theme.dim, 4));
    }
    if app.switching.is_looking_up() {
        parts.push(part("switching…  ".into(), theme.notice, 9));
    }
    if !state.is_empty() {
        parts.push(part(format!("{state}  "), dot, 9));
    }
    if let Phase::Connected { info, rtt, tls, .. } = &app.phase {
        match tls {
            Some(tls) if tls.verified => parts.push(part("TLS  ".into(), theme.dim, 2)),
            Some(_) => parts.push(part("TLS NOT CHECKED  ".into(), theme.bad, u8::MAX)),
            None => {}
        }
        let version = if info.version.ends_with("-goingnats") {
            "embedded".to_owned()
        } else {
            format!("v{}", fit(&info.version, 20))
        };
        parts.push(part(format!("{version}  "), theme.dim, 2));
        let rtt = duration::measured(*rtt);
        parts.push(part(left_aligned(&rtt, RTT + 2), theme.dim, 3));
    }
    for (text, loss) in recordings::status(app) {
        let style = if loss { theme.bad } else { theme.notice };
        parts.push(part(text, style, 11));
    }
    parts.push(part(" ".into(), theme.text, 5));
    for (digit, view, name) in View::ALL {
        let style = if view == app.view {
            badge.unwrap_or(theme.chosen)
        } else {
            theme.text
        };
        parts.push(Part {
            view: Some(view),
            ..part(format!(" {digit} {name} "), style, 8)
        });
    }
    parts
}

fn right(app: &App, wide: bool) -> Vec<Part> {
    let theme = &app.theme;
    let part = |text: String, style, importance| Part {
        text,
        style,
        importance,
        view: None,
    };
    let (rates, counters) = (app.store.rates(), app.store.counters());
    let values: Vec<u64> = rates.history(10).collect();
    let mut parts = vec![
        part(sparkline(&values, 10), theme.accent, 5),
        part(
            format!("  {:>9}", number::rate(rates.messages())),
            theme.bold,
            7,
        ),
        part(format!("  {:>9}", size::rate(rates.bytes())), theme.dim, 1),
    ];
    if app.recordings.is_file() {
        // nothing comes
        parts.clear();
    }
    // each number has a slot that it does not outgrow, so that nothing at its left moves
    let counted =
        |parts: &mut Vec<Part>, label: &str, count: u64, label_style, style, importance| {
            let number = number::short(count);
            let slot = GAP + width(label) + 1 + COUNT;
            let blanks = slot.saturating_sub(width(label) + 1 + width(&number));
            parts.push(part(
                format!("{:blanks$}{label} ", ""),
                label_style,
                importance,
            ));
            parts.push(part(number, style, importance));
        };
    counted(&mut parts, "kept", counters.kept, theme.dim, theme.text, 6);
    if counters.evicted > 0 {
        let (notice, evicted) = (theme.notice, counters.evicted);
        counted(&mut parts, "evicted", evicted, notice, notice, 6);
        let words = if wide { "log reaches back" } else { "back" };
        let (blanks, span) = (" ".repeat(GAP), duration::running(app.store.span()));
        parts.push(part(format!("{blanks}{words} "), theme.dim, 4));
        parts.push(part(left_aligned(&span, SPAN), theme.text, 4));
    }
    if counters.dropped > 0 {
        counted(
            &mut parts,
            "dropped",
            counters.dropped,
            theme.bad,
            theme.bad,
            10,
        );
    } else {
        parts.push(part("   dropped ".into(), theme.dim, 10));
        parts.push(part("0".into(), theme.text, 10));
    }
    parts
}

/// Draws the line under the status: what is wrong with the connection, and what happens next.
pub fn draw_banner(app: &App, area: Rect, buffer: &mut Buffer) {
    let (text, style) = match &app.phase {
        Phase::Idle | Phase::Connected { .. } => return,
        Phase::Recording => match recordings::words(app) {
            Some((text, true)) => (text, app.theme.bad),
            Some((text, false)) => (text, app.theme.notice),
            None => return,
        },
        Phase::Connecting { server, attempt } => {
            let nth = if *attempt > 1 {
                format!(" (attempt {attempt})")
            } else {
                String::new()
            };
            (format!("connecting to {server}{nth}…"), app.theme.notice)
        }
        Phase::Waiting { reason, attempt } => {
            let when = match app.servers.retry_in(app.now) {
                Some(left) => format!("in {}", duration::running(left)),
                None => "now".to_owned(),
            };
            let nth = attempt + 1;
            let text = format!("next attempt ({nth}) {when} · {reason} · what is kept stays");
            (text, app.theme.bad)
        }
        Phase::Closed { reason, given } => (
            match reason {
                Some(reason) => {
                    let given = given.as_ref();
                    let given = given.map_or_else(String::new, |given| format!(" · {given}"));
                    format!("{reason} · not trying again: A tries again, C another context{given}")
                }
                None => "the connection is closed · A connects again, C another context".into(),
            },
            app.theme.bad,
        ),
    };
    let text = fit(&text, usize::from(area.width).saturating_sub(2)).into_owned();
    buffer.set_string(area.x + 1, area.y, text, style);
}
