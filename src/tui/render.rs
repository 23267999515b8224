//! The screen, from top to bottom: every pane that has an area draws itself there.

use ratatui::{
    Frame,
    text::{Line, Span},
};

use super::{
    app::{Action, App, Focus, focus, update},
    keymap::{Binding, Scope, TABLE, resolve},
    layout::SMALLEST,
    overlays,
    panes::{details, guide, history, messages, request, status, subjects, subscriptions},
    widgets::{fit, hints},
};

/// Draws everything.
pub fn draw(app: &mut App, frame: &mut Frame) {
    let layout = app.layout;
    if layout.too_small {
        return too_small(app, frame);
    }
    let buffer = frame.buffer_mut();
    status::draw(app, layout.status, buffer);
    if !layout.banner.is_empty() {
        status::draw_banner(app, layout.banner, buffer);
    }
    if !layout.tabs.is_empty() {
        tabs(app, buffer);
    }
    if !layout.subscriptions.is_empty() {
        subscriptions::draw(app, layout.subscriptions, buffer);
    }
    if !layout.subjects.is_empty() {
        subjects::draw(app, layout.subjects, buffer);
    }
    if !layout.guide.is_empty() {
        guide::draw(app, layout.guide, buffer);
    }
    if !layout.messages.is_empty() {
        messages::draw(app, layout.messages, buffer);
        messages::tabs::draw(app, buffer);
        messages::line::draw(app, frame);
    }
    let buffer = frame.buffer_mut();
    if !layout.details.is_empty() {
        details::draw(app, layout.details, buffer);
    }
    if !layout.history.is_empty() {
        history::draw(app, layout.history, frame);
    }
    if !layout.request.is_empty() {
        request::draw(app, layout.request, frame);
    }
    draw_hints(app, frame);
    request::draw_suggestions(app, frame);
    messages::line::draw_suggestions(app, frame);
    overlays::draw(app, frame);
}

/// The keys that work now, the pane's own first. What has two keys is shown with that of the narrowest
/// scope; help stands last, since it leads to all the others.
fn draw_hints(app: &App, frame: &mut Frame) {
    let pairs = hints(app);
    hints::draw(
        &pairs,
        app.theme.key,
        app.theme.dim,
        app.layout.hints,
        frame.buffer_mut(),
    );
}

/// What the hint at a column of the line of hints does.
pub fn hinted_at(app: &App, column: u16) -> Option<Action> {
    let place = hints::at(&hints(app), app.layout.hints, column)?;
    let (_, row) = *hinted(app).get(place)?;
    Some(row.action.clone())
}

fn hints(app: &App) -> Vec<(&'static str, &'static str)> {
    let frozen = app.messages.frozen.is_some();
    let label = |row: &Binding| match row.action {
        Action::Freeze if frozen => "go on",
        _ => row.label,
    };
    let rows = hinted(app).into_iter();
    rows.map(|(key, row)| (key, label(row))).collect()
}

/// A row of the table is hinted at where its key means it (a narrower scope may mean something
/// else by it), where it would do something, and once, however many keys it has.
fn hinted(app: &App) -> Vec<(&'static str, &'static Binding)> {
    let scopes = focus::scopes(app);
    let asked = !app.overlays.is_empty();
    let mut rows: Vec<(&str, &'static Binding)> = TABLE
        .iter()
        .filter(|row| row.hint > 0 && scopes.contains(&row.scope))
        .filter(|row| !asked || row.scope != Scope::Everywhere || row.action == Action::Back)
        .filter(|row| asked || update::works(app, &row.action))
        .filter_map(|row| {
            let key = row.keys.first()?;
            let means = resolve(&scopes, key.parse().ok()?)?;
            std::ptr::eq(means, row).then_some((*key, row))
        })
        .collect();
    rows.sort_by_key(|(_, row)| row.hint);
    let mut seen: Vec<&'static Action> = Vec::new();
    rows.retain(|&(_, row)| {
        let new = !seen.contains(&&row.action);
        seen.push(&row.action);
        new
    });
    rows
}

/// The pane whose name stands at a column of the tabs.
pub fn tab_at(app: &App, column: u16) -> Option<Focus> {
    let mut x = app.layout.tabs.x;
    app.panes().iter().copied().find(|pane| {
        let begin = x;
        x += app.pane_name(*pane).len() as u16 + 3;
        (begin..x - 1).contains(&column)
    })
}

/// The panes of a narrow screen by name, the one shown marked.
fn tabs(app: &App, buffer: &mut ratatui::buffer::Buffer) {
    let ring = app.panes().iter();
    let spans = ring.flat_map(|pane| {
        let style = if *pane == app.focus {
            app.theme.chosen
        } else {
            app.theme.dim
        };
        [
            Span::styled(format!(" {} ", app.pane_name(*pane)), style),
            Span::raw(" "),
        ]
    });
    let area = app.layout.tabs;
    buffer.set_line(area.x, area.y, &Line::from_iter(spans), area.width);
}

fn too_small(app: &App, frame: &mut Frame) {
    let (width, height) = app.size;
    let text = format!(
        "{width}×{height} is too small: {}×{} at least",
        SMALLEST.0, SMALLEST.1
    );
    let area = frame.area();
    if !area.is_empty() {
        let text = fit(&text, usize::from(area.width)).into_owned();
        frame
            .buffer_mut()
            .set_string(area.x, area.y + area.height / 2, text, app.theme.notice);
    }
}
