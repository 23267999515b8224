//! The log: entries in segments under the byte budget, and the rows that are shown of them.

mod bits;
mod entry;
mod frozen;
#[allow(clippy::module_inception)]
mod log;
mod lookup;
mod record;
mod rows;
mod segment;
mod toward;

pub(super) use bits::Bits;
pub use entry::{Entry, Message, MessageId};
pub use frozen::Frozen;
pub(super) use log::Log;
pub(super) use record::{EntryFlags, EntryRecord, MessagePart};
pub(super) use rows::{Rows, ScanKind};
pub(super) use segment::Segment;
pub use toward::Toward;
