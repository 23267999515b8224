//! How much memory the messages take that are on their way from the socket to their taker.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use tokio::sync::Notify;

/// Bytes of messages that have come, or are to be written to the log of a taker, and are not taken
/// yet; shared with the handles.
#[derive(Debug, Default)]
pub(super) struct Load {
    /// In the backlog, on the way to the taker, and being read where that is much.
    held: AtomicUsize,
    /// Those of them that the taker was given and has not let go.
    ahead: AtomicUsize,
    /// What the backlog may hold.
    limit: AtomicUsize,
    /// Rings when the taker let something go.
    eased: Notify,
    /// Rings when a large message begins.
    grown: Notify,
}

/// Some bytes of a load, for as long as it lives.
#[derive(Debug)]
pub(super) struct Weight {
    load: Arc<Load>,
    bytes: usize,
    ahead: bool,
}

impl Load {
    /// With nothing held.
    pub fn new(limit: usize) -> Load {
        let load = Load::default();
        load.set_limit(limit);
        load
    }

    /// What is held now.
    pub fn held(&self) -> usize {
        self.held.load(Relaxed)
    }

    /// What the taker was given and has not let go.
    pub fn ahead(&self) -> usize {
        self.ahead.load(Relaxed)
    }

    /// What the backlog may hold.
    pub fn limit(&self) -> usize {
        self.limit.load(Relaxed)
    }

    /// Sets what the backlog may hold, from the next entry on.
    pub fn set_limit(&self, limit: usize) {
        self.limit.store(limit, Relaxed);
    }

    /// Holds so many bytes more.
    pub fn weigh(self: &Arc<Load>, bytes: usize) -> Weight {
        self.held.fetch_add(bytes, Relaxed);
        Weight {
            load: Arc::clone(self),
            bytes,
            ahead: false,
        }
    }

    /// Tells whoever waits for it that a large message begins.
    pub fn tell_of_growth(&self) {
        self.grown.notify_one();
    }

    /// Returns when a large message has begun. Cancel-safe.
    pub async fn grown(&self) {
        self.grown.notified().await;
    }

    /// Returns when the taker let something go, perhaps a while ago.
    pub async fn eased(&self) {
        self.eased.notified().await;
    }
}

impl Weight {
    /// The taker has it from now on.
    pub fn hand_on(&mut self) {
        if !self.ahead {
            self.ahead = true;
            self.load.ahead.fetch_add(self.bytes, Relaxed);
        }
    }
}

impl Drop for Weight {
    fn drop(&mut self) {
        self.load.held.fetch_sub(self.bytes, Relaxed);
        if self.ahead {
            self.load.ahead.fetch_sub(self.bytes, Relaxed);
            self.load.eased.notify_one();
        }
    }
}
