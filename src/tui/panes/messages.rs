//! Messages: the log. It draws the rows on the screen and nothing else, however many are kept.

mod draw;
mod place;

pub use draw::{clock, draw};
pub use place::Place;

use crate::{
    protocol::HeaderBlock,
    store::{Direction, Frozen, Message, MessageId, View as Shown},
    tui::{
        app::{Action, App, Effect, Focus, Level, Now},
        overlays::Overlay,
    },
};

/// The pane.
#[derive(Debug, Default)]
pub struct Messages {
    /// Which rows show, and which one is selected.
    pub place: Place,
    /// What was on the screen when it was frozen.
    pub frozen: Option<Freeze>,
    /// Whether times are shown as the time since the row above.
    pub since_previous: bool,
}

/// A frozen log: the newest row it may show, and copies of those that were on the screen.
#[derive(Debug)]
pub struct Freeze {
    /// The newest row.
    pub until: MessageId,
    /// The rows that were on the screen, safe from eviction.
    pub pinned: Frozen,
}

/// How many rows the log has now: up to where it is frozen, or all of them.
pub fn rows(app: &App) -> u64 {
    match &app.messages.frozen {
        None => app.store.rows(),
        Some(freeze) => match app.store.row_of(freeze.until) {
            Ok(row) => row + 1,
            Err(row) => row,
        },
    }
}

/// How many rows came since the log was frozen, or lie below the last one shown.
pub fn behind(app: &App) -> u64 {
    let height = app.layout.rows(Focus::Messages);
    let shown = if app.messages.frozen.is_some() {
        rows(app)
    } else {
        app.messages
            .place
            .visible(&app.store, rows(app), height)
            .end
    };
    app.store.rows().saturating_sub(shown)
}

/// The message under the cursor. While following it is the newest.
pub fn selected(app: &App) -> Option<MessageId> {
    app.messages.place.selected(&app.store, rows(app))
}

/// Does what a key means in this pane.
pub fn act(app: &mut App, action: &Action, now: Now) -> Vec<Effect> {
    if let Some(step) = action.step() {
        let (rows, height) = (rows(app), app.layout.rows(Focus::Messages));
        app.messages.place.step(step, &app.store, rows, height);
        return Vec::new();
    }
    match action {
        Action::Open => app.go_to(Focus::Details),
        Action::OnlyThisSubject => only_this_subject(app, now),
        Action::OtherLeg => other_leg(app, now),
        Action::LoadIntoComposer => load(app, now),
        Action::AnswerRequest => answer(app, now),
        Action::ShowCopies => {
            let view = app.store.view().clone();
            set_view(
                app,
                Shown {
                    copies: !view.copies,
                    ..view
                },
            );
        }
        Action::ShowInboxes => {
            let view = app.store.view().clone();
            set_view(
                app,
                Shown {
                    inboxes: !view.inboxes,
                    ..view
                },
            );
        }
        Action::TimeFormat => app.messages.since_previous = !app.messages.since_previous,
        Action::ClearLog => app.overlays.push(Overlay::clear_log()),
        _ => {}
    }
    Vec::new()
}

/// Freezes the log, or lets it go on.
pub fn freeze(app: &mut App) {
    if app.messages.frozen.take().is_some() {
        app.messages.place = Place::default();
        return;
    }
    let (rows, height) = (rows(app), app.layout.rows(Focus::Messages));
    let Some(until) = app.store.newest() else {
        return;
    };
    let visible = app.messages.place.visible(&app.store, rows, height);
    let pinned = app.store.snapshot(visible.clone());
    app.messages.place.stay(&app.store, visible, rows);
    app.messages.frozen = Some(Freeze { until, pinned });
}

/// Changes what is shown, keeping the selected message under the cursor where it still shows.
pub fn set_view(app: &mut App, view: Shown) {
    app.store.set_view(view);
}

/// Shows one subject only, or everything again where that is what is shown.
pub fn show_subject(app: &mut App, pattern: Option<Vec<u8>>) {
    let view = app.store.view().clone();
    let subject = if view.subject == pattern {
        None
    } else {
        pattern
    };
    set_view(app, Shown { subject, ..view });
}

/// A message by its id, if it is kept.
pub fn message(app: &App, id: MessageId) -> Option<Message<'_>> {
    app.store.get(id)?.message()
}

fn selected_message(app: &App) -> Option<Message<'_>> {
    message(app, selected(app)?)
}

fn only_this_subject(app: &mut App, now: Now) {
    match selected_message(app).map(|message| message.subject.to_vec()) {
        Some(subject) => show_subject(app, Some(subject)),
        None => nothing_selected(app, now),
    }
}

fn other_leg(app: &mut App, now: Now) {
    let Some(id) = selected(app) else {
        return nothing_selected(app, now);
    };
    match app.store.pair(id).and_then(|pair| pair.other) {
        Some(other) if app.store.row_of(other).is_ok() => app.messages.place.go_to(other),
        Some(_) => app.toasts.show(
            Level::Notice,
            "The other leg is not shown now.",
            now.instant,
        ),
        None => {
            let text = "This message has no other leg: it is no request, or no reply was seen.";
            app.toasts.show(Level::Notice, text, now.instant);
        }
    }
}

fn load(app: &mut App, now: Now) {
    let Some(message) = selected_message(app) else {
        return nothing_selected(app, now);
    };
    let request = message.direction == Direction::Out && message.reply.is_some();
    let block = HeaderBlock::parse(message.header);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    let fields = block
        .fields
        .iter()
        .map(|(name, value)| Some((text(name)?, text(value)?)));
    let Some(headers) = fields.collect::<Option<Vec<_>>>() else {
        let text = "The headers are not text, and the composer edits text.";
        return app.toasts.show(Level::Failed, text, now.instant);
    };
    let (subject, payload) = (message.subject.to_vec(), message.payload.to_vec());
    match app.composer.load(request, &subject, &headers, &payload) {
        Ok(()) => app.go_to(Focus::Request),
        Err(reason) => app.toasts.show(Level::Failed, reason, now.instant),
    }
}

fn answer(app: &mut App, now: Now) {
    let Some(message) = selected_message(app) else {
        return nothing_selected(app, now);
    };
    let Some(reply) = message.reply.map(<[u8]>::to_vec) else {
        let text = "This message awaits no answer: it has no reply subject.";
        return app.toasts.show(Level::Notice, text, now.instant);
    };
    match app.composer.load(false, &reply, &[], b"") {
        Ok(()) => app.go_to(Focus::Request),
        Err(reason) => app.toasts.show(Level::Failed, reason, now.instant),
    }
}

fn nothing_selected(app: &mut App, now: Now) {
    app.toasts
        .show(Level::Notice, "There is no message here yet.", now.instant);
}
