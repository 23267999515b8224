//! Every way a connection, a subscription or a request can fail, each with a sentence for people.

use std::time::Duration;

use thiserror::Error as ThisError;

use crate::protocol::ProtocolError;

/// What went wrong, for whom, and where it helps, what to do about it. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// A client must have a name.
    #[error("a client needs a name: it shows in the server's connection list")]
    NoName,
    /// A server URL cannot be used. Holds the URL without user info, and the reason.
    #[error("server URL {url:?} {reason}")]
    BadUrl {
        /// The URL, user info left out.
        url: String,
        /// Why, as the end of the sentence "server URL … ".
        reason: String,
    },
    /// The host name has no address.
    #[error("{server}: no address found: {reason}")]
    Dns {
        /// The server.
        server: String,
        /// What the resolver said.
        reason: String,
    },
    /// Nothing accepted the connection.
    #[error("{server}: {reason}")]
    Dial {
        /// The server.
        server: String,
        /// What the operating system said, such as "connection refused".
        reason: String,
    },
    /// Something answered that does not speak NATS.
    #[error("{server} is not a NATS server: {hint}")]
    NotNats {
        /// The server.
        server: String,
        /// What it seems to speak, or its first bytes, made visible.
        hint: String,
    },
    /// The server did not do the expected in time.
    #[error("{server}: no {awaited} within {after:?}")]
    HandshakeTimeout {
        /// The server.
        server: String,
        /// `INFO` or `PONG`.
        awaited: &'static str,
        /// The limit that was reached.
        after: Duration,
    },
    /// The server insists on something this build cannot do yet, such as TLS.
    #[error("{server}: {what}")]
    Unsupported {
        /// The server.
        server: String,
        /// What, and what to do instead.
        what: String,
    },
    /// The server refused the credentials, or wants some.
    #[error("{server} refused to let us in: {reason}")]
    Refused {
        /// The server.
        server: String,
        /// The server's own words.
        reason: String,
    },
    /// The server closed the door for a reason other than credentials: a limit, or a wrong port.
    #[error("{server} turned us away: {reason}")]
    TurnedAway {
        /// The server.
        server: String,
        /// The server's own words.
        reason: String,
    },
    /// The server sent what cannot be framed.
    #[error("{server} broke the protocol: {error}")]
    Protocol {
        /// The server.
        server: String,
        /// What was wrong.
        error: ProtocolError,
    },
    /// The connection ended.
    #[error("{server}: connection lost: {reason}")]
    Lost {
        /// The server.
        server: String,
        /// Why, as far as is known.
        reason: String,
    },
    /// The server was silent for too long.
    #[error("{server}: silent for {silent:?}, given up")]
    Stale {
        /// The server.
        server: String,
        /// For how long nothing came.
        silent: Duration,
    },
    /// A value of ours cannot be sent.
    #[error(transparent)]
    Invalid(#[from] ProtocolError),
    /// The server refused a subscription or a publish.
    #[error("{subject:?} refused: {reason}")]
    Denied {
        /// The subject, made visible.
        subject: String,
        /// The server's own words.
        reason: String,
    },
    /// Headers and payload are larger than the server takes.
    #[error("message of {size} bytes is larger than the server takes ({limit} bytes)")]
    TooLarge {
        /// Headers and payload, in bytes.
        size: usize,
        /// The server's `max_payload`, in bytes.
        limit: usize,
    },
    /// The server does not know headers.
    #[error("the server does not support headers")]
    NoHeaders,
    /// Nobody is subscribed to the subject of a request.
    #[error("no responders on {subject:?}")]
    NoResponders {
        /// The subject, made visible.
        subject: String,
    },
    /// No answer came in time.
    #[error("no answer from {subject:?} within {after:?}")]
    Timeout {
        /// The subject, or what was waited for.
        subject: String,
        /// The limit that was reached.
        after: Duration,
    },
    /// There is no connection now; the background task is trying to get one.
    #[error("not connected")]
    Disconnected,
    /// The background task has more to do than it can take; nothing was sent.
    #[error("too many commands are waiting; nothing was sent, try again")]
    Busy,
    /// The client was closed.
    #[error("the client is closed")]
    Closed,
}
