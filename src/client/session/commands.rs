//! Applies the commands of the user.

use std::time::{Duration, Instant};

use super::{
    ending::{Ending, EndingKind},
    fences::Fence,
    requests::InFlight,
    session::Session,
    subscriptions::Unsubscribed,
};
use crate::{
    client::{
        Error, Event, Sid, Ticket,
        clock::Now,
        commands::{Command, EncodedMessage},
        ids::reply_subject,
    },
    protocol::encode,
};

impl Session {
    /// Applies a command; a failure is reported by an event.
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
            // The task handles these.
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
        let max = match self.subscriptions.unsubscribe(sid, max) {
            Unsubscribed::Unknown => return,
            Unsubscribed::Now => None,
            Unsubscribed::After(max) => Some(max),
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

    fn publish(&mut self, message: &EncodedMessage) {
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

    fn request(&mut self, message: &EncodedMessage, timeout: Duration, now: Instant) {
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
            // It was refused before; permissions may have changed.
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
        self.ping(Fence::End);
        self.ending = Some(Ending::new(kind, now));
    }

    fn may_send(&self, message: &EncodedMessage) -> Result<(), Error> {
        if !self.is_ready() {
            return Err(Error::Disconnected);
        }
        self.limits.check(&message.record)
    }
}
