//! A request that was sent or saved, and what became of it.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{HIDDEN, Secrets};
use crate::protocol::{Fields, ServiceError};

/// A request that was sent or saved.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Tells entries apart, across processes; see [`new_id`].
    pub id: String,
    /// When it was sent.
    pub at: Timestamp,
    /// The name it is saved under.
    pub name: Option<String>,
    /// Whether an answer is expected.
    pub kind: Kind,
    /// Where to; bytes, not always UTF-8.
    pub subject: Vec<u8>,
    /// Names and values; a value that was not written reads [`HIDDEN`].
    pub headers: Vec<(String, String)>,
    /// What was sent.
    pub payload: Vec<u8>,
    /// How long to wait for the reply; written in whole milliseconds.
    pub timeout: Duration,
    /// The context it was sent in.
    pub context: Option<String>,
    /// The URL of the server. User info in it is never written.
    pub server: String,
    /// What became of it; nothing while it is under way.
    pub outcome: Option<Outcome>,
    /// Kept at hand by the user.
    pub pinned: bool,
    /// The user wants the values of secret headers written.
    pub keep_secrets: bool,
}

impl Entry {
    /// An entry for something sent now: a new id, no name, no outcome.
    pub fn new(kind: Kind, subject: impl Into<Vec<u8>>, at: Timestamp) -> Entry {
        Entry {
            id: new_id(),
            at,
            name: None,
            kind,
            subject: subject.into(),
            headers: Vec::new(),
            payload: Vec::new(),
            timeout: Duration::from_secs(5),
            context: None,
            server: String::new(),
            outcome: None,
            pinned: false,
            keep_secrets: false,
        }
    }

    /// Whether values of this header must not be written or shown, of the request and its replies.
    pub fn hides(&self, secrets: &Secrets, name: &str) -> bool {
        !self.keep_secrets && secrets.hides(name)
    }

    /// The headers whose values were not written: replay asks for them.
    pub fn hidden(&self) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(|(_, value)| value == HIDDEN)
            .map(|(name, _)| name.as_str())
    }
}

/// Without header values and payload: they may be secret.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("id", &self.id)
            .field("at", &self.at)
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("subject", &self.subject.escape_ascii().to_string())
            .field("headers", &names(&self.headers))
            .field("payload", &self.payload.len())
            .field("timeout", &self.timeout)
            .field("context", &self.context)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

/// Whether an answer is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A reply is awaited.
    #[default]
    Request,
    /// Sent and done.
    Publish,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// From sending to the first reply, where there was one.
    pub rtt: Option<Duration>,
    /// What came back, in order.
    pub replies: Vec<ReplyRecord>,
    /// What the first reply says that is a failed one.
    pub service_error: Option<ServiceError<'static>>,
    /// A sentence for people where it failed for any other reason.
    pub error: Option<String>,
}

impl Outcome {
    /// An outcome without replies.
    pub fn new(status: Status, rtt: Option<Duration>) -> Outcome {
        Outcome {
            status,
            rtt,
            replies: Vec::new(),
            service_error: None,
            error: None,
        }
    }

    /// The outcome of a request that was replied to: failed where one of the replies says that the
    /// service failed.
    pub fn replied(rtt: Duration, replies: Vec<ReplyRecord>) -> Outcome {
        let mut errors = replies.iter().filter_map(ReplyRecord::service_error);
        let service_error = errors.next().map(ServiceError::into_owned);
        let status = match service_error {
            Some(_) => Status::ServiceError,
            None => Status::Replied,
        };
        Outcome {
            replies,
            service_error,
            ..Outcome::new(status, Some(rtt))
        }
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A reply came.
    Replied,
    /// A reply came that says that the service failed (ADR-32).
    ServiceError,
    /// No reply came in time.
    TimedOut,
    /// The server said at once that nobody listens.
    NoResponders,
    /// It could not be sent.
    Failed,
    /// It was published; no reply was awaited.
    Published,
}

/// A reply as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplyRecord {
    /// What it held, at most its first [`ReplyRecord::KEPT`] bytes.
    pub payload: Vec<u8>,
    /// Its header block as it came; empty where there was none.
    pub header: Vec<u8>,
    /// How many bytes the payload had, where it was cut.
    pub truncated: Option<usize>,
}

impl ReplyRecord {
    /// The most that is kept of a reply's payload, in bytes.
    pub const KEPT: usize = 64 * 1024;

    /// A reply to keep; a payload over [`ReplyRecord::KEPT`] bytes is cut and marked.
    pub fn new(payload: &[u8], header: &[u8]) -> ReplyRecord {
        let Some(head) = payload
            .get(..ReplyRecord::KEPT)
            .filter(|head| head.len() < payload.len())
        else {
            return ReplyRecord {
                payload: payload.into(),
                header: header.into(),
                truncated: None,
            };
        };
        // A character on the cut goes whole: text stays text in the file.
        let kept = match str::from_utf8(head) {
            Err(cut) if cut.error_len().is_none() => cut.valid_up_to(),
            _ => head.len(),
        };
        ReplyRecord {
            payload: head.iter().take(kept).copied().collect(),
            header: header.into(),
            truncated: Some(payload.len()),
        }
    }

    /// What it says where it is a failed one.
    pub fn service_error(&self) -> Option<ServiceError<'_>> {
        ServiceError::of(&self.header)
    }
}

/// Without header values and payload: they may be secret.
impl fmt::Debug for ReplyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Fields::of(&self.header)
            .map(|(name, _)| String::from_utf8_lossy(name))
            .collect();
        f.debug_struct("ReplyRecord")
            .field("payload", &self.payload.len())
            .field("headers", &names)
            .field("truncated", &self.truncated)
            .finish()
    }
}

fn names(headers: &[(String, String)]) -> Vec<&str> {
    headers.iter().map(|(name, _)| name.as_str()).collect()
}

/// What one line of the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The request as it now stands.
    Entry(Box<Entry>),
    /// The request with this id is gone.
    Deleted {
        /// The id of the request.
        id: String,
    },
}

/// A new id: unlike any other, in this process or another. Ids of one process sort by their time.
pub fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let micros = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_micros();
    // Its keys come from the system's random numbers, anew in each process.
    let random = RandomState::new().hash_one((std::process::id(), count, micros));
    format!("{micros:013x}-{random:016x}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_differ() {
        let ids: HashSet<String> = (0..10_000).map(|_| new_id()).collect();

        assert_eq!(ids.len(), 10_000);
    }

    #[test]
    fn a_large_reply_is_cut_between_characters_and_says_so() {
        let kept = ReplyRecord::KEPT;
        let large = ["x".repeat(kept - 1), "日".into()].concat();
        for (payload, len, truncated) in [
            (&b"small"[..], 5, None),
            (&vec![0xff; kept], kept, None),
            (&vec![0xff; kept + 1], kept, Some(kept + 1)),
            (large.as_bytes(), kept - 1, Some(kept + 2)),
        ] {
            let record = ReplyRecord::new(payload, b"");

            assert_eq!((record.payload.len(), record.truncated), (len, truncated));
        }
    }

    #[test]
    fn one_failed_reply_makes_the_outcome_a_failed_one() {
        let good = || ReplyRecord::new(b"6", b"");
        let block =
            b"NATS/1.0\r\nNats-Service-Error: no number\r\nNats-Service-Error-Code: 400\r\n\r\n";
        let failed = ReplyRecord::new(b"", block);
        for (replies, status, shown) in [
            (vec![good()], Status::Replied, None),
            (
                vec![failed.clone()],
                Status::ServiceError,
                Some("400 no number"),
            ),
            (
                vec![good(), failed],
                Status::ServiceError,
                Some("400 no number"),
            ),
        ] {
            let outcome = Outcome::replied(Duration::from_millis(3), replies);

            let said = outcome.service_error.map(|error| error.to_string());
            assert_eq!((outcome.status, said.as_deref()), (status, shown));
        }
    }

    #[test]
    fn debug_shows_no_values() {
        let mut entry = Entry::new(Kind::Request, "today", Timestamp::UNIX_EPOCH);
        entry.headers = vec![("Authorization".into(), "hunter2".into())];
        entry.payload = b"hunter2".into();
        entry.server = "nats://me:hunter2@host".into();
        let header = b"NATS/1.0\r\nX-Auth: hunter2\r\n\r\n";
        let reply = ReplyRecord::new(b"hunter2", header);
        entry.outcome = Some(Outcome::replied(Duration::ZERO, vec![reply]));

        let shown = format!("{entry:?}");

        assert!(shown.contains("Authorization") && shown.contains("X-Auth"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
