//! Stored messages: segments under a byte budget, subjects, rates, pairs, search, and the view of them.
//!
//! ```text
//! batch ──► Store::append ──► open segment (one copy of the wire bytes, 32 bytes a message)
//!                        │        └── full, or an hour old ──► sealed ──► over the budget: evicted
//!                        ├──► subjects, subscriptions, rates     counts, touched once a message
//!                        ├──► copies, pairs                      conversations
//!                        └──► rows shown, hits                   one bit a message each
//! screen ─► Store::row ──► Entry        callers decode text, headers and JSON
//! jobs ───► Store::next_scan ──► Scan ──► Scanned ──► Store::scanned        search and filter
//! ```
//!
//! Nothing here reads a clock or waits: times are nanoseconds since the Unix epoch, passed in, and
//! kept to the microsecond. Nothing is lost silently: every message is shown, hidden, evicted, cleared
//! or dropped, and [`Counters`] add up.

mod append;
mod budget;
mod conversations;
mod log;
mod scan;
mod scanning;
#[allow(clippy::module_inception)]
mod store;
mod subjects;
#[cfg(test)]
mod tests;

pub use crate::protocol::{Direction, Marker, MarkerKind};
pub use conversations::{Outcome, Pair};
pub use log::{Entry, Frozen, Message, MessageId, Toward};
pub use scan::{Counters, Hidden, Query, Scan, Scanned, View};
pub use scanning::Progress;
pub use store::{DEFAULT_BUDGET, Holder, Store};
pub use subjects::{
    HISTORY_SECONDS, NodeId, RATE_SECONDS, Rate, Rates, SubjectStats, Subjects, SubscriptionStats,
    Timeline, Traffic, TreeRow,
};
