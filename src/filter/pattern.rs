//! Text to look for: words and regular expressions, with smart case.

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

use crate::payload::{self, unescaped};

/// What a regular expression may take when it is compiled, in bytes.
const LARGEST_REGEX: usize = 1 << 20;

/// What is looked for in bytes that may be text. A clone shares what was compiled.
///
/// In payloads, JSON is found as it is shown, too: with blanks behind `:` and `,` although it came without,
/// and with escapes read, so that `grün` finds `gr\u00fcn` and `say "hi"` finds `say \"hi\"`.
///
/// Smart case: what was written without a capital letter does not care for capitals (by Unicode's
/// simple case folding, as the `regex` crate has it).
#[derive(Clone)]
pub struct Pattern {
    source: Arc<str>,
    matcher: Matcher,
    /// A text without the blanks behind `:` and `,` that JSON is shown with, where there are some.
    tight: Option<Matcher>,
    /// A text with its quotes and backslashes as strings of JSON hold them, where there are some.
    escaped: Option<Matcher>,
}

#[derive(Clone)]
enum Matcher {
    Bytes(Arc<Finder<'static>>),
    Regex(Regex),
}

impl Matcher {
    fn text(text: &str) -> Matcher {
        let has_case = text.chars().any(char::is_alphabetic);
        if !has_case || text.chars().any(char::is_uppercase) {
            return Matcher::Bytes(Arc::new(Finder::new(text).into_owned()));
        }
        let regex = RegexBuilder::new(&regex::escape(text))
            .case_insensitive(true)
            .size_limit(usize::MAX)
            .build();
        Matcher::Regex(regex.expect("an escaped text is a regular expression of any size"))
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        match self {
            Matcher::Bytes(finder) => finder.find(bytes).is_some(),
            Matcher::Regex(regex) => regex.is_match(bytes),
        }
    }

    fn find_at(&self, bytes: &[u8], start: usize) -> Option<Range<usize>> {
        let rest = bytes.get(start..)?;
        match self {
            Matcher::Bytes(finder) => {
                let at = start + finder.find(rest)?;
                Some(at..at + finder.needle().len())
            }
            Matcher::Regex(regex) => regex.find_at(bytes, start).map(|found| found.range()),
        }
    }
}

impl Pattern {
    /// The text itself. An empty one occurs everywhere.
    pub fn text(text: &str) -> Pattern {
        Pattern {
            source: text.into(),
            matcher: Matcher::text(text),
            tight: tightened(text).map(|text| Matcher::text(&text)),
            escaped: escaped(text).map(|text| Matcher::text(&text)),
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
            tight: None,
            escaped: None,
        })
    }

    /// What it was made of.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it occurs in a part of a message that is no payload.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.matcher.is_in(bytes)
    }

    /// Whether it occurs in a payload, of which the caller knows whether it may hold a backslash.
    pub fn is_in_payload(&self, payload: &[u8], may_hold_backslash: bool) -> bool {
        self.is_in(payload)
            || self
                .tight
                .as_ref()
                .is_some_and(|tight| tight.is_in(payload) && payload::is_json(payload))
            || (may_hold_backslash
                && memchr::memchr(b'\\', payload).is_some()
                && self.is_in_escaped(payload))
    }

    /// Whether it occurs in a payload that holds a backslash once its escapes are read.
    pub fn is_in_escaped(&self, payload: &[u8]) -> bool {
        let shown = unescaped(payload);
        let is_in = |matcher: &Option<Matcher>| matcher.as_ref().is_some_and(|it| it.is_in(&shown));
        let is_new = matches!(shown, Cow::Owned(_));
        is_in(&self.escaped) || is_new && (self.is_in(&shown) || is_in(&self.tight))
    }

    /// The first place where it occurs at or behind `start`, in bytes; nowhere where `start` is behind
    /// the end. May be empty for an empty text, and for a regular expression that matches nothing at all.
    pub fn find_at(&self, bytes: &[u8], start: usize) -> Option<Range<usize>> {
        self.matcher.find_at(bytes, start)
    }

    /// Whether JSON may hold it without the blanks that it is written with.
    pub fn has_tight(&self) -> bool {
        self.tight.is_some()
    }

    /// As [`find_at`](Pattern::find_at), without those blanks; nowhere where there are none.
    pub fn find_tight_at(&self, bytes: &[u8], start: usize) -> Option<Range<usize>> {
        self.tight.as_ref()?.find_at(bytes, start)
    }

    /// The first place of at least one byte where it occurs in any of its forms, at or behind `start`.
    pub fn find_shown_at(&self, bytes: &[u8], start: usize) -> Option<Range<usize>> {
        let forms = [
            Some(&self.matcher),
            self.tight.as_ref(),
            self.escaped.as_ref(),
        ];
        let places = forms.into_iter().flatten();
        let places = places.filter_map(|matcher| find_some(matcher, bytes, start));
        places.min_by_key(|place| place.start)
    }
}

/// The first place of at least one byte.
fn find_some(matcher: &Matcher, bytes: &[u8], mut at: usize) -> Option<Range<usize>> {
    while at <= bytes.len() {
        let place = matcher.find_at(bytes, at)?;
        if !place.is_empty() {
            return Some(place);
        }
        at = place.end + 1;
    }
    None
}

/// The text without blanks behind `:` and `,`; `None` where there are none.
fn tightened(text: &str) -> Option<String> {
    let mut tight = String::with_capacity(text.len());
    for char in text.chars() {
        if char != ' ' || !tight.ends_with([':', ',']) {
            tight.push(char);
        }
    }
    (tight.len() < text.len()).then_some(tight)
}

/// The text inside a string of JSON, as [`unescaped`] leaves it; `None` where it is the same.
fn escaped(text: &str) -> Option<String> {
    let is_special = |char: char| char == '"' || char == '\\' || char.is_control();
    text.contains(is_special).then(|| {
        let quoted = serde_json::Value::from(text).to_string();
        let inside = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        inside.unwrap_or_default().to_owned()
    })
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
    fn json_is_found_as_it_is_shown() {
        for (typed, payload, expected) in [
            ("grün", r#"{"a":"gr\u00fcn"}"#, true),
            ("GRÜN", r#"{"a":"gr\u00fcn"}"#, false),
            ("GRÜN", r#"{"a":"GR\u00dcN"}"#, true),
            ("grün", r#"{"a":"GR\u00DCN"}"#, true),
            ("grün", r#"{"gr\u00fcn":1}"#, true),
            (r"gr\u00fcn", r#"{"a":"gr\u00fcn"}"#, true),
            ("<b>", r#"{"a":"\u003cb\u003e"}"#, true),
            ("😀", r#"["\ud83d\ude00"]"#, true),
            ("http://x", r#"["http:\/\/x"]"#, true),
            ("\"a\": \"grün\"", r#"{"a":"gr\u00fcn"}"#, true),
            ("\"a\": 1", r#"{"a":1}"#, true),
            ("\"a\": 1", r#"{"a":2}"#, false),
            ("a: 1", "log a:1", false),
            ("say \"hi\"", r#"{"a":"say \"hi\""}"#, true),
            (r#"say \"hi\""#, r#"{"a":"say \"hi\""}"#, true),
            (r#"say \"grün\""#, r#"{"a":"say \"gr\u00fcn\""}"#, true),
            ("say \"grün\"", r#"{"a":"say \u0022gr\u00fcn\u0022"}"#, true),
            (r"C:\temp", r#"{"a":"C:\\temp"}"#, true),
            ("grün", r"gr\u00fcn is no JSON", false),
            ("ü", r#"["\\u00fc"]"#, false),
        ] {
            let pattern = Pattern::text(typed);
            let found = pattern.is_in_payload(payload.as_bytes(), true);
            assert_eq!(found, expected, "{typed} in {payload}");
        }
        let regex = Pattern::regex("gr.n$|^\\{\"b\":\"ü").unwrap();
        for (payload, expected) in [
            (r#"{"a":"gr\u00fcn"}"#, false),
            (r#"{"b":"\u00fc"}"#, true),
            (r#""\u00e4"{"b":"\u00fc"}"#, false),
        ] {
            assert_eq!(
                regex.is_in_payload(payload.as_bytes(), true),
                expected,
                "{payload}"
            );
        }
    }

    #[test]
    fn blanks_that_json_is_shown_with_are_left_out() {
        for (typed, tight) in [
            ("\"a\": 1", Some("\"a\":1")),
            ("a:  b, c", Some("a:b,c")),
            ("a b", None),
            ("a :b", None),
        ] {
            assert_eq!(tightened(typed).as_deref(), tight, "{typed}");
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
