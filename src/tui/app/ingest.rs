//! What the network and the jobs say, taken in. Never drawn from here: drawing looks at the state.

use std::time::Duration;

use super::{App, Effect, JobDone, Level, Now, Phase};
use crate::{
    client::{Data, Error, Event, GapCause, Sid},
    store::{Direction, Marker, MarkerKind},
    tui::panes::{request, subscriptions::Standing},
};

/// Takes one entry of the data lane into the log.
pub fn data(app: &mut App, data: Data) {
    match data {
        Data::Received(batch) => {
            app.store
                .append(Direction::In, &batch.bytes, &batch.records, batch.at);
        }
        Data::Sent(batch) => {
            app.store
                .append(Direction::Out, &batch.bytes, &batch.records, batch.at);
        }
        Data::Gap(gap) => {
            let kind = match gap.cause {
                GapCause::Lost => MarkerKind::Gap { lasted: gap.lasted },
                GapCause::Moved => MarkerKind::Moved,
            };
            app.store.mark(Marker { at: gap.at, kind });
        }
        Data::Dropped(dropped) => {
            let by_subscription = dropped.by_subscription.iter();
            let kind = MarkerKind::Dropped {
                received: dropped.received,
                sent: dropped.sent,
                bytes: dropped.bytes,
                by_subscription: by_subscription
                    .map(|(sid, count)| (sid.0, *count))
                    .collect(),
            };
            app.store.mark(Marker {
                at: dropped.at,
                kind,
            });
        }
    }
}

/// Takes one event of the control lane.
pub fn event(app: &mut App, event: Event, now: Now) -> Vec<Effect> {
    app.now = now;
    match event {
        Event::Connecting { server, attempt } => {
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
            if matches!(app.phase, Phase::Waiting { .. }) {
                app.toasts
                    .show(Level::Done, format!("Connected to {server}."), now.instant);
            }
            app.phase = Phase::Connected {
                server,
                info,
                rtt,
                tls,
            };
        }
        Event::Disconnected { reason, retry_in } => disconnected(app, &reason, retry_in),
        Event::Closed { reason } => {
            app.phase = Phase::Closed {
                reason: reason.map(|reason| reason.to_string()),
            };
        }
        Event::InfoChanged(new) => info_changed(app, new, now),
        Event::Rtt(new) => {
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
        Event::LateReplies(count) => app.late_replies = count,
        Event::LameDuck { server } => {
            let text = format!("{server} is about to leave.");
            app.toasts.show(Level::Notice, text, now.instant);
        }
        Event::MoveFailed { server, reason } => {
            let text = format!("Stayed: {server} could not be moved to: {reason}");
            app.toasts.show(Level::Failed, text, now.instant);
        }
        Event::Moving { .. } | Event::Pool(_) => {}
    }
    Vec::new()
}

fn disconnected(app: &mut App, reason: &Error, retry_in: Duration) {
    let attempt = match &app.phase {
        Phase::Waiting { attempt, .. } => attempt + 1,
        Phase::Connecting { attempt, .. } => *attempt,
        _ => 0,
    };
    app.phase = Phase::Waiting {
        reason: reason.to_string(),
        retry_in,
        attempt,
    };
}

fn info_changed(app: &mut App, new: Box<crate::protocol::Info>, now: Now) {
    if let Phase::Connected { info, .. } = &mut app.phase {
        if new.ldm && !info.ldm {
            let text = "This server is about to shut down (lame duck); we move on when it closes.";
            app.toasts.show(Level::Notice, text, now.instant);
        }
        *info = new;
    }
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
            app.store.add_subscription(sid.0, &found.subject);
        }
    }
    app.subscriptions
        .handed_over(row, outcome)
        .into_iter()
        .collect()
}

/// Takes what a job came to.
pub fn job(app: &mut App, done: JobDone, now: Now) {
    app.now = now;
    match done {
        JobDone::Document { id, form, document } => app.details.laid_out(id, form, document),
        JobDone::History { entries, problems } => {
            app.history.loaded(entries);
            if let Some(first) = problems.first() {
                let more = match problems.len() {
                    1 => String::new(),
                    n => format!(" (and {} more)", n - 1),
                };
                app.toasts
                    .show(Level::Notice, format!("{first}{more}"), now.instant);
            }
        }
        JobDone::HistoryFailed(reason) => app.toasts.show(Level::Failed, reason, now.instant),
        JobDone::Copied(sentence) => app.toasts.show(Level::Done, sentence, now.instant),
        JobDone::CopyFailed(sentence) => app.toasts.show(Level::Failed, sentence, now.instant),
    }
}
