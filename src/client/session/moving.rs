//! Moving to another server. For a moment we are subscribed at both, so that no message is missed.

use std::collections::BTreeSet;

use super::{
    fences::{Fence, Fences},
    session::{Handshake, Link, Session, write_subscription},
};
use crate::{
    client::{Error, Event, GapCause, Sid, clock::Now},
    protocol::encode,
};

/// The subscriptions to make at the other server: all of this moment.
#[derive(Debug)]
pub(in crate::client) struct MovePlan {
    /// The bytes to write.
    pub bytes: Vec<u8>,
    fences: Fences,
    subscribed: BTreeSet<Sid>,
}

impl MovePlan {
    /// How many PONGs confirm that all subscriptions are in place.
    pub fn pongs(&self) -> u64 {
        self.fences.asked()
    }
}

impl Session {
    /// Whether a move is possible: connected, and not closing.
    pub fn may_move(&self) -> bool {
        self.is_ready() && self.ending.is_none()
    }

    /// Whether the server is in lame duck mode.
    pub fn is_lame_duck(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.info.ldm)
    }

    /// The plan of a move, while this connection serves on.
    pub fn plan_move(&self) -> MovePlan {
        let mut plan = MovePlan {
            bytes: Vec::new(),
            fences: Fences::default(),
            subscribed: BTreeSet::new(),
        };
        let MovePlan {
            bytes,
            fences,
            subscribed,
        } = &mut plan;
        for (sid, subscription) in self.subscriptions.iter() {
            write_subscription(bytes, fences, sid, subscription);
            subscribed.insert(sid);
        }
        plan
    }

    /// Unsubscribes everything at the present server. Commands wait from here on.
    pub fn leave(&mut self) {
        for (sid, _) in self.subscriptions.iter() {
            encode::unsubscribe(self.outbox.bytes(), sid.0, None);
        }
        self.ping(Fence::Left);
    }

    /// Whether the server has processed the UNSUBs of [`Session::leave`].
    pub fn has_left(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.left)
    }

    /// The other server is the present one now. Requests stay in flight: their replies come there too.
    pub fn moved(&mut self, handshake: Handshake, plan: MovePlan, now: Now) {
        self.fail_unsent(&Error::Disconnected);
        self.note_disconnected(GapCause::Moved, now.instant);
        self.limits.update(&handshake.info);
        self.subscriptions.start_over();
        let MovePlan {
            fences, subscribed, ..
        } = plan;
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
        self.link = Some(Link::new(handshake, self.keepalive, now.instant));
        self.ready(now);
    }

    /// Reports the publishes and flushes that cannot be confirmed any more.
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
