//! Rows held still while collecting goes on.

use super::{Entry, MessageId};

/// Copies of rows of the log, which answer as the log did when they were taken.
#[derive(Clone, Debug, Default)]
pub struct Frozen {}

impl Frozen {
    /// The most bytes that a snapshot copies; longer payloads are cut, see
    /// [`Message::missing`](super::Message::missing).
    pub const LIMIT: usize = 8 << 20;

    /// How many rows are held.
    pub fn rows(&self) -> u64 {
        todo!()
    }

    /// The row at `index`, 0 being the first of those taken.
    pub fn row(&self, _index: u64) -> Option<Entry<'_>> {
        todo!()
    }

    /// The row of an entry, or where the nearest one is.
    ///
    /// # Errors
    /// The nearest row, where this entry is not held.
    pub fn row_of(&self, _id: MessageId) -> Result<u64, u64> {
        todo!()
    }

    /// An entry that is held.
    pub fn get(&self, _id: MessageId) -> Option<Entry<'_>> {
        todo!()
    }

    /// What it occupies, in bytes; give it to [`Store::reserve`](super::Store::reserve).
    pub fn memory(&self) -> usize {
        todo!()
    }
}
