//! The messages kept: segments under a byte budget, subjects, rates, pairs, search and what is shown.
//!
//! ```text
//! batch ──► Store::append ──► open segment (one copy of the wire bytes, 32 bytes a message)
//!                        │        └── full, or an hour old ──► sealed ──► over the budget: evicted
//!                        ├──► subjects, subscriptions, rates     counts, touched once a message
//!                        ├──► copies, pairs                      what belongs together
//!                        └──► rows shown, hits                   one bit a message each
//! screen ─► Store::row ──► Entry        text, headers, JSON are made by whoever looks
//! jobs ───► Store::next_scan ──► Scan ──► Scanned ──► Store::scanned        search and filter
//! ```
//!
//! Nothing here reads a clock or waits: times are nanoseconds since the Unix epoch, passed in, and
//! kept to the microsecond. Nothing is lost silently: every message is shown, hidden, evicted, cleared
//! or dropped, and [`Counters`] add up.

mod adopt;
mod allocation;
mod append;
mod bits;
mod budget;
mod copies;
mod counters;
mod coverage;
mod entry;
mod frozen;
mod hash;
mod judging;
mod log;
mod lookup;
mod moving;
mod numbers;
mod pairs;
mod passing;
mod query;
mod questions;
mod rates;
mod record;
mod rows;
mod scan;
mod search;
mod segment;
mod siblings;
#[allow(clippy::module_inception)]
mod store;
mod subjects;
mod subscriptions;
#[cfg(test)]
mod tests;
mod timeline;
mod toward;
mod traffic;
mod tree;
mod verdicts;
mod view;
mod watch;

pub use crate::protocol::{Direction, Marker, MarkerKind};
pub use counters::Counters;
pub use entry::{Entry, Message, MessageId};
pub use frozen::Frozen;
pub use judging::Progress;
pub use pairs::{Outcome, Pair};
pub use query::Query;
pub use rates::Rates;
pub use scan::{Scan, Scanned};
pub use store::{DEFAULT_BUDGET, Holder, Store};
pub use subjects::{SubjectStats, Subjects};
pub use subscriptions::SubscriptionStats;
pub use timeline::{HISTORY_SECONDS, Timeline};
pub use toward::Toward;
pub use traffic::{RATE_SECONDS, Rate, Traffic};
pub use tree::{NodeId, TreeRow};
pub use view::{Hidden, View};
