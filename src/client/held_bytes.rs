//! Memory held by messages between the socket and their consumer.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use tokio::sync::Notify;

/// Bytes of messages that the consumer has not released yet; shared by the task and the handles.
#[derive(Debug, Default)]
pub(super) struct HeldBytes {
    /// In the backlog, with the consumer, and in the chunk being read where that is a large one.
    total: AtomicUsize,
    /// The part of `total` that was delivered to the consumer and not released.
    delivered: AtomicUsize,
    /// The most that the backlog may hold.
    limit: AtomicUsize,
    /// Notified when the consumer releases some.
    released: Notify,
    /// Notified when a large message begins.
    grown: Notify,
}

/// Some bytes counted in a [`HeldBytes`], until dropped.
#[derive(Debug)]
pub(super) struct Reservation {
    counted_in: Arc<HeldBytes>,
    bytes: usize,
    delivered: bool,
}

impl HeldBytes {
    /// With nothing held.
    pub fn new(limit: usize) -> HeldBytes {
        let held = HeldBytes::default();
        held.set_limit(limit);
        held
    }

    /// All bytes held now.
    pub fn total(&self) -> usize {
        self.total.load(Relaxed)
    }

    /// Bytes delivered to the consumer and not released.
    pub fn delivered(&self) -> usize {
        self.delivered.load(Relaxed)
    }

    /// The most that the backlog may hold.
    pub fn limit(&self) -> usize {
        self.limit.load(Relaxed)
    }

    /// Sets the most that the backlog may hold, from the next entry on.
    pub fn set_limit(&self, limit: usize) {
        self.limit.store(limit, Relaxed);
    }

    /// Counts `bytes` more.
    pub fn reserve(self: &Arc<HeldBytes>, bytes: usize) -> Reservation {
        self.total.fetch_add(bytes, Relaxed);
        Reservation {
            counted_in: Arc::clone(self),
            bytes,
            delivered: false,
        }
    }

    /// Wakes [`HeldBytes::grown`]: a large message begins.
    pub fn notify_growth(&self) {
        self.grown.notify_one();
    }

    /// Returns when a large message has begun. Cancel-safe.
    pub async fn grown(&self) {
        self.grown.notified().await;
    }

    /// Returns when the consumer has released something, possibly before the call.
    pub async fn released(&self) {
        self.released.notified().await;
    }
}

impl Reservation {
    /// The consumer has the bytes from now on.
    pub fn mark_delivered(&mut self) {
        if !self.delivered {
            self.delivered = true;
            self.counted_in.delivered.fetch_add(self.bytes, Relaxed);
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.counted_in.total.fetch_sub(self.bytes, Relaxed);
        if self.delivered {
            self.counted_in.delivered.fetch_sub(self.bytes, Relaxed);
            self.counted_in.released.notify_one();
        }
    }
}
