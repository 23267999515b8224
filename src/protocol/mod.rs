//! The NATS wire format, sans-IO: bytes in, operations out, and back.
//!
//! Nothing here opens a socket, reads a clock, or allocates for a received message. The client and the
//! loopback broker share the tokenizer and the limits.
//!
//! * [`Decoder`] frames operations in place and describes each message with a [`Record`].
//! * [`encode`] writes operations, and rejects what could not be framed again.
//! * [`subject`] validates, matches and shows subjects; they are bytes, not text.
//! * [`Headers`] are headers to send; [`HeaderBlock`] parses received ones and never fails; [`Fields`]
//!   does so without allocating.
//! * [`Direction`] and [`Marker`] say what the bytes do not: which way a message went, and what happened
//!   between messages.
//! * [`ServiceError`] is what the reply of a service says when it failed.
//! * [`Info`] and [`Connect`] are the two JSON documents of the handshake.

mod connect;
mod decoder;
mod direction;
mod document;
pub mod encode;
mod error;
mod headers;
mod info;
mod line;
mod marker;
mod record;
mod service;
pub mod subject;

pub use connect::Connect;
pub use decoder::{ClientOp, Decoder, Limits, ServerOp};
pub use direction::Direction;
pub use error::ProtocolError;
pub use headers::{Fields, HeaderBlock, Headers, header_block};
pub use info::Info;
pub use marker::{Marker, MarkerKind};
pub use record::Record;
pub use service::{ServiceCode, ServiceError};
