//! How much of a recording is taken at once.

/// Maximum length of a line that is read, in bytes: more than the largest payload of a server (64 MB) as
/// base64.
pub const LONGEST: usize = 128 << 20;

/// Maximum length of a payload or header block that is written as text, in bytes. JSON takes up to six
/// characters for one byte, and what is written must not be longer than what is read again.
pub(super) const AS_TEXT: usize = LONGEST / 8;
