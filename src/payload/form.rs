//! What a payload is, decided by looking at it.

use std::fmt;

use super::json;
use crate::text::without_bom;

/// How a payload is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// An object or an array, laid out with one value a line.
    Json,
    /// Lines of text as they came.
    Text,
    /// Offset, sixteen bytes, ASCII.
    Hex,
}

impl Form {
    /// Every form, in the order in which the key for the next form walks through them.
    pub const ALL: [Form; 3] = [Form::Json, Form::Text, Form::Hex];

    /// The form after this one, around.
    pub fn next(self) -> Form {
        match self {
            Form::Json => Form::Text,
            Form::Text => Form::Hex,
            Form::Hex => Form::Json,
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Form::Json => "JSON",
            Form::Text => "text",
            Form::Hex => "hex",
        })
    }
}

/// How much of a payload is looked at; up to here a payload is looked at whole.
const LOOK: usize = 64 * 1024;

/// The form that suits these bytes best: JSON for objects and arrays, text for UTF-8 without
/// controls, hex for the rest. A bare number, string or `true` is text, but a string with escapes that
/// need not be there is JSON. A byte order mark before JSON does not matter.
///
/// Costs the same for ten megabytes as for 64 KiB: what is larger counts as JSON if its ends look
/// so, and [`Document::read`](super::Document::read) will find out.
pub fn detect(bytes: &[u8]) -> Form {
    if is_json(bytes) {
        Form::Json
    } else if is_text(head(bytes, LOOK)) {
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

fn is_text(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(|text| {
        !text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
    })
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
            (b"\x1b[31mred", Form::Hex),
            ("\u{9b}31m".as_bytes(), Form::Hex),
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
