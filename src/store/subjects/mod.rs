//! Subjects: their names, each once, their tree, and what comes on them and on subscriptions a second.

mod allocation;
mod hash;
mod rates;
mod siblings;
mod subject_index;
#[allow(clippy::module_inception)]
mod subjects;
mod subscriptions;
mod timeline;
mod traffic;
mod tree;
mod watch;

pub(super) use hash::PrehashedHasher;
pub use rates::Rates;
pub(super) use subjects::Subject;
pub use subjects::{SubjectStats, Subjects};
pub use subscriptions::SubscriptionStats;
pub(super) use subscriptions::{INBOX, SENT, Subscriptions};
pub use timeline::{HISTORY_SECONDS, Timeline};
pub(super) use traffic::second_of;
pub use traffic::{RATE_SECONDS, Rate, Traffic};
#[cfg(test)]
pub(super) use tree::Tree;
pub use tree::{NodeId, TreeRow};
pub(super) use watch::past_of_watched;
