//! The public client: blocking and named.

mod waiting;

use std::{sync::Arc, time::Duration};

use super::{
    Connection, Error, Message, Options, Sid,
    clock::deadline,
    connection::open_driven,
    driver::Driver,
    mailbox::{Ack, ConnectionStatus, Mailbox, MailboxState},
};
use crate::{
    protocol::{Headers, Info, ProtocolError},
    text::visible_subject,
};

/// How long to wait for the server to acknowledge a subscription or a flush.
const ACK_WITHIN: Duration = Duration::from_secs(10);
/// How long publishing waits for room in a full command queue.
const ROOM_WITHIN: Duration = Duration::from_secs(10);
/// Extra time for the background task to keep a time limit on a machine under load.
const GRACE: Duration = Duration::from_secs(1);
const CLOSE_WITHIN: Duration = Duration::from_secs(1);
const DRAIN_WITHIN: Duration = Duration::from_secs(3);

/// A NATS client with a name.
///
/// It reconnects for ever, answers the server's PINGs in the background, and closes the connection when it
/// is dropped. It can be shared between threads. Methods that wait block the calling thread.
///
/// ```
/// # use goingnats::{broker::{Broker, Settings}, client::Client};
/// # let broker = Broker::start(Settings::default())?; let url = broker.url();
/// let client = Client::connect("consumer", &url)?;
/// client.subscribe("time.time")?;
/// client.publish("time.time", "1646389270.6568809")?;
/// client.flush()?;
/// for message in client.get()? {
///     println!("{}", String::from_utf8_lossy(&message.payload));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Client {
    connection: Connection,
    mailbox: Arc<Mailbox>,
    driver: Arc<Driver>,
}

impl Client {
    /// Connects, and waits until it is connected or the first round of attempts has failed. Several
    /// servers are separated by commas.
    ///
    /// # Errors
    /// Why it could not.
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// let client = Client::connect("consumer", &url)?;
    /// assert!(client.info().is_some());
    ///
    /// assert!(Client::connect("", &url).is_err(), "a client must have a name");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn connect(name: &str, servers: &str) -> Result<Client, Error> {
        Client::with(Options::new(name, servers)?)
    }

    /// As [`Client::connect`], with all options. With `Options::retry_first` a client that could not connect
    /// yet is returned too; it keeps trying.
    ///
    /// # Errors
    /// Why it could not.
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// use goingnats::client::Options;
    ///
    /// let mut options = Options::new("consumer", &url)?;
    /// options.echo = false;
    /// let client = Client::with(options)?;
    /// client.subscribe("time.*")?;
    /// client.publish("time.time", "not for ourselves")?;
    /// client.flush()?;
    /// assert!(client.get()?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with(options: Options) -> Result<Client, Error> {
        let mailbox = Arc::new(Mailbox::default());
        let round = options.servers.len();
        // Every attempt has its own limit; this one only bounds the wait for a task that hangs.
        let attempts = u32::try_from(round).unwrap_or(u32::MAX);
        let limit = options.attempt_timeout.saturating_mul(attempts);
        let limit = limit.saturating_add(ACK_WITHIN);
        let filled = Arc::clone(&mailbox);
        let (connection, driver) = open_driven(options, |lanes| filled.fill_from(lanes))?;
        let client = Client {
            connection,
            mailbox,
            driver,
        };
        client
            .wait(deadline(limit), |state| match &state.status {
                ConnectionStatus::Connected => Some(Ok(())),
                ConnectionStatus::Closed(_) => state.ended().map(Err),
                ConnectionStatus::Disconnected => (state.failures >= round).then_some(Ok(())),
            })
            .unwrap_or_else(|| {
                Err(Error::Timeout {
                    subject: "connecting".to_owned(),
                    after: limit,
                })
            })?;
        Ok(client)
    }

    /// Subscribes and waits until the server has processed it.
    ///
    /// # Errors
    /// [`Error::Denied`] where it refuses, [`Error::Timeout`] where no acknowledgement comes, as while
    /// disconnected, [`Error::Closed`] after [`Client::close`].
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # use std::time::Duration;
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// # let client = Client::connect("consumer", &url)?;
    /// client.subscribe("orders.*")?;
    /// client.publish("orders.created", "A-113")?;
    /// client.flush()?;
    /// assert_eq!(client.get_within(Duration::from_secs(5))?[0].subject, b"orders.created");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn subscribe(&self, subject: &str) -> Result<Sid, Error> {
        self.subscribe_as(subject, None, ACK_WITHIN)
    }

    /// As [`Client::subscribe`], sharing the messages with the other members of a queue group.
    ///
    /// # Errors
    /// As for [`Client::subscribe`].
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # use std::time::Duration;
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// let workers = [Client::connect("worker", &url)?, Client::connect("worker", &url)?];
    /// for worker in &workers {
    ///     worker.subscribe_queue("jobs", "workers")?;
    /// }
    /// let boss = Client::connect("boss", &url)?;
    /// for job in 0..10 {
    ///     boss.publish("jobs", format!("{job}"))?;
    /// }
    /// boss.flush()?;
    /// let mut done = 0;
    /// for worker in &workers {
    ///     worker.flush()?;
    ///     done += worker.get_within(Duration::from_millis(100))?.len();
    /// }
    /// assert_eq!(done, 10);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn subscribe_queue(&self, subject: &str, queue: &str) -> Result<Sid, Error> {
        self.subscribe_as(subject, Some(queue.as_bytes()), ACK_WITHIN)
    }

    /// As [`Client::subscribe`], waiting at most `within` for the server.
    pub(super) fn subscribe_as(
        &self,
        subject: &str,
        queue: Option<&[u8]>,
        within: Duration,
    ) -> Result<Sid, Error> {
        let mut sid = Sid::INBOX;
        let result = self.ask_for_ack(subject, within, || {
            sid = self.connection.subscribe(subject.as_bytes(), queue)?;
            Ok(Ack::Subscription(sid))
        });
        if matches!(result, Err(Error::Timeout { .. })) {
            // The caller gets no number to unsubscribe it by.
            self.unsubscribe(sid, None)?;
        }
        result.map(|()| sid)
    }

    /// Unsubscribes at once, or after `max` messages in total.
    ///
    /// # Errors
    /// [`Error::Closed`] after [`Client::close`].
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # use std::time::Duration;
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// # let client = Client::connect("consumer", &url)?;
    /// let sid = client.subscribe("time.time")?;
    /// client.unsubscribe(sid, Some(2))?;
    /// for second in ["1", "2", "3"] {
    ///     client.publish("time.time", second)?;
    /// }
    /// client.flush()?;
    /// assert_eq!(client.get_within(Duration::from_secs(5))?.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unsubscribe(&self, sid: Sid, max: Option<u64>) -> Result<(), Error> {
        self.connection.unsubscribe(sid, max)?;
        self.driver.step();
        if max.is_none() {
            self.mailbox.lock().ignore(sid);
        }
        Ok(())
    }

    /// The messages that came since the last call, at once.
    ///
    /// # Errors
    /// [`Error::Closed`] after [`Client::close`], once all messages have been returned; the reason, where the
    /// client has given up.
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// # let client = Client::connect("consumer", &url)?;
    /// client.subscribe("time.time")?;
    /// assert!(client.get()?.is_empty());
    /// client.publish("time.time", "1646389270.6568809")?;
    /// client.flush()?;
    /// for message in client.get()? {
    ///     assert_eq!(message.payload, b"1646389270.6568809");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get(&self) -> Result<Vec<Message>, Error> {
        self.get_within(Duration::ZERO)
    }

    /// As [`Client::get`], waiting at most `wait` for the first.
    ///
    /// # Errors
    /// As for [`Client::get`].
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # use std::time::Duration;
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// # let client = Client::connect("consumer", &url)?;
    /// client.subscribe("time.time")?;
    /// assert!(client.get_within(Duration::from_millis(10))?.is_empty());
    /// client.publish("time.time", "1646389270.6568809")?;
    /// assert_eq!(client.get_within(Duration::from_secs(5))?.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_within(&self, wait: Duration) -> Result<Vec<Message>, Error> {
        let found = self.wait(deadline(wait), |state| match state.ended() {
            _ if !state.is_empty() => Some(Ok(state.take_messages())),
            Some(reason) => Some(Err(reason)),
            None => None,
        });
        found.unwrap_or(Ok(Vec::new()))
    }

    /// Publishes. Returns when the background task has the message, waiting where its queue is full; see
    /// [`Client::flush`].
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::TooLarge`], [`Error::Disconnected`], [`Error::Closed`];
    /// [`Error::Busy`] where the queue stays full for 10 s.
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// # let client = Client::connect("consumer", &url)?;
    /// client.publish("time.time", "1646389270.6568809")?;
    /// client.publish("bytes", [0, 255])?;
    /// assert!(client.publish("no blanks", "").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn publish(&self, subject: &str, payload: impl AsRef<[u8]>) -> Result<(), Error> {
        self.publish_bytes(subject.as_bytes(), None, &Headers::new(), payload.as_ref())
    }

    /// As [`Client::publish`], with headers and a reply subject.
    ///
    /// # Errors
    /// As for [`Client::publish`].
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # use std::time::Duration;
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// # let client = Client::connect("consumer", &url)?;
    /// use goingnats::protocol::Headers;
    ///
    /// client.subscribe("orders")?;
    /// let mut headers = Headers::new();
    /// headers.append("Trace-Id", "abc")?;
    /// client.publish_with("orders", Some("answers.here"), headers, "{}")?;
    /// let message = &client.get_within(Duration::from_secs(5))?[0];
    /// assert_eq!(message.headers().get(b"Trace-Id"), Some(&b"abc"[..]));
    /// assert_eq!(message.reply.as_deref(), Some(&b"answers.here"[..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn publish_with(
        &self,
        subject: &str,
        reply: Option<&str>,
        headers: Headers,
        payload: impl AsRef<[u8]>,
    ) -> Result<(), Error> {
        let reply = reply.map(str::as_bytes);
        self.publish_bytes(subject.as_bytes(), reply, &headers, payload.as_ref())
    }

    /// Publishes the reply to a request.
    ///
    /// # Errors
    /// As for [`Client::publish`]; [`Error::Invalid`] where the message has no reply subject.
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # use std::time::Duration;
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// let responder = Client::connect("responder", &url)?;
    /// responder.subscribe("add")?;
    ///
    /// let asking = std::thread::spawn(move || {
    ///     let client = Client::connect("consumer", &url)?;
    ///     client.request("add", "1 2 3", Duration::from_secs(5))
    /// });
    /// for request in responder.get_within(Duration::from_secs(5))? {
    ///     responder.respond(&request, "6")?;
    /// }
    /// assert_eq!(asking.join().expect("no panic")?.payload, b"6");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn respond(&self, request: &Message, payload: impl AsRef<[u8]>) -> Result<(), Error> {
        let reply = request
            .reply
            .as_ref()
            .ok_or_else(|| ProtocolError::BadSubject {
                subject: visible_subject(&request.subject).into_owned(),
                reason: "came without a reply subject: nobody awaits an answer",
            })?;
        self.publish_bytes(reply, None, &Headers::new(), payload.as_ref())
    }

    fn publish_bytes(
        &self,
        subject: &[u8],
        reply: Option<&[u8]>,
        headers: &Headers,
        payload: &[u8],
    ) -> Result<(), Error> {
        self.check_connected()?;
        let connection = &self.connection;
        connection.publish_until(deadline(ROOM_WITHIN), subject, reply, headers, payload)?;
        self.driver.step();
        Ok(())
    }

    /// Sends a request and waits for the reply.
    ///
    /// # Errors
    /// [`Error::Timeout`], [`Error::NoResponders`], [`Error::Disconnected`], …
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
    /// # let client = Client::connect("consumer", &url)?;
    /// let reply = client.request("today", "%Y%m%d", Duration::from_secs(5))?;
    /// assert_eq!(reply.payload, b"20261123");
    ///
    /// let reason = client.request("nobody", "", Duration::from_secs(5)).unwrap_err();
    /// assert_eq!(reason.to_string(), "no responders on \"nobody\"");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn request(
        &self,
        subject: &str,
        payload: impl AsRef<[u8]>,
        timeout: Duration,
    ) -> Result<Message, Error> {
        self.request_with(subject, Headers::new(), payload, timeout)
    }

    /// As [`Client::request`], with headers.
    ///
    /// # Errors
    /// As for [`Client::request`].
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
    /// # let client = Client::connect("consumer", &url)?;
    /// use goingnats::protocol::Headers;
    ///
    /// let mut headers = Headers::new();
    /// headers.append("Trace-Id", "abc")?;
    /// let reply = client.request_with("today", headers, "%Y%m%d", Duration::from_secs(5))?;
    /// assert_eq!(reply.payload, b"20261123");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn request_with(
        &self,
        subject: &str,
        headers: Headers,
        payload: impl AsRef<[u8]>,
        timeout: Duration,
    ) -> Result<Message, Error> {
        let payload = payload.as_ref().to_vec();
        let hanging = deadline(timeout.saturating_add(GRACE));
        let expecting = |state: &mut MailboxState| {
            let ticket = self
                .connection
                .request(subject.as_bytes(), headers, payload, timeout)?;
            state.expect_reply(ticket);
            Ok(ticket)
        };
        let (ticket, reply) = self.ask(hanging, expecting, MailboxState::take_reply)?;
        reply.unwrap_or_else(|| {
            self.mailbox.lock().cancel_reply(ticket);
            Err(Error::Timeout {
                subject: subject.to_owned(),
                after: timeout,
            })
        })
    }

    /// Waits until the server has processed everything sent before.
    ///
    /// # Errors
    /// [`Error::Disconnected`] where the connection was lost meanwhile, [`Error::Timeout`]; and the error of a
    /// message published since the last flush, such as [`Error::Denied`].
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// # let client = Client::connect("consumer", &url)?;
    /// client.publish("time.time", "1646389270.6568809")?;
    /// client.flush()?; // the server has it
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn flush(&self) -> Result<(), Error> {
        let flush = || self.connection.flush().map(Ack::Flush);
        let result = self.ask_for_ack("flush", ACK_WITHIN, flush);
        let unclaimed_error = self.mailbox.lock().unclaimed_error.take();
        result.and(unclaimed_error.map_or(Ok(()), Err))
    }

    /// Unsubscribes, waits for messages and replies under way, flushes and closes; takes at most 3 s. Messages
    /// can still be taken with [`Client::get`].
    ///
    /// # Errors
    /// [`Error::Timeout`] where it took longer.
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// # let client = Client::connect("consumer", &url)?;
    /// client.subscribe("time.time")?;
    /// client.publish("time.time", "the last one")?;
    /// client.drain()?;
    /// assert_eq!(client.get()?.len(), 1);
    /// assert!(client.get().is_err(), "closed");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn drain(&self) -> Result<(), Error> {
        self.connection.drain()?;
        let ended = self.wait(deadline(DRAIN_WITHIN + GRACE), |state| {
            match &state.status {
                ConnectionStatus::Closed(None) => Some(Ok(())),
                ConnectionStatus::Closed(Some(reason)) => Some(Err(reason.clone())),
                ConnectionStatus::Disconnected | ConnectionStatus::Connected => None,
            }
        });
        ended.unwrap_or_else(|| {
            Err(Error::Timeout {
                subject: "drain".to_owned(),
                after: DRAIN_WITHIN,
            })
        })
    }

    /// The server's INFO; `None` while disconnected.
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// # let client = Client::connect("consumer", &url)?;
    /// let info = client.info().expect("connected");
    /// assert!(info.max_payload > 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn info(&self) -> Option<Info> {
        self.mailbox.lock().info.clone()
    }

    /// How many messages were dropped because `get` was called too late (64 MiB are held).
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// # let client = Client::connect("consumer", &url)?;
    /// client.subscribe(">")?;
    /// assert_eq!(client.dropped(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dropped(&self) -> u64 {
        self.mailbox.lock().dropped
    }

    /// Flushes and closes; takes at most 1 s. Dropping does the same.
    ///
    /// ```
    /// # use goingnats::{broker::{Broker, Settings}, client::Client};
    /// # let broker = Broker::start(Settings::default())?; let url = broker.url();
    /// # let client = Client::connect("consumer", &url)?;
    /// client.close();
    /// let reason = client.publish("time.time", "too late").unwrap_err();
    /// assert_eq!(reason.to_string(), "the client is closed");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn close(&self) {
        self.connection.close();
        // Closed at the deadline all the same.
        let _ = self.wait(deadline(CLOSE_WITHIN), |state| state.ended());
    }

    fn check_connected(&self) -> Result<(), Error> {
        let state = self.mailbox.lock();
        match &state.status {
            ConnectionStatus::Connected => Ok(()),
            ConnectionStatus::Disconnected => Err(Error::Disconnected),
            ConnectionStatus::Closed(reason) => Err(reason.clone().unwrap_or(Error::Closed)),
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.close();
    }
}
