//! What can be wrong with bytes on the wire, in either direction.

use thiserror::Error;

use crate::text::visible_subject;

/// Why bytes could not be framed, or a value could not be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// The line does not begin with a verb of this direction. Holds its first bytes, made visible.
    #[error("unknown operation \"{0}\"")]
    UnknownOperation(String),
    /// A control line is longer than the limit, in bytes.
    #[error("control line longer than {limit} bytes")]
    LineTooLong {
        /// The limit in force, in bytes.
        limit: usize,
    },
    /// The fields of a control line do not fit its verb. Holds the line, made visible and cut.
    #[error("malformed {verb} line \"{line}\"")]
    BadFields {
        /// The verb of the line.
        verb: &'static str,
        /// The line, made visible and cut to a bounded length.
        line: String,
    },
    /// A message announces more bytes than the limit.
    #[error("message of {announced} bytes exceeds the limit of {limit}")]
    TooLarge {
        /// The announced size in bytes, headers included.
        announced: u64,
        /// The limit in force, in bytes.
        limit: usize,
    },
    /// The bytes behind a payload are not CR LF.
    #[error("payload is not followed by CR LF")]
    BadTerminator,
    /// A JSON document of the handshake does not parse.
    #[error("malformed {verb} document: {reason}")]
    BadDocument {
        /// `INFO` or `CONNECT`.
        verb: &'static str,
        /// What the JSON parser said.
        reason: String,
    },
    /// A subject cannot be used. Holds the subject, made visible, and the reason.
    #[error("subject \"{subject}\" {reason}")]
    BadSubject {
        /// The subject, made visible and cut to a bounded length.
        subject: String,
        /// Why, as the end of the sentence "subject … ".
        reason: &'static str,
    },
    /// A header cannot be written. Holds the name, made visible, and the reason.
    #[error("header \"{name}\" {reason}")]
    BadHeader {
        /// The header's name, made visible and cut to a bounded length.
        name: String,
        /// Why, as the end of the sentence "header … ".
        reason: &'static str,
    },
}

/// How many bytes of a line, subject or header an error shows.
const EXCERPT: usize = 64;

/// The first bytes of what was wrong, safe to show.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    match bytes.get(..EXCERPT) {
        Some(cut) if bytes.len() > EXCERPT => format!("{}…", visible_subject(cut)),
        _ => visible_subject(bytes).into_owned(),
    }
}
