//! The line at the foot of the log while something is searched for or filtered by: a field, and
//! under it what there is to say.

use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::Style,
};

use super::{
    filter::{self, FilterLine, Verdict},
    search::{self, SearchLine},
    tabs,
};
use crate::{
    text::number,
    tui::{
        app::{Action, App, Now},
        keymap::{Chord, Scope},
        panes,
        widgets::{Field, Suggestions, field::FieldStyle, fit, fit::fit_words},
    },
};

/// Rows of the log that the line takes.
pub const HEIGHT: u16 = 2;

/// What is typed at the foot of the log.
#[derive(Debug)]
pub enum Line {
    /// What is looked for.
    Search(SearchLine),
    /// What is shown.
    Filter(FilterLine),
}

impl Line {
    /// The scope of its keys.
    pub fn scope(&self) -> Scope {
        match self {
            Line::Search(_) => Scope::SearchLine,
            Line::Filter(_) => Scope::FilterLine,
        }
    }

    /// Whether something that is offered is highlighted, to be taken.
    pub fn has_highlight(&self) -> bool {
        match self {
            Line::Search(_) => false,
            Line::Filter(line) => line.suggestions.has_highlight(),
        }
    }

    fn field(&self) -> &Field {
        match self {
            Line::Search(line) => &line.field,
            Line::Filter(line) => &line.field,
        }
    }

    fn field_mut(&mut self) -> &mut Field {
        match self {
            Line::Search(line) => &mut line.field,
            Line::Filter(line) => &mut line.field,
        }
    }
}

/// Opens the line that an action asks for, in place of one that is open.
pub fn open(app: &mut App, action: &Action) {
    app.messages.line = Some(match action {
        Action::Filter => Line::Filter(filter::open(app)),
        _ => Line::Search(search::open(app)),
    });
}

/// Types a key.
pub fn type_key(app: &mut App, chord: Chord, now: Now) {
    let before = app
        .messages
        .line
        .as_ref()
        .map(|line| line.field().text().to_owned());
    with_line(app, |app, line| {
        if line.field_mut().key(chord.event()) && before.as_deref() != Some(line.field().text()) {
            changed(app, line, now);
        }
    });
}

/// Pastes.
pub fn paste(app: &mut App, text: &str, now: Now) {
    with_line(app, |app, line| {
        line.field_mut().paste(text);
        changed(app, line, now);
    });
}

fn changed(app: &mut App, line: &mut Line, now: Now) {
    match line {
        Line::Search(line) => search::typed(app, line),
        Line::Filter(line) => filter::typed(app, line, now),
    }
}

/// Does what a key means in the line; says whether it means anything.
pub fn act(app: &mut App, action: &Action, now: Now) -> bool {
    match action {
        Action::Submit => submit(app, now),
        Action::SaveFilter => {
            let mut is_filter = false;
            with_line(app, |app, line| {
                if let Line::Filter(line) = line {
                    is_filter = filter::in_force(app, line, now);
                }
            });
            if is_filter {
                tabs::ask_name(app, now);
            }
        }
        Action::Up | Action::Down => with_line(app, |app, line| {
            if let Line::Filter(line) = line {
                filter::up_or_down(app, line, *action == Action::Down, now);
            }
        }),
        Action::NextField => with_line(app, |app, line| {
            if let Line::Filter(line) = line {
                filter::take_suggestion(app, line, now);
            }
        }),
        _ => return false,
    }
    true
}

fn submit(app: &mut App, now: Now) {
    match app.messages.line.take() {
        Some(Line::Search(line)) if line.problem.is_some() => {
            app.messages.line = Some(Line::Search(line));
        }
        Some(Line::Search(line)) => search::submit(app, &line, now),
        Some(Line::Filter(line)) => {
            app.messages.line = filter::submit(app, line, now).map(Line::Filter);
        }
        None => {}
    }
}

/// Closes the line of a filter that has got a name: it stays in force, and `<` and `>` go from it to other
/// tabs.
pub fn named(app: &mut App) {
    if matches!(app.messages.line, Some(Line::Filter(_))) {
        app.messages.line = None;
        filter::keep(app);
    }
}

/// Takes the suggestions away, or the line with everything that it changed; says whether there was one.
pub fn back(app: &mut App) -> bool {
    match app.messages.line.take() {
        Some(Line::Filter(mut line)) if !line.suggestions.is_empty() => {
            line.suggestions.forget();
            app.messages.line = Some(Line::Filter(line));
        }
        Some(Line::Search(line)) => search::cancel(app, line),
        Some(Line::Filter(line)) => filter::cancel(app, line),
        None => return false,
    }
    true
}

/// Takes what a scan found: the log goes to the hit that is sought.
pub fn scanned(app: &mut App) {
    with_line(app, |app, line| {
        if let Line::Search(line) = line {
            search::seek(app, line);
        }
    });
}

fn with_line(app: &mut App, act: impl FnOnce(&mut App, &mut Line)) {
    if let Some(mut line) = app.messages.line.take() {
        act(app, &mut line);
        app.messages.line = Some(line);
    }
}

/// Draws the line into its rows.
pub fn draw(app: &App, frame: &mut Frame) {
    let (Some(line), area) = (&app.messages.line, app.layout.line) else {
        return;
    };
    if area.is_empty() {
        return;
    }
    let theme = &app.theme;
    let (sign, placeholder) = match line {
        Line::Search(_) => ("/", "text, or /regex/"),
        Line::Filter(_) => ("&", "orders subject:a.> size>1k json:.total>100"),
    };
    let buffer = frame.buffer_mut();
    buffer.set_string(area.x, area.y, sign, theme.key);
    let field = Rect {
        x: area.x + 2,
        width: area.width.saturating_sub(2),
        height: 1,
        ..area
    };
    let style = FieldStyle {
        text: theme.bold,
        placeholder: theme.dim,
        selected: theme.selected,
    };
    let cursor = line.field().draw(placeholder, true, style, field, buffer);
    let (text, style, wrong) = words(app, line);
    if let Some(place) = wrong {
        line.field().mark(place, theme.wrong, field, buffer);
    }
    if area.height > 1 {
        let room = usize::from(field.width);
        let words = match fit_words(&text, room) {
            whole if !whole.is_empty() => whole,
            _ => fit(&text, room),
        };
        buffer.set_string(field.x, area.y + 1, words, style);
    }
    if let Some(position) = cursor.filter(|_| app.overlays.is_empty()) {
        frame.set_cursor_position(position);
    }
}

/// What there is to say, how, and the place in what is typed that is wrong.
fn words(app: &App, line: &Line) -> (String, Style, Option<std::ops::Range<usize>>) {
    let theme = &app.theme;
    match line {
        Line::Search(line) => match (&line.problem, search::standing(app)) {
            (Some(problem), _) => (
                problem.sentence.clone(),
                theme.bad,
                Some(problem.range.clone()),
            ),
            (None, Some(standing)) => (standing, theme.dim, None),
            (None, None) => {
                let text = "Finds text in subjects, headers and payloads; capitals count once you type one.";
                (text.to_owned(), theme.dim, None)
            }
        },
        Line::Filter(line) => match &line.verdict {
            Verdict::Wrong(error) => (error.sentence.clone(), theme.bad, Some(error.range.clone())),
            Verdict::Unfinished => {
                let text =
                    "Matches nothing seen: the filter before stays. Enter takes it as it is.";
                (text.to_owned(), theme.notice, None)
            }
            Verdict::Hint(hint) => (hint.sentence.clone(), theme.notice, None),
            Verdict::Fine => (shown(app), theme.dim, None),
        },
    }
}

fn shown(app: &App) -> String {
    let counters = app.store.counters();
    let (shown, kept) = (number::count(counters.shown), number::count(counters.kept));
    match app.store.filtering() {
        Some(progress) => {
            let done = number::percent(progress.done, progress.total);
            format!("{shown} of {kept} shown, {done} filtered")
        }
        None => format!("{shown} of {kept} shown"),
    }
}

/// Draws what could be typed next, over the log.
pub fn draw_suggestions(app: &App, frame: &mut Frame) {
    let none = Suggestions::default();
    let suggestions = match &app.messages.line {
        Some(Line::Filter(line)) if app.overlays.is_empty() => &line.suggestions,
        _ => &none,
    };
    let area = app.layout.line;
    let field = Position::new(area.x + 2, area.y);
    let screen = app.layout.screen;
    suggestions.draw(
        "what may stand here",
        panes::suggestions(app),
        field,
        screen,
        frame.buffer_mut(),
    );
}
