//! What to do about an error: the end of its sentence.

use thiserror::Error;

use crate::client;

/// An error of the client whose next step depends on how we connected.
#[derive(Debug, Error)]
#[error("{error}")]
pub struct Advised {
    /// The error.
    pub error: client::Error,
    /// The next step.
    pub step: String,
}

/// The next step after an error, where there is one.
pub fn next_step(error: &anyhow::Error) -> Option<&str> {
    if let Some(advised) = error.downcast_ref::<Advised>() {
        return Some(&advised.step);
    }
    error.downcast_ref().and_then(of_client)
}

fn of_client(error: &client::Error) -> Option<&'static str> {
    use client::Error as E;
    Some(match error {
        E::Dns { .. } => "check the host name given with --server or NATS_URL",
        E::Dial { .. } => {
            "start a server with \"goingnats serve\", or name another with --server or NATS_URL"
        }
        E::NotNats { .. } => "check the port given with --server or NATS_URL",
        E::HandshakeTimeout {
            awaited: "INFO", ..
        } => "try --tlsfirst, or check the port given with --server or NATS_URL",
        E::HandshakeTimeout {
            awaited: "PONG", ..
        } => "it accepts and does not answer: look after the server, or wait longer with --timeout",
        E::TlsVerify { .. } => {
            "name the server as its certificate does, and the authority with --tlsca or NATS_CA"
        }
        E::SecureNotAvailable { .. } => {
            "turn TLS on in its configuration, or use nats:// and no TLS options to talk in the clear"
        }
        E::NkeysUnsupported { .. } => "use --creds, --user or --token instead",
        E::Denied { .. } => "choose another subject, or another user with --creds or --user",
        E::InboxDenied { .. } => {
            "name a prefix that this user may subscribe to with --inbox-prefix or NATS_INBOX_PREFIX"
        }
        E::TlsClientCertRequired { .. } => {
            "give one with --tlscert and --tlskey, or NATS_CERT and NATS_KEY"
        }
        E::Refused { .. } => {
            "give other credentials in the URL, or with --creds, --nkey, --user or --token"
        }
        E::Timeout { .. } => "wait longer with --timeout",
        E::TooLarge { .. } => "send less, or raise max_payload in the server's configuration",
        E::NoResponders { .. } => "check the subject, or start who answers it",
        _ => return None,
    })
}
