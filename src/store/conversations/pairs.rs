//! Requests and their replies, paired by reply subject.

use std::{
    collections::{HashMap, VecDeque},
    hash::BuildHasherDefault,
    time::Duration,
};

use crate::protocol::{HeaderBlock, ServiceError};
use crate::store::{MessageId, subjects::PrehashedHasher};

/// One leg of a request and its reply, seen from the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The other leg: of a request its first reply, of a reply its request. It may be evicted by now.
    pub other: Option<MessageId>,
    /// The outcome of the request.
    pub outcome: Outcome,
}

/// The outcome of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No answer yet.
    Waiting,
    /// A reply came.
    Replied {
        /// From the request to its reply; exact for our own, by the times of the log for others'.
        took: Duration,
    },
    /// A reply came that says that the service failed (ADR-32).
    ServiceError {
        /// As for [`Outcome::Replied`].
        took: Duration,
        /// Its code and text, made visible and cut to a bounded length.
        said: Box<str>,
    },
    /// The server said 503: nobody is subscribed.
    NoResponders,
    /// Given up.
    TimedOut {
        /// After how long.
        after: Duration,
    },
    /// Anything else, as a sentence.
    Failed(String),
}

impl Outcome {
    /// The outcome of a reply with this header block that came after `took`.
    pub fn of_reply(took: Duration, header: &[u8]) -> Outcome {
        match ServiceError::of(header) {
            Some(error) => Outcome::ServiceError {
                took,
                said: error.to_string().into(),
            },
            None => Outcome::Replied { took },
        }
    }
}

/// The most outcomes kept that came before their request.
const MAX_EARLY: usize = 256;

/// The most requests remembered of each kind, ours and others'.
const MAX_REQUESTS: usize = 16_384;

/// The share of the store's budget that requests and replies may take.
const SHARE: usize = 16;

/// Bytes of a budget for requests and replies.
pub(in crate::store) fn share_of(budget: usize) -> usize {
    budget / SHARE
}

/// How many requests of each kind, ours and others', fit into this many bytes.
pub(in crate::store) fn remembered(bytes: usize) -> usize {
    let each = size_of::<SeenRequest>() + size_of::<(u64, u64)>();
    (bytes / 2 / each).clamp(4, MAX_REQUESTS)
}

/// The requests seen last, found by the hash of their reply subject. Hashes have 64 bits and a seed of
/// our own, so equal hashes are taken for equal subjects.
#[derive(Debug)]
pub(in crate::store) struct Pairs {
    /// Kept apart, so that others' requests never push out ours.
    ours: RequestRing,
    others: RequestRing,
    /// Outcomes of requests of ours that are not in the log yet.
    early: VecDeque<(u64, Outcome)>,
}

/// A request, and what is known of its reply.
#[derive(Debug)]
pub(in crate::store) struct SeenRequest {
    inbox: u64,
    pub id: MessageId,
    at: i64,
    /// The subject of a request of ours, which is shown when the request itself is evicted.
    pub subject: Option<Box<[u8]>>,
    /// Whether we wait for the reply; a publish may have a reply subject too.
    awaited: bool,
    pub reply: Option<MessageId>,
    pub outcome: Outcome,
    /// Whether the client set the outcome.
    settled: bool,
}

impl Pairs {
    /// No requests. They never occupy much more than `bytes`.
    pub fn new(bytes: usize) -> Pairs {
        let most = remembered(bytes);
        Pairs {
            ours: RequestRing::new(most),
            others: RequestRing::new(most),
            early: VecDeque::new(),
        }
    }

    /// Occupies not much more than `bytes` from now on.
    pub fn resize(&mut self, bytes: usize) {
        let most = remembered(bytes);
        self.ours.resize(most);
        self.others.resize(most);
    }

    /// Adds a request of ours.
    pub fn add_ours(&mut self, inbox: u64, id: MessageId, at: i64, subject: &[u8], awaited: bool) {
        let known = self.early.iter().position(|(early, _)| *early == inbox);
        let early = known.and_then(|index| self.early.remove(index));
        self.ours.push(SeenRequest {
            inbox,
            id,
            at,
            subject: Some(subject.into()),
            awaited: awaited || early.is_some(),
            reply: None,
            settled: early.is_some(),
            outcome: early.map_or(Outcome::Waiting, |(_, outcome)| outcome),
        });
    }

    /// Adds a request that another client sent.
    pub fn add_foreign(&mut self, inbox: u64, id: MessageId, at: i64) {
        self.others.push(SeenRequest {
            inbox,
            id,
            at,
            subject: None,
            awaited: false,
            reply: None,
            settled: false,
            outcome: Outcome::Waiting,
        });
    }

    /// Whether there is any request that a message could answer.
    pub fn is_empty(&self) -> bool {
        self.ours.requests.is_empty() && self.others.requests.is_empty()
    }

    /// The request with this reply subject, and whether it is ours.
    pub fn get(&self, inbox: u64) -> Option<(&SeenRequest, bool)> {
        let ours = self.ours.get(inbox).map(|request| (request, true));
        ours.or_else(|| self.others.get(inbox).map(|request| (request, false)))
    }

    /// Adds a reply with this header block. The first sets the outcome, unless the client has.
    pub fn add_reply(&mut self, inbox: u64, id: MessageId, at: i64, header: &[u8]) {
        let request = match self.ours.get_mut(inbox) {
            Some(request) => request,
            None => match self.others.get_mut(inbox) {
                Some(request) => request,
                None => return,
            },
        };
        if request.reply.is_some() {
            return;
        }
        request.reply = Some(id);
        if !request.settled {
            let nanos = u64::try_from(at.saturating_sub(request.at)).unwrap_or(0);
            request.outcome = if HeaderBlock::status_of(header) == Some(503) {
                Outcome::NoResponders
            } else {
                Outcome::of_reply(Duration::from_nanos(nanos), header)
            };
        }
    }

    /// Sets the outcome of a request of ours, which may not be in the log yet. Returns its reply, where there
    /// is one.
    pub fn set_outcome(&mut self, inbox: u64, outcome: Outcome) -> Option<MessageId> {
        if let Some(request) = self.ours.get_mut(inbox) {
            request.outcome = outcome;
            request.settled = true;
            request.awaited = true;
            return request.reply;
        }
        if self.early.len() == MAX_EARLY {
            self.early.pop_front();
        }
        self.early.push_back((inbox, outcome));
        None
    }

    /// How many nanoseconds after its request a first reply came, if it is one.
    pub fn rtt(&self, inbox: u64, reply: MessageId) -> Option<i64> {
        let (id, rtt) = self.get(inbox)?.0.rtt()?;
        (id == reply).then_some(rtt)
    }

    /// Every first reply, and how many nanoseconds after its request it came.
    pub fn rtts(&self) -> impl Iterator<Item = (MessageId, i64)> {
        let requests = self.ours.requests.iter().chain(&self.others.requests);
        requests.filter_map(SeenRequest::rtt)
    }

    /// What it occupies, in bytes.
    pub fn memory(&self) -> usize {
        self.ours.memory()
            + self.others.memory()
            + self.early.capacity() * size_of::<(u64, Outcome)>()
    }
}

/// The newest requests, up to a number.
#[derive(Debug)]
struct RequestRing {
    most: usize,
    requests: VecDeque<SeenRequest>,
    /// How many requests were removed: the offset of the numbers in `by_inbox`.
    gone: u64,
    by_inbox: HashMap<u64, u64, BuildHasherDefault<PrehashedHasher>>,
    /// Bytes of the subjects.
    subjects: usize,
}

impl RequestRing {
    fn new(most: usize) -> RequestRing {
        RequestRing {
            most,
            requests: VecDeque::new(),
            gone: 0,
            by_inbox: HashMap::default(),
            subjects: 0,
        }
    }

    fn resize(&mut self, most: usize) {
        self.most = most;
        while self.requests.len() > most {
            self.pop();
        }
        self.requests.shrink_to(most);
        self.by_inbox.shrink_to(most);
    }

    /// A later request with the same reply subject takes the place of the earlier one.
    fn push(&mut self, request: SeenRequest) {
        if self.requests.len() == self.most {
            self.pop();
        }
        let number = self.gone + self.requests.len() as u64;
        self.by_inbox.insert(request.inbox, number);
        self.subjects += request.subject_len();
        self.requests.push_back(request);
    }

    fn pop(&mut self) {
        if let Some(oldest) = self.requests.pop_front() {
            self.subjects -= oldest.subject_len();
            if self.by_inbox.get(&oldest.inbox) == Some(&self.gone) {
                self.by_inbox.remove(&oldest.inbox);
            }
            self.gone += 1;
        }
    }

    fn index(&self, inbox: u64) -> Option<usize> {
        let number = *self.by_inbox.get(&inbox)?;
        Some((number - self.gone) as usize)
    }

    fn get(&self, inbox: u64) -> Option<&SeenRequest> {
        self.requests.get(self.index(inbox)?)
    }

    fn get_mut(&mut self, inbox: u64) -> Option<&mut SeenRequest> {
        let index = self.index(inbox)?;
        self.requests.get_mut(index)
    }

    fn memory(&self) -> usize {
        self.requests.capacity() * size_of::<SeenRequest>()
            + self.by_inbox.capacity() * (size_of::<(u64, u64)>() + 1)
            + self.subjects
    }
}

impl SeenRequest {
    /// Whether it has a reply or awaits one.
    pub fn has_outcome(&self) -> bool {
        self.awaited || self.reply.is_some()
    }

    fn rtt(&self) -> Option<(MessageId, i64)> {
        match &self.outcome {
            Outcome::Replied { took } | Outcome::ServiceError { took, .. } => {
                Some((self.reply?, i64::try_from(took.as_nanos()).ok()?))
            }
            Outcome::Waiting
            | Outcome::NoResponders
            | Outcome::TimedOut { .. }
            | Outcome::Failed(_) => None,
        }
    }

    fn subject_len(&self) -> usize {
        self.subject.as_ref().map_or(0, |subject| subject.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn took(seconds: u64) -> Outcome {
        Outcome::Replied {
            took: Duration::from_secs(seconds),
        }
    }

    fn outcome(pairs: &Pairs, inbox: u64) -> Outcome {
        let (request, _) = pairs.get(inbox).expect("asked");
        request.outcome.clone()
    }

    #[test]
    fn the_first_reply_decides_unless_the_client_has() {
        let mut pairs = Pairs::new(1 << 20);
        pairs.add_ours(1, MessageId(10), 0, b"today", true);
        assert_eq!(outcome(&pairs, 1), Outcome::Waiting);
        pairs.add_reply(1, MessageId(11), 2 * SECOND, b"");
        pairs.add_reply(1, MessageId(12), 3 * SECOND, b"NATS/1.0 503\r\n\r\n");
        assert_eq!(outcome(&pairs, 1), took(2));
        pairs.set_outcome(1, took(1));
        assert_eq!(outcome(&pairs, 1), took(1));
        assert_eq!(
            pairs.get(1).and_then(|(it, _)| it.reply),
            Some(MessageId(11))
        );
    }

    #[test]
    fn a_reply_that_says_that_the_service_failed_is_no_success_and_took_its_time() {
        let mut pairs = Pairs::new(1 << 20);
        pairs.add_foreign(1, MessageId(10), 0);
        let header = b"NATS/1.0\r\nNats-Service-Error: no\r\nNats-Service-Error-Code: 400\r\n\r\n";
        pairs.add_reply(1, MessageId(11), 2 * SECOND, header);
        let failed = Outcome::ServiceError {
            took: Duration::from_secs(2),
            said: "400 no".into(),
        };
        assert_eq!(outcome(&pairs, 1), failed);
        assert_eq!(pairs.rtt(1, MessageId(11)), Some(2 * SECOND));
    }

    #[test]
    fn an_outcome_may_come_before_its_request() {
        let mut pairs = Pairs::new(1 << 20);
        pairs.set_outcome(1, Outcome::NoResponders);
        pairs.add_ours(1, MessageId(10), 0, b"today", false);
        assert_eq!(outcome(&pairs, 1), Outcome::NoResponders);
        for inbox in 0..1_000 {
            pairs.set_outcome(inbox + 100, Outcome::Waiting);
        }
        assert_eq!(pairs.early.len(), MAX_EARLY);
    }

    #[test]
    fn other_peoples_requests_never_push_ours_out() {
        let mut pairs = Pairs::new(10_000);
        pairs.add_ours(1, MessageId(1), 0, b"today", true);
        for inbox in 2..100_000 {
            pairs.add_foreign(inbox, MessageId(inbox), 0);
        }
        assert!(pairs.get(1).is_some_and(|(_, ours)| ours));
        assert!(pairs.get(2).is_none());
        assert!(pairs.get(99_999).is_some_and(|(_, ours)| !ours));
        assert!(pairs.memory() < 20_000, "{}", pairs.memory());
    }

    #[test]
    fn a_reply_subject_used_again_belongs_to_the_later_request() {
        let mut pairs = Pairs::new(0);
        for id in 1..=10 {
            pairs.add_foreign(5, MessageId(id), 0);
        }
        assert_eq!(pairs.get(5).map(|(it, _)| it.id), Some(MessageId(10)));
    }
}
