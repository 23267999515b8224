//! Requests that were sent or saved: one JSON object a line, in a file that only grows.
//!
//! A line is written when a request is sent, and one more with the same id for its outcome, a
//! name, a pin or a deletion: the last line with an id wins. A file of saved requests has the same
//! format, so it can live in a repository and be replayed. What is written is read back the same, but
//! for header values that must not be written; where JSON text cannot tell a reply's header block,
//! `header_block_base64` does.
//!
//! * [`Entry`] is a request and what became of it; [`Line`] is what one line says.
//! * [`append()`] writes lines, safely beside other copies of the program; [`encode`] shows one.
//! * [`History`] reads the file and follows its tail; [`read_requests`] reads a file to replay.
//! * [`Secrets`] says which header values are never written.

mod append;
mod entries;
mod entry;
mod error;
mod header_map;
mod lock;
mod log;
mod replay_file;
mod scan;
mod secrets;
mod wire;

pub use append::append;
pub use entry::{Entry, Kind, Line, Outcome, ReplyRecord, Status, new_id};
pub use error::{Error, Problem};
pub use log::History;
pub use replay_file::{read_requests, read_requests_from};
pub use secrets::{HIDDEN, HIDDEN_BY_DEFAULT, Secrets};
pub use wire::encode;
