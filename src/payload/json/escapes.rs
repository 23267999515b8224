//! Escapes in JSON, and what they stand for.

use std::borrow::Cow;

use crate::text::{BYTE_ORDER_MARK, is_hidden};

/// JSON that says the same, with every escape replaced by the character it stands for where that can be
/// shown: `gr\u00fcn` as `grün`, `\/` as `/`. Quotes, backslashes and controls stay escaped, in their
/// shortest form, and so do characters that cannot be seen. Also takes the beginning of a document, and
/// several of them; what is not made of what JSON is made of stays as it is.
///
/// ```
/// use goingnats::payload::unescaped;
///
/// assert_eq!(&*unescaped(br#"{"farbe":"gr\u00fcn\n"}"#), r#"{"farbe":"grün\n"}"#.as_bytes());
/// ```
pub fn unescaped(json: &[u8]) -> Cow<'_, [u8]> {
    let replaced = holds_escapes(json).then(|| replaced(json)).flatten();
    replaced.map_or(Cow::Borrowed(json), Cow::Owned)
}

/// Whether there may be an escape that need not be one.
pub(in crate::payload) fn holds_escapes(bytes: &[u8]) -> bool {
    let mut backslashes = memchr::memchr_iter(b'\\', bytes);
    backslashes.any(|at| matches!(bytes.get(at + 1), Some(b'u' | b'/')))
}

/// `None` where nothing was replaced, or this is no JSON.
fn replaced(json: &[u8]) -> Option<Vec<u8>> {
    let mark = if json.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let first = json.get(mark..)?.trim_ascii_start().first()?;
    if !matches!(first, b'{' | b'[' | b'"') {
        return None;
    }
    let mut out = Vec::with_capacity(json.len());
    let (mut at, mut copied) = (mark, 0);
    while let Some(byte) = json.get(at) {
        if *byte != b'"' {
            at = token_end(json, at)?;
            continue;
        }
        at += 1;
        loop {
            let Some(next) = memchr::memchr2(b'"', b'\\', &json[at..]) else {
                at = json.len();
                break;
            };
            at += next;
            if json[at] == b'"' {
                at += 1;
                break;
            }
            let Some(escape) = Escape::read(&json[at..])? else {
                at = json.len();
                break;
            };
            if escape.is_replaced {
                out.extend_from_slice(&json[copied..at]);
                write(escape.char, &mut out);
                copied = at + escape.len;
            }
            at += escape.len;
        }
    }
    (copied > 0).then(|| {
        out.extend_from_slice(&json[copied..]);
        out
    })
}

/// The byte behind what begins here and is no string.
fn token_end(json: &[u8], at: usize) -> Option<usize> {
    let rest = &json[at..];
    let word = |word: &[u8]| {
        let there = &rest[..rest.len().min(word.len())];
        word.starts_with(there).then_some(there.len())
    };
    let len = match rest.first()? {
        b'{' | b'}' | b'[' | b']' | b':' | b',' | b' ' | b'\t' | b'\n' | b'\r' => 1,
        b'-' | b'0'..=b'9' => {
            let is_part =
                |byte: &&u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
            rest.iter().take_while(is_part).count()
        }
        b't' => word(b"true")?,
        b'f' => word(b"false")?,
        b'n' => word(b"null")?,
        _ => return None,
    };
    Some(at + len)
}

/// An escape in a string.
struct Escape {
    char: char,
    len: usize,
    is_replaced: bool,
}

impl Escape {
    /// The escape that the bytes begin with. `None` where there is no such escape, and nothing inside
    /// where it is cut off.
    fn read(bytes: &[u8]) -> Option<Option<Escape>> {
        let Some(kind) = bytes.get(1) else {
            return Some(None);
        };
        let (char, len, is_replaced) = match kind {
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => ('\\', 2, false),
            b'/' => ('/', 2, true),
            b'u' => {
                let Some(unit) = unit(bytes)? else {
                    return Some(None);
                };
                let behind = bytes.get(6..).unwrap_or_default();
                let pair = match unit {
                    0xd800..=0xdbff if behind.starts_with(b"\\u") => self::unit(behind)?,
                    _ => None,
                };
                let units = [unit, pair.unwrap_or_default()];
                match char::decode_utf16(units).next()? {
                    Ok(char) => (char, 6 * char.len_utf16(), is_shown(char)),
                    // half of a surrogate pair, alone
                    Err(_) => ('\\', 6, false),
                }
            }
            _ => return None,
        };
        Some(Some(Escape {
            char,
            len,
            is_replaced,
        }))
    }
}

/// The number behind `\u`. `None` where it is none, and nothing inside where it is cut off.
fn unit(bytes: &[u8]) -> Option<Option<u16>> {
    let digits = &bytes[2..bytes.len().min(6)];
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let number = || u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok();
    Some((digits.len() == 4).then(number).flatten())
}

/// Whether it is better shown than written as an escape. What joins letters and emoji belongs to them.
fn is_shown(char: char) -> bool {
    matches!(char, '\u{200c}' | '\u{200d}') || short(char).is_some() || !is_hidden(char)
}

/// The letter of its short escape, where it has to be escaped.
fn short(char: char) -> Option<u8> {
    Some(match char {
        '"' => b'"',
        '\\' => b'\\',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        _ => return None,
    })
}

fn write(char: char, out: &mut Vec<u8>) {
    match short(char) {
        Some(letter) => out.extend([b'\\', letter]),
        None => out.extend(char.encode_utf8(&mut [0; 4]).bytes()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(json: &str) -> String {
        String::from_utf8(unescaped(json.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn escapes_are_undone_where_the_character_can_be_shown() {
        for (json, expected) in [
            (r#"{"a":"gr\u00fcn"}"#, r#"{"a":"grün"}"#),
            (r#"{"gr\u00FCn":1}"#, r#"{"grün":1}"#),
            (r#"["\u003ca\u003e \u0026"]"#, r#"["<a> &"]"#),
            (r#"["\ud83d\ude00"]"#, r#"["😀"]"#),
            (r#"["http:\/\/x"]"#, r#"["http://x"]"#),
            (r#"["e\u0301"]"#, "[\"e\u{301}\"]"),
            (r#" "gr\u00fcn" "#, r#" "grün" "#),
            ("\u{feff}[\"\\u00fc\"]", "\u{feff}[\"ü\"]"),
            (
                "{\"a\":\"\\u00fc\"}\n{\"b\":\"\\u00fc\"}",
                "{\"a\":\"ü\"}\n{\"b\":\"ü\"}",
            ),
            // what has to be escaped stays so
            (r#"["\u0022\u005c\u000a\u0009"]"#, r#"["\"\\\n\t"]"#),
            (
                r#"["\u0000\u001b\u202e\u200b"]"#,
                r#"["\u0000\u001b\u202e\u200b"]"#,
            ),
            (
                r#"["\ud83d", "\ude00\ud83d", "\u00fc"]"#,
                r#"["\ud83d", "\ude00\ud83d", "ü"]"#,
            ),
            (r#"["\\u00fc", "\\\u00fc"]"#, r#"["\\u00fc", "\\ü"]"#),
            // the beginning of a document
            (r#"{"a":"\u00fc\u00"#, r#"{"a":"ü\u00"#),
            (r#"{"a":"\u00fc\"#, r#"{"a":"ü\"#),
            (r#"{"a":"\u00fc","b":tr"#, r#"{"a":"ü","b":tr"#),
            // no JSON
            (r"gr\u00fcn", r"gr\u00fcn"),
            (r#"{{name}} "gr\u00fcn""#, r#"{{name}} "gr\u00fcn""#),
            (r#"[12:00] start "\u00fc""#, r#"[12:00] start "\u00fc""#),
            (r#"["\u00fc","\u00fg"]"#, r#"["\u00fc","\u00fg"]"#),
            (r#"["\u00fc","\x"]"#, r#"["\u00fc","\x"]"#),
        ] {
            assert_eq!(shown(json), expected, "{json}");
        }
    }

    /// A string of JSON with its quotes, some of its characters as escapes.
    fn strings() -> impl Strategy<Value = String> {
        let char = prop_oneof![
            any::<char>(),
            "[\"\\\\/\n\tü\u{202e}😀]".prop_map(|it| it.chars().next().unwrap())
        ];
        prop::collection::vec((char, any::<bool>()), 0..12).prop_map(|chars| {
            let written = chars.into_iter().map(|(char, is_escaped)| {
                if is_escaped {
                    let mut units = [0; 2];
                    let units = char.encode_utf16(&mut units).iter();
                    return units.map(|unit| format!("\\u{unit:04x}")).collect();
                }
                let quoted = serde_json::to_string(&char).unwrap();
                let inside = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
                inside.unwrap().to_owned()
            });
            format!("\"{}\"", written.collect::<String>())
        })
    }

    proptest! {
        #[test]
        fn it_says_the_same_as_before(parts in prop::collection::vec(strings(), 1..5)) {
            let json = format!("[{}]", parts.join(","));
            let read = |json: &str| serde_json::from_str::<serde_json::Value>(json).ok();
            prop_assume!(read(&json).is_some());
            let once = shown(&json);
            prop_assert_eq!(read(&once), read(&json));
            prop_assert_eq!(shown(&once), once);
        }

        #[test]
        fn any_bytes_are_taken(bytes in "[\\[{\"\\\\u0-9a-f, dü]{0,40}", cut in 0_usize..40) {
            let bytes = bytes.as_bytes();
            let _ = unescaped(bytes);
            let _ = unescaped(bytes.get(cut..).unwrap_or_default());
        }
    }
}
