//! The list of the pool: the state of each server, and how servers are added and removed.

use std::collections::VecDeque;

use crate::client::{Error, ServerUrl};

/// `connect_urls` of a server cannot make the list longer than this.
pub(super) const MAX_SERVERS: usize = 1024;

/// One server of the pool and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolEntry {
    /// The server, without user info.
    pub server: String,
    /// Whether it was named by another server, not configured.
    pub discovered: bool,
    /// Its state.
    pub state: ServerState,
    /// The last error since it was last connected.
    pub last_error: Option<Error>,
    /// Whether it announced lame duck mode since it was last connected.
    pub lame_duck: bool,
}

/// The state of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerState {
    /// Not tried yet, or its last connection ended well.
    Idle,
    /// It is being dialed.
    Dialing,
    /// It is the one in use.
    Connected,
    /// The last attempt or connection ended with `last_error`.
    Failed,
}

#[derive(Debug)]
pub(super) struct PoolServer {
    pub server: ServerUrl,
    pub discovered: bool,
    pub state: ServerState,
    pub last_error: Option<Error>,
    pub lame_duck: bool,
    /// How often `refused_credentials` were refused in a row.
    pub refusals: u32,
    pub refused_credentials: Option<u64>,
    pub failures: u32,
}

impl PoolServer {
    fn new(server: ServerUrl, discovered: bool) -> PoolServer {
        PoolServer {
            server,
            discovered,
            state: ServerState::Idle,
            last_error: None,
            lame_duck: false,
            refusals: 0,
            refused_credentials: None,
            failures: 0,
        }
    }

    /// A connection was established: resets errors and counts.
    pub fn mark_connected(&mut self) {
        self.state = ServerState::Connected;
        self.last_error = None;
        self.lame_duck = false;
        self.refusals = 0;
        self.failures = 0;
    }

    /// An attempt failed.
    pub fn mark_failed(&mut self, reason: &Error) {
        self.state = ServerState::Failed;
        self.failures += 1;
        if let Error::Refused { credentials, .. } = reason {
            // Renewed credentials start a new count.
            if self.refused_credentials != *credentials {
                self.refused_credentials = *credentials;
                self.refusals = 0;
            }
            self.refusals += 1;
        }
        self.last_error = Some(reason.clone());
    }

    pub fn to_entry(&self) -> PoolEntry {
        PoolEntry {
            server: self.server.to_string(),
            discovered: self.discovered,
            state: self.state,
            last_error: self.last_error.clone(),
            lame_duck: self.lame_duck,
        }
    }
}

/// The servers in the order to try them; never empty.
#[derive(Debug)]
pub(super) struct List(VecDeque<PoolServer>);

impl List {
    /// `servers` is not empty.
    pub fn configured(servers: &[ServerUrl]) -> List {
        let entry = |server: &ServerUrl| PoolServer::new(server.clone(), false);
        List(servers.iter().map(entry).collect())
    }

    /// Keeps the first: people list the nearest server first.
    pub fn shuffle_behind_first(&mut self, mut random: u64) {
        for at in (2..self.0.len()).rev() {
            // Linear congruential step with the constants of PCG.
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

    pub fn iter(&self) -> impl Iterator<Item = &PoolServer> {
        self.0.iter()
    }

    pub fn first_mut(&mut self) -> &mut PoolServer {
        &mut self.0[0]
    }

    pub fn put_first_last(&mut self) {
        self.0.rotate_left(1);
    }

    /// For a discovered server only, so that the configured ones remain.
    pub fn forget_first(&mut self) {
        self.0.pop_front();
    }

    /// Another server is dialed from now on: restores the state of the one that was being dialed.
    pub fn stop_dialing(&mut self) {
        let entries = self.0.iter_mut();
        for entry in entries.filter(|entry| entry.state == ServerState::Dialing) {
            entry.state = match entry.last_error {
                Some(_) => ServerState::Failed,
                None => ServerState::Idle,
            };
        }
    }

    pub fn find_or_add(&mut self, server: &ServerUrl) -> &mut PoolServer {
        let known = self.position(server);
        let at = known.unwrap_or_else(|| {
            self.0.push_back(PoolServer::new(server.clone(), false));
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

    /// Takes over a cluster's list: see [`super::Pool::discover`]. New servers are inserted at random places
    /// behind the first, or without `random` at the end. Returns whether anything changed.
    pub fn discover(&mut self, urls: &[String], random: Option<u64>) -> bool {
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
            let server = current.discovered(server);
            self.0.insert(place, PoolServer::new(server, true));
            changed = true;
        }
        changed
    }

    fn position(&self, server: &ServerUrl) -> Option<usize> {
        let same = |entry: &PoolServer| entry.server.same_place(server);
        self.0.iter().position(same)
    }
}
