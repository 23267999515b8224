//! Numbers of any length, compared exactly.

use std::{cmp::Ordering, fmt, iter};

use super::walk::number_end;

/// A number as JSON writes it (RFC 8259, section 6): 0.d₁d₂d₃… times a power of ten.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal<'a> {
    is_negative: bool,
    /// The digits from the first on that is not 0, before and behind the decimal point; none for zero.
    digits: [&'a [u8]; 2],
    /// The power of ten.
    power: i64,
}

impl<'a> Decimal<'a> {
    /// Takes a number apart that is well formed. `None` where its power of ten has more than 64 bits.
    pub fn read(number: &'a [u8]) -> Option<Decimal<'a>> {
        let (is_negative, text) = match number {
            [b'-', text @ ..] => (true, text),
            text => (false, text),
        };
        let (text, exponent) = match memchr::memchr2(b'e', b'E', text) {
            Some(at) => (
                &text[..at],
                str::from_utf8(&text[at + 1..]).ok()?.parse().ok()?,
            ),
            None => (text, 0_i64),
        };
        let (whole, fraction) = match memchr::memchr(b'.', text) {
            Some(at) => (&text[..at], &text[at + 1..]),
            None => (text, &[][..]),
        };
        let (digits, power) = match whole {
            b"0" => {
                let zeros = fraction.iter().take_while(|digit| **digit == b'0').count();
                let shift = i64::try_from(zeros).ok()?;
                ([&[][..], &fraction[zeros..]], exponent.checked_sub(shift)?)
            }
            _ => {
                let shift = i64::try_from(whole.len()).ok()?;
                ([whole, fraction], exponent.checked_add(shift)?)
            }
        };
        Some(Decimal {
            is_negative,
            digits,
            power,
        })
    }

    /// Less than, equal to or greater than zero.
    fn sign(&self) -> Ordering {
        match (self.digits, self.is_negative) {
            ([&[], &[]], _) => Ordering::Equal,
            (_, true) => Ordering::Less,
            (_, false) => Ordering::Greater,
        }
    }

    fn digits(&self) -> impl Iterator<Item = u8> {
        self.digits.into_iter().flatten().copied()
    }

    /// How it stands to another one.
    pub fn cmp(&self, other: &Decimal) -> Ordering {
        let sign = self.sign();
        if sign != other.sign() || sign.is_eq() {
            return sign.cmp(&other.sign());
        }
        let size = self.power.cmp(&other.power);
        let size = size.then_with(|| order_of_digits(self.digits(), other.digits()));
        if sign.is_lt() { size.reverse() } else { size }
    }
}

/// The order of two fractions by their digits; what one has more of counts unless it is 0.
fn order_of_digits(one: impl Iterator<Item = u8>, other: impl Iterator<Item = u8>) -> Ordering {
    let mut one = one.fuse();
    let mut other = other.fuse();
    let pairs = iter::from_fn(|| match (one.next(), other.next()) {
        (None, None) => None,
        (one, other) => Some(one.unwrap_or(b'0').cmp(&other.unwrap_or(b'0'))),
    });
    let mut pairs = pairs;
    pairs.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// A number as it was written.
#[derive(Clone, Debug)]
pub(super) struct Number {
    text: String,
    is_negative: bool,
    digits: Vec<u8>,
    power: i64,
}

impl Number {
    /// Reads a number; `None` where it is none, or its power of ten has more than 64 bits.
    pub fn read(text: &str) -> Option<Number> {
        let is_number = number_end(text.as_bytes(), 0) == Some(text.len());
        let decimal = is_number
            .then(|| Decimal::read(text.as_bytes()))
            .flatten()?;
        Some(Number {
            text: text.to_owned(),
            is_negative: decimal.is_negative,
            digits: decimal.digits().collect(),
            power: decimal.power,
        })
    }

    /// What it says.
    pub fn decimal(&self) -> Decimal<'_> {
        Decimal {
            is_negative: self.is_negative,
            digits: [&self.digits, &[]],
            power: self.power,
        }
    }
}

/// Equal where they say the same, however they are written.
impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.decimal().cmp(&other.decimal()).is_eq()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
