//! Receives one message, publishes one, or sends one request, each on a connection of its own.

use std::time::Duration;

use super::{Client, Error, Message, Options};

/// Waits for the first message on a subject, on a connection named `one`. Each step of connecting and
/// subscribing may take as long as the wait for the message ([`Options::steps_within`]).
///
/// # Errors
/// [`Error::Timeout`] where none came in time, or why there is no connection.
///
/// ```
/// # use goingnats::{broker::{Broker, Settings}, client::Client};
/// # use std::time::Duration;
/// # let broker = Broker::start(Settings::default())?; let url = broker.url();
/// # let publisher = Client::connect("publisher", &url)?;
/// # std::thread::spawn(move || while publisher.publish("time.time", "1646389270").is_ok() {});
/// use goingnats::client::one;
///
/// let message = one(&url, "time.time", Duration::from_secs(5))?;
/// assert_eq!(message.payload, b"1646389270");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn one(servers: &str, subject: &str, timeout: Duration) -> Result<Message, Error> {
    let client = Client::with(Options::new("one", servers)?.steps_within(timeout))?;
    let sid = client.subscribe_as(subject, None, timeout)?;
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
///
/// ```
/// # use goingnats::{broker::{Broker, Settings}};
/// # let broker = Broker::start(Settings::default())?; let url = broker.url();
/// use goingnats::client::publish;
///
/// publish(&url, "time.time", "1646389270")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn publish(servers: &str, subject: &str, payload: impl AsRef<[u8]>) -> Result<(), Error> {
    let client = Client::connect("publish", servers)?;
    client.publish(subject, payload)?;
    client.flush()
}

/// Sends a request, on a connection named `request.SUBJECT`. Each step of connecting may take as long
/// as the wait for the reply ([`Options::steps_within`]).
///
/// # Errors
/// Why there is no reply.
///
/// ```
/// # use goingnats::{broker::{Broker, Settings}, client::Client};
/// # use std::time::Duration;
/// # let broker = Broker::start(Settings::default())?; let url = broker.url();
/// # let responder = Client::connect("responder", &url)?;
/// # responder.subscribe("today")?;
/// # std::thread::spawn(move || {
/// #     for request in responder.get_within(Duration::from_secs(5)).unwrap() {
/// #         responder.respond(&request, "20261123").unwrap();
/// #     }
/// #     responder.flush()
/// # });
/// use goingnats::client::request;
///
/// let reply = request(&url, "today", "%Y%m%d", Duration::from_secs(5))?;
/// assert_eq!(reply.payload, b"20261123");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn request(
    servers: &str,
    subject: &str,
    payload: impl AsRef<[u8]>,
    timeout: Duration,
) -> Result<Message, Error> {
    let options = Options::new(&format!("request.{subject}"), servers)?;
    Client::with(options.steps_within(timeout))?.request(subject, payload, timeout)
}
