//! A small NATS server on loopback, inside this process: for the demo, for tests, and for anyone who
//! wants to try something with no server at hand.
//!
//! Core NATS as a nats-server without configuration speaks it: wildcards, queue groups, headers,
//! requests with "no responders", verbose and pedantic clients, one user or token where wanted. No
//! accounts, no TLS, no cluster, no JetStream, and no address but loopback.
//!
//! ```text
//!  socket ─► connection ─ bytes ─► router ─ subject ─► interest ─► subscriptions
//!  socket ◄─ connection ◄─ bytes ─ outbox (one for each client, bounded) ◄──┘
//! ```
//!
//! * [`Broker`] owns a thread with a runtime of its own, so callers with and without one are served.
//! * `router` is the server without its sockets: operations in, bytes in outboxes out.
//! * `interest` finds the subscriptions a subject reaches; `delivery` takes one message to them.
//! * `outbox` holds what one client has not read yet, and cuts that client alone where it is too much.
//! * `connection` moves bytes between one socket and the router.

mod client;
mod connection;
mod delivery;
mod dice;
mod error;
mod interest;
mod outbox;
mod router;
mod server;
mod settings;

pub use error::Error;
pub use server::Broker;
pub use settings::{Access, Settings};
