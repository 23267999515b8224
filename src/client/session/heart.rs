//! The session as a whole: connections come and go, what the user asked for stays.

use std::{
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    complaints::Complaints,
    fences::{Fence, Fences},
    keepalive::{Keepalive, Pulse},
    outbox::Outbox,
    publishes::Publishes,
    requests::{InFlight, Requests},
    subscriptions::{Subscription, Subscriptions},
};
use crate::{
    client::{
        Data, Error, Event, Gap, GapCause, Options, Sid, TlsInfo, clock::Now, limits::ServerLimits,
    },
    protocol::{Info, encode},
    text::visible_subject,
};

/// Everything between the wire and the handles that is neither socket nor clock.
#[derive(Debug)]
pub(in crate::client) struct Session {
    pub(super) link: Option<Link>,
    pub(super) subscriptions: Subscriptions,
    pub(super) requests: Requests,
    pub(super) fences: Fences,
    pub(super) publishes: Publishes,
    pub(super) complaints: Complaints,
    pub(super) outbox: Outbox,
    pub(super) limits: Arc<ServerLimits>,
    /// What reply subjects begin with, its last dot included.
    pub(super) inbox: Arc<[u8]>,
    pub(super) events: Vec<Event>,
    pub(super) ending: Option<Ending>,
    entries: Vec<Data>,
    apart: Option<(GapCause, Instant)>,
    late_told: u64,
    pub(super) keepalive: Duration,
    /// How long the subscriptions may take to be in place; `None`: as long as the server is alive.
    step_timeout: Option<Duration>,
    log_sent: bool,
    over: bool,
}

/// A connection, from the end of its handshake.
#[derive(Debug)]
pub(super) struct Link {
    /// The server, without user info.
    pub server: String,
    /// What it says of itself, all its INFOs taken together.
    pub info: Info,
    /// Round trip of the PING of the handshake.
    pub rtt: Duration,
    /// What protects it.
    pub tls: Option<TlsInfo>,
    pub keepalive: Keepalive,
    /// Whether the subscriptions are back in place.
    pub ready: bool,
    /// When they are waited for no longer.
    pub ready_by: Option<Instant>,
    /// Whether the server knows that we have moved away.
    pub left: bool,
    /// What the server gave as its reason to close the connection.
    pub last_words: Option<Error>,
    /// The last `-ERR` that is no reason to close, as far as we know, and when it was read.
    pub last_error: Option<(String, Instant)>,
}

/// What a handshake told.
#[derive(Debug)]
pub struct Arrival {
    /// The server, without user info.
    pub server: String,
    /// What it says of itself.
    pub info: Info,
    /// Round trip of the first PING.
    pub rtt: Duration,
    /// What protects the connection; `None` in the clear.
    pub tls: Option<TlsInfo>,
}

impl Link {
    pub fn new(arrival: Arrival, keepalive: Duration, now: Instant) -> Link {
        let Arrival {
            server,
            info,
            rtt,
            tls,
        } = arrival;
        Link {
            server,
            info,
            rtt,
            tls,
            keepalive: Keepalive::new(keepalive, now),
            ready: false,
            ready_by: None,
            left: false,
            last_words: None,
            last_error: None,
        }
    }
}

impl Link {
    /// When it is to be looked at.
    fn deadline(&self) -> Instant {
        let keepalive = self.keepalive.deadline();
        match self.ready_by {
            Some(at) if !self.ready => at.min(keepalive),
            _ => keepalive,
        }
    }

    /// The reason of its end in the server's own words, where it gave any right before.
    fn explain(self, reason: Error) -> Error {
        if let Some(words) = self.last_words {
            return words;
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

/// The end is near.
#[derive(Debug)]
pub(super) struct Ending {
    pub kind: EndingKind,
    pub deadline: Instant,
    /// Whether the server has processed our last words.
    pub heard: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EndingKind {
    Close,
    /// What is under way may still arrive.
    Drain,
}

impl Session {
    /// A session that was never connected. Reply subjects begin with `inbox`, a dot at its end.
    pub fn new(options: &Options, inbox: Arc<[u8]>, limits: Arc<ServerLimits>) -> Session {
        let mut session = Session {
            link: None,
            subscriptions: Subscriptions::default(),
            requests: Requests::default(),
            fences: Fences::default(),
            publishes: Publishes::default(),
            complaints: Complaints::default(),
            outbox: Outbox::default(),
            limits,
            inbox,
            events: Vec::new(),
            ending: None,
            entries: Vec::new(),
            apart: None,
            late_told: 0,
            keepalive: options.keepalive,
            step_timeout: options.step_timeout,
            log_sent: options.log_sent,
            over: false,
        };
        session.insert_inbox();
        session
    }

    /// A handshake succeeded: everything is subscribed again, and `Connected` follows when the server
    /// has seen it all.
    pub fn connected(&mut self, arrival: Arrival, now: Now) {
        self.limits.learn(&arrival.info);
        self.link = Some(Link {
            ready_by: self.step_timeout.map(|step| now.instant + step),
            ..Link::new(arrival, self.keepalive, now.instant)
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

    /// The connection is gone, with everything that was on its way. Gives the reason to tell: the
    /// server's own, where it gave one before closing.
    pub fn lost(&mut self, reason: Error, now: Now) -> Error {
        let link = self.link.take();
        if link.is_some() {
            self.note_apart(GapCause::Lost, now.instant);
        }
        let reason = match link {
            Some(link) => link.explain(reason),
            None => reason,
        };
        self.fail_everything(&Error::Disconnected, now.instant);
        if let Some(ending) = &self.ending {
            let drained = ending.kind == EndingKind::Drain && !ending.heard;
            self.finish(drained.then(|| reason.clone()), now.instant);
        }
        reason
    }

    /// Looks at the clock. To be called at [`Session::deadline`] at the latest.
    ///
    /// # Errors
    /// The connection is of no more use; [`Session::lost`] comes next.
    pub fn tick(&mut self, now: Now) -> Result<(), Error> {
        while let Some(request) = self.requests.take_overdue(now.instant) {
            let reason = Error::Timeout {
                subject: visible_subject(&request.subject).into_owned(),
                after: request.timeout,
            };
            self.answer(request, Err(reason), now.instant);
        }
        self.events.extend(self.complaints.due(now.instant));
        self.end_if_done(now.instant);
        let Some(link) = &mut self.link else {
            return Ok(());
        };
        if self.outbox.deadline().is_some_and(|at| at <= now.instant) {
            return Err(Error::Lost {
                server: link.server.clone(),
                reason: "it takes nothing that we write".to_owned(),
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
            Pulse::Wait => Ok(()),
            Pulse::Ping => {
                self.ping(Fence::Keepalive(now.instant));
                Ok(())
            }
            Pulse::Dead(silent) => Err(Error::Stale {
                server: link.server.clone(),
                silent,
            }),
        }
    }

    /// When [`Session::tick`] is due; `None` while nothing waits for anything.
    pub fn deadline(&self) -> Option<Instant> {
        [
            self.requests.deadline(),
            self.complaints.deadline(),
            self.outbox.deadline(),
            self.link.as_ref().map(Link::deadline),
            self.ending.as_ref().map(|ending| ending.deadline),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// What to write.
    pub fn unwritten(&self) -> &[u8] {
        self.outbox.unwritten()
    }

    /// Notes that writing `count` bytes more has succeeded; 0 to note that a write is waiting.
    pub fn wrote(&mut self, count: usize, now: Now) {
        if count > 0 {
            let log = self.log_sent.then_some(now.wall);
            let sent = self.outbox.advance(count, now.instant, log);
            self.entries.extend(sent.map(Data::Sent));
        }
        self.outbox.note_waiting(now.instant);
    }

    /// The events since the last time, in order.
    pub fn take_events(&mut self) -> Vec<Event> {
        if self.requests.late > self.late_told && !self.over {
            self.late_told = self.requests.late;
            self.events.push(Event::LateReplies(self.late_told));
        }
        mem::take(&mut self.events)
    }

    /// What was sent and where there are gaps, since the last time; comes before the messages that
    /// were given to [`Session::operation`] since then.
    pub fn take_entries(&mut self) -> Vec<Data> {
        mem::take(&mut self.entries)
    }

    /// The server we are connected to, without user info.
    pub fn server(&self) -> String {
        let link = self.link.as_ref();
        link.map(|link| link.server.clone()).unwrap_or_default()
    }

    /// Whether a connection stands, its subscriptions in place.
    pub fn is_ready(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.ready)
    }

    /// Whether `Closed` was said.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Ends it, because we were told to (`None`) or because there is no use in going on.
    pub fn finish(&mut self, reason: Option<Error>, now: Instant) {
        if !self.over {
            self.link = None;
            self.ending = None;
            self.fail_everything(&Error::Closed, now);
            self.events.push(Event::Closed { reason });
            self.over = true;
        }
    }

    /// Ends it where nothing is left to wait for, or where it was waited for long enough.
    pub(super) fn end_if_done(&mut self, now: Instant) {
        let Some(ending) = &self.ending else { return };
        if ending.heard && self.requests.is_empty() {
            self.finish(None, now);
        } else if now >= ending.deadline {
            let reason = match ending.kind {
                EndingKind::Close => None,
                EndingKind::Drain => Some(Error::Timeout {
                    subject: "drain".to_owned(),
                    after: super::commands::DRAIN_WITHIN,
                }),
            };
            self.finish(reason, now);
        }
    }

    /// Puts the gap marker in front of what comes now, if messages may be missing before it.
    pub(super) fn mark_gap(&mut self, now: Now) {
        if let Some((cause, since)) = self.apart.take() {
            self.entries.push(Data::Gap(Gap {
                cause,
                at: now.wall,
                lasted: now.instant.saturating_duration_since(since),
            }));
        }
    }

    /// What comes next comes on another connection. A loss that was not told yet counts for more.
    pub(super) fn note_apart(&mut self, cause: GapCause, now: Instant) {
        match &mut self.apart {
            None => self.apart = Some((cause, now)),
            Some((before, _)) if cause == GapCause::Lost => *before = cause,
            Some(_) => {}
        }
    }

    /// Changes the pace of the keepalive, from now on and for all connections.
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

    /// The inbox is a subscription like any other, only that nobody asked for it.
    pub(super) fn insert_inbox(&mut self) {
        let subject = [&*self.inbox, b"*"].concat();
        self.subscriptions.insert(Sid::INBOX, subject, None);
        if let Some(inbox) = self.subscriptions.get_mut(Sid::INBOX) {
            inbox.told = true;
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

/// SUB, its limit, and the PING by which its fate will be known.
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
