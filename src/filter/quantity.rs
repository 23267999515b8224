//! Sizes and durations: `1k`, `4KiB`, `50ms`.

use std::fmt;

use jiff::{
    SignedDuration, Span, SpanRelativeTo,
    fmt::friendly::{Spacing, SpanPrinter},
};

/// Units of bytes as they are printed elsewhere (powers of 1000), and those with an `i` (of 1024).
/// Capitals do not matter.
const UNITS: [(&str, u64); 16] = [
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
];

/// Reads bytes: digits, with a fraction or not, and a unit. A part of a byte is cut off.
pub(super) fn size(text: &str) -> Option<u64> {
    let end = text.find(|char: char| !char.is_ascii_digit() && char != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let (_, unit) = UNITS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let whole: u64 = whole.parse().ok()?;
    // Twelve digits are all that show in the largest unit.
    let fraction = fraction.get(..12).unwrap_or(fraction);
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let part = u128::from(fraction.parse::<u64>().ok()?) * u128::from(*unit) / scale;
    whole
        .checked_mul(*unit)?
        .checked_add(u64::try_from(part).ok()?)
}

/// Reads a duration such as `50ms`, `1.5s`, `1m30s` or `2d`, in nanoseconds; a day has 24 hours.
pub(super) fn duration(text: &str) -> Option<i64> {
    let span: Span = text.parse().ok()?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    let nanoseconds = i64::try_from(duration.as_nanos()).ok()?;
    (nanoseconds >= 0).then_some(nanoseconds)
}

/// Nanoseconds, printed as they are read.
pub(super) struct Duration(pub i64);

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printer = SpanPrinter::new().spacing(Spacing::None);
        f.write_str(&printer.duration_to_string(&SignedDuration::from_nanos(self.0)))
    }
}
