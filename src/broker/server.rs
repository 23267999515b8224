//! The running server: its listener, its thread, its end.

use std::net::SocketAddr;

use super::{Error, Settings};

/// A running loopback server; stops when dropped.
#[derive(Debug)]
pub struct Broker {
    addr: SocketAddr,
}

impl Broker {
    /// Starts a server on a thread of its own. It accepts connections when this returns.
    ///
    /// # Errors
    /// [`Error`] where the address is not loopback or is taken, or where the settings make no sense.
    pub fn start(settings: Settings) -> Result<Broker, Error> {
        settings.check()?;
        todo!()
    }

    /// The address it listens on, with the port it was given.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The URL for clients, such as `nats://127.0.0.1:4222`.
    pub fn url(&self) -> String {
        format!("nats://{}", self.addr)
    }

    /// How many clients are connected.
    pub fn clients(&self) -> usize {
        todo!()
    }

    /// Closes every connection and the listener, and waits for the thread. The port is free again.
    pub fn stop(self) {}
}
