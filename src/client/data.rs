//! The data lane: the log in wire order, whole batches at a time.

use std::time::Duration;

use super::Sid;
use crate::protocol::Record;

/// One entry of the data lane. Times are nanoseconds since the Unix epoch.
#[derive(Debug)]
pub enum Data {
    /// Messages that came, replies to our requests included (their `sid` is [`Sid::INBOX`]).
    Received(Batch),
    /// Messages that were written to the socket; their `sid` is 0. Only with `Options::log_sent`.
    Sent(Batch),
    /// The connection was lost and is back: messages may be missing here.
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
}

/// A reconnect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// When the subscriptions were back in place.
    pub at: i64,
    /// How long we were without.
    pub lasted: Duration,
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
