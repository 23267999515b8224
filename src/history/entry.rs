//! A request that was sent or saved, and what became of it.

use std::time::Duration;

use jiff::Timestamp;

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
    /// Names and values; a value that was not written reads [`HIDDEN`](super::HIDDEN).
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

    /// The headers whose values were not written: replay asks for them.
    pub fn hidden(&self) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(|(_, value)| value == super::HIDDEN)
            .map(|(name, _)| name.as_str())
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let _ = f;
        todo!()
    }
}

/// Whether an answer is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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
    /// A sentence for people where it failed.
    pub error: Option<String>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// A reply came.
    Replied,
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
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// How many bytes the payload had, where it was cut.
    pub truncated: Option<usize>,
}

impl ReplyRecord {
    /// The most that is kept of a reply's payload, in bytes.
    pub const KEPT: usize = 64 * 1024;

    /// A reply to keep; a payload over [`ReplyRecord::KEPT`] bytes is cut and marked.
    pub fn new(_payload: &[u8], _headers: Vec<(String, String)>) -> ReplyRecord {
        todo!()
    }
}

impl std::fmt::Debug for ReplyRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let _ = f;
        todo!()
    }
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

/// A new id: unlike any other, in this process or another.
pub fn new_id() -> String {
    todo!()
}
