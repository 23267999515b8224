//! How the graph is drawn:
//!
//! ```text
//! ╭─ Rates messages ──────────────────────────────────── last 5 min ╮
//! │ total 1.2 k/s   orders.> 900/s   time.* 1.0/s                    │
//! │ now 1.2 k/s   mean 980/s   peak 2.3 k/s at 14:03:07              │
//! │  3.0 k/s ┤            ▂                                          │
//! │          │       ▁▂▅▇▇█▇▅▃▂▁▁▁▁                                  │
//! │      0/s └───────┴────────────┴──────────────────┴──────         │
//! │                14:00        14:01              14:02             │
//! ╰──────────────────────────────────────────────────────────────────╯
//! ```

use jiff::{Timestamp, tz::TimeZone};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    Drawn, Graph, SPANS,
    window::{Summary, Window},
};
use crate::{
    store::{Rate, Traffic},
    text::{number, size},
    tui::{
        app::App,
        panes,
        widgets::{Pane, chart, fit, popup, width},
    },
};

/// Cells of the scale, and between it and the first column.
const SCALE: u16 = 10;
/// Cells of a time under the axis, and the blanks beside it.
const TIME: u16 = 12;

/// Draws it over the panes, between the status line and the hints.
pub fn draw(app: &App, graph: &Graph, buffer: &mut Buffer) {
    let area = area(app);
    let all = graph.all(app);
    let drawn = all[graph.place(&all)].drawn(app);
    let (span, name) = SPANS[graph.span];
    let room = area.width.saturating_sub(4 + SCALE);
    let window = Window {
        end: end(app),
        span,
        columns: room.max(1),
    };
    let status = format!("last {name}");
    let unit = if graph.bytes { "bytes" } else { "messages" };
    let pane = Pane {
        name: "Rates",
        extra: vec![Span::styled(unit, app.theme.accent)],
        status: &status,
        border_style: app.theme.accent,
        name_style: app.theme.bold,
        status_style: app.theme.dim,
    };
    let inside = popup::draw(&pane, area, buffer);
    let inside = Rect {
        x: inside.x + 1,
        width: inside.width.saturating_sub(2),
        ..inside
    };
    let since = drawn.since.unwrap_or(i64::MAX);
    let of = |traffic: Traffic| match graph.bytes {
        true => traffic.bytes,
        false => traffic.messages,
    };
    let timeline = drawn.timeline;
    let summary = timeline.map(|timeline| window.summary(timeline, since, of));
    let texts = [
        series_line(app, graph, usize::from(inside.width)),
        summary_line(
            app,
            graph,
            &drawn,
            (&window, &summary.unwrap_or_default()),
            inside.width,
        ),
    ];
    for (line, y) in texts.iter().zip(inside.y..inside.bottom()) {
        buffer.set_line(inside.x, y, line, inside.width);
    }
    // a line more to breathe, where there are some
    let above = if inside.height > 10 { 3 } else { 2 };
    let chart = Rect {
        y: inside.y + above.min(inside.height),
        height: inside.height.saturating_sub(above),
        ..inside
    };
    let means = timeline.map(|timeline| window.means(timeline, of));
    draw_chart(
        app,
        graph,
        &drawn,
        &window,
        &means.unwrap_or_default(),
        chart,
        buffer,
    );
}

fn area(app: &App) -> Rect {
    let layout = &app.layout;
    let y = layout.status.bottom().max(layout.banner.bottom());
    Rect {
        x: layout.screen.x,
        y,
        width: layout.screen.width,
        height: layout.popups.bottom().saturating_sub(y),
    }
}

/// The newest second that is over. While rates are counted, and in a recording, it is the one counted
/// last.
fn end(app: &App) -> i64 {
    let by_clock = app.now.wall.div_euclid(1_000_000_000) - 1;
    match app.store.rates().timeline().newest() {
        Some(counted) if app.phase.is_recording() || counted + 1 >= by_clock => counted,
        _ => by_clock,
    }
}

fn rate_of(graph: &Graph, rate: Rate) -> f64 {
    if graph.bytes {
        rate.bytes
    } else {
        rate.messages
    }
}

fn text_of(graph: &Graph, per_second: f64) -> String {
    if graph.bytes {
        size::rate(per_second)
    } else {
        number::rate(per_second)
    }
}

/// The series by name with what comes in now, the one shown marked and always among them.
fn series_line(app: &App, graph: &Graph, room: usize) -> Line<'static> {
    let theme = &app.theme;
    let all = graph.all(app);
    let shown = graph.place(&all);
    let titles: Vec<Vec<Span>> = all
        .iter()
        .enumerate()
        .map(|(n, series)| {
            let drawn = series.drawn(app);
            let name = format!(" {} ", fit(&drawn.name, room.min(40).saturating_sub(2)));
            let rate = text_of(graph, rate_of(graph, drawn.rate));
            let style = if n == shown {
                theme.chosen
            } else {
                drawn.style
            };
            vec![
                Span::styled(name, style),
                Span::styled(format!(" {rate}  "), theme.dim),
            ]
        })
        .collect();
    let cells = |title: &Vec<Span>| title.iter().map(|span| width(&span.content)).sum::<usize>();
    let mut first = shown;
    let mut used = cells(&titles[shown]);
    while let Some(before) = first.checked_sub(1) {
        used += cells(&titles[before]);
        if used > room {
            break;
        }
        first = before;
    }
    Line::from_iter(titles.into_iter().skip(first).flatten())
}

fn summary_line(
    app: &App,
    graph: &Graph,
    drawn: &Drawn,
    (window, summary): (&Window, &Summary),
    room: u16,
) -> Line<'static> {
    let theme = &app.theme;
    let (peak, at) = summary.peak;
    let at = at.map_or_else(String::new, |second| {
        format!(" at {}", time(second, app.calendar.zone(), true))
    });
    let sum = if graph.bytes {
        size::rounded(summary.sum)
    } else {
        number::count(summary.sum)
    };
    let begins = drawn.since.filter(|since| *since > window.start());
    let since = begins.map_or_else(
        || format!(" in {}", SPANS[graph.span].1),
        |since| format!(" since {}", time(since, app.calendar.zone(), true)),
    );
    let facts = [
        (
            "now ",
            text_of(graph, rate_of(graph, drawn.rate)),
            String::new(),
        ),
        ("mean ", text_of(graph, summary.mean), String::new()),
        ("peak ", text_of(graph, peak), at),
        ("", sum, since),
    ];
    let mut spans = vec![Span::raw(" ")];
    let mut left = usize::from(room).saturating_sub(1);
    for (label, value, behind) in facts {
        let cells = width(label) + width(&value) + width(&behind) + 3;
        let Some(rest) = left.checked_sub(cells) else {
            break;
        };
        left = rest;
        spans.push(Span::styled(label, theme.dim));
        spans.push(Span::styled(value, theme.bold));
        spans.push(Span::styled(format!("{behind}   "), theme.dim));
    }
    Line::from(spans)
}

fn draw_chart(
    app: &App,
    graph: &Graph,
    drawn: &Drawn,
    window: &Window,
    means: &[f64],
    area: Rect,
    buffer: &mut Buffer,
) {
    // the axis and the times under it
    let bars = match area.height.saturating_sub(2) {
        // so that the middle of the scale is a row
        odd if odd >= 7 => odd & !1,
        few => few,
    };
    let wide = window.columns;
    if bars == 0 || area.width < wide + SCALE {
        return;
    }
    let theme = &app.theme;
    let largest = means.iter().copied().fold(0.0, f64::max);
    let plot = Rect {
        x: area.right() - wide,
        width: wide,
        height: bars,
        ..area
    };
    if largest <= 0.0 {
        let text = format!("Nothing came in the last {}.", SPANS[graph.span].1);
        let middle = Rect {
            y: plot.y + plot.height / 2,
            height: 1,
            ..plot
        };
        panes::empty(&text, theme.dim, middle, buffer);
    }
    let top = chart::top(largest);
    let axis = plot.x - 1;
    for y in plot.y..plot.bottom() {
        buffer.set_string(axis, y, "│", theme.dim);
    }
    let mut label = |y: u16, value: f64, tick: &str| {
        let text = text_of(graph, value);
        let wide = width(&text) as u16;
        buffer.set_string(axis.saturating_sub(wide + 1), y, text, theme.dim);
        buffer.set_string(axis, y, tick, theme.dim);
    };
    label(plot.bottom(), 0.0, "└");
    label(plot.y, top, "┤");
    if bars >= 6 {
        label(plot.y + bars / 2, top / 2.0, "┤");
    }
    chart::draw(means, top, drawn.style, plot, buffer);
    let baseline = "─".repeat(usize::from(wide));
    buffer.set_string(plot.x, plot.bottom(), baseline, theme.dim);
    draw_times(app, window, plot, buffer);
}

fn draw_times(app: &App, window: &Window, plot: Rect, buffer: &mut Buffer) {
    let dim = app.theme.dim;
    let y = plot.bottom() + 1;
    let mut free = plot.x.saturating_sub(SCALE);
    for (column, second) in window.round_times(TIME) {
        let x = plot.x + column;
        let text = time(second, app.calendar.zone(), second % 60 != 0);
        let begin = x.saturating_sub(width(&text) as u16 / 2);
        let end = begin + width(&text) as u16;
        if begin < free || end > plot.right() {
            continue;
        }
        free = end + 2;
        buffer.set_string(x, plot.bottom(), "┴", dim);
        buffer.set_string(begin, y, text, dim);
    }
}

/// The time of day of a second, with it or without.
fn time(second: i64, zone: &TimeZone, seconds: bool) -> String {
    let stamp = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    let format = if seconds { "%H:%M:%S" } else { "%H:%M" };
    stamp.to_zoned(zone.clone()).strftime(format).to_string()
}
