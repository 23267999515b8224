//! Delivers one published message to its subscriptions.

use std::collections::HashMap;

use super::client::{Client, ClientId, Subscription};
use super::interest::{Interest, SubId};
use super::rng::Rng;
use crate::protocol::{Record, encode};

/// A message as it was published.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'a> {
    pub subject: &'a [u8],
    pub reply: Option<&'a [u8]>,
    /// The header block; empty without headers.
    pub header: &'a [u8],
    pub payload: &'a [u8],
}

impl<'a> Message<'a> {
    pub(super) fn new(record: &Record, chunk: &'a [u8]) -> Message<'a> {
        Message {
            subject: record.subject(chunk),
            reply: record.reply(chunk),
            header: record.header(chunk),
            payload: record.payload(chunk),
        }
    }
}

/// The delivery of one message. `at_max` and `congested` tell the router what to do afterwards.
pub(super) struct Delivery<'a> {
    clients: &'a mut HashMap<ClientId, Client>,
    subscriptions: &'a mut HashMap<SubId, Subscription>,
    rng: &'a mut Rng,
    from: ClientId,
    message: Message<'a>,
    /// Subscriptions that reached their maximum with this message and are to be removed.
    pub at_max: Vec<SubId>,
    /// Whether a receiver is so far behind that the sender should pause.
    pub congested: bool,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(
        clients: &'a mut HashMap<ClientId, Client>,
        subscriptions: &'a mut HashMap<SubId, Subscription>,
        rng: &'a mut Rng,
        from: ClientId,
        message: Message<'a>,
    ) -> Delivery<'a> {
        Delivery {
            clients,
            subscriptions,
            rng,
            from,
            message,
            at_max: Vec::new(),
            congested: false,
        }
    }

    /// Delivers one copy to each plain subscription and to one random member of each queue group; groups
    /// of the same name are one group, whatever their patterns (nats-server `addNodeToResults`). Returns
    /// whether anyone received it.
    pub(super) fn deliver(&mut self, interest: &Interest) -> bool {
        let mut delivered_any = false;
        let mut groups: Vec<(&[u8], Vec<SubId>)> = Vec::new();
        interest.each_match(self.message.subject, &mut |leaf| {
            for subscription in &leaf.plain {
                delivered_any |= self.deliver_to(*subscription);
            }
            for (name, members) in &leaf.queues {
                match groups.iter_mut().find(|(group, _)| **group == **name) {
                    Some((_, all)) => all.extend(members),
                    None => groups.push((name, members.clone())),
                }
            }
        });
        for (_, members) in groups {
            let (before, after) = members.split_at(self.rng.below(members.len()));
            delivered_any |= after
                .iter()
                .chain(before)
                .any(|member| self.deliver_to(*member));
        }
        delivered_any
    }

    /// Sends status 503 (no responders) to the requester, on one of its own subscriptions to the reply
    /// subject; without such a subscription nothing is sent (nats-server `subForReply`).
    pub(super) fn send_no_responders(&mut self, interest: &Interest) {
        let Some(reply) = self.message.reply else {
            return;
        };
        let mut own = None;
        interest.each_match(reply, &mut |leaf| {
            own = own.or_else(|| leaf.plain.iter().find(|sub| self.is_own(**sub)));
        });
        if let Some(subscription) = own.and_then(|own| self.subscriptions.get(own))
            && let Some(client) = self.clients.get_mut(&self.from)
        {
            let subject = self.message.subject;
            let header = [b"NATS/1.0 503\r\nNats-Subject: ", subject, b"\r\n\r\n"].concat();
            client.outbox.append(|out| {
                encode::message(out, reply, &subscription.sid, None, &header, b"");
            });
        }
    }

    fn is_own(&self, subscription: SubId) -> bool {
        self.subscriptions
            .get(&subscription)
            .is_some_and(|subscription| subscription.client == self.from)
    }

    /// Delivers a copy to one subscription; returns whether it was delivered.
    fn deliver_to(&mut self, id: SubId) -> bool {
        let Some(subscription) = self.subscriptions.get_mut(&id) else {
            return false;
        };
        let Some(client) = self.clients.get_mut(&subscription.client) else {
            return false;
        };
        let unwanted = subscription.client == self.from && !client.options.echo;
        if unwanted || subscription.has_reached_max() || !client.outbox.is_open() {
            return false;
        }
        let Message {
            subject,
            reply,
            header,
            payload,
        } = self.message;
        let header = if client.options.headers { header } else { b"" };
        let kept = client.outbox.append(|out| {
            encode::message(out, subject, &subscription.sid, reply, header, payload);
        });
        if !kept {
            tracing::warn!(client = subscription.client, "slow consumer disconnected");
            return false;
        }
        self.congested |= client.outbox.is_congested();
        subscription.delivered += 1;
        if subscription.has_reached_max() {
            self.at_max.push(id);
        }
        true
    }
}
