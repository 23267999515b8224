//! Numbers as people read them: few digits, a blank before the unit.

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

/// `48 210`, `1.2 M`, `340 M`: exact up to six digits, at most seven characters.
pub fn short(value: u64) -> String {
    if value < 1_000_000 {
        return count(value);
    }
    let (number, prefix) = scale(value as f64);
    format!("{number} {prefix}")
}

/// `63 %`: the share that is done, rounded down; 100 % only when all of it is.
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

/// A number rounded to two or three digits, and its decimal prefix; exa at most.
pub(super) fn scale(value: f64) -> (String, &'static str) {
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
}
