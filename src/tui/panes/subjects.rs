//! Subjects: the tree of what was seen, with counts and rates.

use std::ops::Range;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::messages;
use crate::{
    store::{Subjects, TreeRow},
    text::{number, visible_subject},
    tui::{
        app::{Action, App, Effect, Focus, Level, Now},
        panes,
        widgets::{Scroll, fit, list, scrollbar, width},
    },
};

/// The pane. The tree and its folding belong to the store; here is only where we stand in it.
#[derive(Debug, Default)]
pub struct SubjectsPane {
    selected: Option<Vec<u8>>,
    offset: u64,
}

impl SubjectsPane {
    fn scroll(&self, subjects: &Subjects) -> Scroll {
        let row = |prefix: &Vec<u8>| subjects.row_of(subjects.find(prefix)?);
        let selected = self.selected.as_ref().and_then(row).unwrap_or(0) as u64;
        Scroll::at(self.offset, selected)
    }
}

/// The subject under the cursor, or the beginning of subjects.
pub fn selected(app: &App) -> Option<Vec<u8>> {
    selected_row(app).map(|row| row.prefix)
}

fn selected_row(app: &App) -> Option<TreeRow<'_>> {
    let subjects = app.store.subjects();
    let row = app
        .subjects
        .scroll(subjects)
        .selected(subjects.rows() as u64)? as usize;
    subjects.window(row..row + 1).pop()
}

/// Does what a key means in this pane.
pub fn act(app: &mut App, action: &Action, now: Now) -> Vec<Effect> {
    if let Some(step) = action.step() {
        scroll(app, |scroll, rows, height| scroll.step(step, rows, height));
        return Vec::new();
    }
    let Some(row) = selected_row(app) else {
        let text = "No subject was seen yet.";
        app.toasts.show(Level::Notice, text, now.instant);
        return Vec::new();
    };
    let (node, folded, has_children) = (row.node, row.folded, row.has_children);
    let patterns = patterns(&row);
    match action {
        Action::Right if !folded => {
            let text = match has_children {
                true => "This is unfolded already.",
                false => "Nothing is below this subject.",
            };
            app.toasts.show(Level::Notice, text, now.instant);
        }
        Action::Right => app.store.subjects_mut().fold(node, false),
        Action::Left if has_children && !folded => app.store.subjects_mut().fold(node, true),
        Action::Left => {
            let parent = app.store.subjects().parent(node);
            let above = parent.and_then(|parent| app.store.subjects().row_of(parent));
            let row = above.and_then(|row| app.store.subjects().window(row..row + 1).pop());
            match row.map(|row| row.prefix) {
                Some(row) => app.subjects.selected = Some(row),
                None => {
                    let text = "Nothing is above this subject.";
                    app.toasts.show(Level::Notice, text, now.instant);
                }
            }
        }
        Action::Open => {
            let shown = app.store.view().subject.as_ref();
            let next = match patterns.iter().position(|pattern| Some(pattern) == shown) {
                None => patterns.first(),
                Some(n) => patterns.get(n + 1),
            };
            messages::show_subject(app, next.cloned());
        }
        _ => {}
    }
    Vec::new()
}

/// Takes a step through the rows: which one shows first is remembered, and by its name the one under
/// the cursor.
fn scroll(app: &mut App, step: impl FnOnce(&mut Scroll, u64, u16)) {
    let subjects = app.store.subjects();
    let (rows, height) = (subjects.rows() as u64, app.layout.rows(Focus::Subjects));
    let mut scroll = app.subjects.scroll(subjects);
    step(&mut scroll, rows, height);
    let offset = scroll.visible(rows, height).start;
    let row = scroll.selected(rows).unwrap_or(0) as usize;
    let selected = subjects.window(row..row + 1).pop().map(|row| row.prefix);
    app.subjects = SubjectsPane { selected, offset };
}

/// The rows on the screen, and how many there are.
pub fn extent(app: &App) -> (Range<u64>, u64) {
    let subjects = app.store.subjects();
    let rows = subjects.rows() as u64;
    let visible = app
        .subjects
        .scroll(subjects)
        .visible(rows, app.layout.rows(Focus::Subjects));
    (visible, rows)
}

/// Scrolls by lines, down where positive.
pub fn wheel(app: &mut App, lines: i64) {
    scroll(app, |scroll, rows, height| {
        scroll.wheel(lines, rows, height)
    });
}

/// Selects the row on a line of the screen; on its triangle, folds or unfolds it.
pub fn click(app: &mut App, column: u16, line: u16) {
    let (visible, _) = extent(app);
    let clicked = visible.start + u64::from(line);
    if !visible.contains(&clicked) {
        return;
    }
    scroll(app, |scroll, rows, height| {
        // what shows stays where it is
        scroll.visible(rows, height);
        scroll.select(clicked);
    });
    if let Some(row) = selected_row(app) {
        let (node, triangle) = (row.node, indent(row.depth));
        if row.has_children && (triangle..triangle + 2).contains(&usize::from(column)) {
            app.store.subjects_mut().toggle(node);
        }
    }
}

/// Blanks before the triangle of a row.
fn indent(depth: usize) -> usize {
    1 + 2 * depth.min(8)
}

/// What a node stands for: the subject itself, what is below it, or first the one and then the other.
fn patterns(row: &TreeRow) -> Vec<Vec<u8>> {
    let below = || [row.prefix.as_slice(), b".>"].concat();
    let itself = || row.prefix.clone();
    match (row.is_subject, row.has_children) {
        (_, false) => vec![itself()],
        (false, true) => vec![below()],
        (true, true) => vec![itself(), below()],
    }
}

/// Draws the pane.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let subjects = app.store.subjects();
    let count = number::count(subjects.len() as u64);
    let inside = panes::border(app, Focus::Subjects, Vec::new(), &count).draw(area, buffer);
    if subjects.is_empty() {
        return panes::empty(
            "Subjects appear as messages come.",
            app.theme.dim,
            inside,
            buffer,
        );
    }
    let rows = subjects.rows() as u64;
    let mut scroll = app.subjects.scroll(subjects);
    let visible = scroll.visible(rows, inside.height);
    let window = subjects.window(visible.start as usize..visible.end as usize);
    let focused = app.focus == Focus::Subjects;
    let selected = scroll.selected(rows).filter(|_| focused);
    list::draw(
        visible.clone(),
        selected,
        app.theme.selected,
        inside,
        buffer,
        |row| match window.get((row - visible.start) as usize) {
            Some(tree_row) => line(app, tree_row, selected == Some(row), inside.width),
            None => Line::default(),
        },
    );
    let (accent, track) = (app.theme.border(focused), scrollbar::track(area, inside));
    scrollbar::draw(visible, rows, accent, track, buffer);
}

fn line<'a>(app: &App, row: &TreeRow, selected: bool, cells: u16) -> Line<'a> {
    let theme = &app.theme;
    let mark = match (row.has_children, row.folded) {
        (false, _) => " ",
        (true, true) => "▸",
        (true, false) => "▾",
    };
    let right = if row.rate.messages > 0.0 {
        number::rate(row.rate.messages)
    } else {
        number::count(row.count)
    };
    let indent = indent(row.depth);
    let room = usize::from(cells).saturating_sub(indent + 2 + width(&right) + 2);
    let shown = app.store.view().subject.as_ref();
    let only = shown.is_some_and(|shown| patterns(row).contains(shown));
    let token = fit(&visible_subject(row.token), room).into_owned();
    let gap = room.saturating_sub(width(&token)) + 1;
    let dim = theme.dim_on(selected);
    let style = match only {
        true => theme.notice,
        false if row.prefix.starts_with(b"_INBOX") || row.prefix.starts_with(b"$") => dim,
        false => theme.text,
    };
    Line::from(vec![
        Span::styled(format!("{:indent$}{mark} ", ""), dim),
        Span::styled(token, style),
        Span::styled(format!("{:gap$}{right} ", ""), dim),
    ])
}
