//! Subjects: the tree of what was seen, with counts and rates.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::messages;
use crate::{
    payload::visible,
    store::{Subjects, TreeRow},
    tui::{
        app::{Action, App, Effect, Focus},
        panes,
        widgets::{Scroll, fit, list, number, scrollbar, width},
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

fn selected_row(app: &App) -> Option<TreeRow<'_>> {
    let subjects = app.store.subjects();
    let row = app
        .subjects
        .scroll(subjects)
        .selected(subjects.rows() as u64)? as usize;
    subjects.window(row..row + 1).pop()
}

/// Does what a key means in this pane.
pub fn act(app: &mut App, action: &Action) -> Vec<Effect> {
    if let Some(step) = action.step() {
        let rows = app.store.subjects().rows() as u64;
        let height = app.layout.rows(Focus::Subjects);
        let mut scroll = app.subjects.scroll(app.store.subjects());
        scroll.step(step, rows, height);
        app.subjects.offset = scroll.visible(rows, height).start;
        let row = scroll.selected(rows).unwrap_or(0) as usize;
        let prefix = app
            .store
            .subjects()
            .window(row..row + 1)
            .pop()
            .map(|row| row.prefix);
        app.subjects.selected = prefix;
        return Vec::new();
    }
    let Some(row) = selected_row(app) else {
        return Vec::new();
    };
    let (node, folded, has_children) = (row.node, row.folded, row.has_children);
    let patterns = patterns(&row);
    match action {
        Action::Right if has_children => app.store.subjects_mut().fold(node, false),
        Action::Left if has_children && !folded => app.store.subjects_mut().fold(node, true),
        Action::Left => {
            let parent = app.store.subjects().parent(node);
            let above = parent.and_then(|parent| app.store.subjects().row_of(parent));
            let row = above.and_then(|row| app.store.subjects().window(row..row + 1).pop());
            if let Some(row) = row.map(|row| row.prefix) {
                app.subjects.selected = Some(row);
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
    let accent = app.theme.border(focused);
    scrollbar::draw(
        visible,
        rows,
        accent,
        Rect {
            y: inside.y,
            height: inside.height,
            ..area
        },
        buffer,
    );
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
    let indent = 1 + 2 * row.depth.min(8);
    let room = usize::from(cells).saturating_sub(indent + 2 + width(&right) + 2);
    let shown = app.store.view().subject.as_ref();
    let only = shown.is_some_and(|shown| patterns(row).contains(shown));
    let token = fit(&visible(row.token), room).into_owned();
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
