//! A small NATS server on loopback, inside this process: for the demo, for tests, and for trying things
//! out without installing a server.
//!
//! It implements core NATS as a nats-server without configuration does: wildcards, queue groups, headers,
//! requests with "no responders", verbose and pedantic clients, optionally one user or token. No
//! accounts, no TLS, no cluster, no JetStream, and no address but loopback.
//!
//! ```text
//!  socket ─► connection ─ bytes ─► router ─ subject ─► interest ─► subscriptions
//!  socket ◄─ connection ◄─ bytes ─ outbox (one for each client, bounded) ◄──┘
//! ```
//!
//! * [`Broker`] owns a thread with its own runtime, so that the caller needs none.
//! * `router` is the server without sockets: operations in, bytes in outboxes out.
//! * `interest` finds the subscriptions that match a subject; `delivery` delivers a message to them.
//! * `outbox` holds what one client has not read yet; a client above the limit is disconnected.
//! * `connection` moves bytes between one socket and the router.

mod client;
mod connection;
mod delivery;
mod error;
mod interest;
mod outbox;
mod rng;
mod router;
mod server;
mod settings;

pub use error::Error;
pub use server::Broker;
pub use settings::{Access, Settings};
