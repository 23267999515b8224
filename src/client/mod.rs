//! The client: one background task that owns the connection, and two handles on it.
//!
//! * [`Client`] is the public, blocking handle: it has a name, `get()` returns at once, `request` waits,
//!   dropping it closes the connection.
//! * [`Connection`] is for an event loop: it never waits, and everything comes back through its
//!   [`Lanes`]: state and answers as [`Event`]s, and the log in wire order as [`Data`].
//!
//! ```text
//! Connection ─ commands ─► task ─► session (sans-IO) ─► socket
//!     Lanes ◄─ events ──── task ◄─ session ◄── reader ◄─ socket
//!     Lanes ◄─ data ◄─ backlog ◄───────────── batches ◄─┘
//! Client = Connection + mailbox, which is filled from the lanes beside the task; a caller who waits
//! runs the task meanwhile, in place of its thread (`driver`)
//! ```
//!
//! * `session` is the state machine of the protocol; `task` owns sockets, channels and clocks around it.
//! * `dial` makes one connection: `transport` carries the bytes (TCP, `tls`, `websocket`), `handshake`
//!   exchanges INFO, CONNECT and PONG, `auth` supplies the credentials. `pool` and `backoff` choose the
//!   server and the wait before it is tried.
//! * `reader` frames large chunks in place; `backlog` bounds the memory that a slow consumer costs,
//!   `held_bytes` counts it.

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
mod held_bytes;
mod ids;
mod io_error;
mod limits;
mod mailbox;
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
mod task;
mod tls;
mod transport;
mod websocket;

pub use blocking::Client;
pub use connection::{Connection, Lanes, open, unopened};
pub use credentials::{Credentials, Secret, SecretSource};
pub use data::{Batch, Data, Dropped, Gap, GapCause};
pub use error::Error;
pub use event::Event;
pub use ids::{Sid, Ticket};
pub use message::Message;
pub use one_shot::{one, publish, request};
pub use options::Options;
pub use pool::{PoolEntry, ServerState};
pub(crate) use secret_file::read_secret_file;
pub use server_url::{Scheme, ServerUrl};
pub use tls::{ClientCertificate, Tls, TlsInfo};
