//! What is filtered by and searched for, each with what it means for a message of the list.

use super::list::Sent;

/// Says of a message whether it is meant.
type Meaning = fn(&Sent) -> bool;

pub const FILTERS: [(&str, Meaning); 8] = [
    ("subject:a.>", |sent| sent.subject.starts_with("a.")),
    ("size>100", |sent| sent.payload.len() > 100),
    ("dir:out | size=1", |sent| {
        sent.out || sent.payload.len() == 1
    }),
    ("reply:yes subject:!d", |sent| {
        sent.reply.is_some() && sent.subject != "d"
    }),
    ("json:.n[1]=2 | subject:d", |sent| {
        sent.payload.starts_with(b"{") || sent.subject == "d"
    }),
    ("header:A=x | status:503", |sent| !sent.header.is_empty()),
    ("nats | 503", |sent| has(sent, &["503"])),
    ("/^z+$/ | !dir:in", |sent| {
        sent.out || sent.payload.starts_with(b"z")
    }),
];

pub const QUERIES: [(&str, Meaning); 12] = [
    ("x", |sent| has(sent, &["x"])),
    ("A.b", |_| false),
    ("INB", |sent| has(sent, &["INB"])),
    ("inb", |sent| has(sent, &["INB"])),
    ("1", |sent| has(sent, &["1"])),
    ("a: x", |sent| has(sent, &["A: x"])),
    ("/^.503/", |sent| has(sent, &["503"])),
    // in the version of a header block alone
    ("nats/1", |_| false),
    // in control lines alone
    ("msg", |_| false),
    ("700", |_| false),
    ("/^z+$/", |sent| sent.payload.starts_with(b"z")),
    ("\"k\": \"v\", \"n", |sent| sent.payload.starts_with(b"{")),
];

fn has(sent: &Sent, texts: &[&str]) -> bool {
    let payload = String::from_utf8_lossy(sent.payload);
    let header = sent.header.trim_start_matches("NATS/1.0");
    let reply = sent.reply.unwrap_or_default();
    let parts = [sent.subject, reply, header, &payload];
    let within = |text: &&str| parts.iter().any(|part| part.contains(*text));
    texts.iter().any(within)
}
