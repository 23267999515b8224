//! One published message on its way to everyone who is to have it.

use std::collections::HashMap;

use super::client::{Client, ClientId, Subscription};
use super::dice::Dice;
use super::interest::{Interest, SubId};
use crate::protocol::{Record, encode};

/// One message as it came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'a> {
    pub subject: &'a [u8],
    pub reply: Option<&'a [u8]>,
    /// The header block; empty where there is none.
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

/// The delivering of one message, and what it leaves to be done.
pub(super) struct Delivery<'a> {
    clients: &'a mut HashMap<ClientId, Client>,
    subscriptions: &'a mut HashMap<SubId, Subscription>,
    dice: &'a mut Dice,
    from: ClientId,
    message: Message<'a>,
    /// Subscriptions that have now received all they asked for.
    pub spent: Vec<SubId>,
    /// Whether a receiver has much to catch up with.
    pub congested: bool,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(
        clients: &'a mut HashMap<ClientId, Client>,
        subscriptions: &'a mut HashMap<SubId, Subscription>,
        dice: &'a mut Dice,
        from: ClientId,
        message: Message<'a>,
    ) -> Delivery<'a> {
        Delivery {
            clients,
            subscriptions,
            dice,
            from,
            message,
            spent: Vec::new(),
            congested: false,
        }
    }

    /// One copy to each plain subscription and to one member of each queue group, groups of one name
    /// being one group whatever their patterns (nats-server `addNodeToResults`). Says whether anyone
    /// received it.
    pub(super) fn reach_all(&mut self, interest: &Interest) -> bool {
        let mut reached = false;
        let mut groups: Vec<(&[u8], Vec<SubId>)> = Vec::new();
        interest.each(self.message.subject, &mut |leaf| {
            for subscription in &leaf.plain {
                reached |= self.reach_one(*subscription);
            }
            for (name, members) in &leaf.queues {
                match groups.iter_mut().find(|(group, _)| **group == **name) {
                    Some((_, all)) => all.extend(members),
                    None => groups.push((name, members.clone())),
                }
            }
        });
        for (_, members) in groups {
            let (before, after) = members.split_at(self.dice.below(members.len()));
            reached |= after
                .iter()
                .chain(before)
                .any(|member| self.reach_one(*member));
        }
        reached
    }

    /// Tells a requester that nobody was there, on one of its own subscriptions to the reply subject;
    /// without one it cannot be told (nats-server `subForReply`).
    pub(super) fn report_nobody(&mut self, interest: &Interest) {
        let Some(reply) = self.message.reply else {
            return;
        };
        let mut own = None;
        interest.each(reply, &mut |leaf| {
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

    /// Whether a copy was delivered.
    fn reach_one(&mut self, id: SubId) -> bool {
        let Some(subscription) = self.subscriptions.get_mut(&id) else {
            return false;
        };
        let Some(client) = self.clients.get_mut(&subscription.client) else {
            return false;
        };
        let unwanted = subscription.client == self.from && !client.options.echo;
        if unwanted || subscription.is_spent() || !client.outbox.is_open() {
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
            tracing::warn!(client = subscription.client, "slow consumer cut off");
            return false;
        }
        self.congested |= client.outbox.is_congested();
        subscription.delivered += 1;
        if subscription.is_spent() {
            self.spent.push(id);
        }
        true
    }
}
