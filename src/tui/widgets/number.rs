//! Numbers as people read them: at most a few digits, a blank before the unit.

use std::time::Duration;

/// `48 210`: groups of three, blanks between them.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// `48 210`, `1.2 M`, `340 M`: exact up to six digits, and never more than seven cells.
pub fn short(value: u64) -> String {
    if value < 1_000_000 {
        return count(value);
    }
    let (number, prefix) = scale(value as f64);
    format!("{number} {prefix}")
}

/// `63 %`: how much of it is done; 100 only where all of it is.
pub fn percent(done: u64, total: u64) -> String {
    let share = u128::from(done) * 100 / u128::from(total.max(1));
    format!("{} %", if done < total { share.min(99) } else { 100 })
}

/// `0.2/s`, `1.0/s`, `20/s`, `1.2 k/s`, `3.4 M/s`: events a second. `0/s` for none.
pub fn rate(per_second: f64) -> String {
    let (number, prefix) = scale(per_second);
    match prefix {
        "" if per_second <= 0.0 => "0/s".into(),
        "" if per_second < 0.05 => "<0.1/s".into(),
        "" => format!("{number}/s"),
        prefix => format!("{number} {prefix}/s"),
    }
}

/// `340 kB/s`, `96 B/s`: bytes a second.
pub fn byte_rate(per_second: f64) -> String {
    // `as` saturates, and takes what is not a number as 0.
    format!("{}/s", bytes(per_second.ceil() as u64))
}

/// `96 B`, `1.2 kB`, `340 kB`, `10 MB`: powers of 1000.
pub fn bytes(value: u64) -> String {
    if value < 1000 {
        return format!("{value} B");
    }
    let (number, prefix) = scale(value as f64);
    format!("{number} {prefix}B")
}

/// `0.4 ms`, `12 ms`, `340 ms`, `2.003 s`, `1 min 15 s`, `2 h 5 min`: a time that was measured.
pub fn elapsed(time: Duration) -> String {
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

/// `0 s`, `12 s`, `3 min 12 s`, `2 h 5 min`: a time that goes on, to the second.
pub fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds < 60 => format!("{seconds} s"),
        _ => elapsed(time),
    }
}

/// `100 ms`, `5 s`, `1.5 s`, `2 min`: a time that somebody set, to the millisecond.
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

/// Two or three digits and the prefix that makes them true. Not above exa.
fn scale(value: f64) -> (String, &'static str) {
    let mut value = if value.is_finite() {
        value.max(0.0)
    } else {
        0.0
    };
    let mut prefixes = ["", "k", "M", "G", "T", "P", "E"].into_iter().peekable();
    loop {
        let prefix = prefixes.next().unwrap_or("E");
        // What would be rounded to 1000 is 1.0 of the next.
        if value < 999.5 || prefixes.peek().is_none() {
            let number = if value < 9.95 {
                format!("{value:.1}")
            } else {
                format!("{value:.0}")
            };
            return (number, prefix);
        }
        value /= 1000.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_whole_only_at_its_end() {
        for (done, total, text) in [
            (0, 0, "100 %"),
            (0, 3, "0 %"),
            (1, 3, "33 %"),
            (999, 1000, "99 %"),
            (3, 3, "100 %"),
            (u64::MAX - 1, u64::MAX, "99 %"),
        ] {
            assert_eq!(percent(done, total), text);
        }
    }

    #[test]
    fn counts_are_grouped() {
        for (value, expected) in [
            (0, "0"),
            (12, "12"),
            (999, "999"),
            (1204, "1 204"),
            (48_210, "48 210"),
            (1_000_000, "1 000 000"),
            (u64::MAX, "18 446 744 073 709 551 615"),
        ] {
            assert_eq!(count(value), expected);
        }
    }

    #[test]
    fn short_counts_keep_to_their_cells() {
        for (value, expected) in [
            (0, "0"),
            (999_999, "999 999"),
            (1_000_000, "1.0 M"),
            (u64::MAX, "18 E"),
        ] {
            assert_eq!(short(value), expected);
        }
    }

    #[test]
    fn rates_have_two_or_three_digits() {
        for (value, expected) in [
            (0.0, "0/s"),
            (0.01, "<0.1/s"),
            (0.2, "0.2/s"),
            (1.0, "1.0/s"),
            (9.96, "10/s"),
            (20.0, "20/s"),
            (811.4, "811/s"),
            (999.6, "1.0 k/s"),
            (1234.0, "1.2 k/s"),
            (46_994.0, "47 k/s"),
            (3.4e6, "3.4 M/s"),
            (f64::NAN, "0.0/s"),
            (-1.0, "0/s"),
        ] {
            assert_eq!(rate(value), expected, "{value}");
        }
    }

    #[test]
    fn bytes_are_whole_until_a_thousand() {
        for (value, expected) in [
            (0, "0 B"),
            (96, "96 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (1249, "1.2 kB"),
            (340_000, "340 kB"),
            (999_999, "1.0 MB"),
            (10_000_000, "10 MB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(bytes(value), expected);
        }
        assert_eq!(byte_rate(340_123.0), "340 kB/s");
        assert_eq!(byte_rate(0.2), "1 B/s");
        assert_eq!(byte_rate(f64::INFINITY), "18 EB/s");
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
            assert_eq!(elapsed(Duration::from_micros(microseconds)), expected);
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
            assert_eq!(span(Duration::from_millis(ms)), expected);
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
}
