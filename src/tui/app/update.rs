//! What a person means, done: a pure function of the state, the action and the moment.

use std::time::Duration;

use super::{
    Action, App, Effect, Focus, Job, Level, Now, Phase, View, focus, mouse, recordings, switching,
};
use crate::{
    requests::Kind,
    store::Toward,
    text::visible_subject,
    tui::{
        keymap::{Binding, Chord, Scope, resolve},
        overlays::{
            self, Overlay,
            copy::{self, CopyMenu, Part},
            graph::{self, Graph},
            menu::{self, Menu},
            server,
        },
        panes::{details, history, messages, request, subjects, subscriptions},
        widgets::{Editor, Field, scroll::Move},
    },
};

/// Does what a key means where we are; types it where it means nothing and a field has the keys.
pub fn key(app: &mut App, chord: Chord, now: Now) -> Vec<Effect> {
    match resolve(&focus::scopes(app), chord) {
        Some(binding) if is_disabled_by_overlay(app, binding) => says_nothing(app, chord, now),
        Some(binding) => act(app, binding.action.clone(), now),
        None if focus::typing(app) && edits(chord) => act(app, Action::Type(chord), now),
        None => says_nothing(app, chord, now),
    }
}

/// Whether what a key means everywhere means nothing where an overlay has the keys.
fn is_disabled_by_overlay(app: &App, binding: &Binding) -> bool {
    let holds = [
        Action::Back,
        Action::Redraw,
        Action::Suspend,
        Action::ForceQuit,
    ];
    !app.overlays.is_empty()
        && binding.scope == Scope::Everywhere
        && !holds.contains(&binding.action)
}

/// Whether a key edits text: a field of one line or one of many takes it.
fn edits(chord: Chord) -> bool {
    Field::default().key(chord.event()) || Editor::default().key(chord.event())
}

/// Says that a key does nothing here.
fn says_nothing(app: &mut App, chord: Chord, now: Now) -> Vec<Effect> {
    let key = chord.to_string();
    let text = if !app.overlays.is_empty() {
        format!("{key} does nothing here; Esc leaves.")
    } else if key.len() == 1 && key.starts_with(|digit: char| digit.is_ascii_digit()) {
        let views = View::ALL.map(|(digit, _, name)| format!("{digit} {name}"));
        format!("There is no view {key}: {}.", views.join(", "))
    } else if focus::typing(app) {
        format!("{key} does nothing here; F1 shows the keys.")
    } else {
        format!("{key} does nothing here; ? shows the keys.")
    };
    app.toasts.show(Level::Notice, text, now.instant);
    Vec::new()
}

/// Does one action.
pub fn act(app: &mut App, action: Action, now: Now) -> Vec<Effect> {
    app.now = now;
    app.calendar.pass(now.wall);
    let effects =
        if app.overlays.is_empty() && app.phase.is_recording() && recordings::refuses(app, &action)
        {
            app.toasts
                .show(Level::Notice, recordings::READ_ONLY, now.instant);
            Vec::new()
        } else if app.overlays.is_empty() {
            app.guide.acted(&action, app.focus);
            on_screen(app, action, now)
        } else {
            in_overlay(app, action, now)
        };
    app.lay_out();
    messages::pin(app);
    effects
}

/// Makes the state ready to be drawn; to be called before each frame.
pub fn prepare(app: &mut App, now: Now) -> Vec<Effect> {
    app.now = now;
    app.calendar.pass(now.wall);
    switching::ask(app);
    app.lay_out();
    messages::pin(app);
    messages::forget_marks(app, now);
    history::looked::refresh(app);
    let mut effects = details::refresh(app, now);
    messages::account(app);
    effects.extend(messages::scan(app));
    effects
}

/// Somebody looks at the terminal again: meanwhile the files may have been changed elsewhere.
pub fn looked_at(app: &mut App) -> Vec<Effect> {
    let mut effects = vec![Effect::Job(Job::LoadFilters)];
    if app.view == View::History {
        effects.extend(history::reload(app));
    }
    effects
}

/// What changes by time alone; says whether anything did.
pub fn pass(app: &mut App, now: Now) -> bool {
    app.now = now;
    let newer = details::pass(app, now);
    app.toasts.expire(now.instant) || app.servers.waits(now) || newer
}

/// How soon time alone changes what is shown, if it does.
pub fn next_change(app: &App, now: Now) -> Option<Duration> {
    const WAITING: Duration = Duration::from_millis(100);
    let toast = app
        .toasts
        .next_expiry()
        .map(|at| at.saturating_duration_since(now.instant));
    let waiting = app.composer.is_waiting().then_some(WAITING);
    let countdown = app.servers.next_second(now);
    let newer = details::next_change(app, now);
    let all = toast.into_iter().chain(waiting);
    all.chain(countdown).chain(newer).min()
}

/// Whether an action would do something now: what is hinted at is worth pressing.
pub fn works(app: &App, action: &Action) -> bool {
    let rows = || !app.subscriptions.rows().is_empty();
    if app.phase.is_recording() && recordings::refuses(app, action) {
        return false;
    }
    match action {
        Action::Back => can_go_back(app),
        Action::NextField => messages::line(app).is_none_or(messages::line::Line::has_highlight),
        Action::UndoUnsubscribe => app.subscriptions.can_undo(),
        // going elsewhere is always possible, and worth a hint where it does not go on here
        Action::Reconnect | Action::Contexts => {
            matches!(app.phase, Phase::Waiting { .. } | Phase::Closed { .. })
        }
        Action::Unsubscribe | Action::Mute | Action::EditSubscription => rows(),
        Action::Send if app.focus == Focus::History => app.history.selected().is_some(),
        Action::Send => app.composer.has_subject() && !app.composer.is_refused(),
        Action::OlderHit | Action::NewerHit => app.store.query().is_some(),
        Action::NoFilter | Action::SaveFilter => app.store.view().filter.is_some(),
        Action::Search | Action::Filter | Action::HideThisSubject => app.store.newest().is_some(),
        Action::Server => !app.phase.is_connected(),
        Action::Freeze => app.messages.frozen.is_some() || app.store.newest().is_some(),
        Action::Open | Action::LoadIntoComposer if app.focus == Focus::Messages => {
            messages::selected(app).is_some()
        }
        _ => true,
    }
}

fn can_go_back(app: &App) -> bool {
    app.focus != Focus::Messages
        || app.zoom
        || app.recordings.is_exporting()
        || app.messages.frozen.is_some()
        || app.messages.line.is_some()
        || app.store.query().is_some()
        || app.store.view().subject.is_some()
        || app.store.view().filter.is_some()
        || !app.messages.place.is_following()
        || app.toasts.iter().next().is_some()
}

fn in_overlay(app: &mut App, action: Action, now: Now) -> Vec<Effect> {
    let height = menu::rows(app.layout.popups);
    match (action, app.overlays.last_mut()) {
        (Action::ForceQuit, _) => return vec![Effect::Quit],
        (Action::Suspend, _) => return vec![Effect::Suspend],
        (Action::Redraw, _) => return vec![Effect::Redraw],
        (Action::Back, Some(Overlay::Prompt(prompt))) if prompt.has_suggestions() => {
            prompt.forget_suggestions();
        }
        (Action::Back, _) => {
            if let Some(Overlay::Server(_)) = app.overlays.pop() {
                return server::closed();
            }
        }
        (action, Some(Overlay::Server(_))) => return server::act(app, &action, now),
        (Action::Submit, _) => return overlays::submit(app, now),
        (Action::CopyPart(part), Some(Overlay::Copy(_))) => {
            if let Some(Overlay::Copy(menu)) = app.overlays.pop() {
                return copy::choose(app, menu, Some(part), now);
            }
        }
        (Action::Refuse, _) => return overlays::refuse(app),
        (Action::Type(chord), Some(overlay)) => overlay.type_key(chord, &app.store),
        (Action::Paste(text), Some(overlay)) => overlay.paste(&text, &app.store),
        (action, Some(Overlay::Prompt(prompt))) => {
            if let Some(text) = prompt.act(&action) {
                app.toasts.show(Level::Notice, text, now.instant);
            }
        }
        (action, Some(Overlay::Menu(menu))) => menu.act(&action, height),
        (action, Some(Overlay::Contexts(contexts))) => contexts.act(&action, height),
        (action, Some(Overlay::Copy(menu))) => menu.act(&action),
        (action, Some(Overlay::Graph(_))) => graph::act(app, &action, now),
        _ => {}
    }
    Vec::new()
}

fn on_screen(app: &mut App, action: Action, now: Now) -> Vec<Effect> {
    if messages::line(app).is_some() && messages::line::act(app, &action, now) {
        return Vec::new();
    }
    match action {
        Action::Quit => return quit(app),
        Action::ForceQuit => return vec![Effect::Quit],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Redraw => return vec![Effect::Redraw],
        Action::Reconnect => return switching::again(app),
        Action::Contexts => return switching::open(app),
        #[cfg(debug_assertions)]
        Action::Panic => return vec![Effect::Panic],
        Action::Help => app
            .overlays
            .push(Overlay::Menu(Menu::help(&focus::scopes(app)))),
        Action::Palette => app
            .overlays
            .push(Overlay::Menu(Menu::palette(&focus::scopes(app)))),
        Action::Back => back(app),
        Action::FocusNext => app.step(1),
        Action::FocusPrevious => app.step(-1),
        Action::Show(View::Messages) if app.focus == Focus::Messages => {
            let text = "This is view 1, Messages.";
            app.toasts.show(Level::Notice, text, now.instant);
        }
        Action::Show(View::Messages) => app.go_to(Focus::Messages),
        Action::Show(View::History) | Action::OpenHistory => return history::open(app),
        Action::Zoom => app.zoom = !app.zoom,
        Action::Mouse => return mouse::toggle(app, now),
        Action::HideGuide => app.guide.hide(),
        Action::Subscribe => app.overlays.push(Overlay::subscribe()),
        Action::Counters => app.overlays.push(Overlay::Counters),
        Action::ChangeKeep => app.overlays.push(Overlay::keep(app.store.budget())),
        Action::ChangeZone => app.overlays.push(Overlay::zone(app.calendar.chosen())),
        Action::Record => return recordings::toggle(app, now),
        Action::Export => recordings::ask_export(app, now),
        Action::Server => return server::open(app),
        Action::Graph => {
            let graph = Graph::open(app);
            app.overlays.push(Overlay::Graph(graph));
        }
        Action::UndoUnsubscribe => return subscriptions::undo(app, now),
        Action::EditSubscription => edit_subscription(app, now),
        Action::Freeze if app.store.newest().is_none() => messages::nothing_selected(app, now),
        Action::Freeze => messages::freeze(app),
        Action::AllSubjects => messages::show_subject(app, None),
        Action::ComposeRequest => compose(app, Kind::Request),
        Action::ComposePublish => compose(app, Kind::Publish),
        Action::Send if app.composer.is_refused() && app.focus != Focus::History => {
            let text = "F5 sends nothing: the message was not loaded. r goes to the draft before.";
            app.toasts.show(Level::Notice, text, now.instant);
        }
        Action::Send if app.focus != Focus::History => return request::send(app, now),
        Action::Submit if app.focus == Focus::Request => return request::send(app, now),
        Action::SaveRequest if app.focus == Focus::Request => return save(app, now),
        Action::DetailsDown | Action::DetailsUp if app.focus == Focus::History => {
            history::looked::scroll(app, action == Action::DetailsDown);
        }
        Action::DetailsDown => details::scroll(app, Move::Down),
        Action::DetailsUp => details::scroll(app, Move::Up),
        Action::Copy => return copy(app, None, now),
        Action::CopySubject => return copy(app, Some(Part::Subject), now),
        Action::Search | Action::Filter => {
            app.view = View::Messages;
            app.go_to(Focus::Messages);
            messages::line::open(app, &action);
        }
        Action::OlderHit => messages::search::next(app, Toward::Older, now),
        Action::NewerHit => messages::search::next(app, Toward::Newer, now),
        Action::NoFilter => {
            messages::filter::end(app);
        }
        Action::SaveFilter => messages::tabs::ask_name(app, now),
        Action::NextTab => messages::tabs::step(app, 1, now),
        Action::PreviousTab => messages::tabs::step(app, -1, now),
        Action::Type(chord) if messages::line(app).is_some() => {
            messages::line::type_key(app, chord, now);
        }
        Action::Type(chord) if app.focus == Focus::History => history::type_key(app, chord),
        Action::Type(chord) => request::type_key(app, chord),
        Action::Paste(text) => paste(app, &text, now),
        action => return in_pane(app, &action, now),
    }
    Vec::new()
}

fn in_pane(app: &mut App, action: &Action, now: Now) -> Vec<Effect> {
    match app.focus {
        Focus::Subscriptions => subscriptions::act(app, action, now),
        Focus::Subjects => subjects::act(app, action, now),
        Focus::Messages => messages::act(app, action, now),
        Focus::Details => details::act(app, action, now),
        Focus::Request => request::act(app, action),
        Focus::History => history::act(app, action, now),
    }
}

/// One step back: out of a suggestion, a search, a zoom, a pane, a filter. Never out of the program.
fn back(app: &mut App) {
    let done_in_pane = match app.focus {
        Focus::Messages => messages::line::back(app),
        Focus::Request => request::back(app),
        Focus::History => history::back(app),
        _ => false,
    };
    match app.focus {
        _ if done_in_pane || recordings::stop_export(app) => {}
        _ if app.zoom => app.zoom = false,
        focus if focus != Focus::Messages => app.go_to(Focus::Messages),
        _ if messages::search::end(app) => {}
        _ if app.messages.frozen.is_some() => messages::freeze(app),
        _ if app.store.view().subject.is_some() => messages::show_subject(app, None),
        _ if messages::filter::end(app) => {}
        _ if !app.messages.place.is_following() => app.messages.place = messages::Place::default(),
        _ if app.toasts.dismiss() => {}
        _ => {
            let text = "Esc has nothing to go back from here; q quits.";
            app.toasts.show(Level::Notice, text, app.now.instant);
        }
    }
}

fn quit(app: &mut App) -> Vec<Effect> {
    let waiting = app.composer.waiting();
    let unfinished = if waiting > 0 {
        match waiting {
            1 => "A request still waits for its reply.".to_owned(),
            n => format!("{n} requests still wait for their replies."),
        }
    } else if app.composer.is_unsent() {
        "The draft in the composer was never sent.".to_owned()
    } else {
        return vec![Effect::Quit];
    };
    app.overlays.push(Overlay::quit(unfinished));
    Vec::new()
}

fn compose(app: &mut App, kind: Kind) {
    app.composer.begin(kind);
    app.view = View::Messages;
    app.go_to(Focus::Request);
}

fn edit_subscription(app: &mut App, now: Now) {
    let Some(row) = app.subscriptions.selected() else {
        let text = "There is no subscription to change; s adds one.";
        return app.toasts.show(Level::Notice, text, now.instant);
    };
    let mut typed = visible_subject(&row.subject).into_owned();
    if let Some(queue) = &row.queue {
        typed = format!("{typed} {}", visible_subject(queue));
    }
    app.overlays.push(Overlay::edit_subscription(&typed));
}

fn save(app: &mut App, now: Now) -> Vec<Effect> {
    match request::to_save(app, now) {
        Ok(entry) => app.overlays.push(Overlay::save(entry)),
        Err(reason) => {
            app.toasts.show(Level::Failed, reason, now.instant);
            return Vec::new();
        }
    }
    // which names are taken already
    history::reload(app)
}

/// Copies a part of the message that is under the cursor now, or asks which one.
fn copy(app: &mut App, part: Option<Part>, now: Now) -> Vec<Effect> {
    let mut effects = details::refresh(app, now);
    let Some(source) = app.details.source() else {
        let text = "There is no message to copy yet.";
        app.toasts.show(Level::Notice, text, now.instant);
        return effects;
    };
    match part.map(|part| source.copied(part)) {
        None => app.overlays.push(Overlay::Copy(CopyMenu::new(source))),
        Some(Ok(copied)) => effects.push(Effect::Copy(copied)),
        Some(Err(reason)) => app.toasts.show(Level::Notice, reason, now.instant),
    }
    effects
}

fn paste(app: &mut App, text: &str, now: Now) {
    match app.focus {
        Focus::Messages if app.messages.line.is_some() => messages::line::paste(app, text, now),
        Focus::History => history::paste(app, text),
        Focus::Request => {
            if let Err(reason) = request::paste(app, text) {
                app.toasts.show(Level::Failed, reason, now.instant);
            }
        }
        _ => {
            let text = "Paste goes into a field: r composes a request, s subscribes.";
            app.toasts.show(Level::Notice, text, now.instant);
        }
    }
}
