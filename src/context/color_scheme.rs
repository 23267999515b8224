//! The colour a context asks for, so that nobody takes production for the test bed.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::text::quoted;

/// natscli's names for the looks of its tables (`--colors`); here they tint the status line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum ColorScheme {
    Rounded,
    Double,
    Yellow,
    Blue,
    Cyan,
    Green,
    Magenta,
    Red,
}

/// A text is none of the names.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{} is none of rounded, double, yellow, blue, cyan, green, magenta, red", quoted(.0))]
pub struct UnknownColorScheme(String);

const NAMES: [(ColorScheme, &str); 8] = [
    (ColorScheme::Rounded, "rounded"),
    (ColorScheme::Double, "double"),
    (ColorScheme::Yellow, "yellow"),
    (ColorScheme::Blue, "blue"),
    (ColorScheme::Cyan, "cyan"),
    (ColorScheme::Green, "green"),
    (ColorScheme::Magenta, "magenta"),
    (ColorScheme::Red, "red"),
];

impl FromStr for ColorScheme {
    type Err = UnknownColorScheme;

    fn from_str(text: &str) -> Result<ColorScheme, UnknownColorScheme> {
        let named = NAMES.iter().find(|(_, name)| *name == text);
        named
            .map(|(scheme, _)| *scheme)
            .ok_or_else(|| UnknownColorScheme(text.to_owned()))
    }
}

impl fmt::Display for ColorScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMES.iter().find(|(scheme, _)| scheme == self);
        f.write_str(named.map_or("", |(_, name)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_shown_as_natscli_writes_them() {
        for (scheme, name) in NAMES {
            assert_eq!(name.parse(), Ok(scheme));
            assert_eq!(scheme.to_string(), name);
        }
        let error = "pink".parse::<ColorScheme>().unwrap_err().to_string();
        assert!(error.starts_with("\"pink\" is none of rounded"), "{error}");
    }
}
