//! The graph of rates: the last minutes of everything, of one subscription, or of a part of the tree.

mod draw;
mod window;

pub use draw::draw;

use ratatui::style::Style;

use super::Overlay;
use crate::{
    store::{Rate, Timeline},
    text::visible_subject,
    tui::{
        app::{Action, App, Focus, Level, Now},
        panes::subjects,
    },
};

/// What it shows.
#[derive(Clone, Debug)]
pub struct Graph {
    series: Series,
    /// The part of the tree it was opened on.
    node: Option<Vec<u8>>,
    /// Bytes, or messages.
    bytes: bool,
    /// Which of the [`SPANS`].
    span: usize,
}

/// How much of the past is shown, in seconds, with its name.
const SPANS: [(i64, &str); 3] = [(60, "1 min"), (300, "5 min"), (900, "15 min")];

/// Whose rates.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Series {
    Total,
    /// A row of Subscriptions.
    Subscription(u64),
    /// A subject and what is below it.
    Node(Vec<u8>),
}

impl Graph {
    /// Opened where the keys are: on the subscription or the part of the tree under the cursor, or on
    /// everything.
    pub fn open(app: &mut App) -> Graph {
        let mut node = None;
        let series = match app.focus {
            Focus::Subscriptions => app
                .subscriptions
                .selected()
                .map_or(Series::Total, |row| Series::Subscription(row.row)),
            Focus::Subjects => match subjects::selected(app) {
                Some(prefix) => {
                    app.store.watch(&prefix);
                    node = Some(prefix.clone());
                    Series::Node(prefix)
                }
                None => Series::Total,
            },
            _ => Series::Total,
        };
        Graph {
            series,
            node,
            bytes: false,
            span: span(app),
        }
    }

    fn act(&mut self, app: &App, action: &Action) {
        let series = self.all(app);
        let here = self.place(&series);
        match action {
            Action::Right => self.series = series[(here + 1) % series.len()].clone(),
            Action::Left => self.series = series[(here + series.len() - 1) % series.len()].clone(),
            Action::NextForm => self.bytes = !self.bytes,
            Action::Up => self.span = self.span.saturating_sub(1),
            Action::Down => self.span = (self.span + 1).min(SPANS.len() - 1),
            _ => {}
        }
    }

    /// Everything there is to show; never empty.
    fn all(&self, app: &App) -> Vec<Series> {
        let node = self.node.iter().cloned().map(Series::Node);
        let rows = app.subscriptions.rows().iter();
        std::iter::once(Series::Total)
            .chain(node)
            .chain(rows.map(|row| Series::Subscription(row.row)))
            .collect()
    }

    /// Which of them is shown: a subscription that is gone by now is not.
    fn place(&self, series: &[Series]) -> usize {
        let found = series.iter().position(|series| *series == self.series);
        found.unwrap_or(0)
    }
}

/// The shortest span that shows all there is, or five minutes.
fn span(app: &App) -> usize {
    const FIVE_MINUTES: usize = 1;
    let total = app.store.rates().timeline();
    let counted = match (total.first(), total.newest()) {
        (Some(first), Some(newest)) => newest + 1 - first,
        _ => return FIVE_MINUTES,
    };
    let shortest = SPANS.iter().position(|(seconds, _)| counted <= *seconds);
    shortest.unwrap_or(FIVE_MINUTES).min(FIVE_MINUTES)
}

/// Does what a key means in the graph on top.
pub fn act(app: &mut App, action: &Action, now: Now) {
    if let Some(Overlay::Graph(mut graph)) = app.overlays.pop() {
        if matches!(action, Action::Left | Action::Right) && graph.all(app).len() == 1 {
            let text = "There is no other series: each subscription has one.";
            app.toasts.show(Level::Notice, text, now.instant);
        }
        graph.act(app, action);
        app.overlays.push(Overlay::Graph(graph));
    }
}

/// A series with what is drawn of it.
struct Drawn<'a> {
    name: String,
    style: Style,
    rate: Rate,
    timeline: Option<&'a Timeline>,
    /// The first second it was counted in.
    since: Option<i64>,
}

impl Series {
    fn drawn<'a>(&self, app: &'a App) -> Drawn<'a> {
        let (store, theme) = (&app.store, &app.theme);
        let total = store.rates().timeline();
        match self {
            Series::Total => Drawn {
                name: "total".into(),
                style: theme.accent,
                rate: store.rates().rate(),
                timeline: Some(total),
                since: total.first(),
            },
            Series::Subscription(row) => {
                let row = app.subscriptions.rows().iter().find(|it| it.row == *row);
                let stats = row.and_then(|row| store.subscription(row.sid?.0));
                Drawn {
                    name: row.map_or_else(String::new, |row| {
                        visible_subject(&row.subject).into_owned()
                    }),
                    style: row.map_or(theme.accent, |row| theme.subscription(row.colour)),
                    rate: stats.map(|stats| stats.rate()).unwrap_or_default(),
                    timeline: stats.map(|stats| stats.timeline()),
                    since: total.first(),
                }
            }
            Series::Node(prefix) => {
                let subjects = store.subjects();
                let timeline = subjects.timeline(prefix);
                Drawn {
                    name: format!("▾ {}", visible_subject(prefix)),
                    style: theme.accent,
                    rate: subjects.rate(prefix),
                    timeline,
                    since: timeline.and_then(Timeline::first).max(total.first()),
                }
            }
        }
    }
}
