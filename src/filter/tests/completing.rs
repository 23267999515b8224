//! What is offered at the cursor.

use crate::filter::{Completion, complete};

const SUBJECTS: [&[u8]; 5] = [b"orders.eu", b"orders.us", b"time", b"a|b", b"\xff"];
const HEADERS: [&[u8]; 3] = [b"Trace-Id", b"Tag", b"odd=name"];

/// `^` in the text is the cursor.
fn offered(text: &str) -> Completion {
    let (before, behind) = text.split_once('^').unwrap();
    complete(
        &format!("{before}{behind}"),
        before.len(),
        SUBJECTS,
        HEADERS,
    )
}

#[test]
fn a_place_has_its_candidates() {
    let fields = [
        "subject:", "header:", "dir:", "reply:", "status:", "since:", "until:", "size>", "rtt>",
        "json:",
    ];
    for (text, replaced, candidates) in [
        ("^", 0..0, &fields[..]),
        ("a ^", 2..2, &fields),
        ("a (^", 3..3, &fields),
        ("!^", 1..1, &fields),
        ("a|^", 2..2, &fields),
        ("a ^ b", 2..2, &fields),
        ("s^", 0..1, &["subject:", "status:", "since:", "size>"]),
        ("a !SU^", 3..5, &["subject:"]),
        (
            "size^",
            0..4,
            &["size>", "size>=", "size<", "size<=", "size=", "size!="],
        ),
        (
            "status^",
            0..6,
            &[
                "status:", "status>", "status>=", "status<", "status<=", "status=", "status!=",
            ],
        ),
        ("xyz^", 0..3, &[]),
        (
            "subject:^",
            8..8,
            &["orders.eu", "orders.us", "time", "\"a|b\""],
        ),
        ("a (subject:!or^", 12..14, &["orders.eu", "orders.us"]),
        ("subject:or^ders", 8..10, &["orders.eu", "orders.us"]),
        ("subject:x^", 8..9, &[]),
        ("header:t^", 7..8, &["Trace-Id", "Tag"]),
        ("header:^", 7..7, &["Trace-Id", "Tag", "\"odd=name\""]),
        ("header:tag^", 10..10, &["=", "!="]),
        ("header:tag=^", 7..11, &[]),
        ("dir:^", 4..4, &["in", "out"]),
        ("dir:o^", 4..5, &["out"]),
        ("reply:!^", 7..7, &["yes", "no"]),
        ("since:^", 6..6, &["1m", "5m", "15m", "1h"]),
        ("size>1^", 5..6, &["1k", "10k", "100k", "1M"]),
        ("rtt>=^", 5..5, &["10ms", "100ms", "1s"]),
        ("size:^", 0..0, &[]),
        ("json:^", 5..5, &["."]),
        ("json:.a^", 7..7, &[">", ">=", "<", "<=", "=", "!="]),
        ("json:.a=^", 5..8, &[]),
        ("\"a ^", 0..0, &[]),
        ("/a ^", 0..0, &[]),
        ("\"a\"^", 0..0, &[]),
        ("(a)^", 0..0, &[]),
    ] {
        let found = offered(text);
        assert_eq!(found.candidates, candidates, "{text}");
        assert_eq!(found.range, replaced, "{text}");
    }
}

#[test]
fn candidates_have_an_end_and_come_in_the_given_order() {
    let names: Vec<String> = (0..1000).map(|n| format!("a.{n}")).collect();

    let found = complete("subject:a", 9, names.iter().map(String::as_bytes), []);

    assert_eq!(found.candidates, names[..100]);
}
