//! The zone that times are shown in, as people write it: `local`, `UTC`, `+02:00`.

use std::{fmt, str::FromStr};

use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

use crate::text::quoted;

/// The zone that times are shown in, and that times without one are read in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// That of the machine, with its summer times.
    #[default]
    Local,
    /// UTC.
    Utc,
    /// So many seconds east of Greenwich at any time of the year; whole minutes.
    Fixed(i32),
}

/// Why a text is no zone, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{} is no zone: local, UTC, or an offset such as +02:00", quoted(.0))]
pub struct BadZone(String);

/// The furthest offset there is to be, in hours: more than any clock on earth is off.
const FURTHEST: i32 = 18;

impl Zone {
    /// The zone, on a machine whose own one is `local`.
    pub fn time_zone(self, local: &TimeZone) -> TimeZone {
        match self {
            Zone::Local => local.clone(),
            Zone::Utc => TimeZone::UTC,
            // none that is read is further off than offsets reach
            Zone::Fixed(seconds) => {
                Offset::from_seconds(seconds).map_or(TimeZone::UTC, TimeZone::fixed)
            }
        }
    }
}

impl FromStr for Zone {
    type Err = BadZone;

    /// Reads `local`, `UTC`, `Z`, `+2`, `+02:00`, `-0330`, `UTC+2`; capitals do not matter.
    fn from_str(text: &str) -> Result<Zone, BadZone> {
        let typed = text.trim().to_ascii_lowercase();
        let unknown = || BadZone(text.trim().to_owned());
        let offset = match typed.as_str() {
            "local" => return Ok(Zone::Local),
            "utc" | "z" | "gmt" => return Ok(Zone::Utc),
            typed => ["utc", "gmt"]
                .iter()
                .find_map(|name| typed.strip_prefix(name))
                .unwrap_or(typed),
        };
        match seconds(offset).ok_or_else(unknown)? {
            0 => Ok(Zone::Utc),
            seconds => Ok(Zone::Fixed(seconds)),
        }
    }
}

/// A sign, hours, and minutes behind them or not; in seconds.
fn seconds(offset: &str) -> Option<i32> {
    let (sign, digits) = match (
        offset.strip_prefix('+'),
        offset.strip_prefix(['-', '\u{2212}']),
    ) {
        (Some(digits), _) => (1, digits),
        (_, Some(digits)) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some((hours, minutes)), _) if minutes.len() == 2 => (hours, minutes),
        (Some(_), _) => return None,
        (None, 3 | 4) => digits.split_at_checked(digits.len() - 2)?,
        (None, _) => (digits, "0"),
    };
    let number = |text: &str| {
        let is_number =
            (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<i32>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= FURTHEST * 60).then_some(sign * total * 60)
}

/// As [`FromStr`] reads it.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Zone::Local => f.write_str("local"),
            Zone::Utc => f.write_str("UTC"),
            Zone::Fixed(seconds) => {
                let sign = if *seconds < 0 { '-' } else { '+' };
                let minutes = seconds.unsigned_abs() / 60;
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Zone, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read_as_people_write_them() {
        for (text, zone, shown) in [
            ("local", Zone::Local, "local"),
            (" Local ", Zone::Local, "local"),
            ("UTC", Zone::Utc, "UTC"),
            ("z", Zone::Utc, "UTC"),
            ("+00:00", Zone::Utc, "UTC"),
            ("+2", Zone::Fixed(7_200), "+02:00"),
            ("+02:00", Zone::Fixed(7_200), "+02:00"),
            ("utc+2", Zone::Fixed(7_200), "+02:00"),
            ("+0545", Zone::Fixed(20_700), "+05:45"),
            ("-330", Zone::Fixed(-12_600), "-03:30"),
            ("-03:30", Zone::Fixed(-12_600), "-03:30"),
            ("\u{2212}3", Zone::Fixed(-10_800), "-03:00"),
        ] {
            assert_eq!(text.parse(), Ok(zone), "{text}");
            assert_eq!(zone.to_string(), shown);
            assert_eq!(shown.parse(), Ok(zone));
        }
    }

    #[test]
    fn what_is_no_zone_is_told_in_one_sentence() {
        for text in [
            "", "2", "+", "+2:0", "+25", "+18:01", "+02:60", "+12345", "+2:000", "CET", "+é", "++2",
        ] {
            let error = text.parse::<Zone>().unwrap_err().to_string();
            assert!(
                error.ends_with("is no zone: local, UTC, or an offset such as +02:00"),
                "{text}: {error}"
            );
        }
    }
}
