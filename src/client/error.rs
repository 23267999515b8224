//! Every way a connection, a subscription or a request can fail, each with a sentence for people.

use std::{path::PathBuf, time::Duration};

use thiserror::Error as ThisError;

use crate::{protocol::ProtocolError, text::quoted};

/// What went wrong, for whom, and where it helps, what to do about it. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The client has no name.
    #[error("a client needs a name: it shows in the server's connection list")]
    NoName,
    /// A server URL cannot be used. Holds the URL without user info, and the reason.
    #[error("server URL {} {reason}", quoted(url))]
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
    /// A step of connecting took too long.
    #[error("{server}: no {awaited} within {after:?}{}", hint(awaited))]
    HandshakeTimeout {
        /// The server.
        server: String,
        /// `INFO`, `PONG`, `TLS`, `WebSocket` or `credentials`.
        awaited: &'static str,
        /// The limit that was reached.
        after: Duration,
    },
    /// The server cannot do what is needed.
    #[error("{server}: {what}")]
    Unsupported {
        /// The server.
        server: String,
        /// What, and what to do instead.
        what: String,
    },
    /// Our own credentials cannot be used: an unreadable file, an invalid seed.
    #[error("{credential} {reason}")]
    BadCredentials {
        /// Which, such as `credentials file "/home/u/u.creds"`.
        credential: String,
        /// Why, as the end of the sentence.
        reason: String,
    },
    /// We have only an nkey, and the server sent no nonce to sign.
    #[error("{server} does not know nkeys: it sent no nonce to sign; nothing was sent")]
    NkeysUnsupported {
        /// The server.
        server: String,
    },
    /// A certificate or key file of ours cannot be used.
    #[error("{} {reason}", quoted(file))]
    BadCertificateFile {
        /// The file.
        file: PathBuf,
        /// Why, as the end of the sentence.
        reason: String,
    },
    /// TLS is required, and the server does not offer it. Nothing was sent.
    #[error("{server} does not offer TLS, which was asked for; nothing was sent")]
    SecureNotAvailable {
        /// The server.
        server: String,
    },
    /// The server's certificate is not to be trusted.
    #[error("{server}: certificate not trusted: {reason}")]
    TlsVerify {
        /// The server.
        server: String,
        /// What is wrong with it, and for which name it was checked.
        reason: String,
    },
    /// The server wants a client certificate.
    #[error("{server} wants a client certificate, and none was given")]
    TlsClientCertRequired {
        /// The server.
        server: String,
    },
    /// The TLS handshake failed for another reason.
    #[error("{server}: TLS failed: {reason}")]
    TlsProtocol {
        /// The server.
        server: String,
        /// What went wrong.
        reason: String,
    },
    /// Plain text came where TLS should begin: it may be injected by an attacker.
    #[error("{server}: something came in the clear where TLS was to begin: not trusted")]
    ProtocolInjection {
        /// The server.
        server: String,
    },
    /// The server refused our credentials, or requires some.
    #[error("{server} refused to let us in: {reason}")]
    Refused {
        /// The server.
        server: String,
        /// The server's own words, or why our JWT is not valid now.
        reason: String,
        /// A fingerprint of the credentials, valid in this process; `None` where they were accepted before.
        credentials: Option<u64>,
    },
    /// The server closed the connection for a reason other than credentials: a limit, or a wrong port.
    #[error("{server} turned us away: {reason}")]
    TurnedAway {
        /// The server.
        server: String,
        /// The server's own words.
        reason: String,
    },
    /// The server violated the protocol.
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
    #[error("{server}: silent for {:?}, given up", tenths(*silent))]
    Stale {
        /// The server.
        server: String,
        /// For how long nothing came.
        silent: Duration,
    },
    /// A subject, header or other value cannot be sent.
    #[error(transparent)]
    Invalid(#[from] ProtocolError),
    /// The server refused a subscription or a publish.
    #[error("\"{subject}\" refused: {reason}")]
    Denied {
        /// The subject, made visible.
        subject: String,
        /// The server's own words.
        reason: String,
    },
    /// The server refused the inbox, so that no reply can come.
    #[error("no reply can come: the inbox \"{subject}\" was refused: {reason}")]
    InboxDenied {
        /// The inbox, made visible.
        subject: String,
        /// The server's own words.
        reason: String,
    },
    /// Headers and payload are larger than the server accepts.
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
    #[error("no responders on \"{subject}\"")]
    NoResponders {
        /// The subject, made visible.
        subject: String,
    },
    /// No answer came in time.
    #[error("no answer from \"{subject}\" within {after:?}")]
    Timeout {
        /// The subject, or the operation.
        subject: String,
        /// The limit that was reached.
        after: Duration,
    },
    /// There is no connection now; the background task is trying to get one.
    #[error("not connected")]
    Disconnected,
    /// The command queue is full; nothing was sent.
    #[error("too many commands are waiting; nothing was sent, try again")]
    Busy,
    /// The client was closed.
    #[error("the client is closed")]
    Closed,
}

/// A duration cut to tenths of a second.
fn tenths(time: Duration) -> Duration {
    Duration::from_millis(u64::try_from(time.as_millis() / 100 * 100).unwrap_or(u64::MAX))
}

/// A likely cause where the server was silent or closed while `awaited` was expected.
pub(super) fn hint(awaited: &str) -> &'static str {
    match awaited {
        "INFO" => {
            "; a NATS server speaks first: is this its port? One that wants TLS first says nothing \
             until then"
        }
        _ => "",
    }
}
