//! The handle for an event loop: commands in, lanes out, never waiting.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use super::{
    Data, Error, Event, Options, ServerUrl,
    clock::FOR_EVER,
    commands::{self, Command, CommandSender, Message},
    driver::Driver,
    limits::ServerLimits,
    load::Load,
    random,
    session::{Session, reply_subject},
    task::Task,
};
use crate::protocol::{Headers, encode};

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
    pub events: mpsc::UnboundedReceiver<Event>,
    /// The log, in wire order. A batch that is kept holds up what follows once there are 4 MiB of such:
    /// [`Data::let_go`] where that is not wanted.
    pub data: mpsc::Receiver<Data>,
}

const THREAD: &str = "goingnats-net";

/// So many batches wait in the data lane; what does not fit waits in the task, and is bounded there.
const DATA_LANE: usize = 4;

/// A handle on the background task. Cheap to clone; nothing here ever waits. When the last is
/// dropped the connection is closed as by [`Connection::close`].
///
/// Every method answers [`Error::Busy`] where the command queue is full and [`Error::Closed`] after
/// the end; both mean that nothing was sent.
#[derive(Clone, Debug)]
pub struct Connection {
    commands: CommandSender,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    numbers: Arc<Numbers>,
    limits: Arc<ServerLimits>,
    load: Arc<Load>,
    /// What reply subjects begin with, its last dot included.
    inbox: Arc<[u8]>,
}

/// What subscriptions and commands are numbered with.
#[derive(Debug)]
struct Numbers {
    next_sid: AtomicU64,
    next_ticket: AtomicU64,
}

impl Default for Numbers {
    fn default() -> Self {
        Numbers {
            next_sid: AtomicU64::new(Sid::INBOX.0 + 1),
            next_ticket: AtomicU64::new(1),
        }
    }
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

/// A handle before there is a connection: nothing is dialed, every command answers
/// [`Error::Closed`], and the lanes end at once. [`Connection::open_another`] goes on from it.
pub fn unopened() -> (Connection, Lanes) {
    let (commands, _) = commands::queue();
    let (_, events) = mpsc::unbounded_channel();
    let (_, data) = mpsc::channel(1);
    let shared = Shared {
        numbers: Arc::default(),
        limits: Arc::new(ServerLimits::unknown()),
        load: Arc::default(),
        inbox: Arc::default(),
    };
    let connection = Connection {
        commands,
        shared: Arc::new(shared),
    };
    (connection, Lanes { events, data })
}

/// As [`open`], with the taker of the lanes beside the task, and both run by whoever waits.
pub(super) fn open_with<F: Future<Output = ()> + Send + 'static>(
    options: Options,
    taker: impl FnOnce(Lanes) -> F,
) -> Result<(Connection, Arc<Driver>), Error> {
    let (mut connection, lanes, task) = prepare(options, Arc::default())?;
    connection.commands = connection.commands.insisting();
    let taker = taker(lanes);
    let both = async {
        tokio::join!(task.run(), taker);
    };
    let driver = Driver::start(THREAD, both).map_err(|_| Error::Closed)?;
    Ok((connection, driver))
}

fn prepare(
    mut options: Options,
    numbers: Arc<Numbers>,
) -> Result<(Connection, Lanes, Task), Error> {
    options.check()?;
    let limits = [
        &mut options.dial_timeout,
        &mut options.attempt_timeout,
        &mut options.keepalive,
    ];
    for limit in limits.into_iter().chain(&mut options.step_timeout) {
        *limit = FOR_EVER.min(*limit);
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
            numbers,
            limits,
            load: task.load(),
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
            // A resolver that hangs must not keep the thread.
            runtime.shutdown_background();
        })
        .map_err(|_| Error::Closed)?;
    Ok(())
}

impl Connection {
    /// Opens another connection. Its subscriptions and tickets are numbered on from here, so that one
    /// log can hold what came on both. This one stays as it is.
    ///
    /// # Errors
    /// As for [`open`].
    pub fn open_another(&self, options: Options) -> Result<(Connection, Lanes), Error> {
        let (connection, lanes, task) = prepare(options, Arc::clone(&self.shared.numbers))?;
        spawn(|| task.run())?;
        Ok((connection, lanes))
    }

    /// Subscribes, now and after every reconnect. Answered by `Subscribed` or `SubscriptionRefused`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a subject or queue group that cannot be sent.
    pub fn subscribe(&self, subject: &[u8], queue: Option<&[u8]>) -> Result<Sid, Error> {
        let sid = Sid(self.shared.numbers.next_sid.fetch_add(1, Relaxed));
        encode::subscribe(&mut Vec::new(), subject, queue, sid.0)?;
        self.commands.push(Command::Subscribe {
            sid,
            subject: subject.to_vec(),
            queue: queue.map(<[u8]>::to_vec),
        })?;
        Ok(sid)
    }

    /// Unsubscribes at once, or when `max` messages have come in all.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn unsubscribe(&self, sid: Sid, max: Option<u64>) -> Result<(), Error> {
        self.commands.push(Command::Unsubscribe { sid, max })
    }

    /// Publishes. Silent where it works; a [`Connection::flush`] behind it tells when it has.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what cannot be sent; [`Error::TooLarge`] and [`Error::NoHeaders`] for
    /// what the server, once it is known, does not take.
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

    /// As [`Connection::publish`], but a full queue is waited for until `deadline`.
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

    /// Sends a request. Answered by `Answered`, at the latest when the timeout is over.
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
        let timeout = timeout.min(FOR_EVER);
        self.commands.push(Command::Request(message, timeout))?;
        Ok(ticket)
    }

    /// Asks for `Flushed` when the server has processed everything before.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn flush(&self) -> Result<Ticket, Error> {
        let ticket = self.ticket();
        self.commands.push(Command::Flush(ticket))?;
        Ok(ticket)
    }

    /// Cuts a wait between attempts short.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn reconnect_now(&self) -> Result<(), Error> {
        self.commands.push(Command::ReconnectNow)
    }

    /// Goes to this server, now. The present connection, where there is one, stands until the other
    /// does: `Moving` and `Connected`, or `MoveFailed`, tell what became of it. A server that is not
    /// known yet is remembered, with the credentials of its URL.
    ///
    /// # Errors
    /// [`Error::BadUrl`]; see [`Connection`].
    pub fn reconnect_to(&self, server: &str) -> Result<(), Error> {
        let server = ServerUrl::parse(server)?;
        self.commands.push(Command::ReconnectTo(server))
    }

    /// Changes how much silence there is before a PING, and so how often `Rtt` comes: a shorter time
    /// where somebody looks at it.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn keepalive(&self, interval: Duration) -> Result<(), Error> {
        self.commands
            .push(Command::Keepalive(interval.min(FOR_EVER)))
    }

    /// Bytes of messages that wait for the taker of the lanes, or that it has taken and not let go, and
    /// of a large one that is being read.
    pub fn waiting(&self) -> usize {
        self.shared.load.held()
    }

    /// Returns when a large message has begun to come, which [`Connection::waiting`] counts from then
    /// on. Cancel-safe; never returns where no connection is.
    pub async fn grown(&self) {
        self.shared.load.grown().await;
    }

    /// Changes how many bytes of messages may wait before the oldest are dropped and counted:
    /// [`Options::backlog`].
    pub fn set_backlog(&self, bytes: usize) {
        self.shared.load.set_limit(bytes);
    }

    /// Unsubscribes everything, lets what is under way arrive, flushes and closes; at most 3 s.
    /// Answered by `Closed`; without a connection at once.
    ///
    /// # Errors
    /// See [`Connection`].
    pub fn drain(&self) -> Result<(), Error> {
        self.commands.push(Command::Drain)
    }

    /// Flushes what was written and closes; at most 1 s. Answered by `Closed`.
    pub fn close(&self) {
        // The only error is that it is closed already.
        let _ = self.commands.push(Command::Close);
    }

    fn ticket(&self) -> Ticket {
        Ticket(self.shared.numbers.next_ticket.fetch_add(1, Relaxed))
    }

    /// Encoded here, on the caller's thread: what is wrong with it is told at once.
    fn encode(
        &self,
        ticket: Ticket,
        subject: &[u8],
        reply: Option<&[u8]>,
        headers: &Headers,
        payload: &[u8],
    ) -> Result<Message, Error> {
        const CONTROL_LINE: usize = 64;
        self.shared.limits.check_size(payload.len())?;
        let line = CONTROL_LINE + subject.len() + reply.map_or(0, <[u8]>::len);
        let mut encoded = Vec::with_capacity(line + payload.len());
        let record = encode::publish(&mut encoded, subject, reply, headers, payload)?;
        self.shared.limits.check(&record)?;
        Ok(Message {
            ticket,
            encoded,
            record,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody is there, and that does not end the connection.
    fn patient() -> Options {
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
        let options = patient();
        let (first, _lanes) = before.open_another(options).unwrap();
        assert_eq!(first.subscribe(b"a", None), Ok(Sid(3)));
    }

    #[test]
    fn another_connection_goes_on_numbering() {
        let options = patient();
        let (first, _lanes) = open(options.clone()).unwrap();
        let (second, _lanes) = first.open_another(options).unwrap();
        let sids = [&first, &second, &first].map(|connection| connection.subscribe(b"a", None));
        assert_eq!(sids, [2, 3, 4].map(|sid| Ok(Sid(sid))));
    }
}
