//! What happened between messages and has a place in the log.

use std::time::Duration;

/// An entry of the log that is not a message and is not counted as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// When, in nanoseconds since the Unix epoch.
    pub at: i64,
    /// What.
    pub kind: MarkerKind,
}

impl Marker {
    /// What it occupies beside itself, in bytes.
    pub(super) fn owned(&self) -> usize {
        match &self.kind {
            MarkerKind::Dropped {
                by_subscription, ..
            } => by_subscription.capacity() * size_of::<(u64, u64)>(),
            MarkerKind::Switched { from, to } => from.capacity() + to.capacity(),
            MarkerKind::Gap { .. } | MarkerKind::Moved => 0,
        }
    }
}

/// What a [`Marker`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkerKind {
    /// The connection was lost and is back: messages may be missing here.
    Gap {
        /// How long we were without.
        lasted: Duration,
    },
    /// Another server is spoken with from here on: messages may be there twice.
    Moved,
    /// A person connected to another place: what follows has nothing to do with what was before.
    Switched {
        /// The place before, as it is called on the screen.
        from: String,
        /// The place from here on. The same as before where somebody connected again.
        to: String,
    },
    /// Messages were dropped before they reached the store.
    Dropped {
        /// How many that came.
        received: u64,
        /// How many that we sent.
        sent: u64,
        /// Bytes of both.
        bytes: u64,
        /// How many of those that came, for each subscription.
        by_subscription: Vec<(u64, u64)>,
    },
}
