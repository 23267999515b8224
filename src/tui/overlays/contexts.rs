//! Contexts: what there is to connect to, found by typing; a URL that is typed can be connected to too.

use ratatui::{
    Frame,
    layout::{Margin, Rect},
    text::{Line, Span},
};

use crate::{
    client::Secret,
    context::{Choice, Listed, To, shown_servers},
    text::visible,
    tui::{
        app::{Action, App, Effect, Now, Target, switching, tint},
        destinations::{typed_servers, without_secrets},
        finder::{Finder, Look},
        keymap::Chord,
        panes,
        theme::{Theme, Tint},
        widgets::{Pane, fit, fit::left, popup, scrollbar},
    },
};

/// The fewest and the most lines of the box, its border included, where the screen has that many.
const HEIGHTS: (u16, u16) = (10, 26);
const WIDTH: u16 = 110;

/// The list.
#[derive(Debug)]
pub struct Contexts {
    rows: Vec<Row>,
    finder: Finder,
    /// What is typed, where it can be connected to: the first row then.
    typed: Option<Result<Row, String>>,
    /// Whether the contexts are still being read.
    reading: bool,
    /// The context in force, as `--context` takes it.
    context: Option<String>,
}

#[derive(Clone, Debug)]
struct Row {
    /// Whether it is where we are.
    here: bool,
    name: String,
    servers: String,
    note: String,
    tint: Option<Tint>,
    /// Whether it cannot be used, as the note says.
    broken: bool,
    choice: Choice,
}

impl Contexts {
    /// The list while contexts are being read: only the places that need no reading.
    pub fn new(app: &App) -> Contexts {
        let mut contexts = Contexts {
            rows: places(app)
                .map(|target| Row::visited(app, target))
                .collect(),
            finder: Finder::default(),
            typed: None,
            reading: true,
            context: app.target.context_argument.clone(),
        };
        contexts.search();
        contexts
    }

    /// Takes a step.
    pub fn act(&mut self, action: &Action, height: u16) {
        if let Some(step) = action.step() {
            self.finder.step(step, height);
        }
    }

    /// Types a key into the field that finds.
    pub fn type_key(&mut self, chord: Chord) {
        if self.finder.key(chord.event()) {
            self.search();
        }
    }

    /// Pastes into the field that finds.
    pub fn paste(&mut self, text: &str) {
        self.finder.query.paste(text);
        self.search();
    }

    fn search(&mut self) {
        let typed = self.finder.query.text();
        self.typed = typed_servers(typed).map(|servers| {
            let shown: Vec<String> = servers?.iter().map(ToString::to_string).collect();
            Ok(Row {
                here: false,
                name: "connect to".into(),
                servers: shown.join(", "),
                note: String::new(),
                tint: None,
                broken: false,
                choice: Choice {
                    to: To::Server {
                        servers: Secret::new(typed.trim()),
                        context: self.context.clone(),
                    },
                    without_context: false,
                },
            })
        });
        // a URL is no name to find: its letters stand somewhere in every other URL
        if self.typed.is_some() {
            self.finder.find_nothing();
        } else {
            let texts = self.rows.iter().map(Row::text);
            let texts: Vec<String> = texts.collect();
            self.finder.search(texts.iter().map(String::as_str));
        }
        self.finder.to_top();
    }

    fn selected(&self) -> Option<&Row> {
        match &self.typed {
            Some(typed) => typed.as_ref().ok(),
            None => self.rows.get(self.finder.selected()?),
        }
    }
}

impl Row {
    fn listed(app: &App, listed: &Listed) -> Row {
        let servers = match &listed.url {
            Some(url) => shown_servers(url),
            None => String::new(),
        };
        let said = listed.description.as_deref().unwrap_or_default();
        let note = match &listed.problem {
            Some(problem) => problem.to_string(),
            None => said.to_owned(),
        };
        Row {
            here: app.target.is_context(&listed.name, &servers),
            name: shown(&listed.name),
            servers: shown(&servers),
            note: shown(&note),
            tint: listed.color_scheme.and_then(tint),
            broken: listed.problem.is_some(),
            choice: Choice::context(&*listed.name),
        }
    }

    fn visited(app: &App, target: &Target) -> Row {
        let note = match target.choice.to {
            To::Start => "where goingnats was started",
            _ => "typed before",
        };
        Row {
            here: app.target.choice == target.choice,
            name: shown(target.label.as_deref().unwrap_or_default()),
            servers: shown(&target.server),
            note: note.to_owned(),
            tint: target.tint,
            broken: false,
            choice: target.choice.clone(),
        }
    }

    /// What finding looks at.
    fn text(&self) -> String {
        format!("{} {} {}", self.name, self.servers, self.note)
    }
}

/// The places that are in no folder of contexts, each once.
fn places(app: &App) -> impl Iterator<Item = &Target> {
    let visited = app.switching.visited();
    let known = visited
        .iter()
        .any(|target| target.choice == app.target.choice);
    let in_folder = matches!(app.target.choice.to, To::Context(_));
    let here = (!known && !in_folder).then_some(&app.target);
    visited.iter().chain(here)
}

fn shown(text: &str) -> String {
    visible(text.as_bytes()).into_owned()
}

/// Takes the contexts that were read. The cursor goes to where we are, unless somebody has typed.
pub fn listed(app: &mut App, listed: &[Listed]) {
    let rows = listed.iter().map(|listed| Row::listed(app, listed));
    let mut rows: Vec<Row> = rows.collect();
    let is_listed = |target: &Target| {
        let same = |row: &Row| target.is_context(&row.name, &row.servers);
        rows.iter().any(same)
    };
    let others: Vec<&Target> = places(app).filter(|target| !is_listed(target)).collect();
    let others: Vec<Row> = others
        .into_iter()
        .map(|target| Row::visited(app, target))
        .collect();
    // a name leads to its context first
    rows.extend(others);
    let open = app.overlays.iter_mut().find_map(|overlay| match overlay {
        super::Overlay::Contexts(contexts) => Some(contexts),
        _ => None,
    });
    let Some(contexts) = open else { return };
    let here = rows.iter().position(|row| row.here);
    (contexts.rows, contexts.reading) = (rows, false);
    contexts.search();
    if let Some(here) = here.filter(|_| contexts.finder.query.text().is_empty()) {
        contexts.finder.select(here);
    }
}

/// Goes to the selected row. What cannot be taken keeps the list open.
pub fn choose(app: &mut App, contexts: Contexts, now: Now) -> Vec<Effect> {
    match contexts.selected() {
        Some(row) => {
            let choice = row.choice.clone();
            switching::go(app, choice, now)
        }
        None => {
            app.overlays.push(super::Overlay::Contexts(contexts));
            Vec::new()
        }
    }
}

/// Draws it.
pub fn draw(app: &App, contexts: &Contexts, frame: &mut Frame) {
    let theme = &app.theme;
    let (least, most) = HEIGHTS;
    let height = u16::try_from(contexts.rows.len() + 3).unwrap_or(most);
    let place = popup::centred(WIDTH, height.clamp(least, most), app.layout.popups);
    let count = format!("{} of {}", contexts.finder.count(), contexts.rows.len());
    let pane = Pane {
        name: "Contexts",
        status: match contexts.typed {
            Some(_) => "",
            None if contexts.reading => "reading…",
            None => &count,
        },
        border_style: theme.accent,
        name_style: theme.bold,
        status_style: theme.dim,
        ..Pane::default()
    };
    let inside = popup::draw(&pane, place, frame.buffer_mut());
    let inside = inside.inner(Margin::new(1, 0));
    let look = Look {
        label: "",
        label_style: theme.text,
        placeholder: "type to find, or type a server such as nats://host:4222",
        field: panes::field_style(theme),
        focused: true,
        shown: without_secrets,
    };
    let rows = contexts.finder.draw_field(&look, inside, frame);
    let buffer = frame.buffer_mut();
    let columns = Columns::of(rows.width);
    match &contexts.typed {
        Some(Err(reason)) => return panes::empty(reason, theme.notice, rows, buffer),
        Some(Ok(row)) => {
            let line = Line::from(vec![
                Span::styled("  connect to ", theme.bold),
                Span::styled(fit(&row.servers, columns.cells(13)).into_owned(), theme.key),
            ]);
            buffer.set_line(rows.x, rows.y, &line, rows.width);
            let first = Rect {
                height: rows.height.min(1),
                ..rows
            };
            buffer.set_style(first, theme.selected);
            return;
        }
        None if contexts.finder.count() == 0 => {
            let sentence = match (contexts.reading, contexts.rows.is_empty()) {
                (true, _) => "",
                (false, true) => {
                    "There are no contexts. \"nats context add\" makes one; a server that is typed \
                     here, such as nats://host:4222, is connected to as well."
                }
                (false, false) => {
                    "No context is called that. A server needs its port: nats://host:4222."
                }
            };
            return panes::empty(sentence, theme.dim, rows, buffer);
        }
        None => {}
    }
    let visible = contexts
        .finder
        .draw_rows(
            theme.selected,
            rows,
            buffer,
            |row, selected| match contexts.rows.get(row) {
                Some(row) => line(theme, row, selected, &columns),
                None => Line::default(),
            },
        );
    let track = scrollbar::track(place, rows);
    let total = contexts.finder.count() as u64;
    scrollbar::draw(visible, total, theme.accent, track, buffer);
}

/// How wide each column is; what people say of a context has what is left, if that is enough.
struct Columns {
    name: usize,
    servers: usize,
    note: usize,
}

impl Columns {
    const DOT: usize = 3;
    /// Where there is less, the servers have all of it.
    const LEAST_NOTE: usize = 20;

    fn of(width: u16) -> Columns {
        let cells = usize::from(width).saturating_sub(Columns::DOT);
        let name = (cells / 4).clamp(10, 24);
        let servers = (cells * 2 / 5).clamp(10, 40);
        match cells.checked_sub(name + servers + 4) {
            Some(note) if note >= Columns::LEAST_NOTE => Columns {
                name,
                servers,
                note,
            },
            _ => Columns {
                name,
                servers: cells.saturating_sub(name + 2),
                note: 0,
            },
        }
    }

    /// All of a row but its first cells.
    fn cells(&self, taken: usize) -> usize {
        (Columns::DOT + self.name + 2 + self.servers + self.note).saturating_sub(taken)
    }
}

fn line(theme: &Theme, row: &Row, selected: bool, columns: &Columns) -> Line<'static> {
    let dim = theme.dim_on(selected);
    let dot = if row.here { "● " } else { "  " };
    let bar = match row.tint {
        Some(tint) => Span::styled("▌", theme.tint(tint)),
        None => Span::raw(" "),
    };
    let name = if row.here { theme.bold } else { theme.text };
    // what is wrong is worth more than where it is
    let (note, style) = match (columns.note, row.broken) {
        (0, true) => (left(&row.note, columns.servers), theme.bad),
        (0, false) => (left(&row.servers, columns.servers), dim),
        (_, true) => (
            left(&row.note, columns.servers + 2 + columns.note),
            theme.bad,
        ),
        (_, false) => {
            return Line::from(vec![
                Span::styled(dot, theme.good),
                bar,
                Span::styled(left(&row.name, columns.name), name),
                Span::styled(
                    format!("  {}", left(&row.servers, columns.servers)),
                    theme.text,
                ),
                Span::styled(format!("  {}", left(&row.note, columns.note)), dim),
            ]);
        }
    };
    Line::from(vec![
        Span::styled(dot, theme.good),
        bar,
        Span::styled(left(&row.name, columns.name), name),
        Span::styled(format!("  {note}"), style),
    ])
}
