//! Sizes in bytes, read and written: `4KiB`, `1.5 GB`, `340 kB`.

use thiserror::Error;

use super::number;

/// Units of powers of 1000, and with an `i` of 1024. Letter case does not matter.
const UNITS: [(&str, u64); 18] = [
    ("", 1),
    ("b", 1),
    ("k", 1000),
    ("kb", 1000),
    ("m", 1_000_000),
    ("mb", 1_000_000),
    ("g", 1_000_000_000),
    ("gb", 1_000_000_000),
    ("t", 1_000_000_000_000),
    ("tb", 1_000_000_000_000),
    ("ki", 1 << 10),
    ("kib", 1 << 10),
    ("mi", 1 << 20),
    ("mib", 1 << 20),
    ("gi", 1 << 30),
    ("gib", 1 << 30),
    ("ti", 1 << 40),
    ("tib", 1 << 40),
];

/// Why a text cannot be read as a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadSize {
    /// Not a number with a known unit or none.
    #[error("not a size such as 512, 1k, 1.5MB or 4KiB")]
    Unreadable,
    /// More bytes than 64 bits count.
    #[error("more bytes than 64 bits count")]
    TooLarge,
}

/// Reads a number of bytes: digits, with a fraction or not, and perhaps a unit, with or without blanks
/// before it. A fraction of a byte is cut off.
///
/// # Errors
/// [`BadSize`].
pub fn read(text: &str) -> Result<u64, BadSize> {
    let (whole, fraction, unit) = parts(text.trim()).ok_or(BadSize::Unreadable)?;
    // the unit is at most 40 bits and the fraction 40, so that nothing else overflows
    let whole: u64 = whole.parse().map_err(|_| BadSize::TooLarge)?;
    let scale = 10_u128.pow(fraction.len() as u32);
    let fraction = fraction.parse::<u64>().unwrap_or(0);
    let bytes =
        u128::from(whole) * u128::from(unit) + u128::from(fraction) * u128::from(unit) / scale;
    u64::try_from(bytes).map_err(|_| BadSize::TooLarge)
}

/// The digits before the point, at most twelve of those behind it, and the bytes of the unit. No
/// digit behind the twelfth makes a byte of the largest unit.
fn parts(text: &str) -> Option<(&str, &str, u64)> {
    let end = text.find(|char: char| !char.is_ascii_digit() && char != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let unit = unit.trim_start();
    let (_, unit) = UNITS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = !whole.is_empty() && !fraction.is_empty() && !fraction.contains('.');
    is_number.then(|| (whole, fraction.get(..12).unwrap_or(fraction), *unit))
}

/// `256MiB`, `500M`, `8388609`: exact, in the largest unit without a fraction. [`read`] reads it back.
pub fn exact(bytes: u64) -> String {
    const SHOWN: [(&str, u64); 6] = [
        ("GiB", 1 << 30),
        ("G", 1_000_000_000),
        ("MiB", 1 << 20),
        ("M", 1_000_000),
        ("KiB", 1 << 10),
        ("", 1),
    ];
    let found = SHOWN.iter().find(|(_, unit)| bytes.is_multiple_of(*unit));
    let (name, unit) = found.unwrap_or(&("", 1));
    format!("{}{name}", bytes / unit)
}

/// `96 B`, `1.2 kB`, `340 kB`, `10 MB`: powers of 1000.
pub fn rounded(value: u64) -> String {
    if value < 1000 {
        return format!("{value} B");
    }
    let (number, prefix) = number::scale(value as f64);
    format!("{number} {prefix}B")
}

/// `340 kB/s`, `96 B/s`: bytes a second.
pub fn rate(per_second: f64) -> String {
    // `as` saturates, and NaN becomes 0
    format!("{}/s", rounded(per_second.ceil() as u64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_read_with_any_unit() {
        for (text, bytes) in [
            ("0", 0),
            ("512", 512),
            ("512b", 512),
            ("1k", 1000),
            ("1kB", 1000),
            ("4KiB", 4096),
            ("1Gi", 1 << 30),
            ("256 mib", 256 << 20),
            (" 1GiB ", 1 << 30),
            ("1.5MB", 1_500_000),
            ("1.5GiB", 3 << 29),
            ("0.25g", 250_000_000),
            ("1.0000000000001k", 1000),
            ("2ti", 2 << 40),
            ("2TB", 2_000_000_000_000),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(read(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        let digits = "9".repeat(60);
        for (text, reason) in [
            ("", BadSize::Unreadable),
            ("k", BadSize::Unreadable),
            ("lots", BadSize::Unreadable),
            ("-1", BadSize::Unreadable),
            ("+1", BadSize::Unreadable),
            ("1.", BadSize::Unreadable),
            (".5G", BadSize::Unreadable),
            ("1.2.3G", BadSize::Unreadable),
            ("1e9", BadSize::Unreadable),
            ("1 000", BadSize::Unreadable),
            ("18446744073709551616", BadSize::TooLarge),
            ("99999999TiB", BadSize::TooLarge),
            (&digits, BadSize::TooLarge),
        ] {
            assert_eq!(read(text), Err(reason), "{text}");
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
            assert_eq!(rounded(value), expected);
        }
        assert_eq!(rate(340_123.0), "340 kB/s");
        assert_eq!(rate(0.2), "1 B/s");
        assert_eq!(rate(f64::INFINITY), "18 EB/s");
    }

    proptest! {
        #[test]
        fn an_exact_size_is_read_back(bytes: u64, factor in prop::sample::select(vec![1, 1_000_000, 1 << 30])) {
            for bytes in [bytes, bytes % 1000 * factor] {
                prop_assert_eq!(read(&exact(bytes)), Ok(bytes));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9. kKmMgGtTiIbB]{0,30}|\\PC{0,8}") {
            let _ = read(&text);
        }
    }
}
