//! Filters on the command line.

use jiff::{Timestamp, tz::TimeZone};

use super::exit::UsageError;
use crate::{
    filter::{Error, Filter},
    text::{cells, visible},
};

/// Reads the filter that a flag gave, as of now in a time zone, for messages as they come. Nobody looks on, so what may
/// not mean what was meant is refused, and so is what cannot be known here.
///
/// # Errors
/// The sentence, the filter, and a line of carets under the place that is wrong.
pub fn read_filter(flag: &str, text: &str, zone: &TimeZone) -> Result<Filter, UsageError> {
    let now = Timestamp::now().to_zoned(zone.clone());
    let filter =
        Filter::parse(text, &now).map_err(|error| UsageError(pointed(flag, text, &error)))?;
    let unclear = filter.hints().first().map(|hint| Error {
        range: hint.range.clone(),
        sentence: hint.refusal.clone(),
    });
    let unknown = || {
        filter.asks_for_round_trip().map(|range| Error {
            range,
            sentence: "how long a reply took is known only where requests and replies are paired, on the screen".into(),
        })
    };
    match unclear.or_else(unknown) {
        Some(error) => Err(UsageError(pointed(flag, text, &error))),
        None => Ok(filter),
    }
}

fn pointed(flag: &str, text: &str, error: &Error) -> String {
    let shown = |text: Option<&str>| visible(text.unwrap_or_default().as_bytes()).into_owned();
    let before = cells(&shown(text.get(..error.range.start)));
    let wrong = cells(&shown(text.get(error.range.clone()))).max(1);
    format!(
        "{flag}: {}\n  {}\n  {}{}",
        shown(Some(&error.sentence)),
        shown(Some(text)),
        " ".repeat(before),
        "^".repeat(wrong)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrong_place_is_pointed_at() {
        for (text, drawn) in [
            ("a size>x b", "  a size>x b\n         ^"),
            ("a |", "  a |\n     ^"),
            ("größe dir:nope", "  größe dir:nope\n            ^^^^"),
            ("日本 \t/x", "  日本 ␉/x\n        ^^"),
            ("a jsn:.b=1 c", "  a jsn:.b=1 c\n    ^^^^^^^^"),
            ("http://x", "  http://x\n  ^^^^^^^^"),
            ("a !(rtt>0ms | b)", "  a !(rtt>0ms | b)\n      ^^^^^^^"),
        ] {
            let error = read_filter("--where", text, &TimeZone::UTC)
                .unwrap_err()
                .to_string();
            let (sentence, lines) = error.split_once('\n').unwrap();
            assert!(sentence.starts_with("--where: "), "{error}");
            assert_eq!(lines, drawn, "{error}");
        }
    }
}
