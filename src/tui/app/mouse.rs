//! The mouse: what lies under the pointer, and what a click or the wheel means there.
//!
//! It does nothing that a key does not do too.

use ratatui::layout::Position;

use super::{Action, App, Effect, Focus, Level, Now, View, update};
use crate::tui::{
    overlays::{Overlay, copy, menu},
    panes::{details, history, messages, status, subjects, subscriptions},
    render,
    terminal::input::{Mouse, MouseKind},
    widgets::scrollbar,
};

/// Lines of a step of the wheel.
const WHEEL: i64 = 3;

/// Turns the mouse on or off.
pub fn toggle(app: &mut App, now: Now) -> Vec<Effect> {
    app.mouse = !app.mouse;
    let text = if app.mouse {
        "Mouse on: click and scroll. Hold Shift to select text; M turns it off."
    } else {
        "Mouse off: the terminal selects text again."
    };
    app.toasts.show(Level::Done, text, now.instant);
    vec![Effect::Mouse(app.mouse)]
}

/// Does what the mouse did. Nothing while it is off: what comes then was on its way.
pub fn act(app: &mut App, mouse: Mouse, now: Now) -> Vec<Effect> {
    if !app.mouse {
        return Vec::new();
    }
    app.now = now;
    let at = Position::new(mouse.column, mouse.row);
    let effects = match mouse.kind {
        MouseKind::Click => click(app, at, now),
        MouseKind::WheelUp => wheel(app, at, -WHEEL, now),
        MouseKind::WheelDown => wheel(app, at, WHEEL, now),
    };
    app.lay_out();
    effects
}

fn wheel(app: &mut App, at: Position, lines: i64, now: Now) -> Vec<Effect> {
    match app.overlays.last_mut() {
        Some(Overlay::Menu(menu)) => menu.wheel(lines, menu::rows(app.layout.popups)),
        Some(_) if lines < 0 => return update::act(app, Action::Up, now),
        Some(_) => return update::act(app, Action::Down, now),
        None => {
            if let Some(pane) = pane_at(app, at) {
                scroll(app, pane, lines);
            }
        }
    }
    Vec::new()
}

fn click(app: &mut App, at: Position, now: Now) -> Vec<Effect> {
    let layout = app.layout;
    if layout.hints.contains(at) {
        return match render::hinted_at(app, at.x) {
            Some(action) => update::act(app, action, now),
            None => Vec::new(),
        };
    }
    match app.overlays.last() {
        Some(Overlay::Menu(_)) => return click_menu(app, at, now),
        Some(Overlay::Copy(menu)) => {
            return match copy::part_at(menu, at, layout.screen) {
                Some(part) => update::act(app, Action::CopyPart(part), now),
                None => update::act(app, Action::Back, now),
            };
        }
        Some(_) => return Vec::new(),
        None => {}
    }
    if layout.status.contains(at) {
        return match status::view_at(app, layout.status, at.x) {
            Some(View::History) => history::open(app),
            Some(View::Messages) => {
                app.go_to(Focus::Messages);
                Vec::new()
            }
            None => Vec::new(),
        };
    }
    if layout.tabs.contains(at) {
        if let Some(pane) = render::tab_at(app, at.x) {
            app.go_to(pane);
        }
        return Vec::new();
    }
    if layout.filters.contains(at)
        && let Some(tab) = messages::tabs::at(app, at.x)
    {
        app.go_to(Focus::Messages);
        messages::tabs::choose(app, tab, now);
        return Vec::new();
    }
    if let Some(pane) = pane_at(app, at) {
        click_pane(app, pane, at);
    }
    Vec::new()
}

/// A click on a row selects it, one on the selected row runs it, one beside the box closes it.
fn click_menu(app: &mut App, at: Position, now: Now) -> Vec<Effect> {
    let popups = app.layout.popups;
    let Some(Overlay::Menu(menu)) = app.overlays.last_mut() else {
        return Vec::new();
    };
    if !menu::place(popups).contains(at) {
        app.overlays.pop();
    } else if menu.click(at, popups) {
        return update::act(app, Action::Submit, now);
    }
    Vec::new()
}

/// The pane under the pointer.
fn pane_at(app: &App, at: Position) -> Option<Focus> {
    let panes = app.panes().iter().copied();
    let mut panes = panes.filter(|pane| app.layout.area(*pane).contains(at));
    panes.next()
}

/// A click gives a pane the keys; on a row it selects it, on the scrollbar it goes there.
fn click_pane(app: &mut App, pane: Focus, at: Position) {
    let area = app.layout.area(pane);
    let rows = app.layout.list(pane);
    app.go_to(pane);
    if !(rows.y..rows.bottom()).contains(&at.y) {
        return;
    }
    let line = at.y - rows.y;
    if at.x + 1 == area.right() {
        return jump(app, pane, line, rows.height);
    }
    match pane {
        Focus::Messages => messages::click(app, line),
        Focus::Subjects => subjects::click(app, at.x.saturating_sub(rows.x), line),
        Focus::Subscriptions => subscriptions::click(app, line),
        Focus::History => history::click(app, line),
        Focus::Details | Focus::Request => {}
    }
}

fn scroll(app: &mut App, pane: Focus, lines: i64) {
    match pane {
        Focus::Messages => messages::wheel(app, lines),
        Focus::Subjects => subjects::wheel(app, lines),
        Focus::Subscriptions => subscriptions::wheel(app, lines),
        Focus::History => history::wheel(app, lines),
        Focus::Details => details::wheel(app, lines),
        Focus::Request => {}
    }
}

/// Goes to where a cell of the scrollbar stands for.
fn jump(app: &mut App, pane: Focus, cell: u16, height: u16) {
    if pane == Focus::Messages && cell + 1 == height {
        return messages::to_the_end(app);
    }
    let (visible, rows) = match pane {
        Focus::Messages => messages::extent(app),
        Focus::Subjects => subjects::extent(app),
        Focus::Subscriptions => subscriptions::extent(app),
        Focus::History => history::extent(app),
        Focus::Details => return details::jump(app, cell, height),
        Focus::Request => return,
    };
    let first = scrollbar::row_at(cell, visible.end - visible.start, rows, height);
    let lines = first as i64 - visible.start as i64;
    scroll(app, pane, lines);
}
