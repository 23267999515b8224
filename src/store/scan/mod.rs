//! Searching and filtering the log in pieces, the view that says what is shown, and the counts of it.

mod counters;
mod coverage;
mod passing;
mod query;
#[allow(clippy::module_inception)]
mod scan;
mod scan_state;
mod search;
mod verdicts;
mod view;

pub use counters::Counters;
pub(super) use passing::passing;
pub use query::Query;
pub(super) use scan::{Question, Stretch};
pub use scan::{Scan, Scanned};
pub(super) use scan_state::Questions;
pub(super) use verdicts::Verdicts;
pub use view::{Hidden, View};
pub(super) use view::{Tally, Traits, Verdict, is_internal};
