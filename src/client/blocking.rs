//! The public client: blocking, named, and as simple to hold as the seed it came from.

use std::time::Duration;

use super::{Error, Message, Options, Sid};
use crate::protocol::{Headers, Info};

/// A NATS client with a name.
#[derive(Debug)]
pub struct Client {}

impl Client {
    /// Connects, and waits until it is connected or the first round of attempts has failed.
    ///
    /// # Errors
    /// Why it could not.
    pub fn connect(_name: &str, _servers: &str) -> Result<Client, Error> {
        todo!()
    }

    /// As [`Client::connect`], with everything adjustable.
    ///
    /// # Errors
    /// Why it could not.
    pub fn with(_options: Options) -> Result<Client, Error> {
        todo!()
    }

    /// Subscribes and waits for the server's word.
    ///
    /// # Errors
    /// [`Error::Denied`] where it refuses, [`Error::Closed`] after [`Client::close`].
    pub fn subscribe(&self, _subject: &str) -> Result<Sid, Error> {
        todo!()
    }

    /// As [`Client::subscribe`], sharing the messages with the other members of a queue group.
    ///
    /// # Errors
    /// As for [`Client::subscribe`].
    pub fn subscribe_queue(&self, _subject: &str, _queue: &str) -> Result<Sid, Error> {
        todo!()
    }

    /// Unsubscribes at once, or when `max` messages have come in all.
    ///
    /// # Errors
    /// [`Error::Closed`] after [`Client::close`].
    pub fn unsubscribe(&self, _sid: Sid, _max: Option<u64>) -> Result<(), Error> {
        todo!()
    }

    /// The messages that came since the last call, at once.
    ///
    /// # Errors
    /// [`Error::Closed`] after [`Client::close`], once everything that came has been handed over.
    pub fn get(&self) -> Result<Vec<Message>, Error> {
        todo!()
    }

    /// As [`Client::get`], waiting at most `wait` for the first.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn get_within(&self, _wait: Duration) -> Result<Vec<Message>, Error> {
        todo!()
    }

    /// Publishes. Returns when it is handed to the background task; see [`Client::flush`].
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::TooLarge`], [`Error::Disconnected`], [`Error::Closed`].
    pub fn publish(&self, _subject: &str, _payload: impl AsRef<[u8]>) -> Result<(), Error> {
        todo!()
    }

    /// As [`Client::publish`], with headers and a reply subject.
    ///
    /// # Errors
    /// As for [`Client::publish`].
    pub fn publish_with(
        &self,
        _subject: &str,
        _reply: Option<&str>,
        _headers: Headers,
        _payload: impl AsRef<[u8]>,
    ) -> Result<(), Error> {
        todo!()
    }

    /// Publishes the answer to a request that came.
    ///
    /// # Errors
    /// As for [`Client::publish`]; [`Error::Invalid`] where the message awaits no answer.
    pub fn respond(&self, _request: &Message, _payload: impl AsRef<[u8]>) -> Result<(), Error> {
        todo!()
    }

    /// Sends a request and waits for the reply.
    ///
    /// # Errors
    /// [`Error::Timeout`], [`Error::NoResponders`], [`Error::Disconnected`], …
    pub fn request(
        &self,
        _subject: &str,
        _payload: impl AsRef<[u8]>,
        _timeout: Duration,
    ) -> Result<Message, Error> {
        todo!()
    }

    /// As [`Client::request`], with headers.
    ///
    /// # Errors
    /// As for [`Client::request`].
    pub fn request_with(
        &self,
        _subject: &str,
        _headers: Headers,
        _payload: impl AsRef<[u8]>,
        _timeout: Duration,
    ) -> Result<Message, Error> {
        todo!()
    }

    /// Waits until the server has processed everything sent before.
    ///
    /// # Errors
    /// [`Error::Disconnected`] where that cannot be known any more, [`Error::Timeout`].
    pub fn flush(&self) -> Result<(), Error> {
        todo!()
    }

    /// Unsubscribes, lets what is under way arrive, flushes and closes; at most 3 s.
    ///
    /// # Errors
    /// [`Error::Timeout`] where it took longer.
    pub fn drain(&self) -> Result<(), Error> {
        todo!()
    }

    /// What the server says of itself; `None` while disconnected.
    pub fn info(&self) -> Option<Info> {
        todo!()
    }

    /// How many messages `get` was too slow for (it holds 64 MiB).
    pub fn dropped(&self) -> u64 {
        todo!()
    }

    /// Flushes and closes; at most 1 s. Dropping does the same.
    pub fn close(&self) {
        todo!()
    }
}
