//! Subjects: bytes between dots, with `*` for one token and `>` for the rest (nats-server `sublist.go`).

use super::ProtocolError;

/// The longest subject or queue group that we send, in bytes; with a reply of the same length and the
/// numbers it stays inside the server's default `max_control_line` of 4096 only where one is short,
/// so the encoder checks the whole line too.
pub const MAX_LEN: usize = 4_000;

/// Checks a subject to publish to: not empty, no blank, no control character that would break the
/// line, no empty token, no wildcard.
///
/// # Errors
/// [`ProtocolError::BadSubject`] with the reason.
pub fn check_publish(_subject: &[u8]) -> Result<(), ProtocolError> {
    todo!()
}

/// Checks a subject to subscribe to: as for publishing, with wildcards as whole tokens and `>` last.
///
/// # Errors
/// [`ProtocolError::BadSubject`] with the reason.
pub fn check_subscribe(_subject: &[u8]) -> Result<(), ProtocolError> {
    todo!()
}

/// Checks a queue group: not empty, no blank or line break, not too long.
///
/// # Errors
/// [`ProtocolError::BadSubject`] with the reason.
pub fn check_queue(_queue: &[u8]) -> Result<(), ProtocolError> {
    todo!()
}

/// Whether a subscription to `pattern` receives what is published to `subject`.
pub fn matches(_pattern: &[u8], _subject: &[u8]) -> bool {
    todo!()
}

/// Whether any token is `*` or `>`.
pub fn has_wildcard(_subject: &[u8]) -> bool {
    todo!()
}

/// The subject as text that is safe to show: UTF-8 where it is UTF-8, everything else and every
/// control character escaped as `\xNN`.
pub fn visible(_subject: &[u8]) -> String {
    todo!()
}
