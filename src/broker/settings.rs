//! The settings of a server.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::Error;
use crate::protocol::Connect;

/// How a server listens and what it allows each client.
///
/// ```
/// use goingnats::broker::Settings;
/// let settings = Settings { max_payload: 1024, ..Settings::default() };
/// assert!(settings.addr.ip().is_loopback());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The loopback address to listen on; port 0 takes a free one. Default `127.0.0.1:0`.
    pub addr: SocketAddr,
    /// Maximum message size in bytes, headers and payload together. Default 1 MiB, as nats-server.
    pub max_payload: usize,
    /// Silence after which a client gets a PING; after two unanswered PINGs it is disconnected. Default
    /// 20 s.
    pub ping_interval: Duration,
    /// Maximum bytes pending for one client; above it the client is a slow consumer and is disconnected.
    /// Default 8 MiB.
    pub pending_limit: usize,
    /// The credentials required of clients. Default: none.
    pub access: Access,
    /// Time for a client to send valid credentials, if any are required. Default 2 s, as nats-server.
    pub auth_timeout: Duration,
}

/// The credentials required of clients.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Access {
    /// None.
    #[default]
    Open,
    /// A user and a password.
    User {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// A token.
    Token(String),
}

impl Access {
    /// Whether clients must send credentials.
    pub(super) fn requires_credentials(&self) -> bool {
        *self != Access::Open
    }

    /// Whether the client's credentials are the required ones.
    pub(super) fn accepts(&self, connect: &Connect) -> bool {
        let is = |shown: &Option<String>, wanted: &str| shown.as_deref() == Some(wanted);
        match self {
            Access::Open => true,
            Access::User { user, password } => {
                is(&connect.user, user) && is(&connect.pass, password)
            }
            Access::Token(token) => is(&connect.auth_token, token),
        }
    }
}

/// Shows the kind, and no secret.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Access::Open => "Open",
            Access::User { .. } => "User(<hidden>)",
            Access::Token(_) => "Token(<hidden>)",
        })
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            max_payload: 1 << 20,
            ping_interval: Duration::from_secs(20),
            pending_limit: 8 << 20,
            access: Access::Open,
            auth_timeout: Duration::from_secs(2),
        }
    }
}

impl Settings {
    /// # Errors
    /// If the address is not loopback or no client could be served.
    pub(super) fn check(&self) -> Result<(), Error> {
        if !self.addr.ip().is_loopback() {
            return Err(Error::NotLoopback(self.addr));
        }
        if self.max_payload == 0 {
            return Err(Error::Settings("max_payload must be larger than 0"));
        }
        // One message must fit, or every receiver of it would be cut off (nats-server: "max_payload
        // cannot be higher than max_pending").
        if self.max_payload >= self.pending_limit {
            return Err(Error::Settings(
                "max_payload must be smaller than pending_limit",
            ));
        }
        if self.ping_interval.is_zero() {
            return Err(Error::Settings("ping_interval must be longer than 0"));
        }
        Ok(())
    }
}
