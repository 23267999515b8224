//! Filters on the command line.

use jiff::{Timestamp, tz::TimeZone};

use super::{exit::UsageError, output::tell};
use crate::{
    filter::{Error, Filter},
    payload::{cells, visible},
};

/// Reads the filter that a flag gave, as of now in a time zone. Says what it takes for text that looks like more.
///
/// # Errors
/// The sentence, the filter, and a line of carets under the place that is wrong.
pub fn read_filter(flag: &str, text: &str, zone: &TimeZone) -> Result<Filter, UsageError> {
    let now = Timestamp::now().to_zoned(zone.clone());
    let filter =
        Filter::parse(text, &now).map_err(|error| UsageError(pointed(flag, text, &error)))?;
    for hint in filter.hints() {
        tell(format_args!(
            "{flag}: {}",
            visible(hint.sentence.as_bytes())
        ));
    }
    Ok(filter)
}

fn pointed(flag: &str, text: &str, error: &Error) -> String {
    let shown = |text: Option<&str>| visible(text.unwrap_or_default().as_bytes()).into_owned();
    let before = cells(&shown(text.get(..error.range.start)));
    let wrong = cells(&shown(text.get(error.range.clone()))).max(1);
    format!(
        "{flag}: {}\n  {}\n  {}{}",
        error.sentence,
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
