//! Durations as natscli takes them: `5s`, `100ms`, `2h45m`, `1.5h`, `1d`.

use std::time::Duration;

use thiserror::Error;

use crate::text::quoted;

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{} is not a duration such as 500ms, 5s or 1m30s", quoted(text))]
pub struct BadDuration {
    /// What was given.
    pub text: String,
}

/// Reads numbers, each with its unit, and adds them up (Go's `time.ParseDuration` without a sign,
/// and fisk's `d` and `w`). A number without a unit is refused, but for a plain `0`.
///
/// # Errors
/// [`BadDuration`] for anything else, or where it is longer than a [`Duration`] can be.
pub fn parse_duration(text: &str) -> Result<Duration, BadDuration> {
    sum(text).ok_or_else(|| BadDuration {
        text: text.to_owned(),
    })
}

fn sum(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text;
    let mut total = None;
    while !rest.is_empty() {
        let (number, unit);
        (number, rest) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        (unit, rest) = rest.split_at(
            rest.find(|c: char| c.is_ascii_digit() || c == '.')
                .unwrap_or(rest.len()),
        );
        let part = part(number, nanoseconds(unit)?)?;
        total = Some(total.unwrap_or(Duration::ZERO).checked_add(part)?);
    }
    total
}

fn nanoseconds(unit: &str) -> Option<u64> {
    const SECOND: u64 = 1_000_000_000;
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3_600 * SECOND,
        "d" => 86_400 * SECOND,
        "w" => 7 * 86_400 * SECOND,
        _ => return None,
    })
}

/// Exact: a fraction is cut at the nanosecond, never rounded through a float.
fn part(number: &str, unit: u64) -> Option<Duration> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole = integer(whole)?.checked_mul(unit.into())?;
    // A week has 15 digits of nanoseconds: no digit behind these shows.
    let fraction = fraction.get(..15).unwrap_or(fraction);
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let nanoseconds = whole.checked_add(integer(fraction)? * u128::from(unit) / scale)?;
    Some(Duration::new(
        u64::try_from(nanoseconds / 1_000_000_000).ok()?,
        u32::try_from(nanoseconds % 1_000_000_000).ok()?,
    ))
}

fn integer(digits: &str) -> Option<u128> {
    match digits {
        "" => Some(0),
        digits => digits.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn natscli_durations_are_read_exactly() {
        let table = [
            ("0", 0),
            ("0s", 0),
            ("1ns", 1),
            ("100ms", 100_000_000),
            ("5s", 5_000_000_000),
            ("1m", 60_000_000_000),
            ("2h45m", 9_900_000_000_000),
            ("1h1s1ms1us1ns", 3_601_001_001_001),
            ("1.5s", 1_500_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("0.1s", 100_000_000),
            ("0.0000000019s", 1),
            ("3\u{b5}s", 3_000),
            ("3\u{3bc}s", 3_000),
            ("1d", 86_400_000_000_000),
            ("2w", 1_209_600_000_000_000),
            ("0.00000000000000001w", 0),
        ];
        for (given, nanoseconds) in table {
            let read = parse_duration(given).map(|duration| duration.as_nanos());
            assert_eq!(read, Ok(nanoseconds), "{given}");
        }
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for given in [
            "",
            "5",
            "s",
            ".s",
            ".",
            "-5s",
            "+5s",
            "5 s",
            " 5s",
            "5s ",
            "1.2.3s",
            "5x",
            "five",
            "1e3s",
            "99999999999999999999999w",
            "340282366920938463463374607431768211456ns",
        ] {
            let error = parse_duration(given).unwrap_err();
            assert_eq!(error.text, given);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "[0-9.a-z\u{b5}]{0,40}") {
            let _ = parse_duration(&text);
        }

        #[test]
        fn whole_units_add_up(hours in 0_u64..1_000, minutes in 0_u64..1_000, ms in 0_u64..100_000) {
            let read = parse_duration(&format!("{hours}h{minutes}m{ms}ms"));
            prop_assert_eq!(read, Ok(Duration::from_millis((hours * 60 + minutes) * 60_000 + ms)));
        }
    }
}
