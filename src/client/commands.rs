//! The way from the handles to the background task: bounded, in order, never waiting for the network.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::{Error, ServerUrl, Sid, Ticket};
use crate::protocol::Record;

/// What a handle asks for. Messages are encoded already, so what is wrong with them was told at once.
#[derive(Debug)]
pub(super) enum Command {
    Subscribe {
        sid: Sid,
        subject: Vec<u8>,
        queue: Option<Vec<u8>>,
    },
    Unsubscribe {
        sid: Sid,
        max: Option<u64>,
    },
    Publish(Message),
    Request(Message, Duration),
    Flush(Ticket),
    ReconnectNow,
    ReconnectTo(ServerUrl),
    Keepalive(Duration),
    Drain,
    Close,
}

/// A PUB or HPUB, and where its parts lie.
#[derive(Debug)]
pub(super) struct Message {
    pub ticket: Ticket,
    pub encoded: Vec<u8>,
    pub record: Record,
}

impl Command {
    fn weight(&self) -> usize {
        match self {
            Command::Publish(message) | Command::Request(message, _) => message.encoded.len(),
            _ => 0,
        }
    }

    fn is_ending(&self) -> bool {
        matches!(self, Command::Drain | Command::Close)
    }
}

/// How much may wait.
const MAX_COMMANDS: usize = 4096;
const MAX_BYTES: usize = 8 << 20;

/// How many commands the task takes at a time.
pub(super) const AT_ONCE: usize = 64;

/// A queue, and both its ends.
pub(super) fn queue() -> (CommandSender, CommandReceiver) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let load = Arc::new(Load::default());
    (
        CommandSender {
            sender,
            load: Arc::clone(&load),
            insists: false,
        },
        CommandReceiver { receiver, load },
    )
}

/// The end of the handles.
#[derive(Clone, Debug)]
pub(super) struct CommandSender {
    sender: UnboundedSender<Command>,
    load: Arc<Load>,
    /// Whether a full queue takes its commands, too.
    insists: bool,
}

impl CommandSender {
    /// For callers who wait for what comes of a command before they give the next: that bounds them.
    pub fn insisting(self) -> CommandSender {
        CommandSender {
            insists: true,
            ..self
        }
    }

    /// Queues a command, or says at once why not: [`Error::Busy`], [`Error::Closed`].
    pub fn push(&self, command: Command) -> Result<(), Error> {
        let waiting = self.load.lock();
        // The last words of a handle are heard in any case.
        let is_heard = self.insists || command.is_ending() || waiting.has_room(command.weight());
        self.push_locked(command, waiting, is_heard)
    }

    /// Queues a command when there is room; says [`Error::Busy`] where there is none until
    /// `deadline`.
    pub fn push_until(&self, command: Command, deadline: Instant) -> Result<(), Error> {
        let weight = command.weight();
        let mut waiting = self.load.lock();
        while !waiting.closed && !waiting.has_room(weight) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let woken = self.load.eased.wait_timeout(waiting, left);
            (waiting, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
        let has_room = waiting.has_room(weight);
        self.push_locked(command, waiting, has_room)
    }

    /// The lock is held while it is sent, so that nothing can come behind the last words.
    fn push_locked(
        &self,
        command: Command,
        mut waiting: MutexGuard<'_, Waiting>,
        is_heard: bool,
    ) -> Result<(), Error> {
        if waiting.closed {
            return Err(Error::Closed);
        }
        if !is_heard {
            return Err(Error::Busy);
        }
        waiting.closed = command.is_ending();
        waiting.add(command.weight());
        self.sender.send(command).map_err(|_| Error::Closed)
    }
}

/// The end of the task. When it goes, every handle hears [`Error::Closed`].
#[derive(Debug)]
pub(super) struct CommandReceiver {
    receiver: UnboundedReceiver<Command>,
    load: Arc<Load>,
}

impl CommandReceiver {
    /// Waits for commands and takes some, in order; none where the last handle is gone. Nothing is
    /// lost where this is given up half-way.
    pub async fn take(&mut self, into: &mut Vec<Command>) {
        self.receiver.recv_many(into, AT_ONCE).await;
        let weight = into.iter().map(Command::weight).sum();
        let mut waiting = self.load.lock();
        waiting.remove(into.len(), weight);
        if waiting.is_eased() {
            self.load.eased.notify_all();
        }
    }
}

impl Drop for CommandReceiver {
    fn drop(&mut self) {
        self.load.lock().closed = true;
        self.load.eased.notify_all();
    }
}

#[derive(Debug, Default)]
struct Load {
    waiting: Mutex<Waiting>,
    eased: Condvar,
}

impl Load {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
struct Waiting {
    commands: usize,
    bytes: usize,
    closed: bool,
}

impl Waiting {
    /// A message larger than the bound passes where nothing else waits.
    fn has_room(&self, weight: usize) -> bool {
        let fits = weight == 0 || self.bytes == 0 || self.bytes + weight <= MAX_BYTES;
        self.commands < MAX_COMMANDS && fits
    }

    fn is_eased(&self) -> bool {
        self.commands <= MAX_COMMANDS / 2 && self.bytes <= MAX_BYTES / 2
    }

    fn add(&mut self, weight: usize) {
        self.commands += 1;
        self.bytes += weight;
    }

    fn remove(&mut self, commands: usize, weight: usize) {
        self.commands -= commands;
        self.bytes -= weight;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn message(len: usize) -> Command {
        Command::Publish(Message {
            ticket: Ticket(1),
            encoded: vec![0; len],
            record: Record::default(),
        })
    }

    #[test]
    fn a_full_queue_is_busy_until_the_task_takes_some() {
        let (sender, mut receiver) = queue();
        for _ in 0..MAX_COMMANDS {
            sender.push(Command::Flush(Ticket(1))).unwrap();
        }
        assert_eq!(sender.push(Command::ReconnectNow), Err(Error::Busy));
        let now = Instant::now();
        let late = sender.push_until(Command::ReconnectNow, now);
        assert_eq!(late, Err(Error::Busy));
        receiver.take(&mut Vec::new()).now_or_never().unwrap();
        assert_eq!(sender.push(Command::ReconnectNow), Ok(()));
    }

    #[test]
    fn whoever_insists_is_heard_and_publishes_wait_all_the_same() {
        let (sender, mut receiver) = queue();
        let sender = sender.insisting();
        for _ in 0..MAX_COMMANDS + 1 {
            sender.push(Command::Flush(Ticket(1))).unwrap();
        }
        let now = Instant::now();
        assert_eq!(sender.push_until(message(1), now), Err(Error::Busy));
        receiver.take(&mut Vec::new()).now_or_never().unwrap();
        assert_eq!(sender.push_until(message(1), now), Ok(()));
    }

    #[test]
    fn whoever_can_wait_gets_room() {
        let (sender, mut receiver) = queue();
        while sender.push(message(MAX_BYTES / 8)).is_ok() {}
        let deadline = Instant::now() + Duration::from_secs(20);
        let waiting = sender.clone();
        let waiter = std::thread::spawn(move || waiting.push_until(message(1 << 20), deadline));
        let mut taken = Vec::new();
        while !waiter.is_finished() {
            receiver.take(&mut taken).now_or_never();
            taken.clear();
        }
        assert_eq!(waiter.join().unwrap(), Ok(()));
    }

    #[test]
    fn bytes_are_bounded_but_one_large_message_passes() {
        let (sender, _receiver) = queue();
        sender.push(message(MAX_BYTES + 1)).unwrap();
        assert_eq!(sender.push(message(1)), Err(Error::Busy));
        assert_eq!(sender.push(Command::Flush(Ticket(1))), Ok(()));
    }

    #[test]
    fn the_last_word_is_heard_and_is_the_last() {
        let (sender, _receiver) = queue();
        while sender.push(Command::Flush(Ticket(1))).is_ok() {}
        assert_eq!(sender.push(Command::Close), Ok(()));
        assert_eq!(sender.push(Command::Close), Err(Error::Closed));
    }

    #[test]
    fn without_a_task_it_is_closed() {
        let (sender, receiver) = queue();
        drop(receiver);
        assert_eq!(sender.push(Command::ReconnectNow), Err(Error::Closed));
        let deadline = Instant::now() + Duration::from_secs(20);
        let waited = sender.push_until(Command::ReconnectNow, deadline);
        assert_eq!(waited, Err(Error::Closed));
    }
}
