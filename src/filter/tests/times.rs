//! Moments.

use super::samples::{at, nanoseconds, now};
use crate::filter::{Anchor, moment};

#[test]
fn a_moment_is_a_duration_ago_a_clock_time_or_a_date() {
    for (text, expected) in [
        ("5m", "2026-11-23T13:25:00Z"),
        ("0s", "2026-11-23T13:30:00Z"),
        ("1.5h", "2026-11-23T12:00:00Z"),
        ("1h30m", "2026-11-23T12:00:00Z"),
        ("250ms", "2026-11-23T13:29:59.75Z"),
        ("2d", "2026-11-21T13:30:00Z"),
        ("-5m", "2026-11-23T13:25:00Z"),
        ("5 min", "2026-11-23T13:25:00Z"),
        ("yesterday 9:00", "2026-11-22T08:00:00Z"),
        ("yesterday 14:31", "2026-11-22T13:31:00Z"),
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
        assert_eq!(
            moment(text, &Anchor::from(&now())),
            Some(nanoseconds(expected)),
            "{text}"
        );
    }
}

#[test]
fn everything_else_is_no_moment() {
    for text in [
        "",
        "5",
        "m",
        "--5m",
        "-11:05",
        "yesterday",
        "yesterday 5m",
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
        assert_eq!(moment(text, &Anchor::from(&now())), None, "{text}");
    }
}

#[test]
fn a_clock_time_that_a_day_does_not_have_is_the_one_after_the_gap() {
    // Clocks went from 02:00 to 03:00.
    let now = at("2026-03-29T10:00:00Z").to_zoned(now().time_zone().clone());

    assert_eq!(
        moment("02:30", &Anchor::from(&now)),
        Some(nanoseconds("2026-03-29T01:30:00Z"))
    );
}

#[test]
fn a_clock_time_is_of_the_day_of_its_anchor() {
    let day = |text: &str| text.parse().unwrap();
    for (text, day, is_live, expected) in [
        ("09:00", day("2026-11-20"), true, "2026-11-20T08:00:00Z"),
        ("23:00", day("2026-11-20"), true, "2026-11-20T22:00:00Z"),
        ("09:00", day("2026-11-23"), true, "2026-11-23T08:00:00Z"),
        ("14:31", day("2026-11-23"), true, "2026-11-22T13:31:00Z"),
        // a recording is over: its day is meant, whether it reaches so far or not
        ("14:31", day("2026-11-23"), false, "2026-11-23T13:31:00Z"),
        ("09:00", day("2026-07-01"), false, "2026-07-01T07:00:00Z"),
        ("5m", day("2026-07-01"), false, "2026-11-23T13:25:00Z"),
        (
            "2026-11-21T09:00",
            day("2026-07-01"),
            false,
            "2026-11-21T08:00:00Z",
        ),
    ] {
        let anchor = Anchor {
            now: now(),
            day,
            is_live,
        };
        assert_eq!(
            moment(text, &anchor),
            Some(nanoseconds(expected)),
            "{text} on {day}"
        );
    }
}
