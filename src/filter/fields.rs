//! Words that are fields: `subject:orders.>`, `size>1k`.

use super::{
    Error, Hint, Pattern,
    comparison::Comparison,
    expression::Expression,
    json,
    moment::{Anchor, moment, nanoseconds},
    part::Part,
    quote,
    test::{HeaderValue, Test},
};
use crate::{
    protocol::{Direction, ProtocolError, subject},
    text::size,
};

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Subject,
    Header,
    Direction,
    Reply,
    Status,
    Since,
    Until,
    Size,
    Rtt,
    Json,
}

/// The names of the fields, in the order in which they are offered.
pub(super) const FIELDS: [(&str, Field); 10] = [
    ("subject", Field::Subject),
    ("header", Field::Header),
    ("dir", Field::Direction),
    ("reply", Field::Reply),
    ("status", Field::Status),
    ("since", Field::Since),
    ("until", Field::Until),
    ("size", Field::Size),
    ("rtt", Field::Rtt),
    ("json", Field::Json),
];

/// What a word means.
pub(super) struct Read {
    pub expression: Expression,
    pub hint: Option<Hint>,
}

/// Reads a word: a field where it begins with the name of one and an operator, else text.
pub(super) fn read(word: Part, anchor: &Anchor) -> Result<Read, Error> {
    let (name, rest) = split_name(word);
    let test = match (field(name.text), operator(rest)) {
        (Some(field), Some((operator, value))) => read_field(field, operator, value, anchor)?,
        (None, Some((operator, _))) if !name.text.is_empty() => {
            let colon = match operator {
                Operator::Colon => ":",
                Operator::Compare(_) => "",
            };
            return Ok(Read {
                expression: text(word),
                hint: Some(Hint {
                    range: word.range(),
                    sentence: format!(
                        "{}{colon} is no field; the whole word is looked for",
                        name.text
                    ),
                    refusal: format!(
                        "{}{colon} is no field: there are {}; put the word into quotes to look for it as text",
                        name.text,
                        FIELDS.map(|(name, _)| name).join(", "),
                    ),
                }),
            });
        }
        _ => text(word),
    };
    Ok(Read {
        expression: test,
        hint: None,
    })
}

fn text(word: Part) -> Expression {
    Expression::Test(Test::Text(Pattern::text(word.text)))
}

/// What stands behind the name of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Colon,
    Compare(Comparison),
}

/// Splits a word behind the letters it begins with.
pub(super) fn split_name(word: Part) -> (Part, Part) {
    let end = word.text.find(|char: char| !char.is_ascii_alphabetic());
    word.split(end.unwrap_or(word.text.len()))
}

/// The field of this name; capitals do not matter.
pub(super) fn field(name: &str) -> Option<Field> {
    FIELDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, field)| *field)
}

/// The operator that a text begins with, and what follows it.
pub(super) fn operator(text: Part) -> Option<(Operator, Part)> {
    if let Some(value) = text.behind(":") {
        return Some((Operator::Colon, value));
    }
    let (comparison, length) = Comparison::read(text.text)?;
    Some((Operator::Compare(comparison), text.split(length).1))
}

fn read_field(
    field: Field,
    operator: Operator,
    value: Part,
    anchor: &Anchor,
) -> Result<Expression, Error> {
    let test = match (field, operator) {
        (Field::Json, Operator::Colon) => Test::Json(json::read(value)?),
        (Field::Header, Operator::Colon) => match value.behind("!") {
            Some(value) => return Ok(Expression::Test(header(value)?).inverted()),
            None => header(value)?,
        },
        (Field::Size, Operator::Compare(comparison)) => Test::Size(comparison, size(value)?),
        (Field::Rtt, Operator::Compare(comparison)) => Test::Rtt(comparison, duration(value)?),
        (Field::Status, Operator::Compare(comparison)) => Test::Status(comparison, status(value)?),
        (Field::Since, Operator::Colon) => Test::Since(time(value, anchor)?),
        (Field::Until, Operator::Colon) => Test::Until(time(value, anchor)?),
        (
            Field::Subject | Field::Direction | Field::Reply | Field::Status,
            Operator::Colon | Operator::Compare(Comparison::Equal | Comparison::NotEqual),
        ) => {
            let (value, behind_mark) = match (operator, value.behind("!")) {
                (Operator::Colon, Some(behind)) => (behind, true),
                _ => (value, false),
            };
            let test = Expression::Test(named(field, value)?);
            let differs = operator == Operator::Compare(Comparison::NotEqual);
            return Ok(if behind_mark || differs {
                test.inverted()
            } else {
                test
            });
        }
        (field, _) => return Err(wrong_operator(field, value)),
    };
    Ok(Expression::Test(test))
}

/// A field whose value is one of a kind.
fn named(field: Field, value: Part) -> Result<Test, Error> {
    Ok(match field {
        Field::Direction => Test::Direction(match &*filled(value, "in or out")? {
            "in" => Direction::In,
            "out" => Direction::Out,
            _ => return Err(value.error("the direction is in or out, as dir:in")),
        }),
        Field::Reply => Test::Reply(match &*filled(value, "yes or no")? {
            "yes" => true,
            "no" => false,
            _ => {
                return Err(
                    value.error("whether there is a reply subject is yes or no, as reply:yes")
                );
            }
        }),
        Field::Status => Test::Status(Comparison::Equal, status(value)?),
        _ => {
            let subject = filled(value, "a subject, such as orders.>,")?;
            match subject::check_subscribe(subject.as_bytes()) {
                Ok(()) => Test::Subject(subject.into_owned()),
                Err(ProtocolError::BadSubject { reason, .. }) => {
                    return Err(value.error(format!("the subject {reason}")));
                }
                Err(error) => return Err(value.error(error.to_string())),
            }
        }
    })
}

fn header(value: Part) -> Result<Test, Error> {
    let (name, rest) = json::split_name(value, "=!<>");
    let name = filled(name, "the name of a header")?.into_owned();
    if rest.text.is_empty() {
        return Ok(Test::Header { name, value: None });
    }
    let wanted = match Comparison::read(rest.text) {
        Some((comparison @ (Comparison::Equal | Comparison::NotEqual), length)) => {
            let value = filled(rest.split(length).1, "a value")?.into_owned();
            match comparison {
                Comparison::Equal => HeaderValue::Is(value),
                _ => HeaderValue::IsNot(value),
            }
        }
        _ => {
            return Err(
                rest.error("a header is compared with = or !=; put other names into quotes")
            );
        }
    };
    Ok(Test::Header {
        name,
        value: Some(wanted),
    })
}

fn size(value: Part) -> Result<u64, Error> {
    let text = filled(value, "a size, such as 512, 1k or 4KiB,")?;
    size::read(&text).map_err(|_| value.error("this is no size such as 512, 1k, 1.5M or 4KiB"))
}

fn duration(value: Part) -> Result<i64, Error> {
    let text = filled(value, "a duration, such as 50ms,")?;
    nanoseconds(&text).ok_or_else(|| value.error("this is no duration such as 50ms, 5s or 1m30s"))
}

fn status(value: Part) -> Result<u32, Error> {
    let text = filled(value, "a status, such as 503,")?;
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        .then(|| text.parse().ok())
        .flatten()
        .ok_or_else(|| value.error("a status is a number, as 503"))
}

fn time(value: Part, anchor: &Anchor) -> Result<i64, Error> {
    let text = filled(value, "a time, such as 5m or 14:05,")?;
    moment(&text, anchor).ok_or_else(|| {
        value.error("this is no time such as 5m (ago), 14:05 or 2026-11-23T14:05:00Z")
    })
}

/// The value, which must be there: a text without quotes is none where it is empty.
fn filled<'a>(value: Part<'a>, what: &str) -> Result<std::borrow::Cow<'a, str>, Error> {
    if value.text.is_empty() {
        return Err(value.error(format!("{what} is missing")));
    }
    quote::value(value)
}

fn wrong_operator(field: Field, value: Part) -> Error {
    value.error(match field {
        Field::Size => "a size is compared, as size>1k",
        Field::Rtt => "a time is compared, as rtt>=50ms",
        Field::Json => "a path follows a colon, as json:.total>100",
        Field::Header => "a name follows a colon, as header:Trace-Id=abc",
        Field::Since => "a time follows a colon, as since:5m",
        Field::Until => "a time follows a colon, as until:14:05",
        Field::Subject => "a subject follows a colon, as subject:orders.>",
        Field::Direction => "the direction follows a colon, as dir:in",
        Field::Reply => "yes or no follows a colon, as reply:yes",
        Field::Status => "a status is compared, as status:503 or status>=400",
    })
}
