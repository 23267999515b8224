//! Messages as text: one JSON object a line, the same for `--json`, recordings and `open`.
//!
//! ```json
//! {"at":"2026-11-23T02:00:00.123456789Z","dir":"in","subject":"today","reply":"_INBOX.x","headers":{"A":["1"]},"size":6,"data":"%Y%m%d"}
//! ```
//!
//! [`Line`] is the object: [`LineWriter`] writes it, [`Line::read`] reads it back the same. Members that
//! do not apply are left out, and those that are not known are skipped:
//!
//! | member | what it is |
//! |---|---|
//! | `at` | when it was read or written, to the nanosecond |
//! | `dir` | `in` or `out` |
//! | `subject`, `reply`, `data` | as text; `subject_base64` and so on in their place where they are not UTF-8 (or a payload is longer than 16 MiB) |
//! | `headers` | each name with a list of its values; left out where the block is longer than 16 MiB |
//! | `size` | of the payload, in bytes |
//! | `status`, `description` | of the header block's first line |
//! | `service_error` | `{"code":500,"text":"…"}`: what the headers of a service's reply say where it failed (ADR-32); not read back, the headers tell |
//! | `header_block_base64` | the block as it stood on the wire, where the members above do not tell all of it |
//! | `sid` | in recordings: the number of the subscription it came in on |
//! | `rtt_us` | of a reply to our own request, how long it took |
//!
//! A recording also says what it missed, and where messages from another place begin. Such lines have `marker` in place of `dir`; who only wants
//! messages skips them:
//!
//! ```json
//! {"at":"2026-11-23T02:00:01.000000000Z","marker":"reconnected","lasted_ms":1800}
//! {"at":"2026-11-23T02:00:02.000000000Z","marker":"moved"}
//! {"at":"2026-11-23T02:00:02.500000000Z","marker":"switched","from":"nats://127.0.0.1:4222","to":"staging"}
//! {"at":"2026-11-23T02:00:03.000000000Z","marker":"dropped","received":123,"sent":0,"bytes":45678}
//! ```
//!
//! | part | what it does |
//! |---|---|
//! | [`Writer`] | writes a file; what is in it when the disk is full stays whole |
//! | [`Tape`] | reads what there is to open: a file of lines, natscli's `sub --dump` as a folder or a stream |
//! | [`Reader`] | reads lines from anywhere, in bounded memory, whatever stands in them |
//! | [`Chunk`] | entries in the form of the wire, as the network hands them over |

mod chunk;
mod entry;
mod error;
mod folder;
mod limits;
mod line;
mod read;
mod reader;
mod tape;
#[cfg(test)]
mod tests;
mod write;
mod writer;

pub use chunk::{Chunk, Part};
pub use entry::Entry;
pub use error::Error;
use limits::AS_TEXT;
pub use limits::LONGEST;
pub use line::Line;
pub use read::ReadError;
pub use reader::{Problem, Problems, Reader, Step};
pub use tape::{Progress, Tape};
pub use write::LineWriter;
pub use writer::{Existing, Medium, Writer, Written};
