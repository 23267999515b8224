//! The way through a payload to one value, without looking closer at anything else.
//!
//! This walks, it does not validate: in bytes that are no JSON it may find a value where a parser
//! would refuse all of them. It neither recurses nor allocates, but to decode the name of a member that
//! is written with escapes.

use std::cmp::Ordering;

use super::path::Step;

/// Where the value at the end of the path begins, in bytes. Of members with equal names the last one
/// counts, up to the first byte that no JSON has there.
pub(super) fn find(json: &[u8], path: &[Step]) -> Option<usize> {
    let mut at = behind_blanks(json, 0);
    for step in path {
        at = match step {
            Step::Name(name) => member(json, at, name.as_bytes())?,
            Step::Index(index) => element(json, at, *index)?,
        };
    }
    (at < json.len()).then_some(at)
}

/// The byte behind the string that begins here, quotes included; `None` where it does not end.
pub(super) fn string_end(json: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', json.get(at..)?)?;
        if json[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The byte behind the number or name that begins here.
pub(super) fn scalar_end(json: &[u8], at: usize) -> usize {
    let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
    json[at..]
        .iter()
        .position(ends)
        .map_or(json.len(), |length| at + length)
}

/// What a string means, which stands with its quotes; `None` where its escapes are none, or it is not
/// UTF-8.
pub(super) fn decode(quoted: &[u8]) -> Option<String> {
    serde_json::from_slice(quoted).ok()
}

/// Whether a string, which stands with its quotes, holds escapes.
pub(super) fn is_escaped(quoted: &[u8]) -> bool {
    memchr::memchr(b'\\', quoted).is_some()
}

fn member(json: &[u8], object: usize, name: &[u8]) -> Option<usize> {
    let mut found = None;
    let mut at = inside(json, object, b'{')?;
    while json.get(at) == Some(&b'"') {
        let Some(key_end) = string_end(json, at) else {
            break;
        };
        let key = at..key_end;
        at = behind_blanks(json, key_end);
        if json.get(at) != Some(&b':') {
            break;
        }
        at = behind_blanks(json, at + 1);
        if is_named(&json[key], name) {
            found = Some(at);
        }
        match next(json, at) {
            Some(next) => at = next,
            None => break,
        }
    }
    found
}

fn element(json: &[u8], array: usize, index: usize) -> Option<usize> {
    let mut at = inside(json, array, b'[')?;
    for _ in 0..index {
        at = next(json, at)?;
    }
    (json.get(at) != Some(&b']')).then_some(at)
}

/// What follows an opening bracket.
fn inside(json: &[u8], at: usize, bracket: u8) -> Option<usize> {
    (json.get(at) == Some(&bracket)).then(|| behind_blanks(json, at + 1))
}

/// The place behind a value and the comma that follows it.
fn next(json: &[u8], value: usize) -> Option<usize> {
    let end = behind_blanks(json, value_end(json, value)?);
    (json.get(end) == Some(&b',')).then(|| behind_blanks(json, end + 1))
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

fn value_end(json: &[u8], at: usize) -> Option<usize> {
    match json.get(at)? {
        b'"' => string_end(json, at),
        b'{' | b'[' => container_end(json, at),
        _ => Some(scalar_end(json, at)),
    }
}

/// Brackets are counted, not told apart.
fn container_end(json: &[u8], mut at: usize) -> Option<usize> {
    let mut open = 0_usize;
    loop {
        match json.get(at)? {
            b'"' => {
                at = string_end(json, at)?;
                continue;
            }
            b'{' | b'[' => open += 1,
            b'}' | b']' => {
                open -= 1;
                if open == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

fn behind_blanks(json: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = json.get(at) {
        at += 1;
    }
    at
}
