//! Subjects: bytes between dots, with `*` for one token and `>` for the rest (nats-server `sublist.go`).

use std::fmt::Write;

use super::ProtocolError;
use super::error::excerpt;

/// The longest subject or queue group that we send, in bytes; with a reply of the same length and the
/// numbers it stays inside the server's default `max_control_line` of 4096 only where one is short,
/// so the encoder checks the whole line too.
pub const MAX_LEN: usize = 4_000;

/// Checks a subject to publish to: not empty, no blank, no control character that would break the
/// line, no empty token, no wildcard.
///
/// # Errors
/// [`ProtocolError::BadSubject`] with the reason.
pub fn check_publish(subject: &[u8]) -> Result<(), ProtocolError> {
    check_tokens(subject)?;
    if has_wildcard(subject) {
        return Err(bad(subject, "has a wildcard"));
    }
    Ok(())
}

/// Checks a subject to subscribe to: as for publishing, with wildcards as whole tokens and `>` last.
///
/// # Errors
/// [`ProtocolError::BadSubject`] with the reason.
pub fn check_subscribe(subject: &[u8]) -> Result<(), ProtocolError> {
    check_tokens(subject)?;
    if tokens(subject).rev().skip(1).any(|token| token == b">") {
        return Err(bad(subject, "has tokens behind `>`"));
    }
    Ok(())
}

/// Checks a queue group: not empty, no blank or line break, not too long.
///
/// # Errors
/// [`ProtocolError::BadSubject`] with the reason.
pub fn check_queue(queue: &[u8]) -> Result<(), ProtocolError> {
    if queue.is_empty() {
        return Err(bad(queue, "is empty"));
    }
    if queue.len() > MAX_LEN {
        return Err(bad(queue, "is too long"));
    }
    if queue.iter().any(|&byte| breaks_line(byte)) {
        return Err(bad(queue, "has a blank or line break"));
    }
    Ok(())
}

/// Whether a subscription to `pattern` receives what is published to `subject`.
///
/// As in `sublist.go`: a subject with an empty token reaches nobody, a pattern that the server would
/// refuse receives nothing, and wildcards in the published subject are plain tokens.
pub fn matches(pattern: &[u8], subject: &[u8]) -> bool {
    let mut wanted = tokens(pattern);
    let mut given = tokens(subject);
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(_), Some(b"") | None) | (None, Some(_)) => return false,
            (Some(b">"), Some(_)) => {
                return wanted.next().is_none() && given.all(|token| !token.is_empty());
            }
            (Some(b"*"), Some(_)) => {}
            (Some(literal), Some(token)) => {
                if literal != token {
                    return false;
                }
            }
        }
    }
}

/// Whether any token is `*` or `>`.
pub fn has_wildcard(subject: &[u8]) -> bool {
    memchr::memchr2(b'*', b'>', subject).is_some()
        && tokens(subject).any(|token| token == b"*" || token == b">")
}

/// The subject as text that is safe to show: UTF-8 where it is UTF-8, everything else and every
/// control character escaped as `\xNN`. So are characters that are invisible or turn the direction of
/// the text: two subjects that differ never look the same because of them.
pub fn visible(subject: &[u8]) -> String {
    let mut text = String::with_capacity(subject.len());
    for part in subject.utf8_chunks() {
        for char in part.valid().chars() {
            if char.is_control() || is_invisible(char) {
                escape(&mut text, char.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                text.push(char);
            }
        }
        escape(&mut text, part.invalid());
    }
    text
}

fn escape(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "\\x{byte:02x}");
    }
}

/// Unicode's default ignorable characters, line and paragraph separators, and interlinear marks
/// (Unicode 16, `DerivedCoreProperties.txt`; bidi controls are among them).
fn is_invisible(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

fn check_tokens(subject: &[u8]) -> Result<(), ProtocolError> {
    if subject.is_empty() {
        return Err(bad(subject, "is empty"));
    }
    if subject.len() > MAX_LEN {
        return Err(bad(subject, "is too long"));
    }
    let mut before = b'.';
    for &byte in subject {
        if breaks_line(byte) {
            return Err(bad(subject, "has a blank or line break"));
        }
        if byte == b'.' && before == b'.' {
            return Err(bad(subject, "has an empty token"));
        }
        before = byte;
    }
    if before == b'.' {
        return Err(bad(subject, "has an empty token"));
    }
    Ok(())
}

fn tokens(subject: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    subject.split(|&byte| byte == b'.')
}

/// Whether a server would split a field at this byte, or end the line there.
fn breaks_line(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cold]
fn bad(subject: &[u8], reason: &'static str) -> ProtocolError {
    ProtocolError::BadSubject {
        subject: excerpt(subject),
        reason,
    }
}
