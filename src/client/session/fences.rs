//! What each PONG means: PINGs are answered in order, so their meanings wait in a queue.

use std::{collections::VecDeque, time::Instant};

use crate::client::{Sid, Ticket};

/// Why a PING was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fence {
    /// To see that the server is alive, and how far away; when it was written.
    Keepalive(Instant),
    /// To know the fate of the SUB before it.
    Subscription(Sid),
    /// To know that every subscription is in place after connecting.
    Ready,
    /// Somebody wants to know that everything before is processed.
    Flush(Ticket),
    /// Everything before was the last that this server has to hear: we are elsewhere already.
    Left,
    /// Everything before was the last that we had to say.
    Farewell,
}

/// The meanings of the PINGs on their way. Those of a lost connection are forgotten with it, so that
/// no PONG can be taken for the answer to another.
#[derive(Debug, Default)]
pub(super) struct Fences {
    waiting: VecDeque<Fence>,
    answered: u64,
}

impl Fences {
    pub fn push(&mut self, fence: Fence) {
        self.waiting.push_back(fence);
    }

    /// What the PONG that came stands for; `None` for one that nobody asked for.
    pub fn answer(&mut self) -> Option<Fence> {
        let fence = self.waiting.pop_front()?;
        self.answered += 1;
        Some(fence)
    }

    /// The subscription that the server is working on, if it is the next to be heard of.
    pub fn subscription_in_question(&self) -> Option<Sid> {
        match self.waiting.front() {
            Some(Fence::Subscription(sid)) => Some(*sid),
            _ => None,
        }
    }

    /// How many PONGs came; what was written while this many and those waiting had been asked for is
    /// processed when [`Fences::asked`] of that moment is reached.
    pub fn answered(&self) -> u64 {
        self.answered
    }

    /// How many PINGs were written.
    pub fn asked(&self) -> u64 {
        self.answered + self.waiting.len() as u64
    }

    /// Forgets everything; gives the flushes that will never be answered.
    pub fn clear(&mut self) -> Vec<Ticket> {
        self.answered = 0;
        let flushes = |fence| match fence {
            Fence::Flush(ticket) => Some(ticket),
            _ => None,
        };
        self.waiting.drain(..).filter_map(flushes).collect()
    }
}
