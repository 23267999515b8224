//! Writing and reading recordings, beside serde_json alone.
//!
//! `cargo bench --bench recording`

#[path = "harness/mod.rs"]
mod harness;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    time::Instant,
};

use goingnats::{
    protocol::Direction,
    recording::{Chunk, Existing, Line, Part, Step, Tape, Writer},
    store::Store,
};
use harness::{figure, median};

const RUNS: usize = 3;
const MESSAGES: usize = 500_000;
const CHUNK: usize = 256 << 10;
const BUDGET: usize = 64 << 20;

/// A name, and the work to measure on the recording.
type Figure<'a> = (&'a str, &'a dyn Fn(&Path));

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bench.ndjson");
    let payload = br#"{"id":"A-113","total":88.25,"lines":[1,2,3],"customer":"somebody"}"#;
    let figures: [Figure; 4] = [
        ("write-to-page-cache", &|path| write(path, payload)),
        ("read", &read),
        ("read-into-store", &read_into_store),
        ("peer-serde-json-documents", &documents),
    ];
    for (name, work) in figures {
        let seconds: Vec<f64> = (0..RUNS)
            .map(|_| {
                let start = Instant::now();
                work(&path);
                start.elapsed().as_secs_f64()
            })
            .collect();
        let seconds = median(&seconds);
        let bytes = fs::metadata(&path).expect("it was written").len() as f64;
        figure(name, MESSAGES as f64 / seconds, "messages/s");
        figure(&format!("{name}-bytes"), bytes / seconds / 1e6, "MB/s");
    }
}

fn write(path: &Path, payload: &[u8]) {
    let mut writer = Writer::create(path, Existing::Replace).expect("a file");
    for n in 0..MESSAGES {
        let subject = format!("orders.eu.{}", n % 1000);
        let at = 1_795_399_200_000_000_000 + n as i64 * 1_000;
        let line = Line::new(at, Direction::In, subject.as_bytes(), None, b"", payload);
        writer.message(&line).expect("room on the disk");
    }
    writer.flush().expect("room on the disk");
}

/// Reads all of it and passes each chunk on, in wire format.
fn chunks(path: &Path, mut take: impl FnMut(Chunk)) {
    let mut tape = Tape::open(path).expect("it was written");
    let mut chunk = Chunk::default();
    loop {
        match tape.step(|entry| chunk.push(entry)).expect("a file") {
            Step::End => break,
            _ if chunk.bytes.len() >= CHUNK => take(std::mem::take(&mut chunk)),
            _ => {}
        }
    }
    take(chunk);
    assert_eq!(tape.problems().unreadable, 0);
}

fn read(path: &Path) {
    let mut messages = 0;
    chunks(path, |chunk| messages += chunk.records.len());
    assert_eq!(messages, MESSAGES);
}

fn read_into_store(path: &Path) {
    let mut store = Store::new(BUDGET);
    store.add_subscription(Chunk::UNTOLD, b">");
    chunks(path, |chunk| {
        for part in &chunk.parts {
            if let Part::Messages { at, records, .. } = part {
                let records = &chunk.records[records.clone()];
                store.append(Direction::In, &chunk.bytes, records, *at);
            }
        }
    });
    assert_eq!(store.counters().received, MESSAGES as u64);
}

/// Parses each line into a JSON document.
fn documents(path: &Path) {
    let file = BufReader::new(fs::File::open(path).expect("it was written"));
    let documents = file.lines().map(|line| {
        let line = line.expect("text");
        serde_json::from_str::<serde_json::Value>(&line).expect("a document")
    });
    assert_eq!(documents.count(), MESSAGES);
}
