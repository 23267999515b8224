//! Detects a dead connection by silence from the server.

use std::time::{Duration, Instant};

/// After this many PINGs without a byte from the server the connection is stale.
const MAX_UNANSWERED: u32 = 2;

/// The keepalive of one connection.
#[derive(Debug)]
pub(super) struct Keepalive {
    interval: Duration,
    next: Instant,
    last_inbound: Instant,
    unanswered: u32,
}

/// What to do at a tick.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum KeepaliveAction {
    Wait,
    Ping,
    /// The server was silent for this long.
    Stale(Duration),
}

impl Keepalive {
    pub fn new(interval: Duration, now: Instant) -> Keepalive {
        Keepalive {
            interval,
            next: now + interval,
            last_inbound: now,
            unanswered: 0,
        }
    }

    /// Changes the interval from now on.
    pub fn set_interval(&mut self, interval: Duration, now: Instant) {
        self.interval = interval;
        self.next = self.next.min(now + interval);
    }

    /// Bytes came.
    pub fn note_inbound(&mut self, now: Instant) {
        self.last_inbound = now;
        self.unanswered = 0;
    }

    pub fn tick(&mut self, now: Instant) -> KeepaliveAction {
        if now < self.next {
            return KeepaliveAction::Wait;
        }
        if self.unanswered >= MAX_UNANSWERED {
            return KeepaliveAction::Stale(now.saturating_duration_since(self.last_inbound));
        }
        self.unanswered += 1;
        self.next = now + self.interval;
        KeepaliveAction::Ping
    }

    /// When bytes came last.
    pub fn last_inbound(&self) -> Instant {
        self.last_inbound
    }

    pub fn deadline(&self) -> Instant {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: Duration = Duration::from_secs(10);

    #[test]
    fn two_unanswered_pings_are_the_end() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(TEN, start);
        assert_eq!(keepalive.tick(start), KeepaliveAction::Wait);
        assert_eq!(keepalive.tick(start + TEN), KeepaliveAction::Ping);
        assert_eq!(keepalive.tick(start + 2 * TEN), KeepaliveAction::Ping);
        assert_eq!(keepalive.deadline(), start + 3 * TEN);
        assert_eq!(
            keepalive.tick(start + 3 * TEN),
            KeepaliveAction::Stale(3 * TEN)
        );
    }

    #[test]
    fn a_shorter_interval_counts_from_now_and_a_longer_one_from_the_next_ping() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(TEN, start);
        keepalive.set_interval(TEN / 5, start + TEN / 2);
        assert_eq!(keepalive.deadline(), start + TEN / 2 + TEN / 5);
        keepalive.set_interval(TEN, start + TEN / 2);
        assert_eq!(keepalive.tick(start + TEN), KeepaliveAction::Ping);
        assert_eq!(keepalive.deadline(), start + 2 * TEN);
    }

    #[test]
    fn c111_any_byte_is_a_sign_of_life() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(TEN, start);
        for round in 1..100 {
            assert_eq!(keepalive.tick(start + round * TEN), KeepaliveAction::Ping);
            keepalive.note_inbound(start + round * TEN);
        }
    }
}
