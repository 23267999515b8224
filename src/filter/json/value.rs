//! What a value is compared with.

use std::{cmp::Ordering, fmt};

use super::{
    decimal::{Decimal, Number},
    walk::{decode, is_escaped, scalar_end, string_end},
};
use crate::filter::{comparison::Comparison, quote::Quoted};

/// A value without parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
}

impl Value {
    /// Reads what stands in a filter without quotes: what is no other value is text.
    pub fn read(text: &str) -> Value {
        match text {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => match Number::read(text) {
                Some(number) => Value::Number(number),
                None => Value::Text(text.to_owned()),
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
            (Value::Number(wanted), b'-' | b'0'..=b'9') => scalar_end(json, at)
                .and_then(|end| Decimal::read(&json[at..end]))
                .map(|number| number.cmp(&wanted.decimal())),
            (Value::Bool(wanted), first @ (b't' | b'f')) => Some((first == b't').cmp(wanted)),
            (Value::Null, b'n') => Some(Ordering::Equal),
            (Value::Null, _) => Some(Ordering::Greater),
            _ => None,
        };
        order.is_some_and(|order| comparison.holds(order))
    }
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

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) => write!(f, "{}", Quoted(text)),
        }
    }
}
