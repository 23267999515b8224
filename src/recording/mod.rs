//! Messages as text: one JSON object a line, the same for `--json`, recordings and `open`.
//!
//! ```json
//! {"at":"2026-11-23T02:00:00.123456789Z","dir":"in","subject":"today","reply":"_INBOX.x","headers":{"A":["1"]},"size":6,"data":"%Y%m%d"}
//! ```
//!
//! [`Line`] is the object: its `Display` writes it, [`Line::read`] reads it back the same.

mod line;
mod read;
mod visible;
mod write;

pub use line::{Direction, Line};
pub use read::ReadError;
pub use visible::visible_json;
