//! The servers: which to try next, when, and when to give up.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{Error, ServerUrl, backoff};

/// A server's own list of its cluster may not make ours longer than this.
const MAX_SERVERS: usize = 1024;
/// So many refusals of the same credentials by the same server are meant.
const MAX_REFUSALS: u32 = 2;
/// A server that another one named and that never answers is forgotten after so many attempts.
const MAX_FAILURES_OF_DISCOVERED: u32 = 3;
/// A connection that held so long was a good one: waiting begins anew.
const GOOD_AFTER: Duration = Duration::from_secs(5);

/// The servers in the order to try them. The one in use, or being tried, is the first.
#[derive(Debug)]
pub(super) struct Pool {
    servers: VecDeque<Entry>,
    /// How many rounds through all servers have failed since the last good connection.
    round: u32,
    /// How many servers were tried in this round.
    tried: usize,
    /// How many attempts were begun since the last connection.
    attempts: u32,
}

#[derive(Debug)]
struct Entry {
    server: ServerUrl,
    discovered: bool,
    refusals: u32,
    failures: u32,
}

/// What to do after a failure.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Try the first server, after this wait.
    Try(Duration),
    /// There is no use in trying.
    GiveUp,
}

impl Pool {
    /// `servers` is not empty.
    pub fn new(servers: &[ServerUrl]) -> Pool {
        let entry = |server: &ServerUrl| Entry {
            server: server.clone(),
            discovered: false,
            refusals: 0,
            failures: 0,
        };
        Pool {
            servers: servers.iter().map(entry).collect(),
            round: 0,
            tried: 0,
            attempts: 0,
        }
    }

    /// The server to try now, and which attempt this is since the last connection; from 1.
    pub fn begin(&mut self) -> (ServerUrl, u32) {
        self.attempts = self.attempts.saturating_add(1);
        (self.servers[0].server.clone(), self.attempts)
    }

    /// The attempt succeeded.
    pub fn connected(&mut self) {
        self.attempts = 0;
        let current = &mut self.servers[0];
        current.refusals = 0;
        current.failures = 0;
    }

    /// The attempt failed. Where `first_round_only`, one failed round is enough to give up.
    pub fn failed(&mut self, reason: &Error, first_round_only: bool, random: u64) -> Next {
        let current = &mut self.servers[0];
        current.failures += 1;
        if matches!(reason, Error::Refused { .. }) {
            current.refusals += 1;
            if current.refusals >= MAX_REFUSALS {
                return Next::GiveUp;
            }
        }
        let forget = current.discovered && current.failures >= MAX_FAILURES_OF_DISCOVERED;
        let wait = self.wait_after_failure(random);
        if first_round_only && self.round > 0 {
            return Next::GiveUp;
        }
        if forget {
            self.servers.pop_front();
        } else {
            self.servers.rotate_left(1);
        }
        Next::Try(wait)
    }

    /// The connection was lost that began at `since`. Gives the wait before the next server is tried.
    /// A server that lets everybody in and throws them out again is waited for like one that does not.
    pub fn lost(&mut self, since: Instant, now: Instant, random: u64) -> Duration {
        self.servers.rotate_left(1);
        if now.saturating_duration_since(since) < GOOD_AFTER {
            return self.wait_after_failure(random);
        }
        self.round = 0;
        self.tried = 0;
        backoff::wait(self.round, random)
    }

    /// Takes over what a server says of its cluster. The servers that were given stay, and so does the
    /// one in use; an empty list says nothing.
    pub fn learn(&mut self, urls: &[String], random: u64) {
        let listed: Vec<ServerUrl> = urls
            .iter()
            .take(MAX_SERVERS)
            .filter_map(|url| ServerUrl::parse(url).ok())
            .collect();
        if listed.is_empty() {
            return;
        }
        let current = self.servers[0].server.clone();
        self.servers.retain(|entry| {
            !entry.discovered
                || entry.server == current
                || listed.iter().any(|server| server.same_place(&entry.server))
        });
        for server in listed {
            let known = |entry: &Entry| entry.server.same_place(&server);
            if self.servers.len() >= MAX_SERVERS || self.servers.iter().any(known) {
                continue;
            }
            let behind_current = 1 + random as usize % self.servers.len();
            let discovered = Entry {
                server: ServerUrl {
                    user: current.user.clone(),
                    password: current.password.clone(),
                    token: current.token.clone(),
                    ..server
                },
                discovered: true,
                refusals: 0,
                failures: 0,
            };
            self.servers.insert(behind_current, discovered);
        }
    }

    fn wait_after_failure(&mut self, random: u64) -> Duration {
        self.tried += 1;
        if self.tried < self.servers.len() {
            return Duration::ZERO;
        }
        self.tried = 0;
        self.round = self.round.saturating_add(1);
        backoff::wait(self.round, random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: u64 = u64::MAX;

    fn pool(urls: &str) -> Pool {
        Pool::new(&ServerUrl::parse_list(urls).unwrap())
    }

    fn hosts(pool: &Pool) -> Vec<&str> {
        let servers = pool.servers.iter();
        servers.map(|entry| entry.server.host.as_str()).collect()
    }

    fn unreachable() -> Error {
        Error::Disconnected
    }

    fn refused() -> Error {
        Error::Refused {
            server: String::new(),
            reason: String::new(),
        }
    }

    fn after(millis: u64) -> Next {
        Next::Try(Duration::from_millis(millis))
    }

    #[test]
    fn c113_a_round_is_free_and_the_next_ones_wait_longer() {
        let mut pool = pool("a,b");
        let mut seen = Vec::new();
        for _ in 0..5 {
            let (server, attempt) = pool.begin();
            let next = pool.failed(&unreachable(), false, MOST);
            seen.push((server.host, attempt, next));
        }
        let expected = [("a", 0), ("b", 100), ("a", 0), ("b", 200), ("a", 0)];
        for (n, (host, millis)) in expected.into_iter().enumerate() {
            assert_eq!(seen[n], (host.to_owned(), n as u32 + 1, after(millis)));
        }
    }

    #[test]
    fn without_patience_the_first_round_is_the_last() {
        let mut pool = pool("a,b");
        assert_eq!(pool.failed(&unreachable(), true, MOST), after(0));
        assert_eq!(pool.failed(&unreachable(), true, MOST), Next::GiveUp);
    }

    #[test]
    fn the_same_refusal_twice_is_meant() {
        let mut pool = pool("a,b");
        assert_eq!(pool.failed(&refused(), false, MOST), after(0));
        assert_eq!(pool.failed(&refused(), false, MOST), after(100));
        assert_eq!(pool.failed(&refused(), false, MOST), Next::GiveUp);
    }

    #[test]
    fn being_let_in_forgives_a_refusal() {
        let mut pool = pool("a");
        for _ in 0..3 {
            assert!(matches!(pool.failed(&refused(), false, 0), Next::Try(_)));
            pool.connected();
        }
    }

    #[test]
    fn a_good_connection_is_followed_by_an_attempt_at_once() {
        let mut pool = pool("a,b");
        let start = Instant::now();
        pool.connected();
        assert_eq!(pool.lost(start, start + GOOD_AFTER, MOST), Duration::ZERO);
        assert_eq!(pool.begin().0.host, "b");
    }

    #[test]
    fn c122_a_server_that_throws_everybody_out_is_waited_for() {
        let mut pool = pool("a");
        let start = Instant::now();
        for expected in [100, 200, 400, 800] {
            pool.connected();
            let wait = pool.lost(start, start, MOST);
            assert_eq!(wait, Duration::from_millis(expected));
        }
    }

    #[test]
    fn servers_of_the_cluster_come_and_go_with_the_credentials_of_the_one_that_named_them() {
        let mut pool = pool("nats://u:p@a,b");
        let urls = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        pool.learn(&urls(&["a:4222", "c:4222", "d:1"]), 0);
        assert_eq!(hosts(&pool), ["a", "d", "c", "b"]);
        assert_eq!(pool.servers[1].server.user.as_deref(), Some("u"));
        pool.learn(&urls(&[]), 0);
        pool.learn(&urls(&["not a url"]), 0);
        assert_eq!(pool.servers.len(), 4);
        pool.learn(&urls(&["c:4222"]), 0);
        assert_eq!(hosts(&pool), ["a", "c", "b"]);
    }

    #[test]
    fn a_server_that_was_only_heard_of_is_forgotten_when_it_never_answers() {
        let mut pool = pool("a");
        pool.learn(&["gone:1".to_owned()], 0);
        for _ in 0..2 * MAX_FAILURES_OF_DISCOVERED {
            pool.failed(&unreachable(), false, MOST);
        }
        assert_eq!(hosts(&pool), ["a"]);
    }

    #[test]
    fn c004_a_huge_cluster_is_bounded() {
        let mut pool = pool("a");
        let urls: Vec<String> = (0..5000).map(|n| format!("h{n}")).collect();
        pool.learn(&urls, 7);
        assert_eq!(pool.servers.len(), MAX_SERVERS);
    }
}
