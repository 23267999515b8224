//! How a command ends: the codes that scripts rely on, and the sentence on stderr.

use std::{fmt, process::ExitCode};

use thiserror::Error;

use super::{
    next_step::{Advised, next_step},
    output::OutputError,
};
use crate::{broker, client, context, protocol::ProtocolError, settings};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It did what it was asked.
    Done = 0,
    /// It failed for a reason that none of the others names.
    Failed = 1,
    /// The arguments or the configuration cannot be used.
    Usage = 2,
    /// There was no connection, or the server refused us or our subject.
    Refused = 3,
    /// Something did not come in time.
    TimedOut = 4,
    /// Nobody listens on the subject of a request.
    NoResponders = 5,
    /// SIGHUP.
    HungUp = 129,
    /// SIGINT.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Arguments that clap lets through and that cannot be used all the same.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// A value that cannot be sent, called by the flag that gave it instead of by what it is on the wire.
pub fn unusable(flag: &str, error: ProtocolError) -> UsageError {
    UsageError(match error {
        ProtocolError::BadSubject { subject, reason } => format!("{flag}: \"{subject}\" {reason}"),
        error => format!("{flag}: {error}"),
    })
}

/// The class of an error. A reader that has gone away is none: it had enough, as in `| head -1`.
pub fn class(error: &anyhow::Error) -> Exit {
    if let Some(error) = error.downcast_ref::<client::Error>() {
        class_of_client(error)
    } else if let Some(advised) = error.downcast_ref::<Advised>() {
        class_of_client(&advised.error)
    } else if let Some(context::Error::Client { error, .. }) = error.downcast_ref() {
        class_of_client(error)
    } else if error.is::<context::Error>()
        || error.is::<settings::Error>()
        || error.is::<UsageError>()
    {
        Exit::Usage
    } else if let Some(broker::Error::NotLoopback(_)) = error.downcast_ref() {
        Exit::Usage
    } else if matches!(error.downcast_ref(), Some(OutputError::Closed)) {
        Exit::Done
    } else {
        Exit::Failed
    }
}

/// The class of an error of the client.
fn class_of_client(error: &client::Error) -> Exit {
    use client::Error as E;
    match error {
        E::NoName
        | E::BadUrl { .. }
        | E::BadCredentials { .. }
        | E::BadCertificateFile { .. }
        | E::Invalid(_) => Exit::Usage,
        E::Timeout { .. } => Exit::TimedOut,
        E::NoResponders { .. } => Exit::NoResponders,
        E::Dns { .. }
        | E::Dial { .. }
        | E::NotNats { .. }
        | E::HandshakeTimeout { .. }
        | E::Unsupported { .. }
        | E::Refused { .. }
        | E::NkeysUnsupported { .. }
        | E::SecureNotAvailable { .. }
        | E::TlsVerify { .. }
        | E::TlsClientCertRequired { .. }
        | E::TlsProtocol { .. }
        | E::ProtocolInjection { .. }
        | E::TurnedAway { .. }
        | E::Protocol { .. }
        | E::Lost { .. }
        | E::Stale { .. }
        | E::Denied { .. }
        | E::InboxDenied { .. }
        | E::Disconnected => Exit::Refused,
        _ => Exit::Failed,
    }
}

/// An error as one sentence, with the next step behind it where there is one.
pub struct Sentence<'a>(pub &'a anyhow::Error);

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)?;
        match next_step(self.0) {
            Some(step) => write!(f, "; {step}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anyhow::{Context as _, anyhow};

    use super::*;

    #[test]
    fn every_class_of_error_has_its_code_whatever_stands_around_it() {
        let timeout = client::Error::Timeout {
            subject: "today".to_owned(),
            after: Duration::from_millis(100),
        };
        let turned_away = client::Error::TurnedAway {
            server: "nats://h:4222".to_owned(),
            reason: "maximum connections exceeded".to_owned(),
        };
        let table = [
            (anyhow!("anything"), Exit::Failed),
            (anyhow!(UsageError("no".to_owned())), Exit::Usage),
            (anyhow!(client::Error::NoName), Exit::Usage),
            (anyhow!(client::Error::Disconnected), Exit::Refused),
            (anyhow!(turned_away), Exit::Refused),
            (anyhow!(timeout.clone()), Exit::TimedOut),
            (anyhow!(OutputError::Closed), Exit::Done),
        ];
        for (error, expected) in table {
            let error = Err::<(), _>(error).context("on the way").unwrap_err();
            assert_eq!(class(&error), expected, "{error:#}");
        }
    }

    #[test]
    fn a_sentence_ends_with_the_next_step() {
        let error = anyhow!(client::Error::NoResponders {
            subject: "stock".to_owned()
        });
        assert_eq!(
            Sentence(&error).to_string(),
            "no responders on \"stock\"; check the subject, or start who answers it"
        );
    }
}
