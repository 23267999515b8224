//! Framing and encoding, in memory: reads are simulated by copies of 64 KiB.
//!
//! `cargo bench --bench protocol`

#[path = "harness/mod.rs"]
mod harness;

use std::{hint::black_box, time::Instant};

use goingnats::protocol::{Decoder, Headers, Limits, Record, ServerOp, encode};
use harness::{figure, median};

const RUNS: usize = 7;
const STREAM: usize = 64 << 20;
const READ: usize = 64 << 10;
const CHUNK: usize = 256 << 10;

fn main() {
    for (payload, reply) in [
        (16, false),
        (16, true),
        (128, false),
        (128, true),
        (1024, false),
    ] {
        let stream = Stream::new(payload, reply);
        let with_reply = if reply { "-reply" } else { "" };
        let name = format!("{payload}B{with_reply}");
        figure(
            &format!("frame-{name}"),
            nanoseconds(&stream, frame),
            "ns/message",
        );
        figure(
            &format!("encode-{name}"),
            nanoseconds(&stream, publish),
            "ns/message",
        );
    }
}

/// What a server sends, and how many messages it holds.
struct Stream {
    bytes: Vec<u8>,
    messages: u64,
    payload: Vec<u8>,
}

impl Stream {
    fn new(payload: usize, reply: bool) -> Stream {
        let payload = vec![b'x'; payload];
        let reply = reply.then_some(&b"_INBOX.abcdefghijklmnopqrstuv.1"[..]);
        let (mut bytes, mut messages) = (Vec::new(), 0);
        while bytes.len() < STREAM {
            let subject = format!("sensors.eu.room{}.temperature", messages % 1000);
            encode::message(&mut bytes, subject.as_bytes(), b"12", reply, b"", &payload);
            messages += 1;
        }
        Stream {
            bytes,
            messages,
            payload,
        }
    }
}

/// The median over several runs. `work` says how many messages it has done.
fn nanoseconds(stream: &Stream, work: fn(&Stream) -> u64) -> f64 {
    let runs: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let messages = work(stream);
            start.elapsed().as_nanos() as f64 / messages as f64
        })
        .collect();
    median(&runs)
}

fn frame(stream: &Stream) -> u64 {
    let mut decoder = Decoder::new(Limits::CLIENT);
    let mut chunk = vec![0; CHUNK];
    let mut records: Vec<Record> = Vec::with_capacity(8192);
    let (mut at, mut filled, mut messages) = (0, 0, 0);
    for read in stream.bytes.chunks(READ) {
        chunk.copy_within(at..filled, 0);
        (filled, at) = (filled - at, 0);
        chunk[filled..filled + read.len()].copy_from_slice(read);
        filled += read.len();
        records.clear();
        while let Some(op) = decoder
            .server_op(&chunk[..filled], &mut at)
            .expect("a well-formed stream")
        {
            if let ServerOp::Message(record) = op {
                records.push(record);
            }
        }
        messages += black_box(&records).len() as u64;
    }
    assert_eq!(messages, stream.messages);
    messages
}

fn publish(stream: &Stream) -> u64 {
    let headers = Headers::new();
    let mut out = Vec::with_capacity(CHUNK);
    for _ in 0..stream.messages {
        if out.len() + stream.payload.len() + 100 > CHUNK {
            black_box(&out);
            out.clear();
        }
        let subject = b"sensors.eu.room1.temperature";
        encode::publish(&mut out, subject, None, &headers, &stream.payload).expect("a message");
    }
    stream.messages
}
