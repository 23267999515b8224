//! How much may be kept, as people write it: `256MiB`, `1 GiB`, `500M`, `1.5G`, a number of bytes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

/// Bytes that the log may hold, never fewer than [`Keep::LEAST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Keep(usize);

/// Why a text does not say how much to keep, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadKeep {
    /// It is no size.
    #[error("\"{0}\" is not a size such as 256MiB, 1GiB or 500M")]
    NoSize(String),
    /// The log could not work with so few bytes.
    #[error("{0} is too little to keep: 8MiB at least")]
    TooLittle(String),
    /// No address reaches so far.
    #[error("{0} is more than this machine can hold")]
    TooMuch(String),
}

/// Units with their bytes: powers of 1000 and of 1024. Case does not matter, and `k` is `kB`.
const UNITS: [(&str, u64); 12] = [
    ("", 1),
    ("b", 1),
    ("k", 1_000),
    ("kb", 1_000),
    ("kib", 1 << 10),
    ("m", 1_000_000),
    ("mb", 1_000_000),
    ("mib", 1 << 20),
    ("g", 1_000_000_000),
    ("gb", 1_000_000_000),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
];

impl Keep {
    /// 8 MiB: with less there is room for hardly more than what is being written.
    pub const LEAST: Keep = Keep(8 << 20);

    /// So many bytes, or the least.
    pub fn nearest(bytes: usize) -> Keep {
        Keep(bytes).max(Keep::LEAST)
    }

    /// The number of bytes.
    pub fn bytes(self) -> usize {
        self.0
    }
}

impl FromStr for Keep {
    type Err = BadKeep;

    fn from_str(text: &str) -> Result<Keep, BadKeep> {
        let typed = text.trim();
        let bytes = bytes(typed).ok_or_else(|| BadKeep::NoSize(typed.to_owned()))?;
        match usize::try_from(bytes) {
            Ok(bytes) if bytes < Keep::LEAST.0 => Err(BadKeep::TooLittle(typed.to_owned())),
            Ok(bytes) if isize::try_from(bytes).is_ok() => Ok(Keep(bytes)),
            _ => Err(BadKeep::TooMuch(typed.to_owned())),
        }
    }
}

/// A number, perhaps with a fraction, and its unit, perhaps behind blanks.
fn bytes(text: &str) -> Option<u128> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let unit = unit.trim_start().to_ascii_lowercase();
    let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || number.ends_with('.') {
        return None;
    }
    // No digit behind the twelfth makes a byte of the largest unit.
    let fraction = fraction.get(..12).unwrap_or(fraction);
    let tenths = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let part = match fraction {
        "" => 0,
        digits => digits.parse::<u128>().ok()? * u128::from(*scale) / tenths,
    };
    // Where there are more digits than a number has, it is too much anyway.
    let whole = whole.parse::<u128>().unwrap_or(u128::MAX);
    Some(whole.saturating_mul((*scale).into()).saturating_add(part))
}

/// As one would type it: in the largest unit that says it exactly.
impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: [(&str, usize); 6] = [
            ("GiB", 1 << 30),
            ("G", 1_000_000_000),
            ("MiB", 1 << 20),
            ("M", 1_000_000),
            ("KiB", 1 << 10),
            ("", 1),
        ];
        let exact = SHOWN.iter().find(|(_, unit)| self.0.is_multiple_of(*unit));
        let (name, unit) = exact.unwrap_or(&("", 1));
        write!(f, "{}{name}", self.0 / unit)
    }
}

/// A text such as `"1GiB"`, or a number of bytes.
impl<'de> Deserialize<'de> for Keep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Keep, D::Error> {
        struct Either;

        impl de::Visitor<'_> for Either {
            type Value = Keep;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a size such as \"256MiB\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Keep, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, bytes: i64) -> Result<Keep, E> {
                self.visit_str(&bytes.to_string())
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("256MiB", 256 << 20),
            ("256 mib", 256 << 20),
            (" 1GiB ", 1 << 30),
            ("1.5GiB", 3 << 29),
            ("500M", 500_000_000),
            ("500 MB", 500_000_000),
            ("0.25g", 250_000_000),
            ("20000k", 20_000_000),
            ("8192KiB", 8 << 20),
            ("8388608", 8 << 20),
            ("8388608B", 8 << 20),
        ] {
            assert_eq!(text.parse().map(Keep::bytes), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_told_in_one_sentence() {
        for (text, sentence) in [
            ("", "\"\" is not a size such as 256MiB, 1GiB or 500M"),
            (
                "lots",
                "\"lots\" is not a size such as 256MiB, 1GiB or 500M",
            ),
            ("-1", "\"-1\" is not a size such as 256MiB, 1GiB or 500M"),
            (
                "1.MiB",
                "\"1.MiB\" is not a size such as 256MiB, 1GiB or 500M",
            ),
            (".5G", "\".5G\" is not a size such as 256MiB, 1GiB or 500M"),
            (
                "1.2.3G",
                "\"1.2.3G\" is not a size such as 256MiB, 1GiB or 500M",
            ),
            ("1e9", "\"1e9\" is not a size such as 256MiB, 1GiB or 500M"),
            ("0", "0 is too little to keep: 8MiB at least"),
            ("100k", "100k is too little to keep: 8MiB at least"),
            (
                "99999999TiB",
                "99999999TiB is more than this machine can hold",
            ),
        ] {
            let error = text.parse::<Keep>().map_err(|error| error.to_string());
            assert_eq!(error, Err(sentence.to_owned()), "{text}");
        }
        let digits = "9".repeat(60);
        assert!(matches!(digits.parse::<Keep>(), Err(BadKeep::TooMuch(_))));
    }

    #[test]
    fn what_is_shown_reads_back() {
        for text in ["256MiB", "1GiB", "1536MiB", "500M", "8193KiB", "8388609"] {
            let keep: Keep = text.parse().unwrap();
            assert_eq!(keep.to_string(), text);
        }
    }
}
