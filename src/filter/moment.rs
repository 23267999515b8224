//! Points in time: `5m`, `14:05`, `2026-11-23T14:05:00Z`.

use jiff::{SignedDuration, Timestamp, Zoned, civil};

use super::quantity;

/// Reads a moment, in nanoseconds since the Unix epoch: a duration before `now` (`5m`); a clock time
/// (`14:05`, `14:05:30.5`), the last one that is not after `now`; or a date and time (RFC 3339; without
/// an offset in the time zone of `now`, without a time midnight). `None` where it is none of these, or
/// further away than 64 bits reach (the years 1678 to 2262).
pub fn moment(text: &str, now: &Zoned) -> Option<i64> {
    let timestamp = if let Some(time) = clock(text) {
        last(time, now)?
    } else if let Some(before) = quantity::duration(text) {
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

/// The last moment when clocks showed this.
fn last(time: civil::Time, now: &Zoned) -> Option<Timestamp> {
    let today = now.date();
    [Some(today), today.yesterday().ok()]
        .into_iter()
        .flatten()
        .filter_map(|date| {
            date.to_datetime(time)
                .to_zoned(now.time_zone().clone())
                .ok()
        })
        .map(|zoned| zoned.timestamp())
        .find(|&timestamp| timestamp <= now.timestamp())
}
