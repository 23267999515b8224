//! Where the background task puts what a blocking [`Client`](super::Client) waits for.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    pin::pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::{sync::Notify, time::timeout_at};

use super::{Batch, Data, Error, Event, Lanes, Message, Sid, Ticket, task::cause_of_death};
use crate::protocol::Info;

/// What waits to be taken may cost so many bytes; then the oldest are dropped, and counted.
const MOST: usize = 64 << 20;

/// The shelf, and the bell that rings when something was put there.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    state: Mutex<Shelved>,
    changed: Condvar,
    /// The same for those who run the task while they wait.
    noticed: Notify,
}

/// All that came and was not taken yet.
#[derive(Debug, Default)]
pub(super) struct Shelved {
    pub status: Status,
    pub info: Option<Info>,
    /// How many attempts have failed since the beginning.
    pub failures: usize,
    /// What went wrong with something that nobody waits for.
    pub trouble: Option<Error>,
    /// Messages that were dropped because nobody took them.
    pub dropped: u64,
    messages: VecDeque<Message>,
    bytes: usize,
    /// Subscriptions that were ended: what still comes on them is not wanted.
    ended: HashSet<u64>,
    replies: HashMap<Ticket, Option<Result<Message, Error>>>,
    acks: HashMap<Ack, Option<Result<(), Error>>>,
}

/// How it stands with the connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    #[default]
    Apart,
    Connected,
    /// For good; why, where it was not our wish.
    Closed(Option<Error>),
}

/// Something whose success is all there is to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ack {
    Flush(Ticket),
    Subscription(Sid),
}

impl Shelf {
    pub fn lock(&self) -> MutexGuard<'_, Shelved> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks whenever something changed, until there is a value; `None` when the deadline is over.
    pub fn wait<T>(
        &self,
        deadline: Instant,
        mut look: impl FnMut(&mut Shelved) -> Option<T>,
    ) -> Option<T> {
        let mut shelved = self.lock();
        loop {
            if let Some(found) = look(&mut shelved) {
                return Some(found);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            let woken = self.changed.wait_timeout(shelved, left);
            (shelved, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// As [`Shelf::wait`], for whoever runs the task meanwhile.
    pub async fn watch<T>(
        &self,
        deadline: Instant,
        look: impl FnMut(&mut Shelved) -> Option<T>,
    ) -> Option<T> {
        timeout_at(deadline.into(), self.until(look)).await.ok()
    }

    async fn until<T>(&self, mut look: impl FnMut(&mut Shelved) -> Option<T>) -> T {
        loop {
            let mut noticed = pin!(self.noticed.notified());
            noticed.as_mut().enable();
            if let Some(found) = look(&mut self.lock()) {
                return found;
            }
            noticed.await;
        }
    }

    /// Puts everything from the lanes on the shelf, until both have ended.
    pub async fn fill(self: Arc<Shelf>, mut lanes: Lanes) {
        let mut sealed = Sealed {
            shelf: self,
            reason: None,
        };
        let (mut events, mut data) = (true, true);
        while events || data {
            tokio::select! {
                // Messages that came before an event are on the shelf before it is told.
                biased;
                entry = lanes.data.recv(), if data => match entry {
                    Some(entry) => sealed.shelf.change(|shelved| shelved.store(&entry)),
                    None => data = false,
                },
                event = lanes.events.recv(), if events => match event {
                    // Told when the last message is on the shelf.
                    Some(Event::Closed { reason }) => sealed.reason = reason,
                    Some(event) => sealed.shelf.change(|shelved| shelved.note(event)),
                    None => events = false,
                },
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Shelved)) {
        change(&mut self.lock());
        self.changed.notify_all();
        self.noticed.notify_waiters();
    }
}

/// However the task ends, nobody waits for it for ever.
struct Sealed {
    shelf: Arc<Shelf>,
    reason: Option<Error>,
}

impl Drop for Sealed {
    fn drop(&mut self) {
        let reason = self.reason.take().or_else(cause_of_death);
        self.shelf.change(|shelved| shelved.close(reason));
    }
}

impl Shelved {
    /// Why nothing more can be done, where that is so.
    pub fn ended(&self) -> Option<Error> {
        match &self.status {
            Status::Closed(reason) => Some(reason.clone().unwrap_or(Error::Closed)),
            Status::Apart | Status::Connected => None,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    pub fn take_messages(&mut self) -> Vec<Message> {
        self.bytes = 0;
        std::mem::take(&mut self.messages).into()
    }

    /// The subscription is no more wanted.
    pub fn forget(&mut self, sid: Sid) {
        self.ended.insert(sid.0);
    }

    pub fn expect_reply(&mut self, ticket: Ticket) {
        self.replies.insert(ticket, None);
    }

    pub fn expect_ack(&mut self, ack: Ack) {
        self.acks.insert(ack, None);
    }

    /// The reply, if it came or can come no more.
    pub fn take_reply(&mut self, ticket: Ticket) -> Option<Result<Message, Error>> {
        let ended = self.ended();
        take(&mut self.replies, &ticket, ended)
    }

    /// The acknowledgement, if it came or can come no more.
    pub fn take_ack(&mut self, ack: Ack) -> Option<Result<(), Error>> {
        let ended = self.ended();
        take(&mut self.acks, &ack, ended)
    }

    /// Nobody waits for it any more.
    pub fn give_up_reply(&mut self, ticket: Ticket) {
        self.replies.remove(&ticket);
    }

    /// Nobody waits for it any more.
    pub fn give_up(&mut self, ack: Ack) {
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
        while self.bytes > MOST
            && let Some(oldest) = self.messages.pop_front()
        {
            self.bytes -= footprint(&oldest);
            self.dropped += 1;
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Connected { info, .. } => {
                self.status = Status::Connected;
                self.info = Some(*info);
            }
            Event::InfoChanged(info) => self.info = Some(*info),
            Event::Disconnected { .. } => {
                self.status = Status::Apart;
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
                self.trouble.get_or_insert(reason);
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
            self.trouble.get_or_insert(reason);
        }
    }

    fn close(&mut self, reason: Option<Error>) {
        if !matches!(self.status, Status::Closed(_)) {
            self.status = Status::Closed(reason);
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
    fn replies_and_ended_subscriptions_are_not_handed_over() {
        let mut shelved = Shelved::default();
        shelved.forget(Sid(3));
        for sid in [1, 2, 3] {
            shelved.store(&batch(sid, 1));
        }
        assert_eq!(shelved.take_messages().len(), 1);
    }

    #[test]
    fn more_than_64_mib_drops_the_oldest() {
        let mut shelved = Shelved::default();
        for size in [1, 32 << 20, (32 << 20) - 1000, 2] {
            shelved.store(&batch(2, size));
        }
        shelved.store(&Data::Dropped(crate::client::Dropped {
            received: 5,
            ..Default::default()
        }));
        assert_eq!(shelved.dropped, 5);
        shelved.store(&batch(2, 1000));
        assert_eq!(shelved.dropped, 5 + 2);
        assert_eq!(shelved.take_messages().len(), 3);
        assert_eq!(shelved.bytes, 0);
    }

    #[test]
    fn whoever_waits_hears_of_the_end() {
        let mut shelved = Shelved::default();
        shelved.expect_reply(Ticket(1));
        assert_eq!(shelved.take_reply(Ticket(1)), None);
        shelved.close(Some(Error::Disconnected));
        assert_eq!(
            shelved.take_reply(Ticket(1)),
            Some(Err(Error::Disconnected))
        );
        shelved.close(None);
        assert_eq!(shelved.ended(), Some(Error::Disconnected));
    }

    #[test]
    fn whoever_waits_hears_that_the_task_failed() {
        let shelf = Arc::new(Shelf::default());
        let sealed = Sealed {
            shelf: Arc::clone(&shelf),
            reason: None,
        };
        let panicked = std::thread::spawn(move || {
            let _sealed = sealed;
            panic!("on purpose");
        });
        panicked.join().unwrap_err();
        let reason = shelf.lock().ended().unwrap().to_string();
        assert!(reason.contains("this is a bug"), "{reason}");
    }

    #[test]
    fn a_refusal_that_nobody_waits_for_is_remembered() {
        let mut shelved = Shelved::default();
        shelved.note(Event::PublishFailed {
            ticket: Ticket(1),
            reason: Error::NoHeaders,
        });
        assert_eq!(shelved.trouble, Some(Error::NoHeaders));
    }
}
