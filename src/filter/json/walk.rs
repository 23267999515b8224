//! The way through a document to one value, and whether it is a document at all (RFC 8259).
//!
//! One pass, without recursion. It allocates only below the 64th level and to decode the name of a
//! member that is written with escapes.

use std::cmp::Ordering;

use super::path::Step;

/// A document that was walked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Walked {
    /// Where the value at the end of the path begins, in bytes. Of members with equal names the last
    /// one counts.
    pub found: Option<usize>,
    /// The byte behind the document.
    pub end: usize,
}

/// Walks through the document that the bytes begin with. `None` where that is no JSON; whether its
/// strings hold control characters or bytes that are not UTF-8 is for [`is_text`] to say.
pub(super) fn walk(json: &[u8], path: &[Step]) -> Option<Walked> {
    let mut found = None;
    let mut at = behind_blanks(json, 0);
    let mut depth = 0;
    loop {
        // The value that `depth` steps lead to begins here.
        match path.get(depth) {
            Some(step) if json.get(at) == Some(&step.brackets().0) => {
                at += 1;
                if advance(json, &mut at, step, None)? {
                    (found, depth) = (None, depth + 1);
                    continue;
                }
            }
            Some(_) => at = value_end(json, at)?,
            None => {
                found = Some(at);
                at = value_end(json, at)?;
            }
        }
        // It ended: the containers around it go on.
        loop {
            let Some(step) = depth.checked_sub(1).and_then(|around| path.get(around)) else {
                return Some(Walked { found, end: at });
            };
            let passed = match step {
                Step::Name(_) => 1,
                Step::Index(index) => index.saturating_add(1),
            };
            if advance(json, &mut at, step, Some(passed))? {
                found = None;
                break;
            }
            depth -= 1;
        }
    }
}

/// Goes on inside a container, of which so many values are passed, or none because it was just opened:
/// to the next value that the step leads to (`true`), or behind the closing bracket.
fn advance(json: &[u8], at: &mut usize, step: &Step, passed: Option<usize>) -> Option<bool> {
    let mut passed = passed;
    loop {
        *at = behind_blanks(json, *at);
        let byte = *json.get(*at)?;
        if byte == step.brackets().1 {
            *at += 1;
            return Some(false);
        }
        if passed.is_some() {
            if byte != b',' {
                return None;
            }
            *at = behind_blanks(json, *at + 1);
        }
        let leads_here = match step {
            Step::Index(index) => passed.unwrap_or(0) == *index,
            Step::Name(name) => {
                let start = *at;
                let end = string_end(json, start)?;
                *at = behind_colon(json, end)?;
                is_named(&json[start..end], name.as_bytes())
            }
        };
        if leads_here {
            return Some(true);
        }
        *at = value_end(json, *at)?;
        passed = Some(passed.unwrap_or(0) + 1);
    }
}

/// The byte behind the value that begins here.
fn value_end(json: &[u8], at: usize) -> Option<usize> {
    match json.get(at)? {
        b'{' | b'[' => container_end(json, at),
        _ => scalar_end(json, at),
    }
}

/// The byte behind the object or array that begins here.
fn container_end(json: &[u8], mut at: usize) -> Option<usize> {
    let mut open = Brackets::default();
    loop {
        match json.get(at)? {
            bracket @ (b'{' | b'[') => {
                let is_object = *bracket == b'{';
                open.push(is_object);
                at = behind_blanks(json, at + 1);
                if json.get(at)? == &closing(is_object) {
                    at += 1;
                    open.pop();
                } else {
                    if is_object {
                        at = behind_colon(json, string_end(json, at)?)?;
                    }
                    continue;
                }
            }
            _ => at = scalar_end(json, at)?,
        }
        loop {
            let Some(is_object) = open.top() else {
                return Some(at);
            };
            at = behind_blanks(json, at);
            match *json.get(at)? {
                b',' => {
                    at = behind_blanks(json, at + 1);
                    if is_object {
                        at = behind_colon(json, string_end(json, at)?)?;
                    }
                    break;
                }
                byte if byte == closing(is_object) => {
                    at += 1;
                    open.pop();
                }
                _ => return None,
            }
        }
    }
}

fn closing(is_object: bool) -> u8 {
    if is_object { b'}' } else { b']' }
}

/// The open brackets, a bit each: whether it is that of an object.
#[derive(Default)]
struct Brackets {
    depth: usize,
    /// The innermost 64, the last one in the lowest bit.
    near: u64,
    /// All others, 64 at a time.
    far: Vec<u64>,
}

impl Brackets {
    fn push(&mut self, is_object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.far.push(self.near);
        }
        self.near = self.near << 1 | u64::from(is_object);
        self.depth += 1;
    }

    fn top(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.near & 1 == 1)
    }

    fn pop(&mut self) {
        self.depth -= 1;
        self.near >>= 1;
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.near = self.far.pop().unwrap_or_default();
        }
    }
}

/// The byte behind the string, number or name that begins here.
pub(super) fn scalar_end(json: &[u8], at: usize) -> Option<usize> {
    match json.get(at)? {
        b'"' => string_end(json, at),
        b'-' | b'0'..=b'9' => number_end(json, at),
        b't' => word_end(json, at, b"true"),
        b'f' => word_end(json, at, b"false"),
        b'n' => word_end(json, at, b"null"),
        _ => None,
    }
}

fn word_end(json: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    let end = at + word.len();
    (json.get(at..end)? == word).then_some(end)
}

/// How far is near, in steps of eight bytes.
const NEAR: usize = 3;

/// The byte behind the string that must begin here, quotes included.
pub(super) fn string_end(json: &[u8], at: usize) -> Option<usize> {
    if json.get(at)? != &b'"' {
        return None;
    }
    let mut at = at + 1;
    loop {
        at = mark(json, at)?;
        if json[at] == b'"' {
            return Some(at + 1);
        }
        at += match json.get(at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
            b'u' => {
                let digits = json.get(at + 2..at + 6)?;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(6)?
            }
            _ => return None,
        };
    }
}

/// The next quote or backslash. Most are near: there eight bytes at a time are faster than a search.
#[inline]
fn mark(json: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    // the lowest bit that is set is that of the first byte that is 0
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    for _ in 0..NEAR {
        let Some(chunk) = json.get(at..)?.first_chunk() else {
            break;
        };
        let word = u64::from_le_bytes(*chunk);
        let quotes = zeros(word ^ (ONES * u64::from(b'"')));
        let backslashes = zeros(word ^ (ONES * u64::from(b'\\')));
        let marks = quotes | backslashes;
        if marks != 0 {
            return Some(at + marks.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    Some(at + memchr::memchr2(b'"', b'\\', json.get(at..)?)?)
}

/// The byte behind the number that begins here.
pub(super) fn number_end(json: &[u8], at: usize) -> Option<usize> {
    let at = at + usize::from(json.get(at) == Some(&b'-'));
    let mut at = match json.get(at)? {
        b'0' => at + 1,
        _ => digits_end(json, at)?,
    };
    if json.get(at) == Some(&b'.') {
        at = digits_end(json, at + 1)?;
    }
    if let Some(b'e' | b'E') = json.get(at) {
        let is_signed = matches!(json.get(at + 1), Some(b'+' | b'-'));
        at = digits_end(json, at + 1 + usize::from(is_signed))?;
    }
    Some(at)
}

/// The byte behind digits, of which there must be one.
#[inline]
fn digits_end(json: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while json.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    (at > start).then_some(at)
}

/// The first byte of the value that follows a name, over the colon.
#[inline]
fn behind_colon(json: &[u8], name_end: usize) -> Option<usize> {
    let at = behind_blanks(json, name_end);
    (json.get(at)? == &b':').then(|| behind_blanks(json, at + 1))
}

#[inline]
pub(super) fn behind_blanks(json: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = json.get(at) {
        at += 1;
    }
    at
}

/// Whether documents that were walked through are UTF-8, without control characters in strings.
pub(super) fn is_text(json: &[u8]) -> bool {
    str::from_utf8(json).is_ok() && (!has_controls(json) || !has_controls_in_strings(json))
}

fn has_controls(bytes: &[u8]) -> bool {
    // All of them, so that the compiler takes many at once.
    bytes
        .iter()
        .fold(false, |found, byte| found | (*byte < b' '))
}

fn has_controls_in_strings(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(start) = memchr::memchr(b'"', rest) {
        let Some(end) = string_end(rest, start) else {
            return true;
        };
        if has_controls(&rest[start..end]) {
            return true;
        }
        rest = &rest[end..];
    }
    false
}

/// What a string means, which stands with its quotes; `None` where a half of a surrogate pair stands
/// alone in it.
pub(super) fn decode(quoted: &[u8]) -> Option<String> {
    serde_json::from_slice(quoted).ok()
}

/// Whether a string, which stands with its quotes, holds escapes.
pub(super) fn is_escaped(quoted: &[u8]) -> bool {
    memchr::memchr(b'\\', quoted).is_some()
}

/// Escapes are longer than what they mean.
fn is_named(quoted: &[u8], name: &[u8]) -> bool {
    let [b'"', key @ .., b'"'] = quoted else {
        return false;
    };
    match key.len().cmp(&name.len()) {
        Ordering::Less => false,
        Ordering::Equal => key == name && !is_escaped(key),
        Ordering::Greater => {
            is_escaped(key) && decode(quoted).is_some_and(|key| key.as_bytes() == name)
        }
    }
}

/// A member of an object: its name and the byte its value begins with.
pub(super) type Member = (String, u8);

/// The members of the object that begins here, in a document that was walked through; none where it is
/// no object.
pub(super) fn members(json: &[u8], object: usize) -> Vec<Member> {
    let mut members = Vec::new();
    let mut at = object;
    while let Some(b'{' | b',') = json.get(at) {
        let start = behind_blanks(json, at + 1);
        let Some((end, value)) =
            string_end(json, start).and_then(|end| Some((end, behind_colon(json, end)?)))
        else {
            break;
        };
        if let (Some(name), Some(first)) = (decode(&json[start..end]), json.get(value)) {
            members.push((name, *first));
        }
        match value_end(json, value) {
            Some(end) => at = behind_blanks(json, end),
            None => break,
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_of_any_depth_close_in_their_order() {
        for depth in [1, 63, 64, 65, 128, 129, 200] {
            let bit = |n: usize| n.is_multiple_of(3);
            let mut open = Brackets::default();
            (0..depth).for_each(|n| open.push(bit(n)));
            for n in (0..depth).rev() {
                assert_eq!(open.top(), Some(bit(n)), "{n} of {depth}");
                open.pop();
            }
            assert_eq!(open.top(), None);
        }
    }

    #[test]
    fn strings_end_wherever_their_quote_stands() {
        for length in 0..70 {
            for escape in ["", "\\\"", "\\\\", "\\u00fc"] {
                let inside = format!(
                    "{}{escape}{}",
                    "x!\u{a2}#".repeat(length),
                    "y".repeat(length % 9)
                );
                let json = format!("[\"{inside}\" ]");
                assert_eq!(
                    string_end(json.as_bytes(), 1),
                    Some(json.len() - 2),
                    "{json}"
                );
                let cut = json.as_bytes().get(..json.len() - 3);
                assert_eq!(string_end(cut.unwrap(), 1), None, "{json}");
            }
        }
    }

    #[test]
    fn members_are_named_with_the_kind_of_their_values() {
        let json = br#" {"a" : {"b":1} , "\u00fc":"x","c":[1],"d":-1 , "":null}"#;
        let walked = walk(json, &[]).unwrap();
        let members = members(json, walked.found.unwrap());
        let expected = [
            ("a", b'{'),
            ("ü", b'"'),
            ("c", b'['),
            ("d", b'-'),
            ("", b'n'),
        ];
        let expected = expected.map(|(name, first)| (name.to_owned(), first));
        assert_eq!(members, expected);
    }
}
