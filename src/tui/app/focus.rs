//! Where the keys go.

use super::App;
use crate::tui::{keymap::Scope, panes::messages};

/// What fills the screen. Digits mean views, and never move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The panes around the log.
    #[default]
    Messages,
    /// The requests that were sent or saved.
    History,
}

impl View {
    /// The views, each with the digit that shows it.
    pub const ALL: [(char, View, &str); 2] = [
        ('1', View::Messages, "Messages"),
        ('2', View::History, "History"),
    ];
}

/// The pane that has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// What we are subscribed to.
    Subscriptions,
    /// The tree of subjects seen.
    Subjects,
    /// The log.
    Messages,
    /// The message looked at.
    Details,
    /// The composer.
    Request,
    /// The requests sent and saved.
    History,
}

impl Focus {
    /// The panes of a view, in the order of Tab; where nothing is sent, those without the composer.
    pub fn ring(view: View, sends: bool) -> &'static [Focus] {
        match (view, sends) {
            (View::Messages, true) => &[
                Focus::Messages,
                Focus::Details,
                Focus::Request,
                Focus::Subscriptions,
                Focus::Subjects,
            ],
            (View::Messages, false) => &[
                Focus::Messages,
                Focus::Details,
                Focus::Subscriptions,
                Focus::Subjects,
            ],
            (View::History, true) => &[Focus::History, Focus::Request],
            (View::History, false) => &[Focus::History],
        }
    }

    /// The pane's name, as help calls it. [`App::pane_name`] is how it is called now.
    pub fn name(self) -> &'static str {
        match self {
            Focus::Subscriptions => "Subscriptions",
            Focus::Subjects => "Subjects",
            Focus::Messages => "Messages",
            Focus::Details => "Details",
            Focus::Request => "Request",
            Focus::History => "History",
        }
    }
}

/// The scopes of keys that hold now, the narrowest first.
pub fn scopes(app: &App) -> Vec<Scope> {
    if let Some(overlay) = app.overlays.last() {
        return overlay.scopes().to_vec();
    }
    if let Some(line) = messages::line(app) {
        return vec![line.scope(), Scope::Everywhere];
    }
    match app.focus {
        Focus::Subscriptions => vec![Scope::Subscriptions, Scope::Panes, Scope::Everywhere],
        Focus::Subjects => vec![Scope::Subjects, Scope::Panes, Scope::Everywhere],
        Focus::Messages => vec![Scope::Messages, Scope::Panes, Scope::Everywhere],
        Focus::Details => vec![Scope::Details, Scope::Panes, Scope::Everywhere],
        Focus::Request if app.composer.in_one_line() => {
            vec![Scope::Request, Scope::RequestLine, Scope::Everywhere]
        }
        Focus::Request => vec![Scope::Request, Scope::RequestBody, Scope::Everywhere],
        Focus::History => vec![Scope::History, Scope::Everywhere],
    }
}

/// Whether keys without a meaning are typed into a field.
pub fn typing(app: &App) -> bool {
    match app.overlays.last() {
        Some(overlay) => overlay.typing(),
        None => {
            matches!(app.focus, Focus::Request | Focus::History) || messages::line(app).is_some()
        }
    }
}
