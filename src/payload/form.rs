//! What a payload is, decided by looking at it.

use std::fmt;

use super::{
    escape::{Sequence, has_sequences, sequence},
    json,
};
use crate::text::without_bom;

/// How a payload is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// An object or an array, laid out with one value a line.
    Json,
    /// Lines of text. Of escape sequences, colours are shown as colours, and nothing else.
    Text,
    /// Lines of text with the escape sequences in it.
    Raw,
    /// Offset, bytes, ASCII.
    Hex,
}

/// The forms that these bytes can be shown in, in the order in which the key for the next form walks
/// through them. Text without escape sequences has no raw form of its own.
pub fn forms(bytes: &[u8]) -> &'static [Form] {
    if has_sequences(bytes) {
        &[Form::Json, Form::Text, Form::Raw, Form::Hex]
    } else {
        &[Form::Json, Form::Text, Form::Hex]
    }
}

/// The form after this one in a row of forms, around.
pub fn next_form(forms: &[Form], form: Form) -> Form {
    let mut behind = forms.iter().skip_while(|other| **other != form).skip(1);
    let next = behind.next().or(forms.first());
    next.copied().unwrap_or(form)
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Form::Json => "JSON",
            Form::Text => "text",
            Form::Raw => "raw",
            Form::Hex => "hex",
        })
    }
}

/// How much of a payload is looked at; up to here a payload is looked at whole.
const LOOK: usize = 64 * 1024;

/// The form that suits these bytes best: JSON for objects and arrays, text for UTF-8 without
/// controls other than those of escape sequences, hex for the rest. A bare number, string or `true` is text,
/// but a string with escapes that need not be there is JSON. A byte order mark before JSON does not matter.
///
/// Costs the same for ten megabytes as for 64 KiB: what is larger counts as JSON if its ends look
/// so, and [`Document::read`](super::Document::read) will find out.
pub fn detect(bytes: &[u8]) -> Form {
    if is_json(bytes) {
        Form::Json
    } else if is_text(bytes) {
        Form::Text
    } else {
        Form::Hex
    }
}

/// Whether a payload is shown as JSON.
pub fn is_json(bytes: &[u8]) -> bool {
    is_bracketed(bytes) && (is_large(bytes.len()) || json::read(bytes).is_ok())
}

/// Whether a payload of this many bytes should be read into a [`Document`](super::Document) away
/// from the screen, in a job.
pub fn is_large(len: usize) -> bool {
    len > LOOK
}

/// At most the first `len` bytes, cut between characters.
pub(super) fn head(bytes: &[u8], len: usize) -> &[u8] {
    let Some(cut) = bytes.get(..len).filter(|_| len < bytes.len()) else {
        return bytes;
    };
    // A character has four bytes at most: one that was cut starts in the last three.
    let last = cut.len().saturating_sub(3);
    let start = cut.iter().skip(last).position(|byte| *byte >= 0xc0);
    let open = start
        .and_then(|start| cut.get(last + start..))
        .filter(|tail| str::from_utf8(tail).is_err_and(|error| error.error_len().is_none()));
    match open {
        Some(tail) => {
            let broken = str::from_utf8(tail).map_or_else(|error| error.valid_up_to(), str::len);
            let whole = cut.len() - tail.len() + broken;
            cut.get(..whole).unwrap_or(cut)
        }
        None => cut,
    }
}

/// Whether the first and last characters that are not blank are brackets that JSON may start and
/// end with, or quotes around escapes; blanks are passed over for a while only.
fn is_bracketed(bytes: &[u8]) -> bool {
    let bytes = without_bom(bytes);
    let first = bytes.get(..LOOK).unwrap_or(bytes).trim_ascii_start();
    let last = bytes.len().saturating_sub(LOOK);
    let last = bytes.get(last..).unwrap_or_default().trim_ascii_end();
    match (first.first(), last.last()) {
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) => true,
        (Some(b'"'), Some(b'"')) => json::holds_escapes(bytes),
        _ => false,
    }
}

/// Looks at the beginning only.
fn is_text(bytes: &[u8]) -> bool {
    let Ok(mut rest) = str::from_utf8(head(bytes, LOOK)) else {
        return false;
    };
    while let Some(at) = rest.find(is_odd_control) {
        let behind = rest.get(at..).unwrap_or_default();
        rest = match sequence(behind.as_bytes()) {
            Sequence::Whole(len) => behind.get(len..).unwrap_or_default(),
            Sequence::Open => return true,
            Sequence::None => return false,
        };
    }
    true
}

/// A control character that lines of text do not need.
pub(super) fn is_odd_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_follows_from_what_is_seen() {
        for (bytes, form) in [
            (&b""[..], Form::Text),
            (b"1646389270.65", Form::Text),
            (b"\"quoted\"", Form::Text),
            (b"true", Form::Text),
            (br#""gr\u00fcn""#, Form::Json),
            (br#""gr\u00fcn" "x""#, Form::Text),
            (br#""a\"b""#, Form::Text),
            (b"\xef\xbb\xbf{\"a\":1}", Form::Json),
            (b"\xef\xbb\xbf\xef\xbb\xbf{}", Form::Text),
            (b"\xef\xbb\xbfabc", Form::Text),
            (b"{}", Form::Json),
            (b" \n[1, 2, 3]\n", Form::Json),
            (b"{\"a\":1", Form::Text),
            (b"{{name}}", Form::Text),
            (b"[12:00] started [ok]", Form::Text),
            (b"{\"a\":1}\n{\"a\":2}", Form::Text),
            (b"line\tone\r\nline two", Form::Text),
            ("größe 日本".as_bytes(), Form::Text),
            (b"\x1b[31mred", Form::Text),
            ("\u{9b}31mred".as_bytes(), Form::Text),
            (b"\x1b]0;title\x07\x1b(B\x1b7text", Form::Text),
            (b"cut off \x1b[3", Form::Text),
            (b"a lone \x1b\n", Form::Hex),
            (b"a bell \x07", Form::Hex),
            ("\u{85}".as_bytes(), Form::Hex),
            (b"caf\xe9", Form::Hex),
            (b"{\"a\":\"\xff\"}", Form::Hex),
            (b"\x00\x01\x02", Form::Hex),
        ] {
            assert_eq!(detect(bytes), form, "{bytes:?}");
        }
    }

    #[test]
    fn a_large_payload_is_judged_by_its_ends() {
        let json = format!("[\"{}\"]", "x".repeat(LOOK));
        let text = "日".repeat(LOOK);
        let late = [&b"a".repeat(LOOK)[..], b"\xff"].concat();

        assert_eq!(detect(json.as_bytes()), Form::Json);
        assert_eq!(detect(text.as_bytes()), Form::Text);
        assert_eq!(detect(&late), Form::Text);
    }

    #[test]
    fn a_head_ends_between_characters() {
        for (bytes, len, kept) in [
            (&b"abc"[..], 5, &b"abc"[..]),
            (b"abc", 2, b"ab"),
            ("a日".as_bytes(), 2, b"a"),
            ("a日".as_bytes(), 3, b"a"),
            ("a日b".as_bytes(), 4, "a日".as_bytes()),
            ("é日".as_bytes(), 4, "é".as_bytes()),
            (b"\xff\xff\xff", 2, b"\xff\xff"),
            ("👍👍".as_bytes(), 7, "👍".as_bytes()),
            ("👍".as_bytes(), 0, b""),
        ] {
            assert_eq!(head(bytes, len), kept, "{bytes:?} to {len}");
        }
    }
}
