//! How the subscriptions are drawn.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{Standing, Subscription, troubles};
use crate::{
    text::{number, visible_subject},
    tui::{
        app::{App, Focus},
        panes,
        widgets::{
            fit,
            fit::{left, right},
            put, scrollbar,
            sparkline::sparkline,
            width,
        },
    },
};

/// Draws the pane.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let pane = &app.subscriptions;
    let count = number::count(pane.rows.len() as u64);
    let inside = panes::border(app, Focus::Subscriptions, Vec::new(), &count).draw(area, buffer);
    if pane.rows.is_empty() {
        let text = if app.phase.is_recording() {
            "None: this is a recording."
        } else {
            "None yet: s subscribes."
        };
        return panes::empty(text, app.theme.dim, inside, buffer);
    }
    let focused = app.focus == Focus::Subscriptions;
    let columns = Columns::of(app, inside.width);
    let (visible, all) = super::extent(app);
    let (first, cut) = pane
        .at_line(visible.start as usize, &app.store)
        .unwrap_or_default();
    let below = pane.rows.iter().enumerate().skip(first);
    let parts = below.flat_map(|(n, row)| (0..row.lines(&app.store)).map(move |part| (n, part)));
    for ((row, part), y) in parts.skip(cut).zip(inside.y..inside.bottom()) {
        let selected = focused && row == pane.cursor;
        let row = &pane.rows[row];
        let trouble = part.checked_sub(1);
        let line = match trouble.and_then(|nth| troubles(row, &app.store).nth(nth)) {
            Some(trouble) => {
                let text = fit(&trouble, usize::from(inside.width).saturating_sub(4)).into_owned();
                Line::styled(format!("   {text}"), app.theme.bad)
            }
            None => line(app, row, selected, &columns),
        };
        let place = Rect {
            y,
            height: 1,
            ..inside
        };
        put::line(buffer, place.x, y, &line, place.width);
        if selected {
            buffer.set_style(place, app.theme.selected);
        }
    }
    let (accent, track) = (app.theme.border(focused), scrollbar::track(area, inside));
    scrollbar::draw(visible, all, accent, track, buffer);
}

/// How wide each column is: the same for all rows, so that sparklines stand below each other, and
/// not depending on the numbers, so that nothing moves as they grow.
struct Columns {
    name: usize,
    spark: usize,
    rate: usize,
}

const COUNT: usize = 7;
const RATE: usize = 7;
const SPARK: std::ops::RangeInclusive<usize> = 4..=8;

impl Columns {
    /// Names first; what is left goes to the rate and then to the sparkline.
    fn of(app: &App, cells: u16) -> Columns {
        let rows = app.subscriptions.rows();
        let longest = rows.iter().map(|row| width(&name(row))).max().unwrap_or(0);
        let fixed = MARK + 1 + COUNT + 1;
        let room = usize::from(cells).saturating_sub(fixed);
        let mut left = room.saturating_sub(longest);
        let mut take = |gap: usize, least: usize, most: usize| {
            let taken = if left < gap + least {
                0
            } else {
                most.min(left - gap)
            };
            left -= if taken == 0 { 0 } else { taken + gap };
            taken
        };
        let rate = take(1, RATE, RATE);
        let spark = take(2, *SPARK.start(), *SPARK.end());
        Columns {
            name: longest.min(room) + left,
            spark,
            rate,
        }
    }
}

/// Cells of the dot and the blanks around it.
const MARK: usize = 3;

fn received(app: &App, row: &Subscription) -> String {
    let stats = row.sid.and_then(|sid| app.store.subscription(sid.0));
    number::short(stats.map_or(0, |stats| stats.count))
}

fn name(row: &Subscription) -> String {
    match &row.queue {
        None => visible_subject(&row.subject).into_owned(),
        Some(queue) => format!(
            "{} {}",
            visible_subject(&row.subject),
            visible_subject(queue)
        ),
    }
}

fn line<'a>(app: &App, row: &Subscription, selected: bool, columns: &Columns) -> Line<'a> {
    let theme = &app.theme;
    let dim = theme.dim_on(selected);
    let colour = theme.subscription(row.colour);
    let (dot, dot_style) = match (&row.standing, row.muted) {
        (Standing::Refused(_), _) => ("●", theme.bad),
        (_, true) | (Standing::Asked, _) => ("○", dim),
        (Standing::Active, false) => ("●", colour),
    };
    let stats = row.sid.and_then(|sid| app.store.subscription(sid.0));
    let name_style = if row.muted { dim } else { theme.text };
    let mut spans = vec![
        Span::styled(format!(" {dot} "), dot_style),
        Span::styled(left(&name(row), columns.name), name_style),
    ];
    if columns.spark > 0 {
        let values = stats.map(|stats| stats.spark(columns.spark).collect::<Vec<u64>>());
        let spark = sparkline(&values.unwrap_or_default(), columns.spark);
        spans.push(Span::styled(format!("  {spark}"), colour));
    }
    if columns.rate > 0 {
        let rate = match stats {
            _ if row.muted => "muted".to_owned(),
            Some(stats) if !stats.rate().is_none() => number::rate(stats.rate().messages),
            _ => String::new(),
        };
        spans.push(Span::styled(format!(" {}", right(&rate, RATE)), dim));
    }
    let count = right(&received(app, row), COUNT);
    spans.push(Span::styled(format!(" {count} "), dim));
    Line::from(spans)
}
