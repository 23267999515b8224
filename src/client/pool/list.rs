//! The list behind the pool: what is known of each server, and how servers come and go.

use std::collections::VecDeque;

use crate::client::{Error, ServerUrl};

/// A server's own list of its cluster may not make ours longer than this.
pub(super) const MAX_SERVERS: usize = 1024;

/// What is known of one server, in the order in which the servers are tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolEntry {
    /// The server, without user info.
    pub server: String,
    /// Whether another server named it; the others were given.
    pub discovered: bool,
    /// What it is to us now.
    pub state: ServerState,
    /// What went wrong with it last, since it was connected to last.
    pub last_error: Option<Error>,
    /// Whether it said that it is about to leave, since it was connected to last.
    pub lame_duck: bool,
}

/// What a server is to us now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerState {
    /// Nothing is known against it.
    Idle,
    /// It is being dialed.
    Dialing,
    /// It is the one in use.
    Connected,
    /// The last attempt or connection ended with `last_error`.
    Failed,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub server: ServerUrl,
    pub discovered: bool,
    pub state: ServerState,
    pub last_error: Option<Error>,
    pub lame_duck: bool,
    /// How often `refused` was refused in a row.
    pub refusals: u32,
    pub refused: Option<u64>,
    pub failures: u32,
}

impl Entry {
    fn new(server: ServerUrl, discovered: bool) -> Entry {
        Entry {
            server,
            discovered,
            state: ServerState::Idle,
            last_error: None,
            lame_duck: false,
            refusals: 0,
            refused: None,
            failures: 0,
        }
    }

    /// It let us in: what was before is forgiven.
    pub fn is_connected(&mut self) {
        self.state = ServerState::Connected;
        self.last_error = None;
        self.lame_duck = false;
        self.refusals = 0;
        self.failures = 0;
    }

    /// An attempt failed.
    pub fn has_failed(&mut self, reason: &Error) {
        self.state = ServerState::Failed;
        self.failures += 1;
        if let Error::Refused { credentials, .. } = reason {
            // Those that were renewed in the meantime are not those that were refused.
            if self.refused != *credentials {
                self.refused = *credentials;
                self.refusals = 0;
            }
            self.refusals += 1;
        }
        self.last_error = Some(reason.clone());
    }

    pub fn tell(&self) -> PoolEntry {
        PoolEntry {
            server: self.server.to_string(),
            discovered: self.discovered,
            state: self.state,
            last_error: self.last_error.clone(),
            lame_duck: self.lame_duck,
        }
    }
}

/// Never empty.
#[derive(Debug)]
pub(super) struct List(VecDeque<Entry>);

impl List {
    /// `servers` is not empty.
    pub fn given(servers: &[ServerUrl]) -> List {
        let entry = |server: &ServerUrl| Entry::new(server.clone(), false);
        List(servers.iter().map(entry).collect())
    }

    /// The first stays: whoever names several servers names the nearest first.
    pub fn shuffle_behind_first(&mut self, mut random: u64) {
        for at in (2..self.0.len()).rev() {
            // The constants of PCG: each step needs a fresh number, and a good one.
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let other = 1 + (random >> 33) as usize % at;
            self.0.swap(at, other);
        }
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }

    pub fn first_mut(&mut self) -> &mut Entry {
        &mut self.0[0]
    }

    pub fn put_first_last(&mut self) {
        self.0.rotate_left(1);
    }

    /// Another one is there: the servers that were given are never forgotten.
    pub fn forget_first(&mut self) {
        self.0.pop_front();
    }

    /// Something else is dialed from now on: what was known of a server before holds again.
    pub fn stop_dialing(&mut self) {
        let entries = self.0.iter_mut();
        for entry in entries.filter(|entry| entry.state == ServerState::Dialing) {
            entry.state = match entry.last_error {
                Some(_) => ServerState::Failed,
                None => ServerState::Idle,
            };
        }
    }

    pub fn find_or_add(&mut self, server: &ServerUrl) -> &mut Entry {
        let known = self.position(server);
        let at = known.unwrap_or_else(|| {
            self.0.push_back(Entry::new(server.clone(), false));
            self.0.len() - 1
        });
        &mut self.0[at]
    }

    pub fn put_first(&mut self, server: &ServerUrl) {
        self.find_or_add(server);
        if let Some(at) = self.position(server)
            && let Some(entry) = self.0.remove(at)
        {
            self.0.push_front(entry);
        }
    }

    /// Takes over a cluster's list: see [`super::Pool::learn`]. New servers get random places
    /// behind the first, or without `random` their places at the end. Whether anything changed.
    pub fn learn(&mut self, urls: &[String], random: Option<u64>) -> bool {
        let listed: Vec<ServerUrl> = urls
            .iter()
            .take(MAX_SERVERS)
            .filter_map(|url| ServerUrl::parse(url).ok())
            .collect();
        if listed.is_empty() {
            return false;
        }
        let before = self.0.len();
        let current = self.0[0].server.clone();
        self.0.retain(|entry| {
            !entry.discovered
                || entry.state == ServerState::Dialing
                || entry.server.same_place(&current)
                || listed.iter().any(|server| server.same_place(&entry.server))
        });
        let mut changed = self.0.len() != before;
        for server in listed {
            if self.0.len() >= MAX_SERVERS || self.position(&server).is_some() {
                continue;
            }
            let place = match random {
                Some(random) => 1 + random as usize % self.0.len(),
                None => self.0.len(),
            };
            let server = current.tells_of(server);
            self.0.insert(place, Entry::new(server, true));
            changed = true;
        }
        changed
    }

    fn position(&self, server: &ServerUrl) -> Option<usize> {
        let same = |entry: &Entry| entry.server.same_place(server);
        self.0.iter().position(same)
    }
}
