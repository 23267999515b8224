//! The byte budget: what counts against it, and what is evicted first.

use super::{Holder, Store, conversations::share_of};

/// The share of the budget that subjects may take before messages are evicted for them.
const SUBJECTS_SHARE: usize = 4;
/// The share that messages waiting to be appended may take, and the most of it.
const BACKLOG_SHARE: usize = 8;
const MAX_BACKLOG: usize = 32 << 20;

impl Store {
    /// How many bytes of messages may wait to be appended to a log with this budget, in bytes.
    pub fn backlog_of(budget: usize) -> usize {
        (budget / BACKLOG_SHARE).min(MAX_BACKLOG)
    }

    /// Changes the budget, in bytes. Evicts at once what exceeds a smaller one.
    pub fn set_budget(&mut self, budget: usize) {
        self.budget = budget;
        self.log.resize(budget);
        self.pairs.resize(share_of(budget));
        self.trim();
    }

    /// Sets how many bytes of the budget another holder takes.
    pub fn reserve(&mut self, holder: Holder, bytes: usize) {
        self.reserved[holder as usize] = bytes;
        self.trim();
    }

    /// The memory taken now, in bytes, including what is reserved.
    pub fn memory(&self) -> usize {
        self.log.memory()
            + self.subjects.memory()
            + self.subscriptions.memory()
            + self.pairs.memory()
            + self.scan_state.memory()
            + self.reserved.iter().sum::<usize>()
    }

    /// The budget, in bytes.
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// Makes room in the open segment for an entry of this time and size in bytes.
    pub(super) fn make_room(&mut self, at: i64, bytes: usize) {
        if !self.log.has_room(at, bytes) {
            self.log.trim_open();
            while self.memory() + self.log.next_memory(bytes) > self.budget && self.evict_oldest() {
            }
            self.log.seal();
        }
        self.log.ready(at, bytes);
    }

    /// Evicts what exceeds the budget, oldest first.
    pub(super) fn trim(&mut self) {
        let share = self.budget / SUBJECTS_SHARE;
        loop {
            self.subjects.forget(share);
            let over = self.memory() > self.budget;
            if !over && self.subjects.memory_in_use() <= share {
                return;
            }
            let gave = (over && self.log.drop_spare())
                || self.evict_oldest()
                || (over && self.evict_oversized_newest());
            if !gave {
                return;
            }
        }
    }

    /// Seals the newest message for eviction, where it is oversized and as much is waiting to be appended.
    fn evict_oversized_newest(&mut self) -> bool {
        let coming = self.reserved[Holder::Backlog as usize];
        coming >= self.log.open().bytes.len() && self.log.seal_oversized()
    }

    /// Makes an empty open segment for an entry of this time that brings its own buffer of this size.
    pub(super) fn make_room_for_own(&mut self, at: i64, bytes: usize) {
        if !self.log.open().records.is_empty() {
            self.log.seal();
        }
        while self.memory() + bytes > self.budget && self.evict_oldest() {}
        self.log.ready(at, 0);
    }

    fn evict_oldest(&mut self) -> bool {
        let gone = self.take_oldest();
        self.totals.evicted += gone.unwrap_or(0);
        gone.is_some()
    }

    /// Removes the oldest sealed segment. Returns how many messages it held.
    pub(super) fn take_oldest(&mut self) -> Option<u64> {
        let gone = self.log.pop_oldest()?;
        for record in &gone.segment.records {
            if record.is_marker() {
                self.totals.markers_gone += 1;
            } else {
                self.subjects.release(record.subject);
                self.subscriptions.release(record.subscription);
            }
        }
        let messages = gone.messages();
        self.log.recycle(gone);
        Some(messages)
    }
}
