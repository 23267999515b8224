//! Moments: as a person types them (`14:03`, `-5m`, `yesterday 14:03`, `2026-11-23 14:03`, RFC 3339),
//! and as they are shown, in the zone that was chosen.

use std::{cell::Cell, ops::Range};

use jiff::{Timestamp, Zoned, tz::TimeZone};

use crate::{
    filter::{self, Anchor},
    settings::Zone,
};

/// What can be typed.
pub const FORMS: &str =
    "14:03, 14:03:05.2, -5m, -1h30m, yesterday 14:03, 2026-11-23 14:03, or RFC 3339.";

/// Reads a moment as [`filter::moment`] does, in nanoseconds since the Unix epoch. Where the log is live,
/// it must have passed.
///
/// # Errors
/// The sentence to show while it is typed.
pub fn read(typed: &str, anchor: &Anchor) -> Result<i64, String> {
    let typed = typed.trim();
    let moment = filter::moment(typed, anchor).ok_or_else(|| {
        if let Some(span) = typed.strip_prefix('-') {
            format!("\"{span}\" is not a time span. Type one such as -5m, -90s or -1h30m.")
        } else if typed.starts_with("yesterday") {
            "Type a time behind it: yesterday 14:03.".to_owned()
        } else {
            format!("\"{typed}\" is not a time. Type {FORMS}")
        }
    })?;
    if anchor.is_live && i128::from(moment) > anchor.now.timestamp().as_nanosecond() {
        return Err("That is still to come.".into());
    }
    Ok(moment)
}

/// Nanoseconds since the Unix epoch by the calendar.
pub fn stamp(at: i64) -> Timestamp {
    // every i64 of nanoseconds lies between the years 1677 and 2262
    Timestamp::from_nanosecond(at.into()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// How moments are shown: in which zone, and with their date where that is not today's.
#[derive(Clone, Debug)]
pub struct Calendar {
    chosen: Zone,
    local: TimeZone,
    zone: TimeZone,
    today: Range<i64>,
    /// The day that was asked for last, begin and end: rows beside each other are mostly of one.
    asked: Cell<(i64, i64)>,
}

impl Calendar {
    /// The calendar of a zone on a machine whose own one is `local`, at a moment in nanoseconds since
    /// the Unix epoch.
    pub fn new(chosen: Zone, local: TimeZone, now: i64) -> Calendar {
        let mut calendar = Calendar {
            chosen,
            zone: local.clone(),
            local,
            today: 0..0,
            asked: Cell::default(),
        };
        calendar.choose(chosen, now);
        calendar
    }

    /// Shows another zone from now on.
    pub fn choose(&mut self, zone: Zone, now: i64) {
        self.chosen = zone;
        self.zone = zone.time_zone(&self.local);
        self.asked.set((0, 0));
        self.today = self.day(now);
    }

    /// Moves on to the present day.
    pub fn pass(&mut self, now: i64) {
        if !self.today.contains(&now) {
            self.today = self.day(now);
        }
    }

    /// The zone that is shown, as it was chosen.
    pub fn chosen(&self) -> Zone {
        self.chosen
    }

    /// The zone that is shown.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// A moment by the calendar.
    pub fn zoned(&self, at: i64) -> Zoned {
        stamp(at).to_zoned(self.zone.clone())
    }

    /// Whether a moment is of the present day.
    pub fn is_today(&self, at: i64) -> bool {
        self.today.contains(&at)
    }

    /// The day of a moment, from midnight to midnight. It is the same for all moments in it.
    pub fn day(&self, at: i64) -> Range<i64> {
        let (begin, end) = self.asked.get();
        if !(begin..end).contains(&at) {
            let day = self.day_of(at);
            self.asked.set((day.start, day.end));
            return day;
        }
        begin..end
    }

    fn day_of(&self, at: i64) -> Range<i64> {
        let zoned = self.zoned(at);
        let nanoseconds = |zoned: Zoned| i64::try_from(zoned.timestamp().as_nanosecond()).ok();
        let start = zoned.start_of_day().ok().and_then(nanoseconds);
        let next = zoned.tomorrow().and_then(|next| next.start_of_day());
        let end = next.ok().and_then(nanoseconds);
        start.unwrap_or(i64::MIN)..end.unwrap_or(i64::MAX)
    }

    /// The time of day with milliseconds: `14:03:05.200`.
    pub fn clock(&self, at: i64) -> String {
        let time = self.zoned(at).time();
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        format!(
            "{hour:02}:{minute:02}:{second:02}.{:03}",
            time.millisecond()
        )
    }

    /// A moment in a sentence: the time of day, with its date where that is not today.
    pub fn told(&self, at: i64) -> String {
        if self.is_today(at) {
            self.clock(at)
        } else {
            format!(
                "{} {}",
                self.zoned(at).strftime("%a %d %b %Y"),
                self.clock(at)
            )
        }
    }

    /// The line that parts a day from the one before: `Sun 22 Nov 2026`, with the zone where it is not
    /// the machine's.
    pub fn date_line(&self, at: i64) -> String {
        let date = self.zoned(at).strftime("%a %d %b %Y");
        let today = if self.is_today(at) { ", today" } else { "" };
        match self.chosen {
            Zone::Local => format!("{date}{today}"),
            zone => format!("{date}{today}, {zone}"),
        }
    }

    /// Date and zone in full: `Sun 2026-11-22, +01:00 CET`.
    pub fn date_and_zone(&self, at: i64) -> String {
        let zoned = self.zoned(at);
        let date = zoned.strftime("%a %Y-%m-%d");
        let name = zoned.strftime("%Z").to_string();
        let offset = zoned.strftime("%:z");
        match name.as_str() {
            "UTC" => format!("{date}, UTC"),
            name if name.starts_with(|first: char| first.is_ascii_alphabetic()) => {
                format!("{date}, {offset} {name}")
            }
            _ => format!("{date}, {offset}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{civil, tz::offset};
    use proptest::prelude::*;

    use super::*;

    /// Noon in a zone an hour east of Greenwich.
    fn noon() -> Anchor {
        let zone = TimeZone::fixed(offset(1));
        let noon = civil::date(2026, 11, 23).at(12, 0, 0, 0);
        Anchor::from(&noon.to_zoned(zone).unwrap())
    }

    fn at(moment: &str) -> i64 {
        let moment: Timestamp = moment.parse().unwrap();
        moment.as_nanosecond().try_into().unwrap()
    }

    #[test]
    fn in_a_recording_the_day_stood_on_is_meant_and_its_end_is_the_present() {
        let recorded = Anchor {
            day: civil::date(2026, 11, 21),
            is_live: false,
            ..noon()
        };
        for (typed, moment) in [
            ("11:03", "2026-11-21T10:03:00Z"),
            ("14:03", "2026-11-21T13:03:00Z"),
            ("yesterday 9:03", "2026-11-22T08:03:00Z"),
            ("-5m", "2026-11-23T10:55:00Z"),
            ("2026-11-23 14:03", "2026-11-23T13:03:00Z"),
            ("2027-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ] {
            assert_eq!(read(typed, &recorded), Ok(at(moment)), "{typed}");
        }
    }

    #[test]
    fn a_moment_is_told_with_its_date_where_that_is_not_today() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let (now, then) = (at("2026-11-23T11:00:00Z"), at("2026-11-21T22:59:58.5Z"));
        for (zone, told, line, in_full) in [
            (
                Zone::Local,
                "Sat 21 Nov 2026 23:59:58.500",
                "Sat 21 Nov 2026",
                "Sat 2026-11-21, +01:00 CET",
            ),
            (
                Zone::Utc,
                "Sat 21 Nov 2026 22:59:58.500",
                "Sat 21 Nov 2026, UTC",
                "Sat 2026-11-21, UTC",
            ),
            (
                Zone::Fixed(7_200),
                "Sun 22 Nov 2026 00:59:58.500",
                "Sun 22 Nov 2026, +02:00",
                "Sun 2026-11-22, +02:00",
            ),
        ] {
            let calendar = Calendar::new(zone, berlin.clone(), now);
            assert_eq!(calendar.told(then), told);
            assert_eq!(calendar.date_line(then), line);
            assert_eq!(calendar.date_and_zone(then), in_full);
        }
        let mut calendar = Calendar::new(Zone::Local, berlin, now);
        assert_eq!(calendar.told(now), "12:00:00.000");
        assert_eq!(calendar.date_line(now), "Mon 23 Nov 2026, today");
        calendar.pass(at("2026-11-23T23:00:00Z"));
        assert_eq!(calendar.told(now), "Mon 23 Nov 2026 12:00:00.000");
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
            assert_eq!(read(typed, &noon()), Ok(at(moment)), "{typed}");
        }
    }

    #[test]
    fn what_is_no_moment_is_told_with_the_next_step() {
        for (typed, told) in [
            ("", "is not a time. Type 14:03"),
            ("noon", "\"noon\" is not a time."),
            ("25:00", "is not a time."),
            ("14:", "is not a time."),
            ("-5", "is not a time span. Type one such as -5m"),
            ("--5m", "is not a time span."),
            ("yesterday", "Type a time behind it: yesterday 14:03."),
            ("2026-13-01 10:00", "is not a time."),
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

        #[test]
        fn a_day_holds_its_moment_and_its_ends_are_of_the_same_day(at: i64, seconds in -64_800i32..64_800) {
            for zone in [Zone::Local, Zone::Utc, Zone::Fixed(seconds)] {
                let local = TimeZone::get("America/New_York").unwrap();
                let calendar = Calendar::new(zone, local, 0);
                let day = calendar.day(at);
                prop_assert!(day.contains(&at) || at == i64::MAX);
                prop_assert_eq!(calendar.day(day.start), day.clone());
                prop_assert_eq!(calendar.day(day.end - 1), day);
            }
        }
    }
}
