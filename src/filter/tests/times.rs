//! Moments.

use super::samples::{at, nanoseconds, now};
use crate::filter::moment;

#[test]
fn a_moment_is_a_duration_ago_a_clock_time_or_a_date() {
    for (text, expected) in [
        ("5m", "2026-11-23T13:25:00Z"),
        ("0s", "2026-11-23T13:30:00Z"),
        ("1.5h", "2026-11-23T12:00:00Z"),
        ("1h30m", "2026-11-23T12:00:00Z"),
        ("250ms", "2026-11-23T13:29:59.75Z"),
        ("2d", "2026-11-21T13:30:00Z"),
        ("14:05", "2026-11-23T13:05:00Z"),
        ("14:30", "2026-11-23T13:30:00Z"),
        ("14:31", "2026-11-22T13:31:00Z"),
        ("9:00", "2026-11-23T08:00:00Z"),
        ("23:59:59.5", "2026-11-22T22:59:59.5Z"),
        ("2026-11-23T14:05:00Z", "2026-11-23T14:05:00Z"),
        ("2026-11-23T14:05:00+02:00", "2026-11-23T12:05:00Z"),
        ("2026-11-23T14:05", "2026-11-23T13:05:00Z"),
        ("2026-07-01", "2026-06-30T22:00:00Z"),
    ] {
        assert_eq!(moment(text, &now()), Some(nanoseconds(expected)), "{text}");
    }
}

#[test]
fn everything_else_is_no_moment() {
    for text in [
        "",
        "5",
        "m",
        "-5m",
        "25:00",
        "14:60",
        "14",
        "1405",
        ":05",
        "0014:05",
        "soon",
        "1mo",
        "9999-12-31T00:00:00Z",
        "99999999h",
    ] {
        assert_eq!(moment(text, &now()), None, "{text}");
    }
}

#[test]
fn a_clock_time_that_a_day_does_not_have_is_the_one_after_the_gap() {
    // Clocks went from 02:00 to 03:00.
    let now = at("2026-03-29T10:00:00Z").to_zoned(now().time_zone().clone());

    assert_eq!(
        moment("02:30", &now),
        Some(nanoseconds("2026-03-29T01:30:00Z"))
    );
}
