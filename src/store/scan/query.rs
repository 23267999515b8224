//! What is searched for, as it was typed.

use std::ops::Range;

use crate::filter::{self, Pattern};

/// What is searched for: a text, with smart case (without a capital letter in it, capitals do not
/// matter), or between two slashes a regular expression. A clone is cheap.
#[derive(Clone, Debug)]
pub struct Query {
    typed: String,
    pub(in crate::store) kind: QueryKind,
}

/// How it is looked for.
#[derive(Clone, Debug)]
pub(in crate::store) enum QueryKind {
    /// Nothing was typed: it occurs nowhere.
    Nothing,
    /// Anywhere in a part of a message.
    Text(Pattern),
    /// In each part of a message by itself, so that `^` and `$` mean the ends of that part.
    Regex(Pattern),
}

impl Query {
    /// Reads what was typed: `text`, or `/regex/`. Nothing typed occurs nowhere.
    ///
    /// # Errors
    /// Where the regular expression is none: which bytes of what was typed, and why.
    pub fn parse(typed: &str) -> Result<Query, filter::Error> {
        let expression = typed
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'))
            .filter(|expression| !expression.is_empty());
        let kind = match expression {
            _ if typed.is_empty() => QueryKind::Nothing,
            Some(expression) => {
                QueryKind::Regex(Pattern::regex(expression).map_err(|sentence| {
                    let range = 1..typed.len() - 1;
                    filter::Error { range, sentence }
                })?)
            }
            None => QueryKind::Text(Pattern::text(typed)),
        };
        Ok(Query {
            typed: typed.to_owned(),
            kind,
        })
    }

    /// What was typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether it is a regular expression.
    pub(in crate::store) fn is_regex(&self) -> bool {
        matches!(self.kind, QueryKind::Regex(_))
    }

    /// The places where it occurs, in bytes, in order; never empty, never overlapping: for
    /// highlighting, in a message's own bytes or in a text as it is drawn.
    pub fn find_in<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut at = 0;
        std::iter::from_fn(move || {
            let place = match &self.kind {
                QueryKind::Nothing => return None,
                QueryKind::Text(pattern) | QueryKind::Regex(pattern) => {
                    pattern.find_shown_at(bytes, at)?
                }
            };
            at = place.end;
            Some(place)
        })
    }
}

/// Equal where the same was typed.
impl PartialEq for Query {
    fn eq(&self, other: &Query) -> bool {
        self.typed == other.typed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(typed: &str, text: &str) -> Vec<String> {
        let query = Query::parse(typed).expect("well formed");
        let places = query.find_in(text.as_bytes());
        places
            .map(|place| String::from_utf8_lossy(&text.as_bytes()[place]).into_owned())
            .collect()
    }

    #[test]
    fn what_was_typed_is_found_everywhere_it_stands() {
        for (typed, text, found) in [
            ("", "abc", &[][..]),
            ("b", "abcb", &["b", "b"]),
            ("aa", "aaaa", &["aa", "aa"]),
            ("ab", "AB ab Ab", &["AB", "ab", "Ab"]),
            ("Ab", "AB ab Ab", &["Ab"]),
            ("/b.?/", "abcb", &["bc", "b"]),
            ("/x*/", "axxb", &["xx"]),
            ("/^b/", "bb", &["b"]),
            ("/a", "x/a/", &["/a"]),
            ("//", "a//b", &["//"]),
            ("/", "a/b", &["/"]),
            ("\"a\": 1", "{\"a\":1,\"a\": 1}", &["\"a\":1", "\"a\": 1"]),
            ("1, 2", "[1,2] 1,  2", &["1,2"]),
            ("a \"b\"", r#"a \"b\" a "b""#, &[r#"a \"b\""#, "a \"b\""]),
        ] {
            assert_eq!(places(typed, text), found, "{typed:?} in {text:?}");
        }
    }

    #[test]
    fn given_no_regular_expression_its_place_and_the_reason_are_told() {
        let error = Query::parse("/a(/").expect_err("open");
        assert_eq!(error.range, 1..3);
        assert!(!error.sentence.is_empty());
    }
}
