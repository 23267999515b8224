//! One message, one publish, one request: each on a short-lived connection of its own.

use std::time::Duration;

use super::{Error, Message};

/// The first message on a subject, on a connection named `one`.
///
/// # Errors
/// [`Error::Timeout`] where none came in time, or why there is no connection.
pub fn one(_servers: &str, _subject: &str, _timeout: Duration) -> Result<Message, Error> {
    todo!()
}

/// Publishes, on a connection named `publish`; returns when the server has processed it.
///
/// # Errors
/// Why it could not.
pub fn publish(_servers: &str, _subject: &str, _payload: impl AsRef<[u8]>) -> Result<(), Error> {
    todo!()
}

/// Sends a request, on a connection named `request.SUBJECT`.
///
/// # Errors
/// Why there is no reply.
pub fn request(
    _servers: &str,
    _subject: &str,
    _payload: impl AsRef<[u8]>,
    _timeout: Duration,
) -> Result<Message, Error> {
    todo!()
}
