//! Requests and their replies, paired by reply subject.

use std::time::Duration;

use super::MessageId;

/// One leg of a request and its reply, seen from the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The other leg: of a request its first reply, of a reply its request. It may be evicted by now.
    pub other: Option<MessageId>,
    /// What became of the request.
    pub outcome: Outcome,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No answer yet.
    Waiting,
    /// A reply came.
    Replied {
        /// From the request to its reply; exact for our own, by the times of the log for others'.
        took: Duration,
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
