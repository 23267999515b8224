//! Holds messages, replies and acknowledgements until a blocking [`Client`](super::Client) takes them.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    pin::pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::{sync::Notify, time::timeout_at};

use super::{Batch, Data, Error, Event, Lanes, Message, Sid, Ticket, task::panic_error};
use crate::protocol::Info;

/// The most bytes of messages held. Beyond it the oldest are dropped and counted.
const MAX_BYTES: usize = 64 << 20;

/// The state, and how those who wait for a change of it are woken.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    state: Mutex<MailboxState>,
    condvar: Condvar,
    /// For callers that run the task while they wait.
    notify: Notify,
}

/// What came and was not taken yet.
#[derive(Debug, Default)]
pub(super) struct MailboxState {
    pub status: ConnectionStatus,
    pub info: Option<Info>,
    /// How many attempts to connect have failed in total.
    pub failures: usize,
    /// The first failure of a publish or subscription that no caller waits for.
    pub unclaimed_error: Option<Error>,
    /// Messages dropped because they were not taken in time.
    pub dropped: u64,
    messages: VecDeque<Message>,
    bytes: usize,
    /// Subscriptions that were ended: messages on them are ignored.
    ended: HashSet<u64>,
    replies: HashMap<Ticket, Option<Result<Message, Error>>>,
    acks: HashMap<Ack, Option<Result<(), Error>>>,
}

/// The state of the connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum ConnectionStatus {
    #[default]
    Disconnected,
    Connected,
    /// For good. The reason, where we did not close it.
    Closed(Option<Error>),
}

/// An operation that the server only acknowledges or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ack {
    Flush(Ticket),
    Subscription(Sid),
}

impl Mailbox {
    pub fn lock(&self) -> MutexGuard<'_, MailboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls `look` after every change, until it returns a value; `None` after the deadline.
    pub fn wait<T>(
        &self,
        deadline: Instant,
        mut look: impl FnMut(&mut MailboxState) -> Option<T>,
    ) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(found) = look(&mut state) {
                return Some(found);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            let woken = self.condvar.wait_timeout(state, left);
            (state, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// As [`Mailbox::wait`], for a caller that runs the task meanwhile.
    pub async fn wait_async<T>(
        &self,
        deadline: Instant,
        look: impl FnMut(&mut MailboxState) -> Option<T>,
    ) -> Option<T> {
        timeout_at(deadline.into(), self.wait_until(look))
            .await
            .ok()
    }

    async fn wait_until<T>(&self, mut look: impl FnMut(&mut MailboxState) -> Option<T>) -> T {
        loop {
            let mut notified = pin!(self.notify.notified());
            notified.as_mut().enable();
            if let Some(found) = look(&mut self.lock()) {
                return found;
            }
            notified.await;
        }
    }

    /// Puts everything from the lanes into the mailbox, until both lanes have ended.
    pub async fn fill_from(self: Arc<Mailbox>, mut lanes: Lanes) {
        let mut closer = CloseOnDrop {
            mailbox: self,
            reason: None,
        };
        let (mut events, mut data) = (true, true);
        while events || data {
            tokio::select! {
                // Messages that came before an event are stored before it is applied.
                biased;
                entry = lanes.data.recv(), if data => match entry {
                    Some(entry) => closer.mailbox.change(|state| state.store(&entry)),
                    None => data = false,
                },
                event = lanes.events.recv(), if events => match event {
                    // Applied after the last message is stored.
                    Some(Event::Closed { reason }) => closer.reason = reason,
                    Some(event) => closer.mailbox.change(|state| state.apply(event)),
                    None => events = false,
                },
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut MailboxState)) {
        change(&mut self.lock());
        self.condvar.notify_all();
        self.notify.notify_waiters();
    }
}

/// Closes the mailbox when the task ends, even by a panic, so that no caller waits for ever.
struct CloseOnDrop {
    mailbox: Arc<Mailbox>,
    reason: Option<Error>,
}

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        let reason = self.reason.take().or_else(panic_error);
        self.mailbox.change(|state| state.close(reason));
    }
}

impl MailboxState {
    /// Why the connection has ended for good, if it has.
    pub fn ended(&self) -> Option<Error> {
        match &self.status {
            ConnectionStatus::Closed(reason) => Some(reason.clone().unwrap_or(Error::Closed)),
            ConnectionStatus::Disconnected | ConnectionStatus::Connected => None,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    pub fn take_messages(&mut self) -> Vec<Message> {
        self.bytes = 0;
        std::mem::take(&mut self.messages).into()
    }

    /// Ignores messages of this subscription from now on.
    pub fn ignore(&mut self, sid: Sid) {
        self.ended.insert(sid.0);
    }

    pub fn expect_reply(&mut self, ticket: Ticket) {
        self.replies.insert(ticket, None);
    }

    pub fn expect_ack(&mut self, ack: Ack) {
        self.acks.insert(ack, None);
    }

    /// The reply, or the reason why none can come; `None` while it is awaited.
    pub fn take_reply(&mut self, ticket: Ticket) -> Option<Result<Message, Error>> {
        let ended = self.ended();
        take(&mut self.replies, &ticket, ended)
    }

    /// The acknowledgement, or the reason why none can come; `None` while it is awaited.
    pub fn take_ack(&mut self, ack: Ack) -> Option<Result<(), Error>> {
        let ended = self.ended();
        take(&mut self.acks, &ack, ended)
    }

    /// Stops waiting for the reply.
    pub fn cancel_reply(&mut self, ticket: Ticket) {
        self.replies.remove(&ticket);
    }

    /// Stops waiting for the acknowledgement.
    pub fn cancel_ack(&mut self, ack: Ack) {
        self.acks.remove(&ack);
    }

    fn store(&mut self, data: &Data) {
        match data {
            Data::Received(batch) => self.store_batch(batch),
            Data::Dropped(dropped) => self.dropped += dropped.received,
            Data::Sent(_) | Data::Gap(_) => {}
        }
    }

    fn store_batch(&mut self, batch: &Batch) {
        for record in &batch.records {
            if record.sid == Sid::INBOX.0 || self.ended.contains(&record.sid) {
                continue;
            }
            let message = Message::copy(record, &batch.bytes);
            self.bytes += footprint(&message);
            self.messages.push_back(message);
        }
        while self.bytes > MAX_BYTES
            && let Some(oldest) = self.messages.pop_front()
        {
            self.bytes -= footprint(&oldest);
            self.dropped += 1;
        }
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Connected { info, .. } => {
                self.status = ConnectionStatus::Connected;
                self.info = Some(*info);
            }
            Event::InfoChanged(info) => self.info = Some(*info),
            Event::Disconnected { .. } => {
                self.status = ConnectionStatus::Disconnected;
                self.info = None;
                self.failures += 1;
            }
            Event::Subscribed(sid) => self.acknowledge(Ack::Subscription(sid), Ok(())),
            Event::SubscriptionRefused { sid, reason } => {
                self.acknowledge(Ack::Subscription(sid), Err(reason));
            }
            Event::Flushed { ticket, result } => self.acknowledge(Ack::Flush(ticket), result),
            Event::Answered { ticket, answer, .. } => {
                if let Some(place) = self.replies.get_mut(&ticket) {
                    *place = Some(answer);
                }
            }
            Event::PublishFailed { reason, .. } => {
                self.unclaimed_error.get_or_insert(reason);
            }
            Event::Connecting { .. }
            | Event::Closed { .. }
            | Event::Rtt(_)
            | Event::LameDuck { .. }
            | Event::Moving { .. }
            | Event::MoveFailed { .. }
            | Event::Pool(_)
            | Event::ServerError { .. }
            | Event::LateReplies(_) => {}
        }
    }

    fn acknowledge(&mut self, ack: Ack, result: Result<(), Error>) {
        if let Some(place) = self.acks.get_mut(&ack) {
            *place = Some(result);
        } else if let Err(reason) = result {
            self.unclaimed_error.get_or_insert(reason);
        }
    }

    fn close(&mut self, reason: Option<Error>) {
        if !matches!(self.status, ConnectionStatus::Closed(_)) {
            self.status = ConnectionStatus::Closed(reason);
            self.info = None;
        }
    }
}

fn take<K: std::hash::Hash + Eq, T>(
    places: &mut HashMap<K, Option<Result<T, Error>>>,
    key: &K,
    ended: Option<Error>,
) -> Option<Result<T, Error>> {
    if places.get(key).is_some_and(Option::is_none) && ended.is_none() {
        return None;
    }
    let came = places.remove(key).flatten();
    came.or_else(|| ended.map(Err))
}

fn footprint(message: &Message) -> usize {
    let reply = message.reply.as_ref().map_or(0, Vec::len);
    let bytes = message.subject.len() + reply + message.header.len() + message.payload.len();
    std::mem::size_of::<Message>() + bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Record;

    fn batch(sid: u64, payload: usize) -> Data {
        let record = Record {
            sid,
            payload_len: u32::try_from(payload).unwrap(),
            ..Record::default()
        };
        Data::Received(Batch::new(vec![0; payload], vec![record], 0))
    }

    #[test]
    fn messages_of_the_inbox_and_of_ended_subscriptions_are_ignored() {
        let mut state = MailboxState::default();
        state.ignore(Sid(3));
        for sid in [1, 2, 3] {
            state.store(&batch(sid, 1));
        }
        assert_eq!(state.take_messages().len(), 1);
    }

    #[test]
    fn more_than_64_mib_drops_the_oldest() {
        let mut state = MailboxState::default();
        for size in [1, 32 << 20, (32 << 20) - 1000, 2] {
            state.store(&batch(2, size));
        }
        state.store(&Data::Dropped(crate::client::Dropped {
            received: 5,
            ..Default::default()
        }));
        assert_eq!(state.dropped, 5);
        state.store(&batch(2, 1000));
        assert_eq!(state.dropped, 5 + 2);
        assert_eq!(state.take_messages().len(), 3);
        assert_eq!(state.bytes, 0);
    }

    #[test]
    fn a_pending_reply_ends_with_the_connection() {
        let mut state = MailboxState::default();
        state.expect_reply(Ticket(1));
        assert_eq!(state.take_reply(Ticket(1)), None);
        state.close(Some(Error::Disconnected));
        assert_eq!(state.take_reply(Ticket(1)), Some(Err(Error::Disconnected)));
        state.close(None);
        assert_eq!(state.ended(), Some(Error::Disconnected));
    }

    #[test]
    fn a_panic_of_the_task_closes_the_mailbox() {
        let mailbox = Arc::new(Mailbox::default());
        let closer = CloseOnDrop {
            mailbox: Arc::clone(&mailbox),
            reason: None,
        };
        let panicked = std::thread::spawn(move || {
            let _sealed = closer;
            panic!("on purpose");
        });
        panicked.join().unwrap_err();
        let reason = mailbox.lock().ended().unwrap().to_string();
        assert!(reason.contains("this is a bug"), "{reason}");
    }

    #[test]
    fn a_refusal_that_no_caller_waits_for_is_kept() {
        let mut state = MailboxState::default();
        state.apply(Event::PublishFailed {
            ticket: Ticket(1),
            reason: Error::NoHeaders,
        });
        assert_eq!(state.unclaimed_error, Some(Error::NoHeaders));
    }
}
