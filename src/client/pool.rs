//! The pool of servers: which to try next, when, and when to give up.

mod list;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use self::list::{List, PoolServer};
pub use self::list::{PoolEntry, ServerState};
use super::{
    Error, Options, ServerUrl,
    backoff::{self, RetryClass},
};

/// After this many refusals of the same credentials by one server we give up.
const MAX_REFUSALS: u32 = 2;
/// A discovered server is forgotten after this many failed attempts in a row.
const MAX_FAILURES_OF_DISCOVERED: u32 = 3;
/// A connection that lasted this long resets the backoff.
const GOOD_AFTER: Duration = Duration::from_secs(5);

/// The servers in the order to try them. The one in use, or being tried, is the first.
#[derive(Debug)]
pub(super) struct Pool {
    list: List,
    ignore_discovered: bool,
    keep_order: bool,
    /// How many rounds through all servers have failed since the last good connection.
    round: u32,
    /// How many servers were tried in this round.
    tried: usize,
    /// The retry class with the shortest wait among the failures of this round.
    class: Option<RetryClass>,
    /// Attempts begun since the last connection.
    attempts: u32,
    /// Whether anything changed since [`Pool::take_changes`].
    changed: bool,
}

/// What to do after a failure.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NextAttempt {
    /// Try the first server after this wait.
    Try(Duration),
    /// Further attempts are pointless.
    GiveUp,
}

impl Pool {
    /// `options.servers` is not empty.
    pub fn new(options: &Options, random: u64) -> Pool {
        let mut list = List::configured(&options.servers);
        if !options.keep_order {
            list.shuffle_behind_first(random);
        }
        Pool {
            list,
            ignore_discovered: options.ignore_discovered,
            keep_order: options.keep_order,
            round: 0,
            tried: 0,
            class: None,
            attempts: 0,
            changed: true,
        }
    }

    /// The server to try now, and which attempt this is since the last connection; from 1.
    pub fn begin(&mut self) -> (ServerUrl, u32) {
        self.attempts = self.attempts.saturating_add(1);
        let first = self.change(|list| {
            list.stop_dialing();
            list.first_mut()
        });
        first.state = ServerState::Dialing;
        (first.server.clone(), self.attempts)
    }

    /// The attempt succeeded.
    pub fn connected(&mut self) {
        self.attempts = 0;
        self.change(|list| list.first_mut()).mark_connected();
    }

    /// The attempt failed. With `give_up_after_round`, one failed round is the end.
    pub fn failed(
        &mut self,
        reason: &Error,
        give_up_after_round: bool,
        random: u64,
    ) -> NextAttempt {
        let current = self.change(|list| list.first_mut());
        current.mark_failed(reason);
        if current.refusals >= MAX_REFUSALS {
            return NextAttempt::GiveUp;
        }
        let forget = current.discovered && current.failures >= MAX_FAILURES_OF_DISCOVERED;
        let wait = self.wait_after_failure(reason, random);
        if give_up_after_round && self.round > 0 {
            return NextAttempt::GiveUp;
        }
        if forget {
            self.list.forget_first();
        } else {
            self.list.put_first_last();
        }
        NextAttempt::Try(wait)
    }

    /// The connection that began at `since` was lost. Returns the wait before the next attempt; a connection
    /// that was short-lived counts as a failed attempt.
    pub fn lost(&mut self, reason: &Error, since: Instant, now: Instant, random: u64) -> Duration {
        let first = self.change(|list| list.first_mut());
        first.state = ServerState::Failed;
        first.last_error = Some(reason.clone());
        self.list.put_first_last();
        if now.saturating_duration_since(since) < GOOD_AFTER {
            return self.wait_after_failure(reason, random);
        }
        self.round = 0;
        self.tried = 0;
        self.class = None;
        backoff::wait(self.round, RetryClass::after(reason), random)
    }

    /// Takes over `connect_urls` of an INFO. Configured servers stay, and so does the one in use; an empty
    /// list changes nothing.
    pub fn discover(&mut self, urls: &[String], random: u64) {
        if self.ignore_discovered {
            return;
        }
        let place = (!self.keep_order).then_some(random);
        self.changed |= self.list.discover(urls, place);
    }

    /// The server in use is in lame duck mode.
    pub fn note_lame_duck(&mut self) {
        self.change(|list| list.first_mut()).lame_duck = true;
    }

    /// Another server that is not in lame duck mode: the one with the fewest failures.
    pub fn alternative(&self) -> Option<ServerUrl> {
        let others = self.list.iter().skip(1).filter(|entry| !entry.lame_duck);
        let best = others.min_by_key(|entry| entry.failures);
        best.map(|entry| entry.server.clone())
    }

    /// The known server at this place, with its credentials; else adds it.
    pub fn find_or_add(&mut self, server: &ServerUrl) -> ServerUrl {
        self.change(|list| list.find_or_add(server)).server.clone()
    }

    /// Makes this server the next to try.
    pub fn prefer(&mut self, server: &ServerUrl) {
        self.change(|list| list.put_first(server));
    }

    /// Another server is dialed while the first is in use.
    pub fn move_begun(&mut self, server: &ServerUrl) {
        let other = self.change(|list| {
            list.stop_dialing();
            list.find_or_add(server)
        });
        other.state = ServerState::Dialing;
    }

    /// Moving to this server failed.
    pub fn move_failed(&mut self, server: &ServerUrl, reason: &Error) {
        self.change(|list| list.find_or_add(server))
            .mark_failed(reason);
    }

    /// This server is in use now.
    pub fn moved(&mut self, server: &ServerUrl) {
        let old = self.change(|list| list.first_mut());
        old.state = ServerState::Idle;
        self.list.put_first(server);
        self.connected();
    }

    /// The servers and their states, where anything changed since the last call.
    pub fn take_changes(&mut self) -> Option<Vec<PoolEntry>> {
        std::mem::take(&mut self.changed)
            .then(|| self.list.iter().map(PoolServer::to_entry).collect())
    }

    fn change<'a, T>(&'a mut self, part: impl FnOnce(&'a mut List) -> T) -> T {
        self.changed = true;
        part(&mut self.list)
    }

    /// Waits only at the end of a round, for the shortest class of its failures: one server that may be back
    /// soon is not delayed because of another.
    fn wait_after_failure(&mut self, reason: &Error, random: u64) -> Duration {
        let mut class = RetryClass::after(reason);
        class = self.class.map_or(class, |so_far| so_far.min(class));
        self.class = Some(class);
        self.tried += 1;
        if self.tried < self.list.len() {
            return Duration::ZERO;
        }
        self.tried = 0;
        self.class = None;
        self.round = self.round.saturating_add(1);
        backoff::wait(self.round, class, random)
    }
}
