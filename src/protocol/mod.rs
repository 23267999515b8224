//! The NATS wire format, sans-IO: bytes in, operations out, and back.
//!
//! Nothing here opens a socket, reads a clock or allocates for a message on the way in. The client
//! and the loopback broker read and write through the same tokenizer and the same limits.
//!
//! * [`Decoder`] frames operations in place and describes each message with a [`Record`].
//! * [`encode`] writes operations, and refuses what could not be framed again.
//! * [`subject`] validates, matches and shows subjects; they are bytes, not text.
//! * [`Headers`] are written by us; [`HeaderBlock`] reads whatever came, without ever failing, and
//!   [`Fields`] without allocating.
//! * [`ServiceError`] is what the reply of a service says where it failed.
//! * [`quoted`] puts names and paths into sentences.
//! * [`Info`] and [`Connect`] are the two JSON documents of the handshake.

mod connect;
mod decoder;
mod document;
pub mod encode;
mod error;
mod headers;
mod info;
mod line;
mod record;
mod service;
pub mod subject;

pub use connect::Connect;
pub use decoder::{ClientOp, Decoder, Limits, ServerOp};
pub use error::ProtocolError;
pub use headers::{Fields, HeaderBlock, Headers};
pub use info::Info;
pub use record::Record;
pub use service::{ServiceCode, ServiceError};
