//! Points in time: `5m`, `14:05`, `yesterday 14:05`, `2026-11-23T14:05:00Z`.

use jiff::{SignedDuration, Timestamp, Zoned, civil};

use crate::text::duration;

/// What moments are counted from where they say neither date nor zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchor {
    /// Time spans end here, and its zone is that of dates and clock times.
    pub now: Zoned,
    /// The day of a clock time.
    pub day: civil::Date,
    /// Whether time goes on from `now`: a clock time that is still to come is one of the day before.
    pub is_live: bool,
}

/// The present, and its day.
impl From<&Zoned> for Anchor {
    fn from(now: &Zoned) -> Anchor {
        Anchor {
            now: now.clone(),
            day: now.date(),
            is_live: true,
        }
    }
}

/// Reads a moment, in nanoseconds since the Unix epoch: a duration before the anchor's `now` (`5m`,
/// `-5m`); a clock time (`14:05`, `14:05:30.5`) of the anchor's day; one of the day before the anchor's
/// `now` (`yesterday 14:05`); or a date and time (RFC 3339; without an
/// offset in the anchor's zone, without a time midnight). `None` where it is none of these, or further
/// away than 64 bits reach (the years 1678 to 2262).
pub fn moment(text: &str, anchor: &Anchor) -> Option<i64> {
    let now = &anchor.now;
    let text = text.trim();
    let timestamp = if let Some(time) = clock(text) {
        on_day(time, anchor)?
    } else if let Some(time) = text.strip_prefix("yesterday") {
        let yesterday = Anchor {
            day: now.date().yesterday().ok()?,
            ..anchor.clone()
        };
        on_day(clock(time.trim_start())?, &yesterday)?
    } else if let Some(before) = before(text) {
        now.timestamp()
            .checked_sub(SignedDuration::from_nanos(before))
            .ok()?
    } else if let Ok(timestamp) = text.parse::<Timestamp>() {
        timestamp
    } else {
        let date: civil::DateTime = text.parse().ok()?;
        date.to_zoned(now.time_zone().clone()).ok()?.timestamp()
    };
    i64::try_from(timestamp.as_nanosecond()).ok()
}

/// A duration, with or without the sign of the past. Behind the sign, what has colons looks like a clock
/// time and is refused.
fn before(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(span) if span.contains(':') => None,
        Some(span) => nanoseconds(span),
        None => nanoseconds(text),
    }
}

/// Reads a duration, in nanoseconds.
pub(super) fn nanoseconds(text: &str) -> Option<i64> {
    let duration = duration::read(text).ok()?;
    i64::try_from(duration.as_nanos()).ok()
}

/// A time of the day with two colons at most; what else the library reads is a date here.
fn clock(text: &str) -> Option<civil::Time> {
    let hour = text.split_once(':')?.0;
    let is_hour = (1..=2).contains(&hour.len()) && hour.bytes().all(|byte| byte.is_ascii_digit());
    let padded = if hour.len() == 1 {
        format!("0{text}")
    } else {
        text.to_owned()
    };
    is_hour.then(|| padded.parse().ok()).flatten()
}

/// When clocks showed this on the anchor's day, or on the day before.
fn on_day(time: civil::Time, anchor: &Anchor) -> Option<Timestamp> {
    let zone = anchor.now.time_zone();
    let on = |date: civil::Date| {
        let zoned = date.to_datetime(time).to_zoned(zone.clone()).ok()?;
        Some(zoned.timestamp())
    };
    match on(anchor.day) {
        Some(at) if anchor.is_live && at > anchor.now.timestamp() => {
            on(anchor.day.yesterday().ok()?)
        }
        at => at,
    }
}
