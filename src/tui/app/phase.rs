//! What we know of the connection.

use std::time::Duration;

use crate::{client::TlsInfo, protocol::Info};

/// The connection, as the screen tells it.
#[derive(Clone, Debug, Default)]
pub enum Phase {
    /// Nothing was dialed yet.
    #[default]
    Idle,
    /// A server is being dialed.
    Connecting {
        /// The server, without user info.
        server: String,
        /// 1 for the first attempt since we were connected.
        attempt: u32,
    },
    /// All is well.
    Connected {
        /// The server, without user info.
        server: String,
        /// What it says of itself.
        info: Box<Info>,
        /// The newest round trip.
        rtt: Duration,
        /// What protects the connection; `None` in the clear.
        tls: Option<TlsInfo>,
    },
    /// Lost, or never had; the next attempt follows.
    Waiting {
        /// Why, as a sentence.
        reason: String,
        /// How many attempts failed since we were connected.
        attempt: u32,
    },
    /// There is no connection and will be none: a recording is shown.
    Recording,
    /// Over.
    Closed {
        /// Why it was given up, as a sentence; `None` where we closed it.
        reason: Option<String>,
        /// What the server was given, where it refused that.
        given: Option<String>,
    },
}

impl Phase {
    /// Whether it is over, or never was.
    pub fn is_closed(&self) -> bool {
        matches!(self, Phase::Closed { .. } | Phase::Recording)
    }

    /// Whether there is nobody to send anything to, ever.
    pub fn is_recording(&self) -> bool {
        matches!(self, Phase::Recording)
    }

    /// Whether commands reach a server now.
    pub fn is_connected(&self) -> bool {
        matches!(self, Phase::Connected { .. })
    }
}
