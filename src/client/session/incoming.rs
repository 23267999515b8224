//! Applies the operations of the server.

use std::str;

use super::{fences::Fence, refusal::Refusal, session::Session};
use crate::{
    client::{Error, Event, Message, Sid, Ticket, clock::Now},
    protocol::{HeaderBlock, Info, Record, ServerOp, encode},
    text::{visible, visible_subject},
};

/// The status of the server's reply where nobody is subscribed (ADR-4).
const NO_RESPONDERS: u16 = 503;

impl Session {
    /// Bytes came.
    pub fn note_inbound(&mut self, now: Now) {
        if let Some(link) = &mut self.link {
            link.keepalive.note_inbound(now.instant);
        }
    }

    /// One operation, framed in `chunk`.
    ///
    /// # Errors
    /// The connection cannot be used any more; [`Session::lost`] must follow.
    pub fn operation(&mut self, op: ServerOp<'_>, chunk: &[u8], now: Now) -> Result<(), Error> {
        match op {
            ServerOp::Message(record) => self.message(&record, chunk, now),
            ServerOp::Ping => encode::pong(self.outbox.bytes()),
            ServerOp::Pong => self.pong(now),
            ServerOp::Ok => {}
            ServerOp::Error(text) => self.server_error(text, now),
            ServerOp::Info(json) => self.info(json)?,
        }
        Ok(())
    }

    fn message(&mut self, record: &Record, chunk: &[u8], now: Now) {
        self.mark_gap(now);
        self.subscriptions.deliver(record.sid);
        if record.sid == Sid::INBOX.0 {
            self.reply(record, chunk, now);
        }
    }

    fn reply(&mut self, record: &Record, chunk: &[u8], now: Now) {
        let token = record.subject(chunk).strip_prefix(&*self.inbox);
        let ticket = token.and_then(|token| str::from_utf8(token).ok()?.parse().ok());
        let Some(request) = ticket.and_then(|ticket| self.requests.take(Ticket(ticket))) else {
            self.requests.late += 1;
            return;
        };
        let status = HeaderBlock::status_of(record.header(chunk));
        let answer = if status == Some(NO_RESPONDERS) && record.payload_len == 0 {
            Err(Error::NoResponders {
                subject: visible_subject(&request.subject).into_owned(),
            })
        } else {
            Ok(Message::copy(record, chunk))
        };
        self.answer(request, answer, now.instant);
        self.end_if_done(now.instant);
    }

    fn pong(&mut self, now: Now) {
        let Some(fence) = self.fences.answer() else {
            return;
        };
        self.publishes.forget_processed(self.fences.answered());
        match fence {
            Fence::Keepalive(since) => {
                let rtt = now.instant.saturating_duration_since(since);
                self.events.push(Event::Rtt(rtt));
            }
            Fence::Subscription(sid) => {
                if let Some(subscription) = self.subscriptions.get_mut(sid)
                    && !subscription.reported
                {
                    subscription.reported = true;
                    self.events.push(Event::Subscribed(sid));
                }
            }
            Fence::Ready => self.ready(now),
            Fence::Flush(ticket) => {
                let result = Ok(());
                self.events.push(Event::Flushed { ticket, result });
            }
            Fence::Left => {
                if let Some(link) = &mut self.link {
                    link.left = true;
                }
            }
            Fence::End => {
                if let Some(ending) = &mut self.ending {
                    ending.acknowledged = true;
                }
                self.end_if_done(now.instant);
            }
        }
    }

    pub(super) fn ready(&mut self, now: Now) {
        self.mark_gap(now);
        if let Some(link) = &mut self.link {
            link.ready = true;
            self.events.push(Event::Connected {
                server: link.server.clone(),
                info: Box::new(link.info.clone()),
                rtt: link.rtt,
                tls: link.tls,
            });
        }
    }

    fn info(&mut self, json: &[u8]) -> Result<(), Error> {
        let Some(link) = &mut self.link else {
            return Ok(());
        };
        let newer = Info::parse(json).map_err(|error| Error::Protocol {
            server: link.server.clone(),
            error,
        })?;
        let merged = merge(&link.info, newer);
        self.limits.update(&merged);
        if link.ready && merged != link.info {
            self.events
                .push(Event::InfoChanged(Box::new(merged.clone())));
        }
        if merged.ldm && !link.info.ldm {
            let server = link.server.clone();
            self.events.push(Event::LameDuck { server });
        }
        link.info = merged;
        Ok(())
    }

    fn server_error(&mut self, text: &[u8], now: Now) {
        let words = visible_words(text);
        if let Some(link) = &mut self.link {
            link.last_error = Some((words.clone(), now.instant));
        }
        let current = self.fences.subscription_in_question();
        let attributed = match Refusal::parse(text) {
            Refusal::CurrentSubscription => {
                current.is_some_and(|sid| self.refuse_subscription(sid, &words, now))
            }
            Refusal::Subscription {
                subject,
                queue,
                sid,
            } => {
                let fits = |sid: &Sid| {
                    self.subscriptions.get(*sid).is_some_and(|subscription| {
                        subscription.subject == subject && subscription.queue == queue
                    })
                };
                sid.filter(fits)
                    .or_else(|| current.filter(fits))
                    .or_else(|| self.subscriptions.find(&subject, queue.as_deref()))
                    .is_some_and(|sid| self.refuse_subscription(sid, &words, now))
            }
            Refusal::Publish { subject } => self.refuse_publish(&subject, &words, now),
            Refusal::Reply { subject } => self.refuse_reply(&subject, &words, now),
            Refusal::Credentials => self.note_close_reason(|server| Error::Refused {
                server,
                reason: words.clone(),
                credentials: None,
            }),
            Refusal::Connection => self.note_close_reason(|server| Error::Lost {
                server,
                reason: words.clone(),
            }),
            Refusal::Other => false,
        };
        if !attributed {
            self.events
                .extend(self.server_errors.note(words, now.instant));
        }
    }

    fn refuse_subscription(&mut self, sid: Sid, words: &str, now: Now) -> bool {
        let Some(subscription) = self.subscriptions.remove(sid) else {
            return false;
        };
        let subject = visible_subject(&subscription.subject).into_owned();
        let reason = words.to_owned();
        if sid == Sid::INBOX {
            let reason = Error::InboxDenied { subject, reason };
            for request in self.requests.take_all() {
                self.answer(request, Err(reason.clone()), now.instant);
            }
        } else {
            let reason = Error::Denied { subject, reason };
            self.events.push(Event::SubscriptionRefused { sid, reason });
        }
        true
    }

    fn refuse_publish(&mut self, subject: &[u8], words: &str, now: Now) -> bool {
        let reason = denied(subject, words);
        if let Some(request) = self.requests.take_by_subject(subject) {
            self.answer(request, Err(reason), now.instant);
        } else if let Some(ticket) = self.publishes.take(subject) {
            self.events.push(Event::PublishFailed { ticket, reason });
        } else {
            return false;
        }
        true
    }

    fn refuse_reply(&mut self, reply: &[u8], words: &str, now: Now) -> bool {
        let token = reply.strip_prefix(&*self.inbox);
        let ticket = token.and_then(|token| str::from_utf8(token).ok()?.parse().ok());
        let Some(request) = ticket.and_then(|ticket| self.requests.take(Ticket(ticket))) else {
            return false;
        };
        let reason = Error::InboxDenied {
            subject: visible_subject(reply).into_owned(),
            reason: words.to_owned(),
        };
        self.answer(request, Err(reason), now.instant);
        true
    }

    fn note_close_reason(&mut self, error: impl FnOnce(String) -> Error) -> bool {
        if let Some(link) = &mut self.link {
            link.close_reason = Some(error(link.server.clone()));
        }
        true
    }
}

/// The newer INFO, with what only an earlier one held: the server sends nonce and account once, and clears
/// the lame duck flag although it still shuts down (nats-server `server/client.go`).
pub(in crate::client) fn merge(older: &Info, newer: Info) -> Info {
    Info {
        nonce: newer.nonce.or_else(|| older.nonce.clone()),
        remote_account: newer
            .remote_account
            .or_else(|| older.remote_account.clone()),
        ldm: newer.ldm || older.ldm,
        ..newer
    }
}

/// An error text of the server, made visible and of bounded length.
pub(in crate::client) fn visible_words(text: &[u8]) -> String {
    const LONGEST: usize = 512;
    let cut = text.get(..LONGEST).unwrap_or(text);
    visible(cut).into_owned()
}

fn denied(subject: &[u8], words: &str) -> Error {
    Error::Denied {
        subject: visible_subject(subject).into_owned(),
        reason: words.to_owned(),
    }
}
