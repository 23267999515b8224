//! What the server knows of one client, and of one subscription.

use std::collections::HashMap;

use super::interest::{NodeId, SubId};
use super::outbox::Outbox;
use crate::protocol::Connect;

/// Names one client; counts up, never used twice. Clients see it as `client_id`.
pub(super) type ClientId = u64;

/// How many questions may stay unanswered (nats-server `ping_max`).
const MAX_UNANSWERED: u8 = 2;

/// One client.
#[derive(Debug)]
pub(super) struct Client {
    pub options: Options,
    /// Whether CONNECT came.
    pub connected: bool,
    /// Its subscriptions by the names it gave them.
    pub sids: HashMap<Box<[u8]>, SubId>,
    pub outbox: Outbox,
    pub pulse: Pulse,
}

/// What a client asked for in CONNECT.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub verbose: bool,
    pub pedantic: bool,
    pub echo: bool,
    pub headers: bool,
    pub no_responders: bool,
    /// Whether it understands an INFO that comes later.
    pub takes_news: bool,
}

impl Default for Options {
    /// What holds before CONNECT.
    fn default() -> Options {
        Options::from(&Connect::default())
    }
}

impl From<&Connect> for Options {
    fn from(connect: &Connect) -> Options {
        Options {
            verbose: connect.verbose,
            pedantic: connect.pedantic,
            echo: connect.echo,
            headers: connect.headers,
            no_responders: connect.no_responders,
            takes_news: connect.protocol >= 1,
        }
    }
}

/// One subscription of one client.
#[derive(Debug)]
pub(super) struct Subscription {
    pub client: ClientId,
    pub sid: Box<[u8]>,
    pub node: NodeId,
    pub delivered: u64,
    /// How many messages it receives in all, where UNSUB said so.
    pub max: Option<u64>,
}

impl Subscription {
    /// Whether it has received everything it is to receive.
    pub(super) fn is_spent(&self) -> bool {
        self.max.is_some_and(|max| self.delivered >= max)
    }
}

/// Whether a client is still there: anything it sends says so, and silence is asked about.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    heard: bool,
    unanswered: u8,
}

/// What to do about a client when its interval is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    Alive,
    Ask,
    Gone,
}

impl Pulse {
    /// Notes that something came in.
    pub(super) fn heard(&mut self) {
        self.heard = true;
    }

    /// Ends one interval.
    pub(super) fn beat(&mut self) -> Beat {
        if std::mem::take(&mut self.heard) {
            self.unanswered = 0;
            Beat::Alive
        } else if self.unanswered == MAX_UNANSWERED {
            Beat::Gone
        } else {
            self.unanswered += 1;
            Beat::Ask
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_asked_about_twice_and_then_ends() {
        let mut pulse = Pulse::default();
        pulse.heard();
        let beats: Vec<Beat> = (0..4).map(|_| pulse.beat()).collect();
        assert_eq!(beats, [Beat::Alive, Beat::Ask, Beat::Ask, Beat::Gone]);
    }

    #[test]
    fn an_answer_resets_the_count() {
        let mut pulse = Pulse::default();
        for _ in 0..10 {
            assert_eq!([pulse.beat(), pulse.beat()], [Beat::Ask, Beat::Ask]);
            pulse.heard();
            assert_eq!(pulse.beat(), Beat::Alive);
        }
    }
}
