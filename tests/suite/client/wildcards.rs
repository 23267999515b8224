//! Which subscription receives what: the real server decides, and ours must know the same.

use std::collections::BTreeSet;

use goingnats::{client::Data, protocol::subject};

use super::{NatsServer, Watched, connect};
use crate::support::wait_for;

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    /// One of `0..below`.
    fn below(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    /// Tokens of these words, few enough for many matches.
    fn subject(&mut self, words: &[&str]) -> String {
        let count = 1 + self.below(5);
        let tokens: Vec<&str> = (0..count).map(|_| words[self.below(words.len())]).collect();
        tokens.join(".")
    }
}

const SUBJECT_WORDS: [&str; 6] = ["a", "b", "c", "a*", ">b", "é"];
const PATTERN_WORDS: [&str; 9] = ["a", "b", "c", "*", "*", ">", "a*", ">b", "é"];

#[test]
fn c061_random_pairs_match_as_the_server_matches() {
    const PATTERNS: usize = 300;
    const SUBJECTS: usize = 1000;
    let mut numbers = Numbers(1);
    let server = NatsServer::start();
    let mut watched = Watched::patient(&server.url());
    watched.connected();
    let mut patterns = vec!["a.*.c".to_owned(), "a.>".to_owned(), ">".to_owned()];
    while patterns.len() < PATTERNS {
        let pattern = numbers.subject(&PATTERN_WORDS);
        if subject::check_subscribe(pattern.as_bytes()).is_ok() {
            patterns.push(pattern);
        }
    }
    let sids: Vec<_> = patterns
        .iter()
        .map(|pattern| watched.connection.subscribe(pattern.as_bytes(), None))
        .collect::<Result<_, _>>()
        .unwrap();
    let all = watched.connection.flush().unwrap();
    flushed(&mut watched, all);
    let mut subjects: Vec<String> = ["a.b.c", "a.b", "a", "a.b.c.d", "b"]
        .map(str::to_owned)
        .to_vec();
    subjects.extend((0..SUBJECTS).map(|_| numbers.subject(&SUBJECT_WORDS)));
    let publisher = connect(&server);
    for (number, subject) in subjects.iter().enumerate() {
        publisher.publish(subject, number.to_string()).unwrap();
    }
    publisher.flush().unwrap();

    let expected: BTreeSet<(usize, usize)> = (0..subjects.len())
        .flat_map(|number| (0..patterns.len()).map(move |row| (number, row)))
        .filter(|(number, row)| {
            subject::matches(patterns[*row].as_bytes(), subjects[*number].as_bytes())
        })
        .collect();
    let behind = watched.connection.flush().unwrap();
    flushed(&mut watched, behind);
    let mut delivered = BTreeSet::new();
    let mut take = |data: Data| {
        let Data::Received(batch) = data else {
            panic!("{data:?}");
        };
        for record in &batch.records {
            let payload = String::from_utf8(record.payload(&batch.bytes).to_vec()).unwrap();
            let row = sids.iter().position(|sid| sid.0 == record.sid).unwrap();
            delivered.insert((payload.parse().unwrap(), row));
        }
        delivered.len()
    };
    wait_for("as many as expected", || {
        let taken = watched.lanes.data.try_recv().map(&mut take);
        matches!(taken, Ok(count) if count >= expected.len()).then_some(())
    });
    while let Ok(more) = watched.lanes.data.try_recv() {
        take(more);
    }
    let differing: Vec<(&str, &str)> = delivered
        .symmetric_difference(&expected)
        .map(|(number, row)| (subjects[*number].as_str(), patterns[*row].as_str()))
        .collect();
    assert_eq!(differing, [("", ""); 0]);
}

#[track_caller]
fn flushed(watched: &mut Watched, flush: goingnats::client::Ticket) {
    use goingnats::client::Event;
    watched.event("Flushed", |event| {
        matches!(event, Event::Flushed { ticket, .. } if *ticket == flush).then_some(())
    });
}

/// The rules of nats-server's `sublist.go`, written once more and in another way.
fn reference(pattern: &[&str], subject: &[&str]) -> bool {
    match (pattern, subject) {
        ([], []) => true,
        ([">"], [_, ..]) => subject.iter().all(|token| !token.is_empty()),
        ([], _) | (_, [] | ["", ..]) | (["" | ">", ..], _) => false,
        ([first, rest @ ..], [token, others @ ..]) => {
            (*first == "*" || first == token) && reference(rest, others)
        }
    }
}

#[test]
fn c067_a_million_random_pairs_match_as_the_rules_say() {
    const WORDS: [&str; 8] = ["a", "b", "*", "*", ">", "", "a*", "ab"];
    let mut numbers = Numbers(2);
    let mut matched = 0;
    for _ in 0..1_000_000 {
        let pattern = numbers.subject(&WORDS);
        let subject = numbers.subject(&WORDS);
        let expected = reference(
            &pattern.split('.').collect::<Vec<_>>(),
            &subject.split('.').collect::<Vec<_>>(),
        );
        let found = subject::matches(pattern.as_bytes(), subject.as_bytes());
        assert_eq!(found, expected, "{pattern:?} and {subject:?}");
        matched += u32::from(expected);
    }
    assert!(matched > 10_000, "{matched} pairs that match");
}
