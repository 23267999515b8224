//! The handle for an event loop: commands in, lanes out, never waiting.

use std::time::Duration;

use super::{Data, Error, Event, Options};
use crate::protocol::Headers;

/// Names a subscription for as long as the process lives, across reconnects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sid(pub u64);

impl Sid {
    /// The one subscription that all replies to our own requests come in on.
    pub const INBOX: Sid = Sid(1);
}

/// Names one command in the events that answer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What comes back. The data lane is bounded and fed whole batches.
#[derive(Debug)]
pub struct Lanes {
    /// State and answers, never dropped.
    pub events: tokio::sync::mpsc::UnboundedReceiver<Event>,
    /// The log, in wire order.
    pub data: tokio::sync::mpsc::Receiver<Data>,
}

/// A handle on the background task. Cheap to clone; nothing here ever waits.
///
/// Every method answers [`Error::Busy`] where the command queue is full and [`Error::Closed`] after
/// the end; both mean that nothing was sent.
#[derive(Clone, Debug)]
pub struct Connection {}

/// Starts the background task on a thread of its own. Returns before anything is dialed.
///
/// # Errors
/// [`Error::Closed`] where the thread cannot be started.
pub fn open(_options: Options) -> Result<(Connection, Lanes), Error> {
    todo!()
}

impl Connection {
    /// Subscribes, now and after every reconnect. Answered by `Subscribed` or `SubscriptionRefused`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a subject or queue group that cannot be sent.
    pub fn subscribe(&self, _subject: &[u8], _queue: Option<&[u8]>) -> Result<Sid, Error> {
        todo!()
    }

    /// Unsubscribes at once, or when `max` messages have come in all.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn unsubscribe(&self, _sid: Sid, _max: Option<u64>) -> Result<(), Error> {
        todo!()
    }

    /// Publishes. Silent where it works; a [`Connection::flush`] behind it tells when it has.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what cannot be sent.
    pub fn publish(
        &self,
        _subject: &[u8],
        _reply: Option<&[u8]>,
        _headers: Headers,
        _payload: Vec<u8>,
    ) -> Result<Ticket, Error> {
        todo!()
    }

    /// Sends a request. Answered by `Answered`, at the latest when the timeout is over.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what cannot be sent.
    pub fn request(
        &self,
        _subject: &[u8],
        _headers: Headers,
        _payload: Vec<u8>,
        _timeout: Duration,
    ) -> Result<Ticket, Error> {
        todo!()
    }

    /// Asks for `Flushed` when the server has processed everything before.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn flush(&self) -> Result<Ticket, Error> {
        todo!()
    }

    /// Cuts a wait between attempts short.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn reconnect_now(&self) -> Result<(), Error> {
        todo!()
    }

    /// Unsubscribes everything, lets what is under way arrive, flushes and closes; at most 3 s.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn drain(&self) -> Result<(), Error> {
        todo!()
    }

    /// Flushes what was written and closes; at most 1 s. Answered by `Closed`.
    pub fn close(&self) {
        todo!()
    }
}
