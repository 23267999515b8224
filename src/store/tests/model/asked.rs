//! What is filtered by and searched for, each with what it means for a message of the list.

use super::list::Sent;

/// Says of a message whether it is meant.
type Meaning = fn(&Sent) -> bool;

pub const FILTERS: [(&str, Meaning); 5] = [
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
];

pub const QUERIES: [(&str, Meaning); 9] = [
    ("x", |sent| has(sent, &["x"])),
    ("A.b", |_| false),
    ("INB", |sent| has(sent, &["INB"])),
    ("inb", |sent| has(sent, &["INB"])),
    ("1", |sent| has(sent, &["1"])),
    // in control lines alone
    ("msg", |_| false),
    ("700", |_| false),
    ("/^z+$/", |sent| sent.payload.starts_with(b"z")),
    ("\"k\": \"v\", \"n", |sent| sent.payload.starts_with(b"{")),
];

fn has(sent: &Sent, texts: &[&str]) -> bool {
    let payload = String::from_utf8_lossy(sent.payload);
    let parts = [sent.subject, sent.reply.unwrap_or_default(), &payload];
    let within = |text: &&str| parts.iter().any(|part| part.contains(*text));
    texts.iter().any(within)
}
