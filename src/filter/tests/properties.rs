//! What holds for any text and any bytes.

use proptest::prelude::*;

use super::samples::{filter, filters, messages, now};
use crate::{
    filter::{Anchor, Candidate, Filter, Seen, complete, exact_term, moment},
    protocol::Direction,
};

/// Texts made of what means something.
fn strange_texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[()|!\"/\\\\ :=<>.\\[\\]]",
        "(subject|header|json|size|rtt|since|until|status|dir|reply)[:=<>!]{0,2}",
        "[a-zä0-9.]{1,3}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_printed_parses_to_the_same(text in filters()) {
        let read = filter(&text);
        let printed = read.to_string();
        let again = filter(&printed);
        prop_assert_eq!(&again, &read, "{} -> {}", text, printed);
        prop_assert_eq!(&again.to_string(), &printed);
        prop_assert!(again.hints().is_empty(), "{}", printed);
    }

    #[test]
    fn any_text_is_a_filter_or_has_an_error_inside_it(text in strange_texts()) {
        match Filter::parse(&text, &now()) {
            Ok(read) => {
                let printed = read.to_string();
                let again = Filter::parse(&printed, &now());
                prop_assert_eq!(again.as_ref(), Ok(&read), "{}", printed);
            }
            Err(error) => prop_assert!(text.get(error.range.clone()).is_some(), "{:?}", error),
        }
    }

    #[test]
    fn any_filter_takes_any_bytes(
        text in filters(),
        subject: Vec<u8>, reply: Option<Vec<u8>>, header: Vec<u8>, payload: Vec<u8>,
        at: i64, rtt: Option<i64>,
    ) {
        let message = Candidate {
            direction: Direction::In,
            subject: &subject,
            reply: reply.as_deref(),
            header: &header,
            payload: &payload,
            at,
            rtt,
        };
        let filter = filter(&text);
        let inverted = Filter::parse(&format!("!({text})"), &now()).unwrap();
        prop_assert_ne!(filter.matches(&message), inverted.matches(&message));
    }

    #[test]
    fn order_and_grouping_of_terms_do_not_matter(
        one in filters(), two in filters(), message in messages(),
    ) {
        let message = message.candidate();
        let (is_one, is_two) = (filter(&one).matches(&message), filter(&two).matches(&message));
        let both = filter(&format!("({one}) ({two})"));
        let either = filter(&format!("({two}) | ({one})"));
        prop_assert_eq!(both.matches(&message), is_one && is_two);
        prop_assert_eq!(either.matches(&message), is_one || is_two);
    }

    #[test]
    fn any_place_can_be_completed(text in strange_texts(), cursor in 0_usize..40) {
        let seen: [&[u8]; 4] = [b"a.b", b"\xff", "ä|b".as_bytes(), br#"{"a":[1],"ab":{"":"x"}}"#];
        let names = || Box::new(seen.into_iter());
        let seen = Seen { subjects: names(), headers: names(), payloads: names() };
        exact_term(&text, cursor, &now());
        let found = complete(&text, cursor, seen);
        prop_assert!(text.get(found.range.clone()).is_some());
        prop_assert!(found.candidates.is_empty() || found.range.end == cursor);
    }

    #[test]
    fn any_text_may_be_asked_for_a_moment(text: String) {
        moment(&text, &Anchor::from(&now()));
    }
}
