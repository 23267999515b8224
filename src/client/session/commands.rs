//! What the user asks for.

use std::time::{Duration, Instant};

use super::{
    fences::Fence,
    heart::{Ending, EndingKind, Session},
    requests::InFlight,
    subscriptions::Ending as SubscriptionEnding,
};
use crate::{
    client::{
        Error, Event, Sid, Ticket,
        clock::Now,
        commands::{Command, Message},
    },
    protocol::encode,
};

/// How long saying goodbye may take.
pub(super) const CLOSE_WITHIN: Duration = Duration::from_secs(1);
/// How long draining may take.
pub(super) const DRAIN_WITHIN: Duration = Duration::from_secs(3);

impl Session {
    /// Does what the command says, or tells why not in an event.
    pub fn command(&mut self, command: Command, now: Now) {
        if self.is_over() {
            return;
        }
        match command {
            Command::Subscribe {
                sid,
                subject,
                queue,
            } => self.subscribe(sid, subject, queue),
            Command::Unsubscribe { sid, max } => self.unsubscribe(sid, max),
            Command::Publish(message) => self.publish(&message),
            Command::Request(message, timeout) => self.request(&message, timeout, now.instant),
            Command::Flush(ticket) => self.flush(ticket),
            // Whoever dials and waits listens for these; nobody else has use for them.
            Command::ReconnectNow | Command::ReconnectTo(_) => {}
            Command::Keepalive(interval) => self.set_keepalive(interval, now.instant),
            Command::Drain => {
                self.unsubscribe_all();
                self.end(EndingKind::Drain, now.instant);
            }
            Command::Close => self.end(EndingKind::Close, now.instant),
        }
        self.end_if_done(now.instant);
    }

    /// The reply subject of a request; its last token is the ticket.
    pub(super) fn reply_subject(&self, ticket: Ticket) -> Vec<u8> {
        reply_subject(&self.inbox, ticket)
    }

    fn subscribe(&mut self, sid: Sid, subject: Vec<u8>, queue: Option<Vec<u8>>) {
        self.subscriptions.insert(sid, subject, queue);
        if self.link.is_some() {
            self.write_subscription(sid);
        }
    }

    fn unsubscribe(&mut self, sid: Sid, max: Option<u64>) {
        let max = match self.subscriptions.end(sid, max) {
            SubscriptionEnding::Unknown => return,
            SubscriptionEnding::Now => None,
            SubscriptionEnding::After(max) => Some(max),
        };
        if self.link.is_some() {
            encode::unsubscribe(self.outbox.bytes(), sid.0, max);
        }
    }

    fn unsubscribe_all(&mut self) {
        let all: Vec<Sid> = self.subscriptions.iter().map(|(sid, _)| sid).collect();
        for sid in all.into_iter().filter(|sid| *sid != Sid::INBOX) {
            self.unsubscribe(sid, None);
        }
    }

    fn publish(&mut self, message: &Message) {
        if let Err(reason) = self.may_send(message) {
            let ticket = message.ticket;
            self.events.push(Event::PublishFailed { ticket, reason });
            return;
        }
        let subject = message.record.subject(&message.encoded);
        self.publishes
            .push(message.ticket, subject, self.fences.asked());
        self.outbox
            .push_message(Some(message.ticket), &message.encoded, message.record);
    }

    fn request(&mut self, message: &Message, timeout: Duration, now: Instant) {
        let ticket = message.ticket;
        if let Err(reason) = self.may_send(message) {
            self.events.push(Event::Answered {
                ticket,
                inbox: Vec::new(),
                answer: Err(reason),
                took: Duration::ZERO,
            });
            return;
        }
        if self.subscriptions.get(Sid::INBOX).is_none() {
            // It was refused once; permissions may have changed.
            self.insert_inbox();
            self.write_subscription(Sid::INBOX);
        }
        self.requests.insert(InFlight {
            ticket,
            subject: message.record.subject(&message.encoded).to_vec(),
            timeout,
            since: now,
        });
        self.outbox
            .push_message(None, &message.encoded, message.record);
    }

    fn flush(&mut self, ticket: Ticket) {
        if self.is_ready() {
            self.ping(Fence::Flush(ticket));
        } else {
            let result = Err(Error::Disconnected);
            self.events.push(Event::Flushed { ticket, result });
        }
    }

    fn end(&mut self, kind: EndingKind, now: Instant) {
        if self.link.is_none() {
            self.finish(None, now);
            return;
        }
        self.ping(Fence::Farewell);
        let within = match kind {
            EndingKind::Close => CLOSE_WITHIN,
            EndingKind::Drain => DRAIN_WITHIN,
        };
        self.ending = Some(Ending {
            kind,
            deadline: now + within,
            heard: false,
        });
    }

    fn may_send(&self, message: &Message) -> Result<(), Error> {
        if !self.is_ready() {
            return Err(Error::Disconnected);
        }
        self.limits.check(&message.record)
    }
}

/// `PREFIX.ID.TICKET`, where `inbox` is `PREFIX.ID.`.
pub(in crate::client) fn reply_subject(inbox: &[u8], ticket: Ticket) -> Vec<u8> {
    [inbox, ticket.0.to_string().as_bytes()].concat()
}
