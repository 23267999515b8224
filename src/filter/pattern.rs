//! Text to look for: words and regular expressions, with smart case.

use std::{fmt, ops::Range, sync::Arc};

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

/// What a regular expression may take when it is compiled, in bytes.
const LARGEST_REGEX: usize = 1 << 20;

/// What is looked for in bytes that may be text. A clone shares what was compiled.
///
/// Smart case: what was written without a capital letter does not care for capitals (by Unicode's
/// simple case folding, as the `regex` crate has it).
#[derive(Clone)]
pub struct Pattern {
    source: Arc<str>,
    matcher: Matcher,
}

#[derive(Clone)]
enum Matcher {
    Bytes(Arc<Finder<'static>>),
    Regex(Regex),
}

impl Pattern {
    /// The text itself. An empty one occurs everywhere.
    pub fn text(text: &str) -> Pattern {
        let has_case = text.chars().any(char::is_alphabetic);
        let matcher = if has_case && !text.chars().any(char::is_uppercase) {
            let regex = RegexBuilder::new(&regex::escape(text))
                .case_insensitive(true)
                .size_limit(usize::MAX)
                .build();
            Matcher::Regex(regex.expect("an escaped text is a regular expression of any size"))
        } else {
            Matcher::Bytes(Arc::new(Finder::new(text).into_owned()))
        };
        Pattern {
            source: text.into(),
            matcher,
        }
    }

    /// A regular expression of the `regex` crate. Capitals behind a backslash (`\S`) are no capital
    /// letters for smart case; `(?i)` and `(?-i)` decide otherwise.
    ///
    /// # Errors
    /// One sentence, where it is none or would take more than 1 MiB when compiled.
    pub fn regex(expression: &str) -> Result<Pattern, String> {
        let regex = RegexBuilder::new(expression)
            .case_insensitive(!has_capital(expression))
            .size_limit(LARGEST_REGEX)
            .build()
            .map_err(|error| sentence(&error))?;
        Ok(Pattern {
            source: expression.into(),
            matcher: Matcher::Regex(regex),
        })
    }

    /// What it was made of.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it occurs.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        match &self.matcher {
            Matcher::Bytes(finder) => finder.find(bytes).is_some(),
            Matcher::Regex(regex) => regex.is_match(bytes),
        }
    }

    /// The first place where it occurs at or behind `start`, in bytes; nowhere where `start` is behind
    /// the end. May be empty for an empty text, and for a regular expression that matches nothing at all.
    pub fn find_at(&self, bytes: &[u8], start: usize) -> Option<Range<usize>> {
        let rest = bytes.get(start..)?;
        match &self.matcher {
            Matcher::Bytes(finder) => {
                let at = start + finder.find(rest)?;
                Some(at..at + finder.needle().len())
            }
            Matcher::Regex(regex) => regex.find_at(bytes, start).map(|found| found.range()),
        }
    }
}

/// Equal where they were made alike.
impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.source == other.source
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.source)
    }
}

fn has_capital(expression: &str) -> bool {
    let mut escaped = false;
    expression.chars().any(|char| {
        let counts = !escaped && char.is_uppercase();
        escaped = !escaped && char == '\\';
        counts
    })
}

/// Why it is none, without the drawing that the crate makes of it.
fn sentence(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "the regular expression is too large".to_owned(),
        error => {
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            format!("this is no regular expression: {reason}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_one_after_the_other() {
        for (pattern, start, expected) in [
            (Pattern::text("ab"), 0, Some(1..3)),
            (Pattern::text("ab"), 1, Some(1..3)),
            (Pattern::text("ab"), 2, Some(4..6)),
            (Pattern::text("AB"), 0, Some(4..6)),
            (Pattern::text("12"), 0, Some(7..9)),
            (Pattern::text("ab"), 5, None),
            (Pattern::text("ab"), 9, None),
            (Pattern::text("ab"), 10, None),
            (Pattern::regex("a.").unwrap(), 2, Some(4..6)),
            (Pattern::regex("A.").unwrap(), 0, Some(4..6)),
            (Pattern::regex("(?-i)a.").unwrap(), 2, None),
            (Pattern::regex("^ab").unwrap(), 1, None),
            (Pattern::regex("$").unwrap(), 2, Some(9..9)),
            (Pattern::regex("x").unwrap(), 10, None),
        ] {
            let found = pattern.find_at(b".ab.AB.12", start);
            assert_eq!(found, expected, "{pattern:?} from {start}");
            assert_eq!(
                pattern.is_in(b".ab.AB.12"),
                pattern.find_at(b".ab.AB.12", 0).is_some()
            );
        }
    }

    #[test]
    fn a_text_may_be_as_long_as_a_screen_and_hold_anything() {
        for text in ["k".repeat(10_000), "(ä[*\\".repeat(1_000)] {
            let pattern = Pattern::text(&text);
            assert!(pattern.is_in(text.to_uppercase().as_bytes()));
            assert!(!pattern.is_in(b"k"));
        }
    }

    #[test]
    fn what_is_no_regular_expression_has_a_reason() {
        for (expression, reason) in [
            ("a(", "this is no regular expression: unclosed group"),
            (r"\w{2000}{2000}", "the regular expression is too large"),
        ] {
            assert_eq!(Pattern::regex(expression).unwrap_err(), reason);
        }
    }
}
