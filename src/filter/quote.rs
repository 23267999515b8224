//! Texts between quotes: how they end, what they say, and when they are needed.
//!
//! A backslash stands before `"` and `\`, in `\n`, `\r`, `\t`, and in `\u{1b}`, a character by its number.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use super::{Error, part::Part};
use crate::text::is_hidden;

/// The length of the quoted text that begins here, both quotes included; `None` where it does not end.
pub(super) fn length(text: &str) -> Option<usize> {
    let mut escaped = false;
    let inside = text.char_indices().skip(1);
    for (at, char) in inside {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// What a value says: as it stands, or what is between its quotes.
pub(super) fn value(part: Part) -> Result<Cow<str>, Error> {
    if !part.text.starts_with('"') {
        return Ok(Cow::Borrowed(part.text));
    }
    match length(part.text) {
        Some(length) if length == part.text.len() => decode(part).map(Cow::Owned),
        Some(length) => Err(part
            .split(length)
            .1
            .error("nothing may follow a closing quote")),
        None => Err(part.error("the quote is not closed")),
    }
}

/// What is between two quotes that stand at its ends.
pub(super) fn decode(quoted: Part) -> Result<String, Error> {
    let (_, rest) = quoted.split(1);
    let (inside, _) = rest.split(rest.text.len() - 1);
    let mut text = String::with_capacity(inside.text.len());
    let mut rest = inside;
    while let Some(at) = rest.text.find('\\') {
        text.push_str(rest.split(at).0.text);
        rest = rest.split(at).1;
        let (char, length) = escape(rest.text).ok_or_else(|| {
            let length = rest.text.chars().take(2).map(char::len_utf8).sum();
            rest.split(length).0.error(
                "this is no escape: there are \\\", \\\\, \\n, \\r, \\t and \\u{1b}; write \\\\ for a backslash",
            )
        })?;
        text.push(char);
        rest = rest.split(length).1;
    }
    text.push_str(rest.text);
    Ok(text)
}

/// The character that an escape stands for, and its length in bytes.
fn escape(text: &str) -> Option<(char, usize)> {
    let behind = text.strip_prefix('\\')?;
    let char = match behind.chars().next()? {
        char @ ('"' | '\\') => char,
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let (number, _) = behind.strip_prefix("u{")?.split_once('}')?;
            let is_number =
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_hexdigit());
            let number_is = is_number
                .then(|| u32::from_str_radix(number, 16).ok())
                .flatten()?;
            return Some((char::from_u32(number_is)?, r"\u{}".len() + number.len()));
        }
        _ => return None,
    };
    Some((char, 2))
}

/// Whether a text means itself wherever a value or a word may stand. `also` are characters that mean
/// nothing special in this place.
pub(super) fn is_plain(text: &str, also: &str) -> bool {
    let plain =
        |char: char| (char.is_alphanumeric() && !is_hidden(char)) || "-_.,@#+~%&*'$".contains(char);
    !text.is_empty() && text.chars().all(|char| plain(char) || also.contains(char))
}

/// A text as a filter holds it: as it is where that is [plain](is_plain), else between quotes.
pub(super) struct Written<'a> {
    pub text: &'a str,
    pub also: &'a str,
}

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_plain(self.text, self.also) {
            f.write_str(self.text)
        } else {
            write!(f, "{}", Quoted(self.text))
        }
    }
}

/// A text between quotes, in one line, nothing in it that cannot be seen.
pub(super) struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for char in self.0.chars() {
            match char {
                '"' | '\\' => write!(f, "\\{char}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                char if is_hidden(char) => write!(f, "\\u{{{:x}}}", u32::from(char))?,
                char => f.write_char(char)?,
            }
        }
        f.write_char('"')
    }
}
