//! The session as a whole. Connections come and go; subscriptions and settings stay.

use std::{
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    ending::{DRAIN_WITHIN, Ending, EndingKind},
    fences::{Fence, Fences},
    keepalive::{Keepalive, KeepaliveAction},
    outbox::Outbox,
    publishes::RecentPublishes,
    requests::{InFlight, Requests},
    server_errors::ServerErrors,
    subscriptions::{Subscription, Subscriptions},
};
use crate::{
    client::{
        Data, Error, Event, Gap, GapCause, Options, Sid, TlsInfo, clock::Now, limits::ServerLimits,
    },
    protocol::{Info, encode},
    text::visible_subject,
};

/// The state machine; see the [module](super).
#[derive(Debug)]
pub(in crate::client) struct Session {
    pub(super) link: Option<Link>,
    pub(super) subscriptions: Subscriptions,
    pub(super) requests: Requests,
    pub(super) fences: Fences,
    pub(super) publishes: RecentPublishes,
    pub(super) server_errors: ServerErrors,
    pub(super) outbox: Outbox,
    pub(super) limits: Arc<ServerLimits>,
    /// The prefix of reply subjects, its last dot included.
    pub(super) inbox: Arc<[u8]>,
    pub(super) events: Vec<Event>,
    pub(super) ending: Option<Ending>,
    entries: Vec<Data>,
    /// When the previous connection ended, and how, until a gap marker tells of it.
    disconnected_since: Option<(GapCause, Instant)>,
    late_reported: u64,
    pub(super) keepalive: Duration,
    /// The time limit for the subscriptions to be in place; `None`: as long as the server is alive.
    step_timeout: Option<Duration>,
    log_sent: bool,
    over: bool,
}

/// A connection, from the end of its handshake.
#[derive(Debug)]
pub(super) struct Link {
    /// The server, without user info.
    pub server: String,
    /// Its INFO, with what only earlier INFOs held.
    pub info: Info,
    /// Round trip of the PING of the handshake.
    pub rtt: Duration,
    /// `None` without TLS.
    pub tls: Option<TlsInfo>,
    pub keepalive: Keepalive,
    /// Whether the subscriptions are back in place.
    pub ready: bool,
    /// The deadline for that.
    pub ready_by: Option<Instant>,
    /// Whether the server has processed the UNSUBs of a move.
    pub left: bool,
    /// The server's reason to close the connection.
    pub close_reason: Option<Error>,
    /// The last `-ERR` that is not known as a reason to close, and when it was read.
    pub last_error: Option<(String, Instant)>,
}

/// The result of a handshake.
#[derive(Debug)]
pub struct Handshake {
    /// The server, without user info.
    pub server: String,
    /// Its INFO.
    pub info: Info,
    /// Round trip of the first PING.
    pub rtt: Duration,
    /// `None` without TLS.
    pub tls: Option<TlsInfo>,
}

impl Link {
    pub fn new(handshake: Handshake, keepalive: Duration, now: Instant) -> Link {
        let Handshake {
            server,
            info,
            rtt,
            tls,
        } = handshake;
        Link {
            server,
            info,
            rtt,
            tls,
            keepalive: Keepalive::new(keepalive, now),
            ready: false,
            ready_by: None,
            left: false,
            close_reason: None,
            last_error: None,
        }
    }
}

impl Link {
    /// When `tick` is due for it.
    fn deadline(&self) -> Instant {
        let keepalive = self.keepalive.deadline();
        match self.ready_by {
            Some(at) if !self.ready => at.min(keepalive),
            _ => keepalive,
        }
    }

    /// The reason of its end, in the server's own words where an `-ERR` came right before.
    fn explain(self, reason: Error) -> Error {
        if let Some(reason) = self.close_reason {
            return reason;
        }
        match (reason, self.last_error) {
            (Error::Lost { server, reason }, Some((words, at)))
                if at == self.keepalive.last_inbound() =>
            {
                let reason = format!("{reason} after the words \"{words}\"");
                Error::Lost { server, reason }
            }
            (reason, _) => reason,
        }
    }
}

impl Session {
    /// A session without a connection. `inbox`: the prefix of reply subjects, its last dot included.
    pub fn new(options: &Options, inbox: Arc<[u8]>, limits: Arc<ServerLimits>) -> Session {
        let mut session = Session {
            link: None,
            subscriptions: Subscriptions::default(),
            requests: Requests::default(),
            fences: Fences::default(),
            publishes: RecentPublishes::default(),
            server_errors: ServerErrors::default(),
            outbox: Outbox::default(),
            limits,
            inbox,
            events: Vec::new(),
            ending: None,
            entries: Vec::new(),
            disconnected_since: None,
            late_reported: 0,
            keepalive: options.keepalive,
            step_timeout: options.step_timeout,
            log_sent: options.log_sent,
            over: false,
        };
        session.insert_inbox();
        session
    }

    /// A handshake succeeded: subscribes everything again. `Connected` follows when the server has processed
    /// that.
    pub fn connected(&mut self, handshake: Handshake, now: Now) {
        self.limits.update(&handshake.info);
        self.link = Some(Link {
            ready_by: self.step_timeout.map(|step| now.instant + step),
            ..Link::new(handshake, self.keepalive, now.instant)
        });
        if self.subscriptions.get(Sid::INBOX).is_none() {
            self.insert_inbox();
        }
        self.subscriptions.start_over();
        for (sid, subscription) in self.subscriptions.iter() {
            write_subscription(self.outbox.bytes(), &mut self.fences, sid, subscription);
        }
        self.ping(Fence::Ready);
    }

    /// The connection is lost, with all that was under way. Returns the reason to report: the server's own,
    /// where it gave one before closing.
    pub fn lost(&mut self, reason: Error, now: Now) -> Error {
        let link = self.link.take();
        if link.is_some() {
            self.note_disconnected(GapCause::Lost, now.instant);
        }
        let reason = match link {
            Some(link) => link.explain(reason),
            None => reason,
        };
        self.fail_everything(&Error::Disconnected, now.instant);
        if let Some(ending) = &self.ending {
            let drained = ending.kind == EndingKind::Drain && !ending.acknowledged;
            self.finish(drained.then(|| reason.clone()), now.instant);
        }
        reason
    }

    /// Handles what is due. To be called at [`Session::deadline`] at the latest.
    ///
    /// # Errors
    /// The connection cannot be used any more; [`Session::lost`] must follow.
    pub fn tick(&mut self, now: Now) -> Result<(), Error> {
        while let Some(request) = self.requests.take_overdue(now.instant) {
            let reason = Error::Timeout {
                subject: visible_subject(&request.subject).into_owned(),
                after: request.timeout,
            };
            self.answer(request, Err(reason), now.instant);
        }
        self.events.extend(self.server_errors.due(now.instant));
        self.end_if_done(now.instant);
        let Some(link) = &mut self.link else {
            return Ok(());
        };
        if self.outbox.deadline().is_some_and(|at| at <= now.instant) {
            return Err(Error::Lost {
                server: link.server.clone(),
                reason: "it accepts nothing that we write".to_owned(),
            });
        }
        if let (false, Some(after)) = (link.ready, self.step_timeout)
            && link.ready_by.is_some_and(|at| at <= now.instant)
        {
            return Err(Error::HandshakeTimeout {
                server: link.server.clone(),
                awaited: "PONG",
                after,
            });
        }
        match link.keepalive.tick(now.instant) {
            KeepaliveAction::Wait => Ok(()),
            KeepaliveAction::Ping => {
                self.ping(Fence::Keepalive(now.instant));
                Ok(())
            }
            KeepaliveAction::Stale(silent) => Err(Error::Stale {
                server: link.server.clone(),
                silent,
            }),
        }
    }

    /// When [`Session::tick`] is due; `None` where nothing is.
    pub fn deadline(&self) -> Option<Instant> {
        [
            self.requests.deadline(),
            self.server_errors.deadline(),
            self.outbox.deadline(),
            self.link.as_ref().map(Link::deadline),
            self.ending.as_ref().map(|ending| ending.deadline),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The bytes to write.
    pub fn unwritten(&self) -> &[u8] {
        self.outbox.unwritten()
    }

    /// `count` more bytes were written; 0 where a write is waiting.
    pub fn wrote(&mut self, count: usize, now: Now) {
        if count > 0 {
            let log = self.log_sent.then_some(now.wall);
            let sent = self.outbox.advance(count, now.instant, log);
            self.entries.extend(sent.map(Data::Sent));
        }
        self.outbox.note_waiting(now.instant);
    }

    /// The events since the last call, in order.
    pub fn take_events(&mut self) -> Vec<Event> {
        if self.requests.late > self.late_reported && !self.over {
            self.late_reported = self.requests.late;
            self.events.push(Event::LateReplies(self.late_reported));
        }
        mem::take(&mut self.events)
    }

    /// Sent batches and gap markers since the last call. They precede the messages given to
    /// [`Session::operation`] since then.
    pub fn take_entries(&mut self) -> Vec<Data> {
        mem::take(&mut self.entries)
    }

    /// The server we are connected to, without user info.
    pub fn server(&self) -> String {
        let link = self.link.as_ref();
        link.map(|link| link.server.clone()).unwrap_or_default()
    }

    /// Whether there is a connection with its subscriptions in place.
    pub fn is_ready(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.ready)
    }

    /// Whether `Closed` was emitted.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Ends the session: as commanded (`None`), or for a reason.
    pub fn finish(&mut self, reason: Option<Error>, now: Instant) {
        if !self.over {
            self.link = None;
            self.ending = None;
            self.fail_everything(&Error::Closed, now);
            self.events.push(Event::Closed { reason });
            self.over = true;
        }
    }

    /// Ends a closing session where nothing is awaited any more, or its time is over.
    pub(super) fn end_if_done(&mut self, now: Instant) {
        let Some(ending) = &self.ending else { return };
        if ending.acknowledged && self.requests.is_empty() {
            self.finish(None, now);
        } else if now >= ending.deadline {
            let reason = match ending.kind {
                EndingKind::Close => None,
                EndingKind::Drain => Some(Error::Timeout {
                    subject: "drain".to_owned(),
                    after: DRAIN_WITHIN,
                }),
            };
            self.finish(reason, now);
        }
    }

    /// Adds a gap marker, where the connection changed since the last message.
    pub(super) fn mark_gap(&mut self, now: Now) {
        if let Some((cause, since)) = self.disconnected_since.take() {
            self.entries.push(Data::Gap(Gap {
                cause,
                at: now.wall,
                lasted: now.instant.saturating_duration_since(since),
            }));
        }
    }

    /// The next message comes on another connection. A loss takes precedence over a move.
    pub(super) fn note_disconnected(&mut self, cause: GapCause, now: Instant) {
        match &mut self.disconnected_since {
            None => self.disconnected_since = Some((cause, now)),
            Some((before, _)) if cause == GapCause::Lost => *before = cause,
            Some(_) => {}
        }
    }

    /// Changes the interval of the keepalive, now and for later connections.
    pub(super) fn set_keepalive(&mut self, interval: Duration, now: Instant) {
        self.keepalive = interval;
        if let Some(link) = &mut self.link {
            link.keepalive.set_interval(interval, now);
        }
    }

    pub(super) fn ping(&mut self, fence: Fence) {
        encode::ping(self.outbox.bytes());
        self.fences.push(fence);
    }

    /// The inbox is a subscription of our own, for which no `Subscribed` is emitted.
    pub(super) fn insert_inbox(&mut self) {
        let subject = [&*self.inbox, b"*"].concat();
        self.subscriptions.insert(Sid::INBOX, subject, None);
        if let Some(inbox) = self.subscriptions.get_mut(Sid::INBOX) {
            inbox.reported = true;
        }
    }

    pub(super) fn write_subscription(&mut self, sid: Sid) {
        if let Some(subscription) = self.subscriptions.get(sid) {
            write_subscription(self.outbox.bytes(), &mut self.fences, sid, subscription);
        }
    }

    pub(super) fn answer(
        &mut self,
        request: InFlight,
        answer: Result<crate::client::Message, Error>,
        now: Instant,
    ) {
        self.events.push(Event::Answered {
            inbox: self.reply_subject(request.ticket),
            ticket: request.ticket,
            answer,
            took: now.saturating_duration_since(request.since),
        });
    }

    fn fail_everything(&mut self, reason: &Error, now: Instant) {
        for request in self.requests.take_all() {
            self.answer(request, Err(reason.clone()), now);
        }
        self.fail_unsent(reason);
    }
}

/// SUB, its limit, and a PING whose PONG confirms it.
pub(super) fn write_subscription(
    bytes: &mut Vec<u8>,
    fences: &mut Fences,
    sid: Sid,
    subscription: &Subscription,
) {
    let queue = subscription.queue.as_deref();
    encode::subscribe(bytes, &subscription.subject, queue, sid.0)
        .expect("the handle checked subject and queue by encoding them");
    if let Some(max) = subscription.max_from_here() {
        encode::unsubscribe(bytes, sid.0, Some(max));
    }
    encode::ping(bytes);
    fences.push(Fence::Subscription(sid));
}
