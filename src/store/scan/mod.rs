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
pub use scan::{Scan, Scanned};
pub(super) use scan::{ScanRange, ScanTask};
pub(super) use scan_state::ScanState;
pub(super) use verdicts::Verdicts;
pub use view::{Hidden, View};
pub(super) use view::{Traits, Verdict, VerdictCounts, is_internal};
