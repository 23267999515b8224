//! Asked by subject.

use proptest::prelude::*;

use super::samples::{bare, filter, filters, messages, order};
use crate::filter::{Candidate, Facts, Remainder};

#[test]
fn a_subject_decides_what_it_can() {
    for (text, subject, expected) in [
        ("", "a", "always"),
        ("subject:a", "a", "always"),
        ("subject:a", "b", "never"),
        ("subject:!a", "a", "never"),
        ("subject:a size>1", "a", "rest"),
        ("subject:a size>1", "b", "never"),
        ("subject:a | size>1", "a", "always"),
        ("subject:a | size>1", "b", "rest"),
        ("word", "a.word", "always"),
        ("word", "a", "rest"),
        ("!word", "a.word", "never"),
        ("!(subject:a size>1) subject:b", "b", "always"),
        ("size>1", "a", "rest"),
        ("subject:a (subject:b | subject:c)", "a", "never"),
    ] {
        let decided = match filter(text).by_subject().of(subject.as_bytes()) {
            Remainder::Always => "always",
            Remainder::Never => "never",
            Remainder::Rest(_) => "rest",
        };
        assert_eq!(decided, expected, "{text} {subject}");
    }
}

#[test]
fn what_is_left_does_not_ask_for_the_subject() {
    struct Nameless;

    impl Facts for Nameless {
        fn direction(&self) -> crate::protocol::Direction {
            order().direction
        }
        fn subject(&self) -> &[u8] {
            panic!("asked for the subject");
        }
        fn reply(&self) -> Option<&[u8]> {
            order().reply
        }
        fn header(&self) -> &[u8] {
            order().header
        }
        fn payload(&self) -> &[u8] {
            order().payload
        }
        fn at(&self) -> i64 {
            order().at
        }
        fn rtt(&self) -> Option<i64> {
            order().rtt
        }
    }

    for text in [
        "abc dir:in",
        "orders",
        "/eu/ | red",
        "!(subject:a)",
        "subject:a | a-1",
    ] {
        let left = filter(text).by_subject().of(b"orders.eu");
        assert!(left.matches(&Nameless), "{text}");
    }
}

#[test]
fn cheap_tests_are_asked_first() {
    struct Small;

    impl Facts for Small {
        fn direction(&self) -> crate::protocol::Direction {
            bare().direction
        }
        fn subject(&self) -> &[u8] {
            b"a"
        }
        fn reply(&self) -> Option<&[u8]> {
            None
        }
        fn header(&self) -> &[u8] {
            panic!("asked for the headers");
        }
        fn payload(&self) -> &[u8] {
            panic!("asked for the payload");
        }
        fn size(&self) -> u64 {
            5
        }
        fn at(&self) -> i64 {
            0
        }
        fn rtt(&self) -> Option<i64> {
            panic!("asked for the time");
        }
    }

    for (text, expected) in [
        ("json:.a=1 word rtt>1s header:A size>5", false),
        ("json:.a=1 | (word header:A) | size=5", true),
        ("!(word | size<6)", false),
    ] {
        assert_eq!(filter(text).matches(&Small), expected, "{text}");
    }
}

#[test]
fn more_answers_than_are_remembered_are_right_too() {
    let words: Vec<String> = (0..12).map(|n| format!("w{n}x")).collect();
    let mut by_subject = filter(&words.join(" | ")).by_subject();
    let mut none = filter(
        &words
            .iter()
            .map(|word| format!("!{word}"))
            .collect::<Vec<_>>()
            .join(" "),
    )
    .by_subject();
    for choice in 0_usize..4096 {
        let chosen = words
            .iter()
            .enumerate()
            .filter(|(n, _)| choice >> n & 1 == 1);
        let subject: String = chosen
            .map(|(_, word)| word.as_str())
            .collect::<Vec<_>>()
            .join(".");
        let message = Candidate {
            subject: subject.as_bytes(),
            ..bare()
        };
        assert_eq!(
            by_subject.of(subject.as_bytes()).matches(&message),
            choice > 0
        );
        assert_eq!(none.of(subject.as_bytes()).matches(&message), choice == 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn by_subject_it_is_the_same_filter(
        text in filters(),
        messages in proptest::collection::vec(messages(), 1..20),
    ) {
        let filter = filter(&text);
        let mut by_subject = filter.by_subject();
        for message in &messages {
            let candidate = message.candidate();
            let expected = filter.matches(&candidate);
            let found = by_subject.of(candidate.subject).matches(&candidate);
            prop_assert_eq!(found, expected, "{} {:?}", text, message);
        }
    }
}
