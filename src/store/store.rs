//! The store itself: what goes in, and what the screen asks.

use std::ops::Range;

use super::{
    Counters, Direction, Entry, Frozen, Marker, MessageId, Outcome, Pair, Rates, Subjects,
    SubscriptionStats, View,
};
use crate::protocol::Record;

/// The budget where none is given: 256 MiB.
pub const DEFAULT_BUDGET: usize = 256 << 20;

/// Who else holds bytes of the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Batches waiting to be appended.
    Backlog,
    /// Rows held still: [`Frozen::memory`].
    Frozen,
}

/// The messages kept.
///
/// Memory stays under the budget, counting capacities: segments, rows, subjects, pairs and what
/// others [`reserve`](Store::reserve). The one thing that may exceed it is the newest segment, so that
/// the newest message is always there.
#[derive(Debug)]
pub struct Store {}

impl Store {
    /// An empty store. `budget` is in bytes; see [`DEFAULT_BUDGET`].
    pub fn new(_budget: usize) -> Store {
        todo!()
    }

    /// Keeps a batch: `records` in order, with offsets into `bytes`. `at` is in nanoseconds since the
    /// Unix epoch. What came on a subscription that was not added, or was removed, is counted as late.
    pub fn append(&mut self, _direction: Direction, _bytes: &[u8], _records: &[Record], _at: i64) {
        todo!()
    }

    /// Puts a marker behind everything appended so far.
    pub fn mark(&mut self, _marker: Marker) {
        todo!()
    }

    /// Clears the log. Ids, totals and rates go on.
    pub fn clear(&mut self) {
        todo!()
    }

    /// Counts what comes in on `sid` from now on. 0 (sent) and 1 (the inbox of our requests) are there
    /// from the beginning.
    pub fn add_subscription(&mut self, _sid: u64, _subject: &[u8]) {
        todo!()
    }

    /// What still comes in on `sid` is late from now on; what is kept stays.
    pub fn remove_subscription(&mut self, _sid: u64) {
        todo!()
    }

    /// Hides what came in on `sid`, or shows it again.
    pub fn mute(&mut self, _sid: u64, _muted: bool) {
        todo!()
    }

    /// What came in on one subscription; also after it was removed, while messages of it are kept.
    pub fn subscription(&self, _sid: u64) -> Option<&SubscriptionStats> {
        todo!()
    }

    /// Moves rates on to `now`, in nanoseconds since the Unix epoch; once a second until
    /// [`Rates::quiet`].
    pub fn tick(&mut self, _now: i64) {
        todo!()
    }

    /// Everything received and sent, by the second.
    pub fn rates(&self) -> &Rates {
        todo!()
    }

    /// Changes which messages are shown.
    pub fn set_view(&mut self, _view: View) {
        todo!()
    }

    /// Which messages are shown.
    pub fn view(&self) -> &View {
        todo!()
    }

    /// How many rows are shown, markers included.
    pub fn rows(&self) -> u64 {
        todo!()
    }

    /// The row at `index`; 0 is the oldest.
    pub fn row(&self, _index: u64) -> Option<Entry<'_>> {
        todo!()
    }

    /// The row of an entry.
    ///
    /// # Errors
    /// Where it is not shown, the row of the next entry that is, or the last row.
    pub fn row_of(&self, _id: MessageId) -> Result<u64, u64> {
        todo!()
    }

    /// An entry that is kept, shown or not.
    pub fn get(&self, _id: MessageId) -> Option<Entry<'_>> {
        todo!()
    }

    /// The oldest entry kept, shown or not.
    pub fn oldest(&self) -> Option<MessageId> {
        todo!()
    }

    /// The newest entry kept, shown or not.
    pub fn newest(&self) -> Option<MessageId> {
        todo!()
    }

    /// Where every message went.
    pub fn counters(&self) -> Counters {
        todo!()
    }

    /// The subjects seen.
    pub fn subjects(&self) -> &Subjects {
        todo!()
    }

    /// The subjects seen, to fold and unfold their tree.
    pub fn subjects_mut(&mut self) -> &mut Subjects {
        todo!()
    }

    /// The other leg of a request or a reply, and what became of the request. `None` for a message
    /// that is neither, or whose other leg was never seen; our own requests always have one.
    pub fn pair(&self, _id: MessageId) -> Option<Pair> {
        todo!()
    }

    /// Tells the exact outcome of a request of ours, by its reply subject; before or after the
    /// request itself was appended.
    pub fn settle(&mut self, _inbox: &[u8], _outcome: Outcome) {
        todo!()
    }

    /// Copies rows, so that they stay when they are evicted; at most [`Frozen::LIMIT`] bytes.
    pub fn snapshot(&self, _rows: Range<u64>) -> Frozen {
        todo!()
    }

    /// Sets how many bytes of the budget somebody else holds.
    pub fn reserve(&mut self, _holder: Holder, _bytes: usize) {
        todo!()
    }

    /// What is occupied now, in bytes, everything reserved included.
    pub fn memory(&self) -> usize {
        todo!()
    }

    /// The budget, in bytes.
    pub fn budget(&self) -> usize {
        todo!()
    }
}
