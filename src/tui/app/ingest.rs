//! What the network and the jobs say, taken in. Never drawn from here: drawing looks at the state.

use std::time::Duration;

use super::{App, Effect, JobDone, Level, Now, Phase, servers::complaint, switching};
use crate::{
    client::{Batch, Data, Error, Event, Sid},
    store::Direction,
    text::visible,
    tui::{
        overlays::contexts,
        panes::{messages, request, subscriptions::Standing},
        terminal::clipboard,
    },
};

/// Takes one entry of the data lane into the log.
pub fn data(app: &mut App, data: &Data) {
    match data {
        Data::Received(batch) => {
            app.store
                .append(Direction::In, &batch.bytes, &batch.records, batch.at);
        }
        Data::Sent(batch) => {
            app.store
                .append(Direction::Out, &batch.bytes, &batch.records, batch.at);
        }
        Data::Gap(gap) => app.store.mark(gap.into()),
        Data::Dropped(dropped) => app.store.mark(dropped.into()),
    }
}

/// As [`data`], for an entry that nobody else needs: a large message is not copied.
pub fn owned(app: &mut App, entry: Data) {
    let (mut batch, direction) = match entry {
        Data::Received(batch) => (batch, Direction::In),
        Data::Sent(batch) => (batch, Direction::Out),
        other => return data(app, &other),
    };
    let Batch {
        bytes, records, at, ..
    } = &mut batch;
    app.store.append_owned(direction, bytes, records, *at);
}

/// After a refusal: what the server was given, to be shown.
fn given(app: &App, reason: &Error) -> Option<String> {
    let Error::Refused { .. } = reason else {
        return None;
    };
    Some(match &app.target.identity {
        Some(identity) => format!("given: {}", visible(identity.as_bytes())),
        None => "no credentials were given".to_owned(),
    })
}

/// Takes one event of the control lane.
pub fn event(app: &mut App, event: Event, now: Now) -> Vec<Effect> {
    app.now = now;
    match event {
        Event::Connecting { server, attempt } => {
            app.servers.dialing();
            let lost = matches!(app.phase, Phase::Waiting { .. });
            if !lost {
                app.phase = Phase::Connecting { server, attempt };
            }
        }
        Event::Connected {
            server,
            info,
            rtt,
            tls,
        } => {
            let moved = app.servers.arrived(rtt, now).is_some();
            if moved || matches!(app.phase, Phase::Waiting { .. }) {
                let how = if moved { "Moved" } else { "Connected" };
                let text = format!("{how} to {}.", visible(server.as_bytes()));
                app.toasts.show(Level::Done, text, now.instant);
            }
            app.phase = Phase::Connected {
                server,
                info,
                rtt,
                tls,
            };
        }
        Event::Disconnected { reason, retry_in } => disconnected(app, &reason, retry_in, now),
        Event::Closed { reason } => {
            app.servers.parted();
            app.phase = Phase::Closed {
                given: reason.as_ref().and_then(|reason| given(app, reason)),
                reason: reason.map(|reason| reason.to_string()),
            };
        }
        Event::InfoChanged(new) => {
            if let Phase::Connected { info, .. } = &mut app.phase {
                *info = new;
            }
        }
        Event::Rtt(new) => {
            app.servers.measured(new);
            if let Phase::Connected { rtt, .. } = &mut app.phase {
                *rtt = new;
            }
        }
        Event::Subscribed(sid) => app.subscriptions.stands(sid, Standing::Active),
        Event::SubscriptionRefused { sid, reason } => refused(app, sid, &reason, now),
        Event::Answered {
            ticket,
            inbox,
            answer,
            took,
        } => {
            return request::answered(app, ticket, &inbox, answer, took);
        }
        Event::PublishFailed { ticket, reason } => {
            return request::publish_failed(app, ticket, &reason);
        }
        Event::Flushed { ticket, result } => return request::fenced(app, ticket, result, now),
        Event::ServerError { text, count } => {
            let times = if count > 1 {
                format!(" ({count} times)")
            } else {
                String::new()
            };
            let text = format!("The server says: {text}{times}");
            app.toasts.show(Level::Failed, text, now.instant);
        }
        Event::LateReplies(count) => switching::late_replies(app, count),
        Event::LameDuck { server } => {
            let others = app.servers.pool().iter();
            let then = if others
                .filter(|other| other.server != server)
                .any(|other| !other.lame_duck)
            {
                "we move to another server"
            } else {
                "no other server is known, and the connection ends with it"
            };
            let server = visible(server.as_bytes());
            let text = format!("{server} is about to leave (lame duck): {then}.");
            app.toasts.show(Level::Notice, text, now.instant);
        }
        Event::Moving { server } => app.servers.moving_to(server),
        Event::MoveFailed { server, reason } => {
            app.servers.stayed();
            let why = complaint(&server, &reason);
            let server = visible(server.as_bytes());
            let text = format!("Stayed: {server} could not be moved to: {why}");
            app.toasts.show(Level::Failed, text, now.instant);
        }
        Event::Pool(entries) => app.servers.listed(entries),
    }
    Vec::new()
}

fn disconnected(app: &mut App, reason: &Error, retry_in: Duration, now: Now) {
    app.servers.failed(reason, retry_in, now);
    let attempt = match &app.phase {
        Phase::Waiting { attempt, .. } => attempt + 1,
        Phase::Connecting { attempt, .. } => *attempt,
        _ => 0,
    };
    app.phase = Phase::Waiting {
        reason: reason.to_string(),
        attempt,
    };
}

fn refused(app: &mut App, sid: Sid, reason: &Error, now: Now) {
    if app.subscriptions.of_sid(sid).is_some() {
        app.toasts
            .show(Level::Failed, reason.to_string(), now.instant);
    }
    // the row names the subject already, and has little room
    let short = match reason {
        Error::Denied { reason, .. } if reason.starts_with("Permissions Violation") => {
            "refused: no permission".to_owned()
        }
        Error::Denied { reason, .. } => format!("refused: {reason}"),
        other => other.to_string(),
    };
    app.subscriptions.stands(sid, Standing::Refused(short));
}

/// Takes the outcome of handing a subscription to the client.
pub fn subscribed(app: &mut App, row: u64, outcome: Result<Sid, Error>) -> Vec<Effect> {
    if let Ok(sid) = &outcome {
        let rows = app.subscriptions.rows();
        if let Some(found) = rows.iter().find(|subscription| subscription.row == row) {
            match found.sid {
                Some(before) => app.store.continue_subscription(before.0, sid.0),
                None => app.store.add_subscription(sid.0, &found.subject),
            }
        }
    }
    app.subscriptions
        .handed_over(row, outcome)
        .into_iter()
        .collect()
}

/// Takes what a job came to.
pub fn job(app: &mut App, done: JobDone, now: Now) -> Vec<Effect> {
    app.now = now;
    match done {
        JobDone::Scanned(scanned) => return messages::scanned(app, *scanned),
        JobDone::Document { id, form, document } => app.details.laid_out(id, form, document),
        JobDone::History {
            asked,
            entries,
            problems,
        } => {
            app.history.loaded(asked, entries);
            if let Some(first) = problems.first() {
                let more = match problems.len() {
                    1 => String::new(),
                    n => format!(" (and {} more)", n - 1),
                };
                app.toasts
                    .show(Level::Notice, format!("{first}{more}"), now.instant);
            }
        }
        JobDone::Contexts(listed) => contexts::listed(app, &listed),
        JobDone::Resolved { choice, found } => {
            return switching::found(app, &choice, found, now);
        }
        JobDone::Filters(loaded) => messages::tabs::loaded(app, loaded, now),
        JobDone::FilterNotSaved(reason) | JobDone::HistoryFailed(reason) => {
            app.toasts.show(Level::Failed, reason, now.instant)
        }
        JobDone::Copied { copied, outcome } if outcome.took.is_empty() => {
            let failed = outcome.failed;
            return vec![Effect::Offer { copied, failed }];
        }
        JobDone::Copied { copied, outcome } => {
            let text = clipboard::copied(&copied.what, copied.text.len(), &outcome);
            app.toasts.show(Level::Done, text, now.instant);
        }
    }
    Vec::new()
}
