//! A path, and what is asked of the value at its end.

use std::{fmt, sync::Arc};

use memchr::memmem::Finder;

use super::{
    path::{Path, Step},
    value::Value,
    walk::{Walked, behind_blanks, is_escaped, is_text, walk},
};
use crate::{
    filter::{Error, comparison::Comparison, part::Part, quote},
    text::without_bom,
};

/// What is asked of a JSON document, or of each of those that stand on lines of their own (NDJSON): that
/// there is a value, or how it compares.
///
/// A missing path or another type satisfies nothing, but every value other than null differs from null.
/// Of members with equal names the last one counts. What is not JSON from its first byte to its last
/// satisfies nothing; a byte order mark before it does not matter.
#[derive(Clone, Debug)]
pub(in crate::filter) struct Condition {
    path: Path,
    wanted: Option<(Comparison, Value)>,
    clue: Option<Clue>,
}

/// Bytes that every document has that satisfies a condition, but where it is written with escapes.
#[derive(Clone, Debug)]
struct Clue(Arc<Finder<'static>>);

/// Reads what stands behind `json:`.
pub(in crate::filter) fn read(text: Part) -> Result<Condition, Error> {
    if text.text.is_empty() {
        return Err(text.error("a path, such as .total, is missing"));
    }
    let (path, rest) = Path::read(text)?;
    if rest.text.is_empty() {
        return Ok(Condition::new(path, None));
    }
    let Some((comparison, length)) = Comparison::read(rest.text) else {
        return Err(
            rest.error("a path goes on with .name or [0], or is compared, as json:.total>100")
        );
    };
    let literal = rest.split(length).1;
    if literal.text.is_empty() {
        return Err(literal.error("a value is missing"));
    }
    let value = if literal.text.starts_with('"') {
        Value::Text(quote::value(literal)?.into_owned())
    } else {
        Value::read(literal.text)
    };
    if comparison.is_of_order() && !value.has_order() {
        return Err(rest
            .split(length)
            .0
            .error(format!("{value} is compared with = or !=")));
    }
    Ok(Condition::new(path, Some((comparison, value))))
}

impl Condition {
    fn new(path: Path, wanted: Option<(Comparison, Value)>) -> Condition {
        let clue = Clue::of(&path, wanted.as_ref());
        Condition { path, wanted, clue }
    }

    /// Whether only a value that is there in full satisfies it: half of a name or of a text does not.
    pub fn is_exact(&self) -> bool {
        matches!(
            self.wanted,
            None | Some((Comparison::Equal, Value::Text(_)))
        )
    }

    /// Whether a payload satisfies it.
    pub fn holds(&self, payload: &[u8]) -> bool {
        if self
            .clue
            .as_ref()
            .is_some_and(|clue| clue.rules_out(payload))
        {
            return false;
        }
        let json = without_bom(payload);
        match walk(json, &self.path.0) {
            Some(walked) if is_end(json, walked.end) => self.is_met(json, walked) && is_text(json),
            _ => self.holds_on_a_line(json),
        }
    }

    /// Whether every line is a document, and one of them satisfies it.
    fn holds_on_a_line(&self, lines: &[u8]) -> bool {
        if memchr::memchr(b'\n', lines).is_none() {
            return false;
        }
        let mut is_met = false;
        for line in lines.split(|byte| *byte == b'\n') {
            match walk(line, &self.path.0) {
                Some(walked) if is_end(line, walked.end) => is_met |= self.is_met(line, walked),
                _ if is_end(line, 0) => {}
                _ => return false,
            }
        }
        is_met && is_text(lines)
    }

    fn is_met(&self, json: &[u8], walked: Walked) -> bool {
        let Some(at) = walked.found else {
            return false;
        };
        match &self.wanted {
            None => true,
            Some((comparison, value)) => value.compares(*comparison, json, at),
        }
    }
}

/// Whether nothing but blanks follows.
fn is_end(json: &[u8], at: usize) -> bool {
    behind_blanks(json, at) == json.len()
}

impl Clue {
    /// The string that is wanted, else the last name of the path, with their quotes.
    fn of(path: &Path, wanted: Option<&(Comparison, Value)>) -> Option<Clue> {
        let name = path.0.iter().rev().find_map(|step| match step {
            Step::Name(name) => Some(name),
            Step::Index(_) => None,
        });
        let text = match wanted {
            Some((Comparison::Equal, Value::Text(text))) => Some(text),
            _ => name,
        }?;
        Some(Clue(Arc::new(
            Finder::new(&format!("\"{text}\"")).into_owned(),
        )))
    }

    fn rules_out(&self, payload: &[u8]) -> bool {
        self.0.find(payload).is_none() && !is_escaped(payload)
    }
}

/// Equal where they ask the same; the clue follows from that.
impl PartialEq for Condition {
    fn eq(&self, other: &Condition) -> bool {
        self.path == other.path && self.wanted == other.wanted
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        match &self.wanted {
            Some((comparison, value)) => write!(f, "{comparison}{value}"),
            None => Ok(()),
        }
    }
}
