//! What is offered at the cursor.

use super::samples::now;
use crate::filter::{Completion, Seen, complete, exact_term};

const SUBJECTS: [&[u8]; 5] = [b"orders.eu", b"orders.us", b"time", b"a|b", b"\xff"];
const HEADERS: [&[u8]; 3] = [b"Trace-Id", b"Tag", b"odd=name"];

const PAYLOADS: [&[u8]; 4] = [
    br#"{"customer":"ada","total":1,"total_net":2,"lines":[{"sku":"A"}],"paid":true,"odd key":{"x.y":null}}"#,
    br#"{"customer":"ada","ref":"x","tota"#,
    b"{\"total\":1}\n{\"customer\":\"bob\",\"late\":1}\n",
    b"no JSON",
];

/// `^` in the text is the cursor.
fn offered(text: &str) -> Completion {
    let (before, behind) = text.split_once('^').unwrap();
    complete(&format!("{before}{behind}"), before.len(), seen())
}

fn seen() -> Seen<'static> {
    Seen {
        subjects: Box::new(SUBJECTS.into_iter()),
        headers: Box::new(HEADERS.into_iter()),
        payloads: Box::new(PAYLOADS.into_iter()),
    }
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
            &["orders.>", "orders.eu", "orders.us", "time", "\"a|b\""],
        ),
        (
            "a (subject:!or^",
            12..14,
            &["orders.>", "orders.eu", "orders.us"],
        ),
        (
            "subject:or^ders",
            8..10,
            &["orders.>", "orders.eu", "orders.us"],
        ),
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
        (
            "json:^",
            5..5,
            &[
                ".customer",
                ".total",
                ".total_net",
                ".lines",
                ".paid",
                ".\"odd key\"",
                ".late",
            ],
        ),
        ("json:.tot^", 6..9, &["total", "total_net"]),
        ("json:.TOTAL_^", 6..12, &["total_net"]),
        (
            "json:.total^",
            6..11,
            &[
                "total_net",
                "total>",
                "total>=",
                "total<",
                "total<=",
                "total=",
                "total!=",
            ],
        ),
        (
            "json:.customer^",
            14..14,
            &["=", "!=", ">", ">=", "<", "<="],
        ),
        ("json:.paid^", 10..10, &["=true", "=false"]),
        ("json:.lines^", 11..11, &["[0]"]),
        ("json:.lines[0]^", 14..14, &["."]),
        ("json:.lines[0].^", 15..15, &["sku"]),
        ("json:.\"odd key\"^", 15..15, &["."]),
        ("json:.\"odd key\".^", 16..16, &["\"x.y\""]),
        ("json:.\"odd key\".\"x.y\"^", 21..21, &["=null", "!=null"]),
        ("json:.[^", 7..7, &[]),
        ("json:.lines.^", 12..12, &[]),
        ("json:.a^", 7..7, &[">", ">=", "<", "<=", "=", "!="]),
        ("json:.a=^", 8..8, &[]),
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

    let seen = Seen {
        subjects: Box::new(names.iter().map(String::as_bytes)),
        headers: Box::new(std::iter::empty()),
        payloads: Box::new(std::iter::empty()),
    };
    let found = complete("subject:a", 9, seen);

    assert_eq!(found.candidates[0], "a.>");
    assert_eq!(found.candidates[1..], names[..99]);
}

#[test]
fn what_is_only_a_beginning_is_known() {
    for (text, expected) in [
        ("siz^", true),
        ("^", false),
        ("xyz^", false),
        ("subject:o^", false),
        ("json:.a^", false),
        ("json:.^", true),
        ("json:.lines[0].^", true),
        ("json:.lines[0]^", false),
        ("json:.none.^", false),
    ] {
        assert_eq!(offered(text).is_beginning, expected, "{text}");
    }
}

#[test]
fn a_term_that_would_match_nothing_when_it_is_half_typed_is_known() {
    for (text, expected) in [
        ("subject:or^", true),
        ("a (subject:or^", true),
        ("subject:or^ b", true),
        ("subject:or ^", false),
        ("subject:o^r", false),
        ("subject:!or^", false),
        ("subject:^", false),
        ("header:Tra^", true),
        ("header:Trace-Id=a^", true),
        ("header:Trace-Id!=a^", false),
        ("json:.tot^", true),
        ("json:.id=A^", true),
        ("json:.id>A^", false),
        ("json:.total>1^", false),
        ("json:.total=1^", false),
        ("size>1^", false),
        ("word^", false),
        ("\"quoted\"^", false),
    ] {
        let (before, behind) = text.split_once('^').unwrap();
        let term = exact_term(&format!("{before}{behind}"), before.len(), &now());
        assert_eq!(term.is_some(), expected, "{text}");
    }
}
