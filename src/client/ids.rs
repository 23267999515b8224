//! The numbers that name subscriptions and commands.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Names a subscription for as long as the process lives, across reconnects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sid(pub u64);

impl Sid {
    /// The one subscription that all replies to our own requests come in on.
    pub const INBOX: Sid = Sid(1);
}

/// Names one command in the events that answer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// The next numbers to give.
#[derive(Debug)]
pub(super) struct NextIds {
    sid: AtomicU64,
    ticket: AtomicU64,
}

impl NextIds {
    pub fn sid(&self) -> Sid {
        Sid(self.sid.fetch_add(1, Relaxed))
    }

    pub fn ticket(&self) -> Ticket {
        Ticket(self.ticket.fetch_add(1, Relaxed))
    }
}

impl Default for NextIds {
    fn default() -> Self {
        NextIds {
            sid: AtomicU64::new(Sid::INBOX.0 + 1),
            ticket: AtomicU64::new(1),
        }
    }
}

/// `PREFIX.ID.TICKET`, where `inbox` is `PREFIX.ID.`.
pub(super) fn reply_subject(inbox: &[u8], ticket: Ticket) -> Vec<u8> {
    [inbox, ticket.0.to_string().as_bytes()].concat()
}
