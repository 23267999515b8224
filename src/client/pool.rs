//! The servers: which to try next, when, and when to give up.

mod list;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use self::list::{Entry, List};
pub use self::list::{PoolEntry, ServerState};
use super::{
    Error, Options, ServerUrl,
    backoff::{self, Distance},
};

/// So many refusals of the same credentials by the same server are meant.
const MAX_REFUSALS: u32 = 2;
/// A server that another one named and that never answers is forgotten after so many attempts.
const MAX_FAILURES_OF_DISCOVERED: u32 = 3;
/// A connection that held so long was a good one: waiting begins anew.
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
    /// What the most hopeful failure of this round lets us wait.
    distance: Option<Distance>,
    /// How many attempts were begun since the last connection.
    attempts: u32,
    /// Whether something is different from what [`Pool::take_news`] gave last.
    news: bool,
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
    /// `options.servers` is not empty.
    pub fn new(options: &Options, random: u64) -> Pool {
        let mut list = List::given(&options.servers);
        if !options.keep_order {
            list.shuffle_behind_first(random);
        }
        Pool {
            list,
            ignore_discovered: options.ignore_discovered,
            keep_order: options.keep_order,
            round: 0,
            tried: 0,
            distance: None,
            attempts: 0,
            news: true,
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
        self.change(|list| list.first_mut()).is_connected();
    }

    /// The attempt failed. Where `first_round_only`, one failed round is enough to give up.
    pub fn failed(&mut self, reason: &Error, first_round_only: bool, random: u64) -> Next {
        let current = self.change(|list| list.first_mut());
        current.has_failed(reason);
        if current.refusals >= MAX_REFUSALS {
            return Next::GiveUp;
        }
        let forget = current.discovered && current.failures >= MAX_FAILURES_OF_DISCOVERED;
        let wait = self.wait_after_failure(reason, random);
        if first_round_only && self.round > 0 {
            return Next::GiveUp;
        }
        if forget {
            self.list.forget_first();
        } else {
            self.list.put_first_last();
        }
        Next::Try(wait)
    }

    /// The connection was lost that began at `since`. Gives the wait before the next server is tried.
    /// A server that lets everybody in and throws them out again is waited for like one that does not.
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
        self.distance = None;
        backoff::wait(self.round, Distance::after(reason), random)
    }

    /// Takes over what a server says of its cluster. The servers that were given stay, and so does the
    /// one in use; an empty list says nothing.
    pub fn learn(&mut self, urls: &[String], random: u64) {
        if self.ignore_discovered {
            return;
        }
        let place = (!self.keep_order).then_some(random);
        self.news |= self.list.learn(urls, place);
    }

    /// The server in use is about to leave.
    pub fn note_lame_duck(&mut self) {
        self.change(|list| list.first_mut()).lame_duck = true;
    }

    /// A server to move to from one that leaves: another one that does not leave too.
    pub fn refuge(&self) -> Option<ServerUrl> {
        let others = self.list.iter().skip(1).filter(|entry| !entry.lame_duck);
        // The first that has not failed lately, or else the first.
        let best = others.min_by_key(|entry| entry.failures);
        best.map(|entry| entry.server.clone())
    }

    /// The server as it is known here, with its credentials; one that is not known yet is added.
    pub fn find_or_add(&mut self, server: &ServerUrl) -> ServerUrl {
        self.change(|list| list.find_or_add(server)).server.clone()
    }

    /// The next server to try is this one, without a wait.
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

    /// The other server could not be moved to.
    pub fn move_failed(&mut self, server: &ServerUrl, reason: &Error) {
        self.change(|list| list.find_or_add(server))
            .has_failed(reason);
    }

    /// The other server is in use now.
    pub fn moved(&mut self, server: &ServerUrl) {
        let old = self.change(|list| list.first_mut());
        old.state = ServerState::Idle;
        self.list.put_first(server);
        self.connected();
    }

    /// What is known of the servers, where that changed since the last time.
    pub fn take_news(&mut self) -> Option<Vec<PoolEntry>> {
        std::mem::take(&mut self.news).then(|| self.list.iter().map(Entry::tell).collect())
    }

    fn change<'a, T>(&'a mut self, part: impl FnOnce(&'a mut List) -> T) -> T {
        self.news = true;
        part(&mut self.list)
    }

    /// One that may be back any moment is not waited for longer because of another one.
    fn wait_after_failure(&mut self, reason: &Error, random: u64) -> Duration {
        let mut distance = Distance::after(reason);
        distance = self
            .distance
            .map_or(distance, |so_far| so_far.min(distance));
        self.distance = Some(distance);
        self.tried += 1;
        if self.tried < self.list.len() {
            return Duration::ZERO;
        }
        self.tried = 0;
        self.distance = None;
        self.round = self.round.saturating_add(1);
        backoff::wait(self.round, distance, random)
    }
}
