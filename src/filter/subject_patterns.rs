//! Subjects and patterns of them that complete what is typed.

use std::collections::{HashMap, HashSet};

use crate::protocol::subject;

/// Subjects that are looked at for patterns; the work is done while a key waits.
const LOOKED_AT: usize = 5_000;

/// A subject with more tokens or bytes is offered as it is, and has no pattern with an open token: each
/// of its tokens would make one as long as the subject.
const MOST_TOKENS: usize = 16;
const MOST_BYTES: usize = 256;

/// More candidates than anybody looks through.
pub(super) const MOST: usize = 100;

/// Subjects and patterns that begin with what is typed and match subjects that were seen, those that say
/// most first: everything below (`orders.>`), patterns that several subjects have in common
/// (`orders.*.failed`, `orders.eu.>`), then the subjects themselves in the order given; at most 100. What
/// is typed may hold wildcards itself. Inboxes and subjects that begin with `$` only where that is typed.
pub fn subject_patterns<'a>(typed: &str, seen: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let (before, partial) = match typed.rfind('.') {
        Some(dot) => typed.split_at(dot + 1),
        None => ("", typed),
    };
    let before_tokens: Vec<&str> = before.split_terminator('.').collect();
    if before_tokens.contains(&">") || partial == ">" {
        return Vec::new();
    }
    let rests = seen.into_iter().filter_map(|name| {
        let name = str::from_utf8(name).ok()?;
        let is_internal = name.starts_with("_INBOX") || name.starts_with('$');
        if is_internal && !typed.starts_with(['_', '$']) {
            return None;
        }
        let rest = behind(name, &before_tokens)?;
        let is_meant = rest.starts_with(partial) || partial == "*";
        (is_meant && subject::check_subscribe(name.as_bytes()).is_ok()).then_some(rest)
    });
    let mut offered = Offered::default();
    let mut literals = Vec::new();
    let mut count = 0;
    for rest in rests.take(LOOKED_AT) {
        count += 1;
        let (first, below) = match rest.split_once('.') {
            Some((first, below)) => (first, Some(below)),
            None => (rest, None),
        };
        let is_short = rest.len() <= MOST_BYTES && rest.split('.').count() <= MOST_TOKENS;
        if partial == "*" {
            match below {
                Some(below) => {
                    if is_short {
                        offered.add(format!("*.{below}"));
                    }
                    offered.add("*.>".to_owned());
                }
                None => offered.add("*".to_owned()),
            }
            continue;
        }
        literals.push(rest);
        if below.is_some() {
            offered.add(format!("{first}.>"));
        }
        if !is_short {
            continue;
        }
        let tokens: Vec<&str> = rest.split('.').collect();
        // a first token is only left open where it is not being typed, and a last one is what `>` is for
        let first_open = usize::from(before.is_empty() || !partial.is_empty());
        for open in first_open..tokens.len().saturating_sub(1) {
            let mut tokens = tokens.clone();
            tokens[open] = "*";
            offered.add(tokens.join("."));
        }
    }
    let everything =
        (!before.is_empty() && partial.is_empty() && count > 1).then(|| ">".to_owned());
    let least = if partial == "*" { 1 } else { 2 };
    let literals = literals.into_iter().map(str::to_owned);
    let all = everything
        .into_iter()
        .chain(offered.common(least))
        .chain(literals);
    let mut known = HashSet::new();
    all.map(|rest| format!("{before}{rest}"))
        .filter(|text| text != typed && known.insert(text.clone()))
        .take(MOST)
        .collect()
}

/// What stands in a subject behind these tokens, where it has them.
fn behind<'a>(name: &'a str, tokens: &[&str]) -> Option<&'a str> {
    tokens.iter().try_fold(name, |rest, wanted| {
        let (token, rest) = rest.split_once('.')?;
        (*wanted == "*" || *wanted == token).then_some(rest)
    })
}

/// Patterns, and how many subjects have each.
#[derive(Default)]
struct Offered {
    /// How many, and which one it was.
    counts: HashMap<String, (usize, usize)>,
}

impl Offered {
    fn add(&mut self, pattern: String) {
        let number = self.counts.len();
        self.counts.entry(pattern).or_insert((0, number)).0 += 1;
    }

    /// Those that at least so many subjects have, the most common first.
    fn common(self, least: usize) -> impl Iterator<Item = String> {
        let counts = self.counts.into_iter();
        let mut common: Vec<_> = counts.filter(|(_, (count, _))| *count >= least).collect();
        common.sort_unstable_by_key(|(_, (count, number))| (std::cmp::Reverse(*count), *number));
        common.into_iter().map(|(pattern, _)| pattern)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SEEN: [&str; 10] = [
        "orders.apac.cancelled",
        "orders.apac.created",
        "orders.eu.created",
        "orders.eu.failed",
        "orders.us.created",
        "orders.us.failed",
        "time",
        "today",
        "_INBOX.x.1",
        "$SYS.a",
    ];

    fn offered(typed: &str) -> Vec<String> {
        subject_patterns(typed, SEEN.iter().map(|name| name.as_bytes()))
    }

    #[test]
    fn what_says_most_comes_first() {
        for (typed, expected) in [
            (
                "or",
                &[
                    "orders.>",
                    "orders.*.created",
                    "orders.*.failed",
                    "orders.apac.cancelled",
                    "orders.apac.created",
                ][..],
            ),
            (
                "orders.",
                &[
                    "orders.>",
                    "orders.*.created",
                    "orders.apac.>",
                    "orders.eu.>",
                    "orders.*.failed",
                    "orders.us.>",
                    "orders.apac.cancelled",
                ],
            ),
            (
                "orders.e",
                &["orders.eu.>", "orders.eu.created", "orders.eu.failed"],
            ),
            (
                "orders.eu.",
                &["orders.eu.>", "orders.eu.created", "orders.eu.failed"],
            ),
            ("orders.eu.f", &["orders.eu.failed"]),
            ("orders.eu.failed", &[]),
            ("orders.*.f", &["orders.*.failed"]),
            (
                "orders.*",
                &[
                    "orders.*.>",
                    "orders.*.created",
                    "orders.*.failed",
                    "orders.*.cancelled",
                ],
            ),
            ("t", &["time", "today"]),
            ("", &["orders.>", "orders.*.created"]),
            ("orders.>", &[]),
            ("x", &[]),
            ("_", &["_INBOX.x.1"]),
            ("$S", &["$SYS.a"]),
        ] {
            let offered = offered(typed);
            let first = &offered[..expected.len().min(offered.len())];
            assert_eq!(first, expected, "{typed}: {offered:?}");
            assert!(
                !expected.is_empty() || offered.is_empty(),
                "{typed}: {offered:?}"
            );
        }
    }

    #[test]
    fn subjects_without_end_are_offered_and_make_no_patterns_with_open_tokens() {
        let many_tokens = ["a"; 2_000].join(".");
        let long_token = format!("a.{}.b", "x".repeat(1_000));
        for (subject, typed) in [
            (&many_tokens, "a"),
            (&many_tokens, "a.*"),
            (&long_token, "a"),
        ] {
            let names = [
                subject.clone(),
                format!("{subject}c"),
                format!("{subject}d"),
            ];
            let offered = subject_patterns(typed, names.iter().map(String::as_bytes));
            let open = offered.iter().filter(|text| text.contains('*')).count();
            let expected = usize::from(typed == "a.*");
            assert_eq!(open, expected, "{} texts for {typed}", offered.len());
            assert_eq!(offered.contains(subject), typed == "a");
        }
    }

    #[test]
    fn no_more_is_offered_than_anybody_looks_through() {
        let names: Vec<String> = (0..5_000).map(|n| format!("a.{n}.b")).collect();
        for typed in ["", "a", "a.", "a.*"] {
            let offered = subject_patterns(typed, names.iter().map(String::as_bytes));
            assert!(offered.len() <= 100, "{typed}: {}", offered.len());
        }
    }

    proptest! {
        #[test]
        fn what_is_offered_begins_as_typed_and_matches_something_seen(
            typed in "(([ab]|\\*)\\.){0,2}[ab*]?",
            seen in prop::collection::vec("[ab]{1,2}(\\.[ab]{1,2}){0,3}", 0..12),
        ) {
            let names = || seen.iter().map(String::as_bytes);
            let offered = subject_patterns(&typed, names());
            for pattern in &offered {
                prop_assert!(pattern.starts_with(&typed), "{} {}", typed, pattern);
                prop_assert!(names().any(|name| subject::matches(pattern.as_bytes(), name)), "{}", pattern);
            }
        }
    }
}
