//! The state of one client and of one subscription.

use std::collections::HashMap;

use super::interest::{NodeId, SubId};
use super::outbox::Outbox;
use crate::protocol::Connect;

/// Identifies a client. Ascending, never reused; sent to the client as `client_id`.
pub(super) type ClientId = u64;

/// Maximum number of unanswered PINGs (nats-server `ping_max`).
const MAX_UNANSWERED: u8 = 2;

/// One client.
#[derive(Debug)]
pub(super) struct Client {
    pub options: Options,
    /// Whether the client has sent CONNECT.
    pub connected: bool,
    /// Subscriptions by the sid that the client chose.
    pub sids: HashMap<Box<[u8]>, SubId>,
    pub outbox: Outbox,
    pub keepalive: Keepalive,
}

/// The options of a CONNECT.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub verbose: bool,
    pub pedantic: bool,
    pub echo: bool,
    pub headers: bool,
    pub no_responders: bool,
    /// Whether the client accepts further INFO messages (`protocol` 1).
    pub accepts_async_info: bool,
}

impl Default for Options {
    /// The options in force until CONNECT arrives.
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
            accepts_async_info: connect.protocol >= 1,
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
    /// The total number of messages after which it ends, if UNSUB set one.
    pub max: Option<u64>,
}

impl Subscription {
    /// Whether `max` messages were delivered.
    pub(super) fn has_reached_max(&self) -> bool {
        self.max.is_some_and(|max| self.delivered >= max)
    }
}

/// Tracks whether a client is alive: anything it sends counts, and a silent interval is answered with a
/// PING.
#[derive(Debug, Default)]
pub(super) struct Keepalive {
    heard: bool,
    unanswered: u8,
}

/// What to do at the end of a keepalive interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeepaliveAction {
    /// The client sent something during the interval.
    None,
    SendPing,
    /// It left too many PINGs unanswered.
    Disconnect,
}

impl Keepalive {
    /// Records that the client sent something.
    pub(super) fn heard(&mut self) {
        self.heard = true;
    }

    /// Ends an interval.
    pub(super) fn keepalive_tick(&mut self) -> KeepaliveAction {
        if std::mem::take(&mut self.heard) {
            self.unanswered = 0;
            KeepaliveAction::None
        } else if self.unanswered == MAX_UNANSWERED {
            KeepaliveAction::Disconnect
        } else {
            self.unanswered += 1;
            KeepaliveAction::SendPing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_client_gets_two_pings_and_is_then_disconnected() {
        let mut keepalive = Keepalive::default();
        keepalive.heard();
        let actions: Vec<KeepaliveAction> = (0..4).map(|_| keepalive.keepalive_tick()).collect();
        assert_eq!(
            actions,
            [
                KeepaliveAction::None,
                KeepaliveAction::SendPing,
                KeepaliveAction::SendPing,
                KeepaliveAction::Disconnect
            ]
        );
    }

    #[test]
    fn an_answer_resets_the_count() {
        let mut keepalive = Keepalive::default();
        for _ in 0..10 {
            assert_eq!(
                [keepalive.keepalive_tick(), keepalive.keepalive_tick()],
                [KeepaliveAction::SendPing, KeepaliveAction::SendPing]
            );
            keepalive.heard();
            assert_eq!(keepalive.keepalive_tick(), KeepaliveAction::None);
        }
    }
}
