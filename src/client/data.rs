//! The data lane: the log in wire order, whole batches at a time.

use std::{
    mem,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::Duration,
};

use super::{
    Sid,
    load::{Load, Weight},
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
    /// The taker was too slow and the oldest batches were dropped here.
    Dropped(Dropped),
}

/// The bytes of one wake-up of the reader, and a record for each message in them. Its buffers go
/// back to the reader when it is dropped.
#[derive(Debug, Default)]
pub struct Batch {
    /// Wire bytes, control lines included.
    pub bytes: Vec<u8>,
    /// One for each message, in order; offsets into `bytes`.
    pub records: Vec<Record>,
    /// When the bytes were read or written.
    pub at: i64,
    home: Option<SyncSender<Buffers>>,
    /// What it adds to the load of its connection.
    weight: Option<Weight>,
}

impl Data {
    /// From now on it is not counted as waiting any more: whoever has it counts it.
    pub fn let_go(&mut self) {
        if let Data::Received(batch) | Data::Sent(batch) = self {
            batch.weight = None;
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
            home: None,
            weight: None,
        }
    }

    /// Counts it in a load, until it is let go or dropped.
    pub(super) fn weigh(&mut self, load: &Arc<Load>) {
        self.weight = Some(load.weigh(self.footprint()));
    }

    /// The taker has it from now on.
    pub(super) fn hand_on(&mut self) {
        if let Some(weight) = &mut self.weight {
            weight.hand_on();
        }
    }

    /// What it costs to hold, in bytes.
    pub fn footprint(&self) -> usize {
        mem::size_of::<Data>()
            + self.bytes.capacity()
            + self.records.capacity() * mem::size_of::<Record>()
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if let Some(home) = self.home.take() {
            let buffers = Buffers {
                bytes: mem::take(&mut self.bytes),
                records: mem::take(&mut self.records),
            };
            // A full shelf or a reader that is gone: the allocator takes them.
            let _ = home.try_send(buffers);
        }
    }
}

/// The two allocations of a batch, on their way back to the reader.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub bytes: Vec<u8>,
    pub records: Vec<Record>,
}

/// Where the buffers of dropped batches wait to be used again.
#[derive(Debug)]
pub(super) struct Recycling {
    sender: SyncSender<Buffers>,
    returned: Receiver<Buffers>,
}

impl Recycling {
    /// Keeps at most `kept` pairs of buffers.
    pub fn new(kept: usize) -> Recycling {
        let (sender, returned) = sync_channel(kept);
        Recycling { sender, returned }
    }

    /// A pair that came back, emptied; where there is none, a new one without capacity.
    pub fn take(&self) -> Buffers {
        let mut buffers = self.returned.try_recv().unwrap_or_default();
        buffers.bytes.clear();
        buffers.records.clear();
        buffers
    }

    /// A batch whose buffers come back here.
    pub fn batch(&self, buffers: Buffers, at: i64) -> Batch {
        Batch {
            bytes: buffers.bytes,
            records: buffers.records,
            at,
            home: Some(self.sender.clone()),
            weight: None,
        }
    }
}

/// Another connection begins here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What became of the one before.
    pub cause: GapCause,
    /// When the subscriptions were back in place.
    pub at: i64,
    /// How long we were without; nothing after a move.
    pub lasted: Duration,
}

/// Why there is another connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// The one before was lost: messages may be missing.
    Lost,
    /// We moved to another server and listened to both for a moment: messages may be there twice.
    Moved,
}

/// Messages that the taker was too slow for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// When the last of them was dropped.
    pub at: i64,
    /// How many messages that came.
    pub received: u64,
    /// How many messages that we sent.
    pub sent: u64,
    /// How many bytes of both.
    pub bytes: u64,
    /// How many of those that came, for each subscription.
    pub by_subscription: Vec<(Sid, u64)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_of_a_dropped_batch_are_used_again() {
        let recycling = Recycling::new(1);
        let mut buffers = recycling.take();
        buffers.bytes.reserve(1000);
        drop(recycling.batch(buffers, 0));
        assert!(recycling.take().bytes.capacity() >= 1000);
        assert_eq!(recycling.take().bytes.capacity(), 0);
    }

    #[test]
    fn more_buffers_than_are_kept_are_let_go() {
        let recycling = Recycling::new(1);
        let two = [Buffers::default(), Buffers::default()].map(|b| recycling.batch(b, 0));
        drop(two);
        assert!(recycling.returned.try_iter().count() == 1);
    }

    #[test]
    fn a_batch_outlives_the_reader() {
        let recycling = Recycling::new(1);
        let batch = recycling.batch(Buffers::default(), 7);
        drop(recycling);
        assert_eq!(batch.at, 7);
    }
}
