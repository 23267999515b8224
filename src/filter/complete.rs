//! What could stand at the cursor.

use std::ops::Range;

use super::{
    fields::{self, FIELDS, Field},
    json,
    part::Part,
    test::{written_name, written_subject},
    tokens::{Kind, Tokens},
};
use crate::protocol::subject;

/// Candidates for one place of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// What a candidate replaces, in bytes of the text: from a character boundary to the cursor.
    pub range: Range<usize>,
    /// The candidates, each as it stands in the text, quoted where it must be. Fields come in the order
    /// of the language, what was seen in the order in which it was given.
    pub candidates: Vec<String>,
}

/// The term that means this subject, or the subjects of this pattern: `subject:` and the subject,
/// quoted where it must be.
pub fn subject_term(subject: &str) -> String {
    format!("subject:{}", written_subject(subject))
}

/// More candidates than anybody looks through.
const MOST: usize = 100;

/// What may follow at `cursor` (in bytes) in a filter that is being typed: names of fields, operators,
/// values, and of what was seen, `subjects` behind `subject:` and `headers` behind `header:`. At most
/// 100 candidates. Empty in a quoted text, in a regular expression, and where the cursor is no
/// character boundary.
pub fn complete<'a>(
    text: &str,
    cursor: usize,
    subjects: impl IntoIterator<Item = &'a [u8]>,
    headers: impl IntoIterator<Item = &'a [u8]>,
) -> Completion {
    let Some(typed) = typed(text, cursor) else {
        return Completion::default();
    };
    let (name, rest) = fields::split_name(typed);
    let (Some(field), Some((operator, value))) = (fields::field(name.text), fields::operator(rest))
    else {
        return Completion::of(typed, names(typed.text));
    };
    if !operators(field).any(|sign| rest.text.starts_with(sign)) {
        return Completion::default();
    }
    let value = match operator {
        fields::Operator::Colon => value.behind("!").unwrap_or(value),
        fields::Operator::Compare(_) => value,
    };
    match field {
        Field::Subject => Completion::of(value, seen_subjects(value.text, subjects)),
        Field::Header => header(value, headers),
        Field::Json if json::is_path(value) => {
            let signs = COMPARISONS.into_iter().map(str::to_owned);
            Completion::of(behind(value), signs)
        }
        _ => Completion::of(value, values(field, value.text)),
    }
}

impl Completion {
    fn of(replaced: Part, candidates: impl Iterator<Item = String>) -> Completion {
        Completion {
            range: replaced.range(),
            candidates: candidates.take(MOST).collect(),
        }
    }
}

/// The word that is being typed, up to the cursor; empty between words. `None` where nothing may be
/// offered.
fn typed(text: &str, cursor: usize) -> Option<Part<'_>> {
    let (before, _) = text.split_at_checked(cursor)?;
    match Tokens::new(before).last() {
        Some(Err(_)) => None,
        Some(Ok((kind, part))) if part.range().end == cursor => match kind {
            Kind::Word => Some(part),
            Kind::Open | Kind::Or | Kind::Not => Some(behind(part)),
            Kind::Close | Kind::Quoted | Kind::Members | Kind::Regex => None,
        },
        _ => Some(Part {
            text: "",
            at: cursor,
        }),
    }
}

/// The empty place behind a part.
fn behind(part: Part) -> Part {
    part.split(part.text.len()).1
}

/// Fields whose names begin with what was typed, each with its operator; where there are several and
/// the name is complete, with each of them.
fn names(typed: &str) -> impl Iterator<Item = String> {
    FIELDS
        .iter()
        .filter(move |(name, _)| begins(name, typed))
        .flat_map(move |&(name, field)| {
            let is_complete = name.len() == typed.len();
            let all = operators(field).count();
            operators(field)
                .take(if is_complete { all } else { 1 })
                .map(move |sign| format!("{name}{sign}"))
        })
}

/// Comparisons, the one to offer first at first.
const COMPARISONS: [&str; 6] = [">", ">=", "<", "<=", "=", "!="];

/// The operators that may follow the name of a field, the one to offer first at first.
fn operators(field: Field) -> impl Iterator<Item = &'static str> {
    let (colon, compared) = match field {
        Field::Size | Field::Rtt => (false, true),
        Field::Status => (true, true),
        _ => (true, false),
    };
    let colon = colon.then_some(":").into_iter();
    colon.chain(COMPARISONS.into_iter().filter(move |_| compared))
}

/// What people write behind a field.
fn values(field: Field, typed: &str) -> impl Iterator<Item = String> {
    let values: &[&str] = match field {
        Field::Direction => &["in", "out"],
        Field::Reply => &["yes", "no"],
        Field::Status => &["503", "404", "408", "409"],
        Field::Since | Field::Until => &["1m", "5m", "15m", "1h"],
        Field::Size => &["1k", "10k", "100k", "1M"],
        Field::Rtt => &["10ms", "100ms", "1s"],
        Field::Json if typed.is_empty() => &["."],
        Field::Json | Field::Subject | Field::Header => &[],
    };
    values
        .iter()
        .filter(move |value| begins(value, typed))
        .map(|value| (*value).to_owned())
}

fn seen_subjects<'a>(
    typed: &str,
    subjects: impl IntoIterator<Item = &'a [u8]>,
) -> impl Iterator<Item = String> {
    subjects
        .into_iter()
        .filter(|seen| seen.starts_with(typed.as_bytes()) && subject::check_subscribe(seen).is_ok())
        .filter_map(|seen| Some(written_subject(str::from_utf8(seen).ok()?).to_string()))
}

/// Names that were seen; behind a complete one, what it is compared with.
fn header<'a>(value: Part, headers: impl IntoIterator<Item = &'a [u8]>) -> Completion {
    let mut is_complete = false;
    let mut names = Vec::new();
    let seen = headers
        .into_iter()
        .filter_map(|name| str::from_utf8(name).ok());
    for name in seen.filter(|name| begins(name, value.text)) {
        is_complete |= name.len() == value.text.len();
        if names.len() < MOST {
            names.push(written_name(name).to_string());
        }
    }
    if is_complete {
        let signs = ["=", "!="].into_iter().map(str::to_owned);
        return Completion::of(behind(value), signs);
    }
    Completion::of(value, names.into_iter())
}

/// Whether a text begins with what was typed; capitals do not matter.
fn begins(text: &str, typed: &str) -> bool {
    text.get(..typed.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(typed))
}
