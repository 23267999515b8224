//! Durations, read and written: `500ms`, `1m30s`, `2 min`, `1.5h`, `1d`.

use std::time::Duration;

use jiff::{
    SignedDuration, Span, SpanRelativeTo,
    fmt::friendly::{Spacing, SpanPrinter},
};
use thiserror::Error;

use super::quoted;

/// A text that is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{} is not a duration such as 500ms, 5s or 1m30s", quoted(text))]
pub struct BadDuration {
    /// What was given.
    pub text: String,
}

/// Reads numbers, each with its unit, and adds them up: what Go's `time.ParseDuration` reads, fisk's
/// `d` and `w` (a day has 24 hours), `min`, blanks anywhere between, and the other notations of
/// [`jiff::fmt::friendly`] and ISO 8601 (`1 hour, 5 minutes`, `PT5M`). Never negative. A number without
/// a unit is refused, except a plain `0`.
///
/// # Errors
/// [`BadDuration`] for anything else, or where it is longer than a [`Duration`] can be.
pub fn read(text: &str) -> Result<Duration, BadDuration> {
    let trimmed = text.trim();
    sum(trimmed)
        .or_else(|| spelled_out(trimmed))
        .ok_or_else(|| BadDuration {
            text: text.to_owned(),
        })
}

/// As [`read`], and a number without a unit is in seconds.
///
/// # Errors
/// [`BadDuration`].
pub fn read_or_seconds(text: &str) -> Result<Duration, BadDuration> {
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    match sum(&format!("{}s", text.trim())) {
        Some(duration) if text.trim().chars().all(digits) => Ok(duration),
        _ => read(text),
    }
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
        let part = part(number, nanoseconds(unit.trim())?)?;
        total = Some(total.unwrap_or(Duration::ZERO).checked_add(part)?);
    }
    total
}

fn spelled_out(text: &str) -> Option<Duration> {
    let span: Span = text.parse().ok()?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(duration).ok()
}

fn nanoseconds(unit: &str) -> Option<u64> {
    const SECOND: u64 = 1_000_000_000;
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" | "min" => 60 * SECOND,
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

/// `0.4 ms`, `12 ms`, `340 ms`, `2.003 s`, `1 min 15 s`, `2 h 5 min`: a time that was measured, rounded.
pub fn measured(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    let seconds = time.as_secs();
    match ms {
        ..0.05 => "<0.1 ms".into(),
        ..9.95 => format!("{ms:.1} ms"),
        ..999.5 => format!("{ms:.0} ms"),
        ..59_999.5 => format!("{:.3} s", ms / 1e3),
        ..3_600_000.0 => format!("{} min {} s", seconds.max(60) / 60, seconds.max(60) % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// `0 s`, `12 s`, `3 min 12 s`, `2 h 5 min`: a time that still goes on, in whole seconds.
pub fn running(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds < 60 => format!("{seconds} s"),
        _ => measured(time),
    }
}

/// `100 ms`, `5 s`, `1.5 s`, `2 min`: a time that a person set, exact to the millisecond. [`read`] reads it back.
pub fn setting(time: Duration) -> String {
    match time.as_millis() {
        ms if ms < 1000 => format!("{ms} ms"),
        ms if ms.is_multiple_of(60_000) => format!("{} min", ms / 60_000),
        ms if ms.is_multiple_of(1000) => format!("{} s", ms / 1000),
        ms => {
            let seconds = format!("{}.{:03}", ms / 1000, ms % 1000);
            format!("{} s", seconds.trim_end_matches('0'))
        }
    }
}

/// `120 µs`, `12.3 ms`, `2.003 s`: a time that was measured, for programs that print it.
pub fn precise(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 0.001 {
        format!("{} µs", time.as_micros())
    } else if seconds < 1.0 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.3} s")
    }
}

/// `50ms`, `1m30s`: exact to the nanosecond, without blanks. [`read`] reads it back.
pub fn compact(time: Duration) -> String {
    let printer = SpanPrinter::new().spacing(Spacing::None);
    let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    printer.duration_to_string(&time)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_read_exactly() {
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
            (" 5 s ", 5_000_000_000),
            ("2 min", 120_000_000_000),
            ("1h 30m", 5_400_000_000_000),
            ("1 hour, 5 minutes", 3_900_000_000_000),
            ("PT5M", 300_000_000_000),
            ("2w", 1_209_600_000_000_000),
            ("0.00000000000000001w", 0),
        ];
        for (given, nanoseconds) in table {
            let duration = read(given).map(|duration| duration.as_nanos());
            assert_eq!(duration, Ok(nanoseconds), "{given}");
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
            "1 5s",
            "5s ago",
            "1mo",
            "1.2.3s",
            "5x",
            "five",
            "1e3s",
            "99999999999999999999999w",
            "340282366920938463463374607431768211456ns",
        ] {
            let error = read(given).unwrap_err();
            assert_eq!(error.text, given);
        }
    }

    #[test]
    fn times_are_as_exact_as_they_are_short() {
        for (microseconds, expected) in [
            (0, "<0.1 ms"),
            (400, "0.4 ms"),
            (9_940, "9.9 ms"),
            (9_960, "10 ms"),
            (340_400, "340 ms"),
            (999_600, "1.000 s"),
            (2_003_123, "2.003 s"),
            (59_999_400, "59.999 s"),
            (59_999_600, "1 min 0 s"),
            (75_200_000, "1 min 15 s"),
            (7_500_000_000, "2 h 5 min"),
        ] {
            assert_eq!(measured(Duration::from_micros(microseconds)), expected);
        }
    }

    #[test]
    fn a_span_has_whole_seconds() {
        for (ms, expected) in [
            (0, "0 s"),
            (12_999, "12 s"),
            (59_999, "59 s"),
            (60_000, "1 min 0 s"),
            (192_400, "3 min 12 s"),
            (7_500_000, "2 h 5 min"),
        ] {
            assert_eq!(running(Duration::from_millis(ms)), expected);
        }
    }

    #[test]
    fn a_setting_reads_as_it_was_typed() {
        for (ms, expected) in [
            (0, "0 ms"),
            (100, "100 ms"),
            (1500, "1.5 s"),
            (1001, "1.001 s"),
            (5000, "5 s"),
            (10_000, "10 s"),
            (90_000, "90 s"),
            (120_000, "2 min"),
        ] {
            assert_eq!(setting(Duration::from_millis(ms)), expected);
        }
    }

    #[test]
    fn a_precise_time_is_in_the_unit_that_suits_it() {
        for (nanoseconds, expected) in [
            (312_900, "312 µs"),
            (12_345_000, "12.3 ms"),
            (2_003_123_000, "2.003 s"),
        ] {
            assert_eq!(precise(Duration::from_nanos(nanoseconds)), expected);
        }
    }

    #[test]
    fn a_number_alone_is_in_seconds_where_that_is_asked_for() {
        for (text, ms) in [
            ("3", 3000),
            (" 1.5 ", 1500),
            (".5", 500),
            ("0", 0),
            ("1m30s", 90_000),
        ] {
            assert_eq!(
                read_or_seconds(text),
                Ok(Duration::from_millis(ms)),
                "{text}"
            );
        }
        for text in ["", ".", "1.2.3", "3 3"] {
            assert!(read_or_seconds(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[0-9.a-z \u{b5}]{0,40}|\\PC{0,8}") {
            let _ = read(&text);
            let _ = read_or_seconds(&text);
        }

        #[test]
        fn whole_units_add_up(hours in 0_u64..1_000, minutes in 0_u64..1_000, ms in 0_u64..100_000) {
            let duration = read(&format!("{hours}h{minutes}m{ms}ms"));
            prop_assert_eq!(duration, Ok(Duration::from_millis((hours * 60 + minutes) * 60_000 + ms)));
        }

        #[test]
        fn what_is_written_exactly_is_read_back(nanoseconds: u64) {
            let time = Duration::from_nanos(nanoseconds);
            prop_assert_eq!(read(&compact(time)), Ok(time));
            let time = Duration::from_millis(nanoseconds % 10_000_000);
            prop_assert_eq!(read(&setting(time)), Ok(time));
        }
    }
}
