//! The client: one background task that owns the connection, and two handles on it.
//!
//! * [`Client`] is the public, blocking handle: named, `get()` returns at once, `request` waits,
//!   dropping says goodbye.
//! * [`Connection`] is for an event loop: it never waits, and everything comes back through its
//!   [`Lanes`]: state and answers as [`Event`]s, and the log in wire order as [`Data`].
//!
//! ```text
//! Connection ─ commands ─► task ─► session (sans-IO) ─► socket
//!     Lanes ◄─ events ──── task ◄─ session ◄── reader ◄─ socket
//!     Lanes ◄─ data ◄─ backlog ◄───────────── batches ◄─┘
//! Client = Connection + shelf, which a taker beside the task fills from the lanes; whoever waits for
//! it runs the task meanwhile, in place of its thread (`driver`)
//! ```
//!
//! * `session` decides everything; `task` owns sockets, channels and clocks around it.
//! * `dial` makes one connection: `transport` is what carries it (TCP, `tls`, `websocket`), `handshake`
//!   the dialogue, `auth` the proof of who we are. `pool` and `backoff` choose which and when.
//! * `reader` frames large chunks in place; `backlog` bounds what a slow taker costs, `load` counts it.

mod auth;
mod backlog;
mod backoff;
mod blocking;
mod clock;
mod commands;
mod connection;
mod credential_text;
mod credentials;
mod data;
mod dial;
mod driver;
mod error;
mod event;
mod first_bytes;
mod handshake;
mod limits;
mod load;
mod marker;
mod message;
mod one_shot;
mod options;
mod pool;
mod random;
mod reader;
mod relocation;
mod secret_file;
mod server_url;
mod session;
mod shelf;
mod task;
mod tls;
mod transport;
mod websocket;

pub use blocking::Client;
pub use connection::{Connection, Lanes, Sid, Ticket, open, unopened};
pub use credentials::{Credentials, Secret, SecretSource};
pub use data::{Batch, Data, Dropped, Gap, GapCause};
pub use error::Error;
pub use event::Event;
pub use message::Message;
pub use one_shot::{one, publish, request};
pub use options::Options;
pub use pool::{PoolEntry, ServerState};
pub(crate) use secret_file::read_secret_file;
pub use server_url::{Scheme, ServerUrl};
pub use tls::{ClientCertificate, Tls, TlsInfo};
