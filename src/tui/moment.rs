//! A moment as a person types it: `14:03`, `-5m`, `yesterday 14:03`, `2026-11-23 14:03`, RFC 3339.

use jiff::{Timestamp, Zoned};

use super::app::stamp;
use crate::filter;

/// What can be typed.
pub const FORMS: &str =
    "14:03, 14:03:05.2, -5m, -1h30m, yesterday 14:03, 2026-11-23 14:03, or RFC 3339.";

/// Reads a moment that is over, as `since:` of a filter does, with `-` before a time span and
/// `yesterday` before a time of day.
///
/// # Errors
/// The sentence to show while it is typed.
pub fn read(typed: &str, now: &Zoned) -> Result<Timestamp, String> {
    let typed = typed.trim();
    let moment = if let Some(span) = typed.strip_prefix('-') {
        let is_span =
            span.ends_with(|unit: char| unit.is_ascii_alphabetic()) && !span.contains(':');
        let before = is_span.then(|| filter::moment(span, now)).flatten();
        before.ok_or_else(|| {
            format!("\"{span}\" is no time span. Type one such as -5m, -90s or -1h30m.")
        })?
    } else if let Some(time) = typed.strip_prefix("yesterday") {
        yesterday(time.trim_start(), now)
            .ok_or_else(|| "Type a time behind it: yesterday 14:03.".to_owned())?
    } else {
        let unknown = || format!("\"{typed}\" is no time. Type {FORMS}");
        filter::moment(typed, now).ok_or_else(unknown)?
    };
    if i128::from(moment) > now.timestamp().as_nanosecond() {
        return Err("That is still to come.".into());
    }
    Ok(stamp(moment))
}

/// A time of yesterday: the last one before today began.
fn yesterday(time: &str, now: &Zoned) -> Option<i64> {
    let midnight = now.start_of_day().ok()?;
    let before = midnight
        .checked_sub(jiff::SignedDuration::from_nanos(1))
        .ok()?;
    time.contains(':').then(|| filter::moment(time, &before))?
}

#[cfg(test)]
mod tests {
    use jiff::{
        civil,
        tz::{TimeZone, offset},
    };
    use proptest::prelude::*;

    use super::*;

    /// Noon in a zone an hour east of Greenwich.
    fn noon() -> Zoned {
        let zone = TimeZone::fixed(offset(1));
        civil::date(2026, 11, 23)
            .at(12, 0, 0, 0)
            .to_zoned(zone)
            .unwrap()
    }

    #[test]
    fn what_is_typed_is_the_moment_meant() {
        for (typed, moment) in [
            ("11:03", "2026-11-23T10:03:00Z"),
            (" 9:03 ", "2026-11-23T08:03:00Z"),
            ("11:03:05.2", "2026-11-23T10:03:05.2Z"),
            ("12:00", "2026-11-23T11:00:00Z"),
            ("14:03", "2026-11-22T13:03:00Z"),
            ("yesterday 9:03", "2026-11-22T08:03:00Z"),
            ("yesterday 14:03", "2026-11-22T13:03:00Z"),
            ("-5m", "2026-11-23T10:55:00Z"),
            ("-1h30m", "2026-11-23T09:30:00Z"),
            ("-90s", "2026-11-23T10:58:30Z"),
            ("-2d", "2026-11-21T11:00:00Z"),
            ("2026-11-23 11:03", "2026-11-23T10:03:00Z"),
            ("2026-11-23T11:03:05", "2026-11-23T10:03:05Z"),
            ("2026-11-23T10:03:05Z", "2026-11-23T10:03:05Z"),
            ("2026-11-23T11:03:05.5+02:00", "2026-11-23T09:03:05.5Z"),
        ] {
            let expected: Timestamp = moment.parse().unwrap();
            assert_eq!(read(typed, &noon()), Ok(expected), "{typed}");
        }
    }

    #[test]
    fn what_is_no_moment_is_told_with_the_next_step() {
        for (typed, told) in [
            ("", "is no time. Type 14:03"),
            ("noon", "\"noon\" is no time."),
            ("25:00", "is no time."),
            ("14:", "is no time."),
            ("-5", "is no time span. Type one such as -5m"),
            ("--5m", "is no time span."),
            ("yesterday", "Type a time behind it: yesterday 14:03."),
            ("2026-13-01 10:00", "is no time."),
            ("2027-01-01 10:00", "still to come"),
        ] {
            let reason = read(typed, &noon()).unwrap_err();
            assert!(reason.contains(told), "{typed}: {reason}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(typed in ".{0,30}", number: u64) {
            let _ = read(&typed, &noon());
            let _ = read(&format!("-{number}s"), &noon());
            let _ = read(&format!("{number}:00"), &noon());
        }
    }
}
