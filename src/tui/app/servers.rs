//! What we know of the servers, beside the connection itself: who there is, where we are going, how
//! long the round trips took.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::Now;
use crate::{
    client::{Error, PoolEntry, ServerState},
    text::visible,
};

/// The servers, as the client told of them last.
#[derive(Debug, Default)]
pub struct Servers {
    pool: Vec<PoolEntry>,
    /// The one at the head of the client's own list: in use, or the next to be tried.
    head: Option<String>,
    moving: Option<String>,
    retry_at: Option<Instant>,
    since: Option<i64>,
    round_trips: RoundTrips,
    failures: VecDeque<Failure>,
}

/// A connection, or the attempt to get one, that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When, in nanoseconds since the Unix epoch.
    pub at: i64,
    /// The sentence, which names the server.
    pub reason: String,
}

/// So many failures are kept: enough for every server of a large cluster to have had its turn.
const FAILURES: usize = 100;

impl Servers {
    /// The servers in an order that stays while they are tried: those that were given, then those
    /// that others named, each by their names.
    pub fn pool(&self) -> &[PoolEntry] {
        &self.pool
    }

    /// Where a server stands in [`Servers::pool`].
    pub fn position(&self, server: &str) -> Option<usize> {
        self.pool.iter().position(|entry| entry.server == server)
    }

    /// The server in use.
    pub fn connected(&self) -> Option<&PoolEntry> {
        self.in_state(ServerState::Connected)
    }

    /// The server that is being dialed.
    pub fn dialed(&self) -> Option<&PoolEntry> {
        self.in_state(ServerState::Dialing)
    }

    /// The server that we move to while the present one serves.
    pub fn moving(&self) -> Option<&str> {
        self.moving.as_deref()
    }

    /// While we wait: the whole seconds until the next attempt, as a countdown shows them.
    pub fn retry_in(&self, now: Now) -> Option<Duration> {
        let left = self.left(now)?;
        let begun = u64::from(left.subsec_nanos() > 0);
        Some(Duration::from_secs(left.as_secs() + begun))
    }

    /// While we wait: how soon the countdown shows another second.
    pub fn next_second(&self, now: Now) -> Option<Duration> {
        let left = self.left(now).filter(|left| !left.is_zero())?;
        let begun = Duration::from_nanos(u64::from(left.subsec_nanos()));
        Some(if begun.is_zero() {
            Duration::from_secs(1)
        } else {
            begun
        })
    }

    fn left(&self, now: Now) -> Option<Duration> {
        let at = self.retry_at?;
        Some(at.saturating_duration_since(now.instant))
    }

    /// While we wait: the server that is tried next.
    pub fn next(&self) -> Option<&str> {
        self.head.as_deref()
    }

    /// Whether the wait for the next attempt is still going on.
    pub fn waits(&self, now: Now) -> bool {
        self.retry_at.is_some_and(|at| at > now.instant)
    }

    /// When the present connection began, in nanoseconds since the Unix epoch.
    pub fn since(&self) -> Option<i64> {
        self.since
    }

    /// The round trips over the present connection.
    pub fn round_trips(&self) -> &RoundTrips {
        &self.round_trips
    }

    /// What failed since we were connected last, the newest first.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.failures.iter().rev()
    }

    /// Takes what the client tells of its servers.
    pub(super) fn listed(&mut self, mut pool: Vec<PoolEntry>) {
        self.head = pool.first().map(|entry| entry.server.clone());
        pool.sort_by(|a, b| (a.discovered, &a.server).cmp(&(b.discovered, &b.server)));
        self.pool = pool;
    }

    /// A server is dialed, with no other one in use.
    pub(super) fn dialing(&mut self) {
        self.retry_at = None;
    }

    /// Another server is dialed while this one serves.
    pub(super) fn moving_to(&mut self, server: String) {
        self.moving = Some(server);
    }

    /// The other server could not be moved to.
    pub(super) fn stayed(&mut self) {
        self.moving = None;
    }

    /// A connection stands. Gives the server that was moved to, where this was a move.
    pub(super) fn arrived(&mut self, rtt: Duration, now: Now) -> Option<String> {
        self.retry_at = None;
        self.since = Some(now.wall);
        self.round_trips = RoundTrips::default();
        self.round_trips.measured(rtt);
        self.failures.clear();
        self.moving.take()
    }

    /// A keepalive came back.
    pub(super) fn measured(&mut self, rtt: Duration) {
        self.round_trips.measured(rtt);
    }

    /// A connection, or the attempt to get one, failed; the next attempt follows.
    pub(super) fn failed(&mut self, reason: &Error, retry_in: Duration, now: Now) {
        self.parted();
        self.retry_at = Some(now.instant + retry_in);
        if self.failures.len() == FAILURES {
            self.failures.pop_front();
        }
        self.failures.push_back(Failure {
            at: now.wall,
            reason: reason.to_string(),
        });
    }

    /// There is no connection any more.
    pub(super) fn parted(&mut self) {
        self.retry_at = None;
        self.moving = None;
        self.since = None;
        self.round_trips = RoundTrips::default();
    }

    fn in_state(&self, state: ServerState) -> Option<&PoolEntry> {
        self.pool.iter().find(|entry| entry.state == state)
    }
}

/// What went wrong with a server, made visible: the sentence without the server's name, where it
/// begins with it and the name stands beside it.
pub fn complaint(server: &str, error: &Error) -> String {
    let sentence = error.to_string();
    let rest = sentence.strip_prefix(server);
    let short = rest.map_or(&*sentence, |rest| rest.trim_start_matches([':', ' ']));
    visible(short.as_bytes()).into_owned()
}

/// The round trips of one connection: the newest of them, never more than [`RoundTrips::KEPT`].
#[derive(Debug, Default)]
pub struct RoundTrips(VecDeque<Duration>);

impl RoundTrips {
    /// So many are kept: ten minutes at the pace of somebody looking.
    pub const KEPT: usize = 300;

    /// The last one.
    pub fn newest(&self) -> Option<Duration> {
        self.0.back().copied()
    }

    /// The shortest, the mean and the longest of those kept.
    pub fn spread(&self) -> Option<[Duration; 3]> {
        let count = u32::try_from(self.0.len()).ok()?;
        let mean = self.0.iter().sum::<Duration>().checked_div(count)?;
        Some([*self.0.iter().min()?, mean, *self.0.iter().max()?])
    }

    /// Those kept in microseconds, the oldest first.
    pub fn microseconds(&self) -> Vec<u64> {
        let microseconds = |time: &Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.0.iter().map(microseconds).collect()
    }

    fn measured(&mut self, rtt: Duration) {
        if self.0.len() == Self::KEPT {
            self.0.pop_front();
        }
        self.0.push_back(rtt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_does_not_name_the_server_twice() {
        let server = "nats://a:4222";
        let reason = "connection refused".to_owned();
        for (named, expected) in [
            (server, "connection refused"),
            ("nats://b:4222", "nats://b:4222: connection refused"),
        ] {
            let error = Error::Dial {
                server: named.to_owned(),
                reason: reason.clone(),
            };
            assert_eq!(complaint(server, &error), expected);
        }
        let refused = Error::Refused {
            server: server.to_owned(),
            reason: "Authorization\x1b[2J Violation".to_owned(),
            credentials: None,
        };
        let expected = "refused to let us in: Authorization␛[2J Violation";
        assert_eq!(complaint(server, &refused), expected);
    }

    #[test]
    fn round_trips_are_summed_up_and_the_oldest_go() {
        let mut trips = RoundTrips::default();
        assert_eq!((trips.newest(), trips.spread()), (None, None));
        for ms in [9, 2, 4, 3] {
            trips.measured(Duration::from_millis(ms));
        }
        let spread = [2_000, 4_500, 9_000].map(Duration::from_micros);
        assert_eq!(trips.spread(), Some(spread));
        assert_eq!(trips.newest(), Some(Duration::from_millis(3)));
        assert_eq!(trips.microseconds(), [9_000, 2_000, 4_000, 3_000]);
        for _ in 0..RoundTrips::KEPT {
            trips.measured(Duration::from_millis(1));
        }
        assert_eq!(trips.spread(), Some([Duration::from_millis(1); 3]));
    }
}
