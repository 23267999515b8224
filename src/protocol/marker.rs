//! What happens between messages. Here, since the client, the log and recordings all speak of it.

use std::time::Duration;

/// An event between messages that says whether some are missing or repeated, or that the connection is
/// another one. It is not counted as a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// When, in nanoseconds since the Unix epoch.
    pub at: i64,
    /// What happened.
    pub kind: MarkerKind,
}

/// What a [`Marker`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkerKind {
    /// The connection was lost and is back: messages may be missing here.
    Reconnected {
        /// Time without a connection. Recordings keep milliseconds.
        lasted: Duration,
    },
    /// The client moved to another server and listened to both for a moment: messages may be repeated
    /// here.
    Moved,
    /// A person connected to another server or context: what follows is unrelated to what came before.
    Switched {
        /// The previous one, as it was shown: a context, or servers.
        from: String,
        /// The new one. Equal to `from` where somebody connected again.
        to: String,
    },
    /// Messages were dropped here, because the consumer or the disk was slower than they came.
    Dropped {
        /// Number of received messages.
        received: u64,
        /// Number of sent messages.
        sent: u64,
        /// Bytes of both.
        bytes: u64,
        /// How many of the received ones belong to each subscription, by its number. Not in recordings.
        by_subscription: Vec<(u64, u64)>,
    },
}
