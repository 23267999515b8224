//! The data lane: the log in wire order, whole batches at a time.

use std::{
    collections::BTreeMap,
    mem,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::Duration,
};

use super::{
    Sid,
    held_bytes::{HeldBytes, Reservation},
};
use crate::protocol::Record;

/// One entry of the data lane. Times are nanoseconds since the Unix epoch.
#[derive(Debug)]
pub enum Data {
    /// Messages that came, replies to our requests included (their `sid` is [`Sid::INBOX`]).
    Received(Batch),
    /// Messages that were written to the socket; their `sid` is 0. Only with `Options::log_sent`.
    Sent(Batch),
    /// The connection is another one from here on: messages may be missing, or be there twice.
    Gap(Gap),
    /// The consumer was too slow and the oldest batches were dropped here.
    Dropped(Dropped),
}

/// The bytes of one wake-up of the reader, and a record for each message in them. When it is dropped, its
/// buffers return to the reader.
#[derive(Debug, Default)]
pub struct Batch {
    /// Wire bytes, control lines included.
    pub bytes: Vec<u8>,
    /// One for each message, in order; offsets into `bytes`.
    pub records: Vec<Record>,
    /// When the bytes were read or written, in nanoseconds since the Unix epoch.
    pub at: i64,
    /// Where its buffers go when it is dropped.
    return_to: Option<SyncSender<Buffers>>,
    /// Its share of the bytes held for the consumer.
    reservation: Option<Reservation>,
}

impl Data {
    /// Stops counting it as held for the consumer: its owner accounts for it from now on.
    pub fn release(&mut self) {
        if let Some(batch) = self.batch_mut() {
            batch.reservation = None;
        }
    }

    pub(super) fn batch_mut(&mut self) -> Option<&mut Batch> {
        match self {
            Data::Received(batch) | Data::Sent(batch) => Some(batch),
            Data::Gap(_) | Data::Dropped(_) => None,
        }
    }

    /// The memory that its messages take, in bytes; 0 for a marker.
    pub(super) fn footprint(&self) -> usize {
        match self {
            Data::Received(batch) | Data::Sent(batch) => batch.footprint(),
            Data::Gap(_) | Data::Dropped(_) => 0,
        }
    }
}

impl Batch {
    /// A batch of these messages.
    pub fn new(bytes: Vec<u8>, records: Vec<Record>, at: i64) -> Batch {
        Batch {
            bytes,
            records,
            at,
            return_to: None,
            reservation: None,
        }
    }

    /// Counts it in `held_bytes`, until it is released or dropped.
    pub(super) fn count_in(&mut self, held_bytes: &Arc<HeldBytes>) {
        self.reservation = Some(held_bytes.reserve(self.footprint()));
    }

    /// The consumer has it from now on.
    pub(super) fn mark_delivered(&mut self) {
        if let Some(reservation) = &mut self.reservation {
            reservation.mark_delivered();
        }
    }

    /// The memory it takes, in bytes.
    pub fn footprint(&self) -> usize {
        mem::size_of::<Data>()
            + self.bytes.capacity()
            + self.records.capacity() * mem::size_of::<Record>()
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if let Some(return_to) = self.return_to.take() {
            let buffers = Buffers {
                bytes: mem::take(&mut self.bytes),
                records: mem::take(&mut self.records),
            };
            // Freed where the pool is full or the reader is gone.
            let _ = return_to.try_send(buffers);
        }
    }
}

/// The two allocations of a batch, on their way back to the reader.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub bytes: Vec<u8>,
    pub records: Vec<Record>,
}

/// Keeps the buffers of dropped batches, to be used again.
#[derive(Debug)]
pub(super) struct BufferPool {
    sender: SyncSender<Buffers>,
    returned: Receiver<Buffers>,
}

impl BufferPool {
    /// Keeps at most `kept` pairs of buffers.
    pub fn new(kept: usize) -> BufferPool {
        let (sender, returned) = sync_channel(kept);
        BufferPool { sender, returned }
    }

    /// A returned pair, emptied; else a new one without capacity.
    pub fn take(&self) -> Buffers {
        let mut buffers = self.returned.try_recv().unwrap_or_default();
        buffers.bytes.clear();
        buffers.records.clear();
        buffers
    }

    /// A batch whose buffers return here when it is dropped.
    pub fn batch(&self, buffers: Buffers, at: i64) -> Batch {
        Batch {
            bytes: buffers.bytes,
            records: buffers.records,
            at,
            return_to: Some(self.sender.clone()),
            reservation: None,
        }
    }
}

/// A new connection begins here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// How the previous connection ended.
    pub cause: GapCause,
    /// When the subscriptions were back in place.
    pub at: i64,
    /// How long there was no connection; zero after a move.
    pub lasted: Duration,
}

/// Why there is a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// The one before was lost: messages may be missing.
    Lost,
    /// We moved to another server and were subscribed to both for a moment: messages may be there twice.
    Moved,
}

/// Messages that were dropped because the consumer was too slow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// When the last of them was dropped.
    pub at: i64,
    /// Number of received messages.
    pub received: u64,
    /// Number of sent messages.
    pub sent: u64,
    /// Bytes of both.
    pub bytes: u64,
    /// Number of received messages for each subscription.
    pub by_subscription: BTreeMap<Sid, u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_of_a_dropped_batch_are_used_again() {
        let pool = BufferPool::new(1);
        let mut buffers = pool.take();
        buffers.bytes.reserve(1000);
        drop(pool.batch(buffers, 0));
        assert!(pool.take().bytes.capacity() >= 1000);
        assert_eq!(pool.take().bytes.capacity(), 0);
    }

    #[test]
    fn more_buffers_than_are_kept_are_freed() {
        let pool = BufferPool::new(1);
        let two = [Buffers::default(), Buffers::default()].map(|b| pool.batch(b, 0));
        drop(two);
        assert!(pool.returned.try_iter().count() == 1);
    }

    #[test]
    fn a_batch_outlives_the_reader() {
        let pool = BufferPool::new(1);
        let batch = pool.batch(Buffers::default(), 7);
        drop(pool);
        assert_eq!(batch.at, 7);
    }
}
