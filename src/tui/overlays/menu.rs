//! Help and palette: rows of the key table, found by typing, run with Enter.

use ratatui::{
    Frame,
    layout::{Margin, Position, Rect},
    text::{Line, Span},
};

use crate::tui::{
    app::{Action, App, Effect, Focus, Now, update},
    finder::{Finder, Look, as_typed},
    keymap::{Binding, Chord, Scope, TABLE, WITHOUT_KEY},
    panes::{self, history},
    widgets::{Pane, fit, popup, scrollbar},
};

/// Lines of the box, its border included, where there is room for that many.
const HEIGHT: u16 = 26;

/// A list of what can be done.
#[derive(Debug)]
pub struct Menu {
    title: &'static str,
    rows: Vec<Row>,
    finder: Finder,
}

#[derive(Debug)]
struct Row {
    keys: String,
    label: &'static str,
    help: &'static str,
    scope: Option<Scope>,
    action: Action,
}

impl Menu {
    /// The keys that work where these scopes hold, this pane's first.
    pub fn help(scopes: &[Scope]) -> Menu {
        let rows = scopes
            .iter()
            .flat_map(|scope| TABLE.iter().filter(move |row| row.scope == *scope));
        Menu::new("Help", rows.map(Row::of).collect())
    }

    /// Everything that can be done, the pane's own first. What is typed is submitted by its own key, and
    /// a key that means the same in a narrower scope stands for the one that holds everywhere.
    pub fn palette(scopes: &[Scope]) -> Menu {
        let here = |row: &Binding| scopes.contains(&row.scope);
        let own = |row: &Binding| here(row) && !row.scope.is_wide();
        let (first, rest): (Vec<_>, Vec<_>) = TABLE
            .iter()
            .filter(|row| row.action != Action::Submit)
            .filter(|row| here(row) || row.scope.is_wide() || row.scope.is_whole_pane())
            .filter(|row| {
                let meant = |other: &Binding| own(other) && other.action == row.action;
                !row.scope.is_wide() || !TABLE.iter().any(meant)
            })
            .partition(|row| here(row));
        let mut rows: Vec<Row> = first.into_iter().chain(rest).map(Row::of).collect();
        rows.extend(WITHOUT_KEY.iter().map(|(action, help)| Row {
            keys: String::new(),
            label: "",
            help,
            scope: None,
            action: action.clone(),
        }));
        rows.retain(|row| row.action.step().is_none());
        Menu::new("Commands", rows)
    }

    fn new(title: &'static str, rows: Vec<Row>) -> Menu {
        let mut menu = Menu {
            title,
            rows,
            finder: Finder::default(),
        };
        menu.search();
        menu
    }

    /// Takes a step.
    pub fn act(&mut self, action: &Action, height: u16) {
        if let Some(step) = action.step() {
            self.finder.step(step, height);
        }
    }

    /// Scrolls by lines, down where positive.
    pub fn wheel(&mut self, lines: i64, height: u16) {
        self.finder.wheel(lines, height);
    }

    /// Selects the row that was clicked; says whether it was selected already, and so is to be run.
    pub fn click(&mut self, at: Position, popups: Rect) -> bool {
        let line = at.y.checked_sub(place(popups).y + ABOVE_ROWS);
        line.is_some_and(|line| self.finder.click(line, rows(popups)))
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
        let texts: Vec<String> = self
            .rows
            .iter()
            .map(|row| format!("{} {} {}", row.label, row.help, row.keys))
            .collect();
        self.finder.search(texts.iter().map(String::as_str));
        self.finder.to_top();
    }

    fn selected(&self) -> Option<&Row> {
        self.rows.get(self.finder.selected()?)
    }
}

impl Row {
    fn of(binding: &'static Binding) -> Row {
        Row {
            keys: binding.keys.join(" "),
            label: binding.label,
            help: binding.help,
            scope: Some(binding.scope),
            action: binding.action.clone(),
        }
    }
}

/// Runs the selected row, as if its key had been pressed in the pane it belongs to.
pub fn run(app: &mut App, menu: &Menu, now: Now) -> Vec<Effect> {
    let Some(row) = menu.selected() else {
        return Vec::new();
    };
    let mut effects = Vec::new();
    match row.scope.and_then(Scope::pane) {
        Some(Focus::History) if app.focus != Focus::History => effects = history::open(app),
        Some(pane) if app.focus != pane => app.go_to(pane),
        _ => {}
    }
    effects.extend(update::act(app, row.action.clone(), now));
    effects
}

/// Border and field.
const ABOVE_ROWS: u16 = 2;

/// Where the box stands.
pub fn place(popups: Rect) -> Rect {
    popup::centred(84, HEIGHT, popups)
}

/// Rows of the list where boxes have that room.
pub fn rows(popups: Rect) -> u16 {
    HEIGHT.min(popups.height).saturating_sub(ABOVE_ROWS + 1)
}

/// Draws it.
pub fn draw(app: &App, menu: &Menu, frame: &mut Frame) {
    let theme = &app.theme;
    let place = place(app.layout.popups);
    let count = format!("{} of {}", menu.finder.count(), menu.rows.len());
    let pane = Pane {
        name: menu.title,
        status: &count,
        border_style: theme.accent,
        name_style: theme.bold,
        status_style: theme.dim,
        ..Pane::default()
    };
    let inside = popup::draw(&pane, place, frame.buffer_mut());
    let inside = inside.inner(Margin::new(1, 0));
    if inside.height < 2 {
        return;
    }
    let look = Look {
        label: "",
        label_style: theme.text,
        placeholder: "type to find",
        field: panes::field_style(theme),
        focused: true,
        shown: as_typed,
    };
    let rows = menu.finder.draw_field(&look, inside, frame);
    let buffer = frame.buffer_mut();
    if menu.finder.count() == 0 {
        return panes::empty("Nothing is called that.", theme.dim, rows, buffer);
    }
    let cells = usize::from(rows.width);
    let visible = menu
        .finder
        .draw_rows(theme.selected, rows, buffer, |row, _| {
            let Some(row) = menu.rows.get(row) else {
                return Line::default();
            };
            let wide = cells >= 70;
            let help = fit(row.help, cells.saturating_sub(if wide { 38 } else { 15 })).into_owned();
            let gap = cells.saturating_sub(15 + crate::tui::widgets::width(&help) + 22);
            let place_text = if wide {
                fit(row.scope.map_or("", Scope::title), 22).into_owned()
            } else {
                String::new()
            };
            Line::from(vec![
                Span::styled(format!("{:<14} ", fit(&row.keys, 14)), theme.key),
                Span::styled(help, theme.text),
                Span::styled(format!("{:gap$}{place_text}", ""), theme.dim),
            ])
        });
    let track = scrollbar::track(place, rows);
    let total = menu.finder.count() as u64;
    scrollbar::draw(visible, total, theme.accent, track, buffer);
}
