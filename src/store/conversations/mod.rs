//! Messages that belong together: requests with their replies, and copies of one message.

mod copies;
mod pairs;

pub(super) use copies::Copies;
#[cfg(test)]
pub(super) use pairs::remembered;
pub use pairs::{Outcome, Pair};
pub(super) use pairs::{Pairs, share_of};
