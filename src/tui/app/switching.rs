//! Going to another context or server while everything else stays.
//!
//! ```text
//! chosen ──► Job::Resolve ──► Found ─┬─► Destination ──► Effect::Switch ──► begun ──► … ──► crossed
//!            files, op, nsc          ├─► Withheld ──► a question, once nobody types: y sends, n goes without
//!                                    └─► Unusable ──► one sentence, and nothing changes
//! ```
//!
//! The new connection is open and the subscriptions are asked for as soon as we [begin](begun). The old
//! one ends by itself meanwhile, a second later at most; what it still says is heard first, so that the
//! log has one side before the marker and the other behind it.

use super::{App, Effect, Found, Job, Level, Now, Phase, Servers, Target, focus};
use crate::{
    client::{Error, Event, Sid},
    context::{Choice, To},
    store::{Marker, MarkerKind},
    text::quoted,
    text::visible,
    tui::{
        destinations::{Allowed, Consent, Destination},
        overlays::{Overlay, contexts::Contexts, question::Confirm},
        panes::request,
    },
};

/// What is under way, and what was decided before.
#[derive(Debug, Default)]
pub struct Switching {
    /// What was chosen last and is being looked up.
    looked_up: Option<Choice>,
    /// What is to be asked about credentials as soon as the keys go nowhere else: who types `my.orders`
    /// while a context is looked up does not mean yes by `y`.
    to_ask: Option<Box<Consent>>,
    /// Which credentials may go where, for as long as the program runs.
    allowed: Vec<Allowed>,
    /// Where we were and no context's name leads back to.
    visited: Vec<Target>,
    /// Replies that came too late on connections that were left.
    late_replies: u64,
}

/// The line between two places in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    from: String,
    to: String,
    /// What the inboxes of our requests match from here on.
    inboxes: String,
}

impl Switching {
    /// The places we were at that are in no folder of contexts, the first one first.
    pub fn visited(&self) -> &[Target] {
        &self.visited
    }

    /// Whether a choice is being looked up, or waits for an answer that was not asked for yet.
    pub fn is_looking_up(&self) -> bool {
        self.looked_up.is_some() || self.to_ask.is_some()
    }
}

/// Opens the list of contexts.
pub fn open(app: &mut App) -> Vec<Effect> {
    app.overlays.push(Overlay::Contexts(Contexts::new(app)));
    vec![Effect::Job(Job::ListContexts)]
}

/// Goes to what was chosen, or back to where we are where that connection has ended.
pub fn go(app: &mut App, choice: Choice, now: Now) -> Vec<Effect> {
    if app.target.choice == choice && app.phase.is_connected() {
        let text = format!("You are in {} already.", app.target.name());
        app.toasts.show(Level::Notice, text, now.instant);
        return Vec::new();
    }
    look_up(app, choice)
}

/// Connects again: at once where the next attempt is waited for, and where it is over with everything
/// read anew.
pub fn again(app: &mut App) -> Vec<Effect> {
    match app.phase {
        Phase::Closed { .. } => look_up(app, app.target.choice.clone()),
        _ => vec![Effect::Reconnect],
    }
}

fn look_up(app: &mut App, choice: Choice) -> Vec<Effect> {
    app.switching.looked_up = Some(choice.clone());
    app.switching.to_ask = None;
    let allowed = app.switching.allowed.clone();
    vec![Effect::Job(Job::Resolve { choice, allowed })]
}

/// Takes what a choice came to; what was not the last one chosen is past.
pub fn found(app: &mut App, choice: &Choice, found: Found, now: Now) -> Vec<Effect> {
    if app.switching.looked_up.as_ref() != Some(choice) {
        return Vec::new();
    }
    app.switching.looked_up = None;
    match found {
        Found::Destination(destination) => return vec![Effect::Switch(destination)],
        Found::Withheld(asked) => {
            if is_busy(app) {
                let text = format!(
                    "Context {} has a question about its credentials: Esc from here leads to it.",
                    visible(asked.withheld.context.as_bytes())
                );
                app.toasts.show(Level::Notice, text, now.instant);
            }
            app.switching.to_ask = Some(asked);
        }
        Found::Unusable(reason) => {
            let text = format!("Nothing was switched: {reason}.");
            app.toasts.show(Level::Failed, text, now.instant);
        }
    }
    Vec::new()
}

/// Asks whether credentials may go elsewhere, unless something else has the keys; to be called before
/// each frame, so that nobody answers what was not shown.
pub fn ask(app: &mut App) {
    if is_busy(app) {
        return;
    }
    if let Some(asked) = app.switching.to_ask.take() {
        app.overlays
            .push(Overlay::Confirm(Confirm::Credentials(asked)));
    }
}

/// Whether a key would be typed, or answer something else.
fn is_busy(app: &App) -> bool {
    !app.overlays.is_empty() || focus::typing(app)
}

/// The same question before anything was connected to.
pub fn ask_first(app: &mut App, asked: Box<Consent>) {
    let reason = format!(
        "nothing was sent to {}: the credentials of context {} are for another server",
        app.target.server,
        quoted(&asked.withheld.context)
    );
    app.phase = Phase::Closed {
        reason: Some(reason),
        given: None,
    };
    app.switching.to_ask = Some(asked);
}

/// The credentials may go there, for as long as the program runs.
pub fn allow(app: &mut App, asked: Consent) -> Vec<Effect> {
    let Consent {
        choice,
        context,
        withheld,
    } = asked;
    let allowed = withheld.wanted_by.into_iter().map(|place| Allowed {
        context: context.clone(),
        place,
    });
    app.switching.allowed.extend(allowed);
    look_up(app, choice)
}

/// The credentials stay here, and their context with them.
pub fn refuse(app: &mut App, asked: &Consent) -> Vec<Effect> {
    look_up(app, asked.choice.alone())
}

/// The line in the log between where we are and where we go.
pub fn crossing(app: &App, destination: &Destination) -> Crossing {
    Crossing {
        from: app.target.name().to_owned(),
        to: destination.target.name().to_owned(),
        inboxes: format!("{}.>", destination.options.inbox_prefix),
    }
}

/// The other connection is open: from here on we are there. Draft, log, view and filters stay.
pub fn begun(app: &mut App, destination: Destination, now: Now) -> Vec<Effect> {
    let left = std::mem::replace(&mut app.target, destination.target);
    let known = |visited: &Target| visited.choice == left.choice;
    let has_a_name = matches!(left.choice.to, To::Context(_));
    if !has_a_name && !app.switching.visited.iter().any(known) {
        app.switching.visited.push(left);
    }
    app.phase = Phase::Idle;
    app.servers = Servers::default();
    app.guide.hide();
    forget_what_was_for_there(app, now);
    for warning in destination.warnings {
        app.toasts.show(Level::Notice, warning, now.instant);
    }
    app.subscriptions.ask_again()
}

/// A question about sending was asked about the place we left.
fn forget_what_was_for_there(app: &mut App, now: Now) {
    let before = app.overlays.len();
    app.overlays
        .retain(|overlay| !matches!(overlay, Overlay::Confirm(Confirm::Send(_))));
    if app.overlays.len() < before {
        let text = "Nothing was sent: the connection was switched while you were asked.";
        app.toasts.show(Level::Failed, text, now.instant);
    }
}

/// Takes what a connection that was left still has to say: the ends of what was under way on it.
pub fn parting(app: &mut App, event: Event, now: Now) -> Vec<Effect> {
    match event {
        Event::Answered {
            ticket,
            inbox,
            answer: Err(Error::Closed),
            ..
        } => request::left_behind(app, ticket, &inbox),
        Event::Flushed {
            ticket,
            result: Err(Error::Closed),
        } => request::left_behind(app, ticket, b""),
        Event::Answered { .. }
        | Event::Flushed { .. }
        | Event::PublishFailed { .. }
        | Event::LateReplies(_) => super::ingest::event(app, event, now),
        _ => Vec::new(),
    }
}

/// The connection that was left has said everything: what comes now came on the other. The marker says
/// so, in the log where there is anything before it, and in a recording.
pub fn crossed(app: &mut App, crossing: Crossing, now: Now) -> Marker {
    app.switching.late_replies = app.late_replies;
    app.store
        .add_subscription(Sid::INBOX.0, crossing.inboxes.as_bytes());
    let Crossing { from, to, .. } = crossing;
    let marker = Marker {
        at: now.wall,
        kind: MarkerKind::Switched { from, to },
    };
    if app.store.newest().is_some() {
        app.store.mark(marker.clone());
    }
    marker
}

/// Takes how many replies came too late on the present connection.
pub fn late_replies(app: &mut App, count: u64) {
    app.late_replies = app.switching.late_replies + count;
}
