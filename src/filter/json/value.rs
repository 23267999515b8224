//! What a value is compared with.

use std::{cmp::Ordering, fmt};

use super::walk::{decode, is_escaped, scalar_end, string_end};
use crate::filter::{comparison::Comparison, quote::Quoted};

/// A value without parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
}

/// A number: exact where it is an integer of 64 bits, with or without a sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Integer(i128),
    /// Never NaN or infinite where it was written in a filter.
    Decimal(f64),
}

impl Value {
    /// Reads what stands in a filter without quotes: what is no other value is text.
    pub fn read(text: &str) -> Value {
        match text {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => match Number::read(text.as_bytes()) {
                Some(number) if number.is_finite() => Value::Number(number),
                _ => Value::Text(text.to_owned()),
            },
        }
    }

    /// Whether it has an order, and not only equals.
    pub fn has_order(&self) -> bool {
        matches!(self, Value::Number(_) | Value::Text(_))
    }

    /// Whether the value of the document that begins here compares like this. Another type does not,
    /// but everything differs from null.
    pub fn compares(&self, comparison: Comparison, json: &[u8], at: usize) -> bool {
        let order = match (self, json[at]) {
            (Value::Text(wanted), b'"') => order_of_text(json, at, wanted),
            (Value::Number(wanted), b'-' | b'0'..=b'9') => {
                Number::read(&json[at..scalar_end(json, at)])
                    .and_then(|number| number.partial_cmp(wanted))
            }
            (Value::Bool(wanted), b't' | b'f') => match &json[at..scalar_end(json, at)] {
                b"true" => Some(true.cmp(wanted)),
                b"false" => Some(false.cmp(wanted)),
                _ => None,
            },
            (Value::Null, b'n') if &json[at..scalar_end(json, at)] == b"null" => {
                Some(Ordering::Equal)
            }
            (Value::Null, first) => begins(first).then_some(Ordering::Greater),
            _ => None,
        };
        order.is_some_and(|order| comparison.holds(order))
    }
}

/// Whether a value may begin with this byte.
pub(super) fn begins(byte: u8) -> bool {
    matches!(
        byte,
        b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'
    )
}

/// How the string that begins here stands to a text, byte by byte, which is by code points.
fn order_of_text(json: &[u8], at: usize, wanted: &str) -> Option<Ordering> {
    let quoted = &json[at..string_end(json, at)?];
    if is_escaped(quoted) {
        return Some(decode(quoted)?.as_str().cmp(wanted));
    }
    let text = &quoted[1..quoted.len() - 1];
    Some(text.cmp(wanted.as_bytes()))
}

impl Number {
    /// Reads a number as JSON writes it (RFC 8259, section 6).
    fn read(text: &[u8]) -> Option<Number> {
        let digits = text.strip_prefix(b"-").unwrap_or(text);
        match digits {
            [b'0', b'0'..=b'9', ..] => return None,
            [b'0'..=b'9', .., b'0'..=b'9'] | [b'0'..=b'9'] => {}
            _ => return None,
        }
        if let Some(magnitude) = integer(digits) {
            let magnitude = i128::from(magnitude);
            let is_negative = digits.len() < text.len();
            return Some(Number::Integer(if is_negative {
                -magnitude
            } else {
                magnitude
            }));
        }
        let text = str::from_utf8(text).ok()?;
        let is_number = !text.contains(".e") && !text.contains(".E");
        let number = is_number.then(|| text.parse().ok()).flatten()?;
        Some(Number::Decimal(number))
    }

    fn is_finite(self) -> bool {
        match self {
            Number::Integer(_) => true,
            Number::Decimal(number) => number.is_finite(),
        }
    }

    fn as_decimal(self) -> f64 {
        match self {
            Number::Integer(number) => number as f64,
            Number::Decimal(number) => number,
        }
    }
}

fn integer(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// Integers exactly, all else as decimals of 64 bits.
impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Integer(one), Number::Integer(other)) => Some(one.cmp(other)),
            _ => self.as_decimal().partial_cmp(&other.as_decimal()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Number(Number::Integer(number)) => write!(f, "{number}"),
            Value::Number(Number::Decimal(number)) => write!(f, "{number:?}"),
            Value::Text(text) => write!(f, "{}", Quoted(text)),
        }
    }
}
