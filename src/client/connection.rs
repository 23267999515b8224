//! The handle for an event loop: commands in, lanes out; nothing waits.

use std::{
    future::Future,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use super::{
    Data, Error, Event, Options, ServerUrl, Sid, Ticket,
    clock::LONGEST_WAIT,
    commands::{self, Command, CommandSender, EncodedMessage},
    driver::Driver,
    held_bytes::HeldBytes,
    ids::{NextIds, reply_subject},
    limits::ServerLimits,
    random,
    session::Session,
    task::Task,
};
use crate::protocol::{Headers, encode};

/// What the background task sends back.
#[derive(Debug)]
pub struct Lanes {
    /// State and answers, never dropped.
    pub events: mpsc::UnboundedReceiver<Event>,
    /// The log, in wire order. Bounded: the task sends no more while 4 MiB of batches that were taken are
    /// neither dropped nor [released](Data::release).
    pub data: mpsc::Receiver<Data>,
}

const THREAD: &str = "goingnats-net";

/// The capacity of the data lane, in entries. The rest waits in the task, bounded by bytes.
const DATA_LANE: usize = 4;

/// A handle on the background task. Cheap to clone; no method waits. When the last handle is dropped,
/// the connection is closed as by [`Connection::close`].
///
/// Every method returns [`Error::Busy`] where the command queue is full and [`Error::Closed`] after the
/// end; in both cases nothing was sent.
#[derive(Clone, Debug)]
pub struct Connection {
    commands: CommandSender,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    next_ids: Arc<NextIds>,
    limits: Arc<ServerLimits>,
    held_bytes: Arc<HeldBytes>,
    /// The prefix of reply subjects, its last dot included.
    inbox: Arc<[u8]>,
}

/// Starts the background task on a thread of its own. Returns before anything is dialed.
///
/// # Errors
/// [`Error::NoName`], [`Error::BadUrl`] and [`Error::Invalid`] for options that cannot work,
/// [`Error::Closed`] where the thread cannot be started.
pub fn open(options: Options) -> Result<(Connection, Lanes), Error> {
    let (connection, lanes, task) = prepare(options, Arc::default())?;
    spawn(|| task.run())?;
    Ok((connection, lanes))
}

/// A handle without a connection: nothing is dialed, every command returns [`Error::Closed`], and the
/// lanes end at once. [`Connection::open_another`] opens the first connection.
pub fn unopened() -> (Connection, Lanes) {
    let (commands, _) = commands::queue();
    let (_, events) = mpsc::unbounded_channel();
    let (_, data) = mpsc::channel(1);
    let shared = Shared {
        next_ids: Arc::default(),
        limits: Arc::new(ServerLimits::unknown()),
        held_bytes: Arc::default(),
        inbox: Arc::default(),
    };
    let connection = Connection {
        commands,
        shared: Arc::new(shared),
    };
    (connection, Lanes { events, data })
}

/// As [`open`], with a consumer of the lanes that runs beside the task. Callers who wait run both.
pub(super) fn open_driven<F: Future<Output = ()> + Send + 'static>(
    options: Options,
    consumer: impl FnOnce(Lanes) -> F,
) -> Result<(Connection, Arc<Driver>), Error> {
    let (mut connection, lanes, task) = prepare(options, Arc::default())?;
    connection.commands = connection.commands.unbounded();
    let consumer = consumer(lanes);
    let both = async {
        tokio::join!(task.run(), consumer);
    };
    let driver = Driver::start(THREAD, both).map_err(|_| Error::Closed)?;
    Ok((connection, driver))
}

fn prepare(
    mut options: Options,
    next_ids: Arc<NextIds>,
) -> Result<(Connection, Lanes, Task), Error> {
    options.check()?;
    let limits = [
        &mut options.dial_timeout,
        &mut options.attempt_timeout,
        &mut options.keepalive,
    ];
    for limit in limits.into_iter().chain(&mut options.step_timeout) {
        *limit = LONGEST_WAIT.min(*limit);
    }
    let inbox: Arc<[u8]> = format!("{}.{}.", options.inbox_prefix, random::id())
        .into_bytes()
        .into();
    let limits = Arc::new(ServerLimits::unknown());
    let (sender, receiver) = commands::queue();
    let (events_in, events) = mpsc::unbounded_channel();
    let (data_in, data) = mpsc::channel(DATA_LANE);
    let session = Session::new(&options, Arc::clone(&inbox), Arc::clone(&limits));
    let task = Task::new(options, session, receiver, events_in, data_in);
    let connection = Connection {
        commands: sender,
        shared: Arc::new(Shared {
            next_ids,
            limits,
            held_bytes: task.held_bytes(),
            inbox,
        }),
    };
    Ok((connection, Lanes { events, data }, task))
}

/// Runs a future on a thread of its own, with its own runtime.
fn spawn<F: Future<Output = ()>>(work: impl FnOnce() -> F + Send + 'static) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|_| Error::Closed)?;
    thread::Builder::new()
        .name(THREAD.to_owned())
        .spawn(move || {
            runtime.block_on(work());
            // Without waiting for a resolver that hangs.
            runtime.shutdown_background();
        })
        .map_err(|_| Error::Closed)?;
    Ok(())
}

impl Connection {
    /// Opens another connection beside this one. The numbers of subscriptions and tickets are shared, so
    /// that one log can hold the messages of both.
    ///
    /// # Errors
    /// As for [`open`].
    pub fn open_another(&self, options: Options) -> Result<(Connection, Lanes), Error> {
        let (connection, lanes, task) = prepare(options, Arc::clone(&self.shared.next_ids))?;
        spawn(|| task.run())?;
        Ok((connection, lanes))
    }

    /// Subscribes, now and after every reconnect. Answered by `Subscribed` or `SubscriptionRefused`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a subject or queue group that cannot be sent.
    pub fn subscribe(&self, subject: &[u8], queue: Option<&[u8]>) -> Result<Sid, Error> {
        let sid = self.shared.next_ids.sid();
        encode::subscribe(&mut Vec::new(), subject, queue, sid.0)?;
        self.commands.push(Command::Subscribe {
            sid,
            subject: subject.to_vec(),
            queue: queue.map(<[u8]>::to_vec),
        })?;
        Ok(sid)
    }

    /// Unsubscribes at once, or after `max` messages in total.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn unsubscribe(&self, sid: Sid, max: Option<u64>) -> Result<(), Error> {
        self.commands.push(Command::Unsubscribe { sid, max })
    }

    /// Publishes. Only a failure is answered, by `PublishFailed`; a [`Connection::flush`] after it confirms
    /// success.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a subject that cannot be sent; [`Error::TooLarge`] and [`Error::NoHeaders`]
    /// where the present or last server does not accept it.
    pub fn publish(
        &self,
        subject: &[u8],
        reply: Option<&[u8]>,
        headers: Headers,
        payload: Vec<u8>,
    ) -> Result<Ticket, Error> {
        let ticket = self.ticket();
        let message = self.encode(ticket, subject, reply, &headers, &payload)?;
        self.commands.push(Command::Publish(message))?;
        Ok(ticket)
    }

    /// As [`Connection::publish`], waiting until `deadline` where the queue is full.
    pub(super) fn publish_until(
        &self,
        deadline: Instant,
        subject: &[u8],
        reply: Option<&[u8]>,
        headers: &Headers,
        payload: &[u8],
    ) -> Result<Ticket, Error> {
        let ticket = self.ticket();
        let message = self.encode(ticket, subject, reply, headers, payload)?;
        self.commands
            .push_until(Command::Publish(message), deadline)?;
        Ok(ticket)
    }

    /// Sends a request. Answered by `Answered`, after `timeout` at the latest.
    ///
    /// # Errors
    /// As for [`Connection::publish`].
    pub fn request(
        &self,
        subject: &[u8],
        headers: Headers,
        payload: Vec<u8>,
        timeout: Duration,
    ) -> Result<Ticket, Error> {
        let ticket = self.ticket();
        let reply = reply_subject(&self.shared.inbox, ticket);
        let message = self.encode(ticket, subject, Some(&reply), &headers, &payload)?;
        let timeout = timeout.min(LONGEST_WAIT);
        self.commands.push(Command::Request(message, timeout))?;
        Ok(ticket)
    }

    /// Sends a PING. Answered by `Flushed` when the server has processed everything before it.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn flush(&self) -> Result<Ticket, Error> {
        let ticket = self.ticket();
        self.commands.push(Command::Flush(ticket))?;
        Ok(ticket)
    }

    /// Ends a wait between two attempts.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn reconnect_now(&self) -> Result<(), Error> {
        self.commands.push(Command::ReconnectNow)
    }

    /// Moves to this server now. A present connection serves until the new one is ready; answered by
    /// `Moving` and then `Connected` or `MoveFailed`. A server that is not in the pool is added, with the
    /// credentials of its URL.
    ///
    /// # Errors
    /// [`Error::BadUrl`]; see [`Connection`].
    pub fn reconnect_to(&self, server: &str) -> Result<(), Error> {
        let server = ServerUrl::parse(server)?;
        self.commands.push(Command::ReconnectTo(server))
    }

    /// Changes the silence from the server before a PING, and so how often `Rtt` comes.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn keepalive(&self, interval: Duration) -> Result<(), Error> {
        self.commands
            .push(Command::Keepalive(interval.min(LONGEST_WAIT)))
    }

    /// Bytes of messages that wait for the consumer of the lanes, that it has taken and not released, and
    /// of a large message being read.
    pub fn waiting(&self) -> usize {
        self.shared.held_bytes.total()
    }

    /// Returns when a large message has begun; [`Connection::waiting`] counts it from then on.
    /// Cancel-safe; never returns without a connection.
    pub async fn grown(&self) {
        self.shared.held_bytes.grown().await;
    }

    /// Changes [`Options::backlog`]: how many bytes of messages may wait before the oldest are dropped and
    /// counted.
    pub fn set_backlog(&self, bytes: usize) {
        self.shared.held_bytes.set_limit(bytes);
    }

    /// Unsubscribes everything, waits for messages and replies under way, flushes and closes; takes at most
    /// 3 s. Answered by `Closed`; without a connection at once.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn drain(&self) -> Result<(), Error> {
        self.commands.push(Command::Drain)
    }

    /// Flushes and closes; takes at most 1 s. Answered by `Closed`.
    pub fn close(&self) {
        // The only error is that it is already closed.
        let _ = self.commands.push(Command::Close);
    }

    fn ticket(&self) -> Ticket {
        self.shared.next_ids.ticket()
    }

    /// Encodes on the caller's thread, so that errors are returned at once.
    fn encode(
        &self,
        ticket: Ticket,
        subject: &[u8],
        reply: Option<&[u8]>,
        headers: &Headers,
        payload: &[u8],
    ) -> Result<EncodedMessage, Error> {
        const CONTROL_LINE: usize = 64;
        self.shared.limits.check_size(payload.len())?;
        let line = CONTROL_LINE + subject.len() + reply.map_or(0, <[u8]>::len);
        let mut encoded = Vec::with_capacity(line + payload.len());
        let record = encode::publish(&mut encoded, subject, reply, headers, payload)?;
        self.shared.limits.check(&record)?;
        Ok(EncodedMessage {
            ticket,
            encoded,
            record,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Options for a port where nothing listens, with attempts that never end.
    fn unreachable() -> Options {
        Options {
            retry_first: true,
            ..Options::new("numbers", "127.0.0.1:1").unwrap()
        }
    }

    #[test]
    fn before_there_is_a_connection_everything_is_closed_and_another_can_be_opened() {
        let (before, mut lanes) = unopened();
        assert_eq!(before.subscribe(b"a", None), Err(Error::Closed));
        assert!(lanes.events.blocking_recv().is_none());
        assert!(lanes.data.blocking_recv().is_none());
        let options = unreachable();
        let (first, _lanes) = before.open_another(options).unwrap();
        assert_eq!(first.subscribe(b"a", None), Ok(Sid(3)));
    }

    #[test]
    fn another_connection_shares_the_numbers() {
        let options = unreachable();
        let (first, _lanes) = open(options.clone()).unwrap();
        let (second, _lanes) = first.open_another(options).unwrap();
        let sids = [&first, &second, &first].map(|connection| connection.subscribe(b"a", None));
        assert_eq!(sids, [2, 3, 4].map(|sid| Ok(Sid(sid))));
    }
}
