//! Filters and messages for the other tests.

use jiff::{Timestamp, Zoned, tz::TimeZone};
use proptest::prelude::*;

use crate::{
    filter::{Candidate, Filter},
    protocol::Direction,
};

/// Half past two in the afternoon in Berlin, in winter.
pub const NOW: &str = "2026-11-23T13:30:00Z";

pub fn now() -> Zoned {
    at(NOW).to_zoned(TimeZone::get("Europe/Berlin").unwrap())
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn nanoseconds(text: &str) -> i64 {
    at(text).as_nanosecond().try_into().unwrap()
}

pub fn filter(text: &str) -> Filter {
    Filter::parse(text, &now()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A message that has everything.
pub fn order() -> Candidate<'static> {
    Candidate {
        direction: Direction::In,
        subject: b"orders.eu.created",
        reply: Some(b"_INBOX.abc.1"),
        header: b"NATS/1.0\r\nTrace-Id: abc\r\nTag: Red\r\nTag: blue\r\n\r\n",
        payload: br#"{"total":120.5,"id":"A-1","note":"Gruesse aus K\u00f6ln","open":true}"#,
        at: nanoseconds(NOW) - 60_000_000_000,
        rtt: Some(50_000_000),
    }
}

/// A message that has nothing but a subject.
pub fn bare() -> Candidate<'static> {
    Candidate {
        direction: Direction::Out,
        subject: b"time",
        reply: None,
        header: b"",
        payload: b"",
        at: 0,
        rtt: None,
    }
}

/// Messages of few words, so that filters of the same words match some.
#[derive(Clone, Debug)]
pub struct Made {
    subject: String,
    reply: Option<String>,
    header: String,
    payload: String,
    out: bool,
    at: i64,
    rtt: Option<i64>,
}

impl Made {
    pub fn candidate(&self) -> Candidate<'_> {
        Candidate {
            direction: if self.out {
                Direction::Out
            } else {
                Direction::In
            },
            subject: self.subject.as_bytes(),
            reply: self.reply.as_deref().map(str::as_bytes),
            header: self.header.as_bytes(),
            payload: self.payload.as_bytes(),
            at: self.at,
            rtt: self.rtt,
        }
    }
}

pub fn messages() -> impl Strategy<Value = Made> {
    let header = prop_oneof![
        Just(String::new()),
        Just("NATS/1.0 503\r\n\r\n".to_owned()),
        "[ab]".prop_map(|value| format!("NATS/1.0\r\nA: {value}\r\nb: a\r\n\r\n")),
    ];
    (
        "[ab](\\.[ab]){0,2}",
        proptest::option::of("[ab]"),
        header,
        "[abA]{0,3}|[{]\"a\":[0-9][}]",
        any::<bool>(),
        (nanoseconds(NOW) - 2..nanoseconds(NOW) + 2),
        proptest::option::of(0_i64..3),
    )
        .prop_map(|(subject, reply, header, payload, out, at, rtt)| Made {
            subject,
            reply,
            header,
            payload,
            out,
            at,
            rtt,
        })
}

/// Texts of filters that are right.
pub fn filters() -> impl Strategy<Value = String> {
    let quoted = "\"([a-zA-Zäß/ .:|()!<>=*]|\\\\\"|\\\\\\\\|\\\\n|\\\\u\\{1b\\}){1,5}\"";
    let name = format!("([a-z]{{1,3}}|{quoted})");
    let step = format!("(\\.{name}|\\[[0-9]\\])");
    let path = format!("\\.({name}|\\[[0-9]\\]){step}{{0,2}}");
    let literal = format!("(-?[1-9][0-9]{{0,3}}(\\.[0-9])?|[a-z]{{1,3}}|{quoted}|-?1e30[0-9])");
    let comparison = "(=|!=|<|<=|>|>=)";
    let terms = [
        "[abA]{1,2}".to_owned(),
        "[a-zA-Z0-9ä_.-]{1,6}".to_owned(),
        quoted.to_owned(),
        "/([ab.A]|\\\\/|\\[\\^a\\]|\\(a\\|b\\)|a\\+){1,3}/".to_owned(),
        "x[a-z]{0,3}:[a-z/]{0,3}".to_owned(),
        "subject:!?[ab*](\\.[ab*]){0,2}(\\.>)?".to_owned(),
        "subject:(>|\"[|)!]x\")".to_owned(),
        "[Ss]ubject(=|!=)[ab]".to_owned(),
        "dir:!?(in|out)".to_owned(),
        "reply:!?(yes|no)".to_owned(),
        "status:(503|404)".to_owned(),
        format!("status{comparison}503"),
        "since:([1-9]ns|5m|14:05|2026-11-23|2026-11-23T13:30:00Z)".to_owned(),
        "until:([1-9]ns|1d12h|14:30|2026-11-23T13:30:00\\.5-01:00)".to_owned(),
        format!("size{comparison}[0-9](\\.[0-9])?(k|KiB|M|B)?"),
        format!("rtt{comparison}[0-9](\\.[0-9])?(ms|s)"),
        format!("rtt{comparison}[0-9]ns"),
        format!("header:!?{name}((=|!=){name})?"),
        format!("json:(\\.|{path})"),
        format!("json:{path}(=|!=){literal}"),
        format!("json:\\.a{comparison}[0-9]"),
    ];
    let terms: Vec<_> = terms
        .iter()
        .map(|term| proptest::string::string_regex(term).unwrap())
        .collect();
    prop::strategy::Union::new(terms).prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| format!("!({it})")),
            inner.clone().prop_map(|it| format!("({it})")),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|it| it.join(" ")),
            proptest::collection::vec(inner, 2..4).prop_map(|it| format!("({})", it.join("|"))),
        ]
    })
}
