//! Why the server did not start.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

/// Why [`Broker::start`](super::Broker::start) failed, as one sentence.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The address can be reached from other machines.
    #[error("{0} is not a loopback address: this server listens on 127.0.0.1 or [::1] only")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}: {reason}")]
    Listen {
        /// The address asked for.
        addr: SocketAddr,
        /// What the system said.
        reason: io::Error,
    },
    /// The settings contradict each other. Holds the sentence.
    #[error("{0}")]
    Settings(&'static str),
    /// The server's thread or its runtime could not be made.
    #[error("cannot start the server's thread: {0}")]
    Thread(io::Error),
}
