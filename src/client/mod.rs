//! The client: one background task that owns the connection, and two handles on it.
//!
//! * [`Client`] is the public, blocking handle: named, `get()` returns at once, `request` waits,
//!   dropping says goodbye.
//! * [`Connection`] is for an event loop: it never waits, and everything comes back through its
//!   [`Lanes`]: state and answers as [`Event`]s, and the log in wire order as [`Data`].

mod backlog;
mod backoff;
mod blocking;
mod clock;
mod commands;
mod connection;
mod data;
mod dial;
mod error;
mod event;
mod limits;
mod message;
mod one_shot;
mod options;
mod pool;
mod random;
mod reader;
mod server_url;
mod session;
mod shelf;
mod task;

pub use blocking::Client;
pub use connection::{Connection, Lanes, Sid, Ticket, open};
pub use data::{Batch, Data, Dropped, Gap};
pub use error::Error;
pub use event::Event;
pub use message::Message;
pub use one_shot::{one, publish, request};
pub use options::{Options, Secret};
pub use server_url::ServerUrl;
