//! A moment as a person types it: `14:03`, `-5m`, `yesterday 14:03`, `2026-11-23 14:03`, RFC 3339.

use jiff::{Span, SpanRelativeTo, Timestamp, Zoned, civil};

/// What can be typed.
pub const FORMS: &str =
    "14:03, 14:03:05.2, -5m, -1h30m, yesterday 14:03, 2026-11-23 14:03, or RFC 3339.";

/// Reads a moment that is over. A time of day is the last one that was; without an offset it is in the
/// zone of `now`.
///
/// # Errors
/// The sentence to show while it is typed.
pub fn read(typed: &str, now: &Zoned) -> Result<Timestamp, String> {
    let typed = typed.trim();
    let unknown = || format!("\"{typed}\" is no time. Type {FORMS}");
    let moment = if let Some(before) = typed.strip_prefix('-') {
        ago(before, now).ok_or_else(|| {
            format!("\"{before}\" is no time span. Type one such as -5m, -90s or -1h30m.")
        })?
    } else if let Some(time) = typed.strip_prefix("yesterday") {
        let date = now.date().yesterday().ok();
        let time = clock(time.trim_start());
        on(date, time, now).ok_or_else(|| "Type a time behind it: yesterday 14:03.".to_owned())?
    } else if let Some(time) = clock(typed) {
        last(time, now).ok_or_else(unknown)?
    } else {
        written_out(typed, now).ok_or_else(unknown)?
    };
    if moment > now.timestamp() {
        return Err("That is still to come.".into());
    }
    Ok(moment)
}

fn ago(span: &str, now: &Zoned) -> Option<Timestamp> {
    let span: Span = span.parse().ok()?;
    let days = SpanRelativeTo::days_are_24_hours();
    let before = span
        .to_duration(days)
        .ok()
        .filter(|span| !span.is_negative())?;
    now.timestamp().checked_sub(before).ok()
}

/// A time of day: an hour, a colon, minutes, and seconds or not.
fn clock(text: &str) -> Option<civil::Time> {
    let hour = text.split_once(':')?.0;
    let is_hour = (1..=2).contains(&hour.len()) && hour.bytes().all(|byte| byte.is_ascii_digit());
    let zero = if hour.len() == 1 { "0" } else { "" };
    is_hour.then(|| format!("{zero}{text}").parse().ok())?
}

/// The last moment when clocks showed this.
fn last(time: civil::Time, now: &Zoned) -> Option<Timestamp> {
    let today = now.date();
    let moment = on(Some(today), Some(time), now)?;
    if moment <= now.timestamp() {
        return Some(moment);
    }
    on(today.yesterday().ok(), Some(time), now)
}

fn on(date: Option<civil::Date>, time: Option<civil::Time>, now: &Zoned) -> Option<Timestamp> {
    let zoned = date?.to_datetime(time?).to_zoned(now.time_zone().clone());
    Some(zoned.ok()?.timestamp())
}

fn written_out(text: &str, now: &Zoned) -> Option<Timestamp> {
    let with_offset = text.parse::<Timestamp>().ok();
    with_offset.or_else(|| {
        let local: civil::DateTime = text.parse().ok()?;
        Some(local.to_zoned(now.time_zone().clone()).ok()?.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use jiff::tz::{TimeZone, offset};
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
