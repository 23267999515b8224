//! The box, drawn from top to bottom.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    ServerOverlay, facts, headline,
    list::{self, Columns},
    places::Places,
};
use crate::{
    text::{duration, number},
    tui::{
        app::App,
        panes,
        widgets::{
            Pane,
            fit::{left, wrapped},
            list as rows, popup, scrollbar,
            sparkline::sparkline,
        },
    },
};

/// Draws it.
pub fn draw(app: &App, overlay: &ServerOverlay, buffer: &mut Buffer) {
    let theme = &app.theme;
    let places = Places::of(app);
    let count = headline::count(app);
    let pane = Pane {
        name: "Server",
        status: &count,
        border_style: theme.accent,
        name_style: theme.bold,
        status_style: theme.dim,
        ..Pane::default()
    };
    popup::draw(&pane, places.popup, buffer);
    let (text, style) = headline::sentence(app);
    paragraph(&text, style, places.headline, buffer);
    draw_list(app, overlay, &places, buffer);
    draw_round_trips(app, places.round_trips, buffer);
    draw_facts(app, overlay, &places, buffer);
}

/// As many lines as fit, broken at blanks.
fn paragraph(text: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    let lines = wrapped(text, area.width.into(), area.height.into());
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        buffer.set_string(area.x, y, line, style);
    }
}

fn draw_list(app: &App, overlay: &ServerOverlay, places: &Places, buffer: &mut Buffer) {
    let (theme, pool) = (&app.theme, app.servers.pool());
    let total = pool.len() as u64;
    if total == 0 {
        return panes::empty("No server is known yet.", theme.dim, places.list, buffer);
    }
    let columns = Columns::of(app, places.list.width.into());
    let mut scroll = overlay.scroll(app);
    let visible = scroll.visible(total, places.list.height);
    let selected = scroll.selected(total);
    // a blank at both sides of what is highlighted
    let highlighted = Rect {
        x: places.list.x.saturating_sub(1),
        width: places.list.width + 2,
        ..places.list
    };
    let row = |n: u64| {
        let Some(entry) = pool.get(n as usize) else {
            return Line::default();
        };
        let mut line = list::row(theme, entry, selected == Some(n), &columns);
        line.spans.insert(0, Span::raw(" "));
        line
    };
    rows::draw(
        visible.clone(),
        selected,
        theme.selected,
        highlighted,
        buffer,
        row,
    );
    let track = scrollbar::track(places.popup, places.list);
    scrollbar::draw(visible, total, theme.accent, track, buffer);
    let entry = selected.and_then(|n| pool.get(n as usize));
    if let Some(complaint) = entry.and_then(|entry| columns.cut_complaint(entry)) {
        paragraph(&complaint, theme.bad, places.complaint, buffer);
    }
}

/// Cells of a round trip, so that nothing moves as they change, and of the sparkline at least.
const RTT: usize = 7;
const SPARK: usize = 12;

fn draw_round_trips(app: &App, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let trips = app.servers.round_trips();
    if area.is_empty() {
        return;
    }
    let (Some(newest), Some([min, mean, max])) = (trips.newest(), trips.spread()) else {
        let text = "rtt is measured while we are connected";
        return paragraph(text, theme.dim, area, buffer);
    };
    let mut spans = Vec::new();
    for (label, time) in [("rtt", newest), ("min", min), ("mean", mean), ("max", max)] {
        let style = if label == "rtt" {
            theme.bold
        } else {
            theme.text
        };
        spans.push(Span::styled(format!("{label} "), theme.dim));
        spans.push(Span::styled(
            left(&duration::measured(time), RTT + 2),
            style,
        ));
    }
    let values = trips.microseconds();
    let numbers = Line::from(spans);
    let (first, below) = (numbers.width(), area.height > 1);
    let y = area.y + u16::from(below);
    buffer.set_line(area.x, area.y, &numbers, area.width);
    let x = if below {
        0
    } else {
        first.min(area.width.into())
    };
    let count = format!("last {:<5}", number::count(values.len() as u64));
    let cells = usize::from(area.width).saturating_sub(x + count.len());
    if cells >= SPARK {
        let bars = sparkline(&values, cells.min(values.len()));
        let spans = [
            Span::styled(count, theme.dim),
            Span::styled(bars, theme.accent),
        ];
        let room = area.width - x as u16;
        buffer.set_line(area.x + x as u16, y, &Line::from_iter(spans), room);
    }
}

fn draw_facts(app: &App, overlay: &ServerOverlay, places: &Places, buffer: &mut Buffer) {
    let area = places.facts;
    let lines = facts::lines(app, area.width.into());
    let height = usize::from(area.height);
    let above = overlay.facts_above.min(lines.len().saturating_sub(height));
    for (line, y) in lines.iter().skip(above).zip(area.y..area.bottom()) {
        buffer.set_line(area.x, y, line, area.width);
    }
    let visible = above as u64..(above + height).min(lines.len()) as u64;
    let track = scrollbar::track(places.popup, area);
    scrollbar::draw(visible, lines.len() as u64, app.theme.accent, track, buffer);
}
