//! Filters over a million messages in memory, on one core.
//!
//! `cargo bench --bench filter`

#[path = "harness/mod.rs"]
mod harness;

use std::{hint::black_box, time::Instant};

use goingnats::{
    filter::{Candidate, Filter, Remainder},
    protocol::Direction,
};
use harness::{figure, median};
use jiff::Zoned;
use serde_json::Value;

const RUNS: usize = 5;
const MESSAGES: usize = 1_000_000;
const SUBJECTS: usize = 10_000;
const PAYLOAD: usize = 256;

fn main() {
    let log = Log::new();
    for (name, text) in [
        ("json-total", "json:.total>100"),
        ("json-nested", r#"json:.lines[1]."unit price"<5"#),
        ("json-absent", "json:.missing>100"),
        ("json-text", "json:.id=A-999999"),
        ("word-exact", "Customer"),
        ("word-any-case", "customer"),
        ("regex", "/custom.r-[0-9]{6}/"),
        ("header", "header:Trace-Id=abc"),
        ("subject-size", "subject:orders.> size>200"),
    ] {
        let filter = Filter::parse(text, &Zoned::now()).expect("a filter");
        figure(name, milliseconds(|| log.whole(&filter)), "ms/1M");
    }
    let filter = Filter::parse("subject:orders.> size>200", &Zoned::now()).expect("a filter");
    figure(
        "subject-size-by-subject",
        milliseconds(|| log.by_subject(&filter)),
        "ms/1M",
    );
    figure("peer-serde-json", milliseconds(|| log.parsed()), "ms/1M");
}

/// Messages in one buffer, as segments hold them.
struct Log {
    bytes: Vec<u8>,
    messages: Vec<Message>,
    subjects: Vec<String>,
}

struct Message {
    subject: usize,
    at: usize,
    length: usize,
}

impl Log {
    fn new() -> Log {
        let subjects: Vec<String> = (0..SUBJECTS)
            .map(|n| match n % 2 {
                0 => format!("orders.eu.{n}"),
                _ => format!("sensors.room.{n}.temperature"),
            })
            .collect();
        let (mut bytes, mut messages) = (Vec::new(), Vec::new());
        for n in 0..MESSAGES {
            let payload = payload(n);
            messages.push(Message {
                subject: n * 7919 % SUBJECTS,
                at: bytes.len(),
                length: payload.len(),
            });
            bytes.extend_from_slice(payload.as_bytes());
        }
        Log {
            bytes,
            messages,
            subjects,
        }
    }

    fn candidate(&self, message: &Message) -> Candidate<'_> {
        Candidate {
            direction: Direction::In,
            subject: self.subjects[message.subject].as_bytes(),
            reply: None,
            header: b"",
            payload: &self.bytes[message.at..message.at + message.length],
            at: 0,
            rtt: None,
        }
    }

    fn whole(&self, filter: &Filter) -> usize {
        let candidates = self.messages.iter().map(|it| self.candidate(it));
        candidates.filter(|it| filter.matches(it)).count()
    }

    fn by_subject(&self, filter: &Filter) -> usize {
        let mut filter = filter.by_subject();
        let left: Vec<Remainder> = self
            .subjects
            .iter()
            .map(|subject| filter.of(subject.as_bytes()))
            .collect();
        self.messages
            .iter()
            .filter(|it| left[it.subject].matches(&self.candidate(it)))
            .count()
    }

    /// The same test as `json:.total>100`, on parsed documents.
    fn parsed(&self) -> usize {
        let candidates = self.messages.iter().map(|it| self.candidate(it));
        candidates
            .filter(|it| {
                let document: Option<Value> = serde_json::from_slice(it.payload).ok();
                let total = document.as_ref().and_then(|it| it.get("total"));
                total.and_then(Value::as_f64).is_some_and(|it| it > 100.0)
            })
            .count()
    }
}

/// An order of 256 bytes.
fn payload(n: usize) -> String {
    let mut text = format!(
        r#"{{"id":"A-{n:06}","customer":"Customer-{:06}","lines":[{{"article":"x-17","quantity":3,"unit price":4.99}},{{"article":"y-4","quantity":1,"unit price":{}.5}}],"open":true,"total":{}.25,"note":""#,
        n % 5000,
        n % 10,
        n % 200,
    );
    text.extend(std::iter::repeat_n('.', PAYLOAD - text.len() - 2));
    text.push_str("\"}");
    text
}

fn milliseconds(work: impl Fn() -> usize) -> f64 {
    let runs: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    median(&runs)
}
