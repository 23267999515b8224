//! How much of the log is kept in memory: `256MiB`, `1 GiB`, `500M`, a number of bytes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

use crate::text::size::{self, BadSize};

/// Maximum size of the log in bytes, at least [`Keep::LEAST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Keep(usize);

/// Why a text cannot be read as a [`Keep`], in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadKeep {
    /// Not a size.
    #[error("\"{0}\" is not a size such as 256MiB, 1GiB or 500M")]
    NoSize(String),
    /// Fewer bytes than the log needs to work.
    #[error("{0} is too little to keep: 8MiB at least")]
    TooLittle(String),
    /// More bytes than this machine can address.
    #[error("{0} is more than this machine can hold")]
    TooMuch(String),
}

impl Keep {
    /// 8 MiB: less holds little more than the segments that are being written.
    pub const LEAST: Keep = Keep(8 << 20);

    /// This many bytes, or [`Keep::LEAST`] where that is more.
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
        let bytes = match size::read(typed) {
            Ok(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX),
            Err(BadSize::TooLarge) => usize::MAX,
            Err(BadSize::Unreadable) => return Err(BadKeep::NoSize(typed.to_owned())),
        };
        if bytes < Keep::LEAST.0 {
            Err(BadKeep::TooLittle(typed.to_owned()))
        } else if isize::try_from(bytes).is_err() {
            Err(BadKeep::TooMuch(typed.to_owned()))
        } else {
            Ok(Keep(bytes))
        }
    }
}

/// In the largest unit that says it exactly; it is read back the same.
impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&size::exact(self.0 as u64))
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
            ("1Gi", 1 << 30),
            ("64 Mi", 64 << 20),
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
