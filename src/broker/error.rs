//! Why the server did not start.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

/// Why [`Broker::start`](super::Broker::start) failed, as one sentence.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is not a loopback address.
    #[error("{0} is not a loopback address: this server listens on 127.0.0.1 or [::1] only")]
    NotLoopback(SocketAddr),
    /// Listening on the address failed.
    #[error("cannot listen on {addr}: {reason}")]
    Listen {
        /// The requested address.
        addr: SocketAddr,
        /// The reason from the operating system.
        reason: io::Error,
    },
    /// The settings are invalid, with the reason as a sentence.
    #[error("{0}")]
    Settings(&'static str),
    /// The server's thread or its runtime could not be started.
    #[error("cannot start the server's thread: {0}")]
    Thread(io::Error),
}
