//! The meaning of each PONG. PINGs are answered in order, so their meanings wait in a queue.

use std::{collections::VecDeque, time::Instant};

use crate::client::{Sid, Ticket};

/// Why a PING was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fence {
    /// To see that the server is alive, and to measure the round trip; when it was written.
    Keepalive(Instant),
    /// To know that the SUB before it was processed.
    Subscription(Sid),
    /// To know that every subscription is in place after connecting.
    Ready,
    /// A flush: to know that everything before it was processed.
    Flush(Ticket),
    /// After the UNSUBs of a move to another server.
    Left,
    /// After the last operation of a session that closes or drains.
    End,
}

/// The meanings of the PINGs under way. To be cleared with the connection, so that no PONG is matched to an
/// earlier PING.
#[derive(Debug, Default)]
pub(super) struct Fences {
    waiting: VecDeque<Fence>,
    answered: u64,
}

impl Fences {
    pub fn push(&mut self, fence: Fence) {
        self.waiting.push_back(fence);
    }

    /// The meaning of the PONG that came; `None` for an unexpected one.
    pub fn answer(&mut self) -> Option<Fence> {
        let fence = self.waiting.pop_front()?;
        self.answered += 1;
        Some(fence)
    }

    /// The subscription that an `-ERR` at this point may be about: the server answers it next.
    pub fn subscription_in_question(&self) -> Option<Sid> {
        match self.waiting.front() {
            Some(Fence::Subscription(sid)) => Some(*sid),
            _ => None,
        }
    }

    /// How many PONGs came. What was written when [`Fences::asked`] was `n` has been processed once this
    /// exceeds `n`.
    pub fn answered(&self) -> u64 {
        self.answered
    }

    /// How many PINGs were written.
    pub fn asked(&self) -> u64 {
        self.answered + self.waiting.len() as u64
    }

    /// Clears everything; returns the flushes that will never be answered.
    pub fn clear(&mut self) -> Vec<Ticket> {
        self.answered = 0;
        let flushes = |fence| match fence {
            Fence::Flush(ticket) => Some(ticket),
            _ => None,
        };
        self.waiting.drain(..).filter_map(flushes).collect()
    }
}
