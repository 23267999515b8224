//! What could stand at the cursor.

use std::ops::Range;

use super::{
    Anchor, Filter,
    expression::Expression,
    fields::{self, FIELDS, Field},
    json,
    part::Part,
    subject_patterns::{MOST, subject_patterns},
    test::{HeaderValue, Test, written_name, written_subject},
    tokens::{Kind, Tokens},
};

/// Candidates for one place of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// What a candidate replaces, in bytes of the text: from a character boundary to the cursor.
    pub range: Range<usize>,
    /// The candidates, each as it stands in the text, quoted where it must be. Fields come in the order
    /// of the language, what was seen in the order in which it was given.
    pub candidates: Vec<String>,
    /// Whether what is typed is only the beginning of what is offered, whatever it means by itself: half
    /// the name of a field, or a path of JSON without its last name.
    pub is_beginning: bool,
}

/// What was seen, for what it can complete.
pub struct Seen<'a> {
    /// Subjects.
    pub subjects: Box<dyn Iterator<Item = &'a [u8]> + 'a>,
    /// Names of headers.
    pub headers: Box<dyn Iterator<Item = &'a [u8]> + 'a>,
    /// Payloads, the newest first. All of them are read.
    pub payloads: Box<dyn Iterator<Item = &'a [u8]> + 'a>,
}

impl std::fmt::Debug for Seen<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seen").finish_non_exhaustive()
    }
}

/// The term that means this subject, or the subjects of this pattern: `subject:` and the subject,
/// quoted where it must be.
pub fn subject_term(subject: &str) -> String {
    format!("subject:{}", written_subject(subject))
}

/// What may follow at `cursor` (in bytes) in a filter that is being typed: names of fields, operators,
/// values, and of what was seen, subjects and [patterns](subject_patterns()) of them behind `subject:`,
/// names behind `header:`, and members of payloads behind `json:`. At most 100 candidates. Empty in a
/// quoted text, in a regular expression, and where the cursor is no character boundary.
pub fn complete(text: &str, cursor: usize, seen: Seen) -> Completion {
    let Some(typed) = typed(text, cursor) else {
        return Completion::default();
    };
    let (name, rest) = fields::split_name(typed);
    let (Some(field), Some((operator, value))) = (fields::field(name.text), fields::operator(rest))
    else {
        let fields = Completion::of(typed, names(typed.text));
        return Completion {
            is_beginning: !typed.text.is_empty() && !fields.candidates.is_empty(),
            ..fields
        };
    };
    if !operators(field).any(|sign| rest.text.starts_with(sign)) {
        return Completion::default();
    }
    let value = match operator {
        fields::Operator::Colon => value.behind("!").unwrap_or(value),
        fields::Operator::Compare(_) => value,
    };
    match field {
        Field::Subject => {
            let patterns = subject_patterns(value.text, seen.subjects).into_iter();
            Completion::of(value, patterns.map(|it| written_subject(&it).to_string()))
        }
        Field::Header => header(value, seen.headers),
        Field::Json => match json::complete(value, seen.payloads) {
            Some(offer) => Completion {
                is_beginning: offer.are_names && offer.replaced.text.is_empty(),
                ..Completion::of(offer.replaced, offer.texts.into_iter())
            },
            None => Completion::of(behind(value), std::iter::empty()),
        },
        _ => Completion::of(value, values(field, value.text)),
    }
}

impl Completion {
    fn of(replaced: Part, candidates: impl Iterator<Item = String>) -> Completion {
        Completion {
            range: replaced.range(),
            candidates: candidates.take(MOST).collect(),
            is_beginning: false,
        }
    }
}

/// The term that is being typed at the cursor, as a filter of its own, where half of it would match
/// nothing: a subject, a header or a member that there is, or a text that it equals.
pub fn exact_term(text: &str, cursor: usize, anchor: impl Into<Anchor>) -> Option<Filter> {
    let (_, behind) = text.split_at_checked(cursor)?;
    if !behind.is_empty() && !behind.starts_with(char::is_whitespace) {
        return None;
    }
    let term = typed(text, cursor).filter(|term| !term.text.is_empty())?;
    let filter = Filter::parse(term.text, anchor).ok()?;
    let is_exact = match filter.expression() {
        Expression::Test(Test::Subject(_)) => true,
        Expression::Test(Test::Header { value, .. }) => {
            !matches!(value, Some(HeaderValue::IsNot(_)))
        }
        Expression::Test(Test::Json(condition)) => condition.is_exact(),
        _ => false,
    };
    is_exact.then_some(filter)
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
        Field::Json | Field::Subject | Field::Header => &[],
    };
    values
        .iter()
        .filter(move |value| begins(value, typed))
        .map(|value| (*value).to_owned())
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
