//! Recordings: the threads that write and read them, and the way there and back.
//!
//! ```text
//! Data ──► app::ingest ──► log
//!  └─────► Recorder::take (at most so many bytes on the way) ──► thread ──► file
//! file ──► thread ──► Chunk (at most two on the way) ──► app::recordings ──► log
//! rows shown ──► Chunk (at most two on the way) ──► thread ──► file
//! ```
//!
//! Nothing here makes the event loop wait. What the disk cannot follow is counted and said, on the
//! screen and in the file.

mod exporter;
mod lines;
mod reading;
mod recorder;
#[allow(clippy::module_inception)]
mod tapes;

pub use exporter::Exporter;
pub use reading::{Read, Reading};
pub use recorder::Recorder;
pub use tapes::{News, Recorded, Tapes};
