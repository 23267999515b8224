//! One message, one publish, one request: each on a short-lived connection of its own.

use std::time::Duration;

use super::{Client, Error, Message, Options};

/// The first message on a subject, on a connection named `one`.
///
/// # Errors
/// [`Error::Timeout`] where none came in time, or why there is no connection.
pub fn one(servers: &str, subject: &str, timeout: Duration) -> Result<Message, Error> {
    let client = Client::connect("one", servers)?;
    let sid = client.subscribe(subject)?;
    client.unsubscribe(sid, Some(1))?;
    let first = client.get_within(timeout)?.into_iter().next();
    first.ok_or_else(|| Error::Timeout {
        subject: subject.to_owned(),
        after: timeout,
    })
}

/// Publishes, on a connection named `publish`; returns when the server has processed it.
///
/// # Errors
/// Why it could not.
pub fn publish(servers: &str, subject: &str, payload: impl AsRef<[u8]>) -> Result<(), Error> {
    let client = Client::connect("publish", servers)?;
    client.publish(subject, payload)?;
    client.flush()
}

/// Sends a request, on a connection named `request.SUBJECT`.
///
/// # Errors
/// Why there is no reply.
pub fn request(
    servers: &str,
    subject: &str,
    payload: impl AsRef<[u8]>,
    timeout: Duration,
) -> Result<Message, Error> {
    let options = Options::new(&format!("request.{subject}"), servers)?;
    Client::with(options)?.request(subject, payload, timeout)
}
