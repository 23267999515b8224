//! From one server to another: for a moment both send, so that nothing is missed in between.

use std::collections::BTreeSet;

use super::{
    fences::{Fence, Fences},
    heart::{Arrival, Link, Session, write_subscription},
};
use crate::{
    client::{Error, Event, GapCause, Sid, clock::Now},
    protocol::encode,
};

/// What the other server is told before the present one is left: every subscription of this moment.
#[derive(Debug)]
pub(in crate::client) struct Preparation {
    /// What to write to it.
    pub bytes: Vec<u8>,
    fences: Fences,
    subscribed: BTreeSet<Sid>,
}

impl Preparation {
    /// How many PONGs it answers with when all subscriptions are in place.
    pub fn pongs(&self) -> u64 {
        self.fences.asked()
    }
}

impl Session {
    /// Whether this is a moment to go elsewhere: connected, and not saying goodbye.
    pub fn may_move(&self) -> bool {
        self.is_ready() && self.ending.is_none()
    }

    /// Whether the server said that it is about to leave.
    pub fn is_lame_duck(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.info.ldm)
    }

    /// What to tell the other server, while everything goes on here.
    pub fn prepare_move(&self) -> Preparation {
        let mut preparation = Preparation {
            bytes: Vec::new(),
            fences: Fences::default(),
            subscribed: BTreeSet::new(),
        };
        let Preparation {
            bytes,
            fences,
            subscribed,
        } = &mut preparation;
        for (sid, subscription) in self.subscriptions.iter() {
            write_subscription(bytes, fences, sid, subscription);
            subscribed.insert(sid);
        }
        preparation
    }

    /// Tells the present server that it has nothing more to send. Commands wait from here on.
    pub fn leave(&mut self) {
        for (sid, _) in self.subscriptions.iter() {
            encode::unsubscribe(self.outbox.bytes(), sid.0, None);
        }
        self.ping(Fence::Left);
    }

    /// Whether the server has processed what [`Session::leave`] told it.
    pub fn has_left(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.left)
    }

    /// The other server is the present one now. Requests go on: their replies find us there too.
    pub fn moved(&mut self, arrival: Arrival, preparation: Preparation, now: Now) {
        self.fail_unsent(&Error::Disconnected);
        self.note_apart(GapCause::Moved, now.instant);
        self.limits.learn(&arrival.info);
        self.subscriptions.start_over();
        let Preparation {
            fences, subscribed, ..
        } = preparation;
        self.fences = fences;
        for (sid, subscription) in self.subscriptions.iter() {
            if !subscribed.contains(&sid) {
                write_subscription(self.outbox.bytes(), &mut self.fences, sid, subscription);
            } else if let Some(max) = subscription.max_from_here() {
                encode::unsubscribe(self.outbox.bytes(), sid.0, Some(max));
            }
        }
        for sid in subscribed {
            if self.subscriptions.get(sid).is_none() {
                encode::unsubscribe(self.outbox.bytes(), sid.0, None);
            }
        }
        self.link = Some(Link::new(arrival, self.keepalive, now.instant));
        self.ready(now);
    }

    /// The publishes and flushes that nobody will hear of any more.
    pub(super) fn fail_unsent(&mut self, reason: &Error) {
        for ticket in self.fences.clear() {
            let result = Err(reason.clone());
            self.events.push(Event::Flushed { ticket, result });
        }
        for ticket in self.outbox.clear() {
            let reason = reason.clone();
            self.events.push(Event::PublishFailed { ticket, reason });
        }
        self.publishes.clear();
    }
}
