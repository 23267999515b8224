//! Help and palette: rows of the key table, found by typing, run with Enter.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use crate::tui::{
    app::{Action, App, Effect, Focus, Now, update},
    find::find,
    keymap::{Chord, Scope, TABLE, WITHOUT_KEY},
    panes::{self, history},
    widgets::{Field, Pane, Scroll, field::FieldStyle, fit, list, popup, scrollbar},
};

/// Lines of the box, its border included, where the screen has that many.
const HEIGHT: u16 = 26;

/// A list of what can be done.
#[derive(Debug)]
pub struct Menu {
    title: &'static str,
    rows: Vec<Row>,
    query: Field,
    found: Vec<usize>,
    scroll: Scroll,
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

    /// Everything that can be done, the pane's own first.
    pub fn palette(scopes: &[Scope]) -> Menu {
        let here = |scope: &Scope| scopes.contains(scope);
        let asked = |scope: Scope| {
            use Scope::{Confirm, Menu, Prompt, Reading, Server};
            matches!(scope, Menu | Prompt | Confirm | Reading | Server)
        };
        let (first, rest): (Vec<_>, Vec<_>) = TABLE
            .iter()
            .filter(|row| !asked(row.scope))
            .partition(|row| here(&row.scope));
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
        let found = (0..rows.len()).collect();
        Menu {
            title,
            rows,
            query: Field::default(),
            found,
            scroll: Scroll::top(),
        }
    }

    /// Takes a step.
    pub fn act(&mut self, action: &Action, height: u16) {
        if let Some(step) = action.step() {
            self.scroll.step(step, self.found.len() as u64, height);
            self.scroll.follow(false);
        }
    }

    /// Types a key into the field that finds.
    pub fn type_key(&mut self, chord: Chord) {
        if self.query.key(chord.event()) {
            self.search();
        }
    }

    /// Pastes into the field that finds.
    pub fn paste(&mut self, text: &str) {
        self.query.paste(text);
        self.search();
    }

    fn search(&mut self) {
        let texts: Vec<String> = self
            .rows
            .iter()
            .map(|row| format!("{} {} {}", row.label, row.help, row.keys))
            .collect();
        self.found = find(self.query.text(), texts.iter().map(String::as_str));
        self.scroll = Scroll::top();
    }

    fn selected(&self) -> Option<&Row> {
        let row = self.scroll.selected(self.found.len() as u64)?;
        self.rows.get(*self.found.get(row as usize)?)
    }
}

impl Row {
    fn of(binding: &'static crate::tui::keymap::Binding) -> Row {
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

/// Rows of the list on a screen of that height.
pub fn rows(screen: Rect) -> u16 {
    const BORDER_AND_FIELD: u16 = 3;
    HEIGHT.min(screen.height).saturating_sub(BORDER_AND_FIELD)
}

/// Draws it.
pub fn draw(app: &App, menu: &Menu, frame: &mut Frame) {
    let theme = &app.theme;
    let screen = app.layout.screen;
    let place = popup::centred(84, HEIGHT, screen);
    let count = format!("{} of {}", menu.found.len(), menu.rows.len());
    let pane = Pane {
        name: menu.title,
        status: &count,
        border_style: theme.accent,
        name_style: theme.bold,
        status_style: theme.dim,
        ..Pane::default()
    };
    let inside = popup::draw(&pane, place, frame.buffer_mut());
    let inside = Rect {
        x: inside.x + 1,
        width: inside.width.saturating_sub(2),
        ..inside
    };
    if inside.height < 2 {
        return;
    }
    let style = FieldStyle {
        text: theme.text,
        placeholder: theme.dim,
        selected: theme.selected,
    };
    let field = Rect {
        height: 1,
        ..inside
    };
    let cursor = menu
        .query
        .draw("type to find", true, style, field, frame.buffer_mut());
    if let Some(position) = cursor {
        frame.set_cursor_position(position);
    }
    let rows = Rect {
        y: inside.y + 1,
        height: inside.height - 1,
        ..inside
    };
    let buffer = frame.buffer_mut();
    let total = menu.found.len() as u64;
    if total == 0 {
        return panes::empty("Nothing is called that.", theme.dim, rows, buffer);
    }
    let mut scroll = menu.scroll.clone();
    let visible = scroll.visible(total, rows.height);
    let selected = scroll.selected(total);
    let cells = usize::from(rows.width);
    list::draw(
        visible.clone(),
        selected,
        theme.selected,
        rows,
        buffer,
        |row| {
            let Some(row) = menu.found.get(row as usize).and_then(|n| menu.rows.get(*n)) else {
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
        },
    );
    let track = Rect {
        y: rows.y,
        height: rows.height,
        ..place
    };
    scrollbar::draw(visible, total, theme.accent, track, buffer);
}
