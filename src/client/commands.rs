//! The queue of commands from the handles to the background task: bounded and in order.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::{Error, ServerUrl, Sid, Ticket};
use crate::protocol::Record;

/// What a handle asks for. Messages are already encoded, so that their errors were returned at once.
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
    Publish(EncodedMessage),
    Request(EncodedMessage, Duration),
    Flush(Ticket),
    ReconnectNow,
    ReconnectTo(ServerUrl),
    Keepalive(Duration),
    Drain,
    Close,
}

/// A PUB or HPUB operation, and the offsets of its parts.
#[derive(Debug)]
pub(super) struct EncodedMessage {
    pub ticket: Ticket,
    pub encoded: Vec<u8>,
    pub record: Record,
}

impl Command {
    fn size(&self) -> usize {
        match self {
            Command::Publish(message) | Command::Request(message, _) => message.encoded.len(),
            _ => 0,
        }
    }

    fn ends_connection(&self) -> bool {
        matches!(self, Command::Drain | Command::Close)
    }
}

/// The most commands, and the most bytes of messages, that wait in the queue.
const MAX_COMMANDS: usize = 4096;
const MAX_BYTES: usize = 8 << 20;

/// How many commands the task receives at a time.
pub(super) const COMMANDS_AT_ONCE: usize = 64;

/// A queue: both its ends.
pub(super) fn queue() -> (CommandSender, CommandReceiver) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let queue = Arc::new(Queue::default());
    (
        CommandSender {
            sender,
            queue: Arc::clone(&queue),
            unbounded: false,
        },
        CommandReceiver { receiver, queue },
    )
}

/// The end that the handles have.
#[derive(Clone, Debug)]
pub(super) struct CommandSender {
    sender: UnboundedSender<Command>,
    queue: Arc<Queue>,
    /// Whether its commands are accepted when the queue is full.
    unbounded: bool,
}

impl CommandSender {
    /// Accepts commands when the queue is full too: for callers who wait for the result of each command.
    pub fn unbounded(self) -> CommandSender {
        CommandSender {
            unbounded: true,
            ..self
        }
    }

    /// Queues a command.
    ///
    /// # Errors
    /// [`Error::Busy`] where the queue is full, [`Error::Closed`].
    pub fn push(&self, command: Command) -> Result<(), Error> {
        let waiting = self.queue.lock();
        // Drain and Close are always accepted.
        let is_taken =
            self.unbounded || command.ends_connection() || waiting.has_room(command.size());
        self.push_locked(command, waiting, is_taken)
    }

    /// Queues a command as soon as there is room.
    ///
    /// # Errors
    /// [`Error::Busy`] where there is none until `deadline`, [`Error::Closed`].
    pub fn push_until(&self, command: Command, deadline: Instant) -> Result<(), Error> {
        let size = command.size();
        let mut waiting = self.queue.lock();
        while !waiting.closed && !waiting.has_room(size) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let woken = self.queue.room.wait_timeout(waiting, left);
            (waiting, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
        let has_room = waiting.has_room(size);
        self.push_locked(command, waiting, has_room)
    }

    /// The lock is held while sending, so that no command follows Drain or Close.
    fn push_locked(
        &self,
        command: Command,
        mut waiting: MutexGuard<'_, Waiting>,
        is_taken: bool,
    ) -> Result<(), Error> {
        if waiting.closed {
            return Err(Error::Closed);
        }
        if !is_taken {
            return Err(Error::Busy);
        }
        waiting.closed = command.ends_connection();
        waiting.add(command.size());
        self.sender.send(command).map_err(|_| Error::Closed)
    }
}

/// The end that the task has. When it is dropped, every handle gets [`Error::Closed`].
#[derive(Debug)]
pub(super) struct CommandReceiver {
    receiver: UnboundedReceiver<Command>,
    queue: Arc<Queue>,
}

impl CommandReceiver {
    /// Waits for commands and appends some, in order; none where the last handle was dropped.
    /// Cancel-safe.
    pub async fn receive(&mut self, into: &mut Vec<Command>) {
        self.receiver.recv_many(into, COMMANDS_AT_ONCE).await;
        let size = into.iter().map(Command::size).sum();
        let mut waiting = self.queue.lock();
        waiting.remove(into.len(), size);
        if waiting.has_much_room() {
            self.queue.room.notify_all();
        }
    }
}

impl Drop for CommandReceiver {
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.room.notify_all();
    }
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    room: Condvar,
}

impl Queue {
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
    /// A message larger than the bound is accepted where no other waits.
    fn has_room(&self, size: usize) -> bool {
        let fits = size == 0 || self.bytes == 0 || self.bytes + size <= MAX_BYTES;
        self.commands < MAX_COMMANDS && fits
    }

    fn has_much_room(&self) -> bool {
        self.commands <= MAX_COMMANDS / 2 && self.bytes <= MAX_BYTES / 2
    }

    fn add(&mut self, size: usize) {
        self.commands += 1;
        self.bytes += size;
    }

    fn remove(&mut self, commands: usize, size: usize) {
        self.commands -= commands;
        self.bytes -= size;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn message(len: usize) -> Command {
        Command::Publish(EncodedMessage {
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
        receiver.receive(&mut Vec::new()).now_or_never().unwrap();
        assert_eq!(sender.push(Command::ReconnectNow), Ok(()));
    }

    #[test]
    fn an_unbounded_sender_is_never_busy_but_its_publishes_wait() {
        let (sender, mut receiver) = queue();
        let sender = sender.unbounded();
        for _ in 0..MAX_COMMANDS + 1 {
            sender.push(Command::Flush(Ticket(1))).unwrap();
        }
        let now = Instant::now();
        assert_eq!(sender.push_until(message(1), now), Err(Error::Busy));
        receiver.receive(&mut Vec::new()).now_or_never().unwrap();
        assert_eq!(sender.push_until(message(1), now), Ok(()));
    }

    #[test]
    fn push_until_waits_for_room() {
        let (sender, mut receiver) = queue();
        while sender.push(message(MAX_BYTES / 8)).is_ok() {}
        let deadline = Instant::now() + Duration::from_secs(20);
        let waiting = sender.clone();
        let waiter = std::thread::spawn(move || waiting.push_until(message(1 << 20), deadline));
        let mut taken = Vec::new();
        while !waiter.is_finished() {
            receiver.receive(&mut taken).now_or_never();
            taken.clear();
        }
        assert_eq!(waiter.join().unwrap(), Ok(()));
    }

    #[test]
    fn bytes_are_bounded_but_one_large_message_is_accepted() {
        let (sender, _receiver) = queue();
        sender.push(message(MAX_BYTES + 1)).unwrap();
        assert_eq!(sender.push(message(1)), Err(Error::Busy));
        assert_eq!(sender.push(Command::Flush(Ticket(1))), Ok(()));
    }

    #[test]
    fn close_is_accepted_when_full_and_nothing_after_it() {
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
