//! Framing and encoding of bytes in the cache, without sockets, beside loops modelled on the parsers of
//! other clients, which are private.
//!
//! `cargo bench --bench protocol`

#[path = "harness/mod.rs"]
mod harness;

use std::{
    hint::black_box,
    str,
    time::{Duration, Instant},
};

use async_nats::Subject;
use bytes::{Buf, Bytes, BytesMut};

use goingnats::protocol::{Decoder, Headers, Limits, Record, ServerOp, encode};
use harness::{figure, median};

const RUNS: usize = 7;
/// Bytes of a stream, and passes over it in a run.
const STREAM: usize = 512 << 10;
const TIMES: u32 = 64;
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
        let ours = nanoseconds(&stream, frame);
        figure(&format!("frame-{name}"), ours, "ns/message");
        for (shape, parse) in [
            ("async-nats", like_async_nats as fn(&Stream) -> Duration),
            ("nats.go", like_nats_go),
        ] {
            let cost = nanoseconds(&stream, parse);
            let peer = format!("frame-{name}-shape-of-{shape}");
            figure(&peer, cost, "ns/message");
            figure(&format!("{peer}-over-ours"), cost / ours, "times");
        }
        figure(
            &format!("encode-{name}"),
            nanoseconds(&stream, publish),
            "ns/message",
        );
    }
}

/// Bytes sent by a server, and the number of messages in them.
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

/// Median nanoseconds a message of `work` over several runs.
fn nanoseconds(stream: &Stream, work: fn(&Stream) -> Duration) -> f64 {
    let runs: Vec<f64> = (0..RUNS)
        .map(|_| {
            let took: Duration = (0..TIMES).map(|_| work(stream)).sum();
            took.as_nanos() as f64 / f64::from(TIMES) / stream.messages as f64
        })
        .collect();
    median(&runs)
}

fn frame(stream: &Stream) -> Duration {
    let mut records: Vec<Record> = Vec::with_capacity(stream.messages as usize);
    let start = Instant::now();
    let mut decoder = Decoder::new(Limits::CLIENT);
    let mut at = 0;
    while let Some(op) = decoder
        .server_op(&stream.bytes, &mut at)
        .expect("a well-formed stream")
    {
        if let ServerOp::Message(record) = op {
            records.push(record);
        }
    }
    let took = start.elapsed();
    assert_eq!(black_box(&records).len() as u64, stream.messages);
    took
}

fn publish(stream: &Stream) -> Duration {
    let start = Instant::now();
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
    start.elapsed()
}

/// A message in its own allocations.
struct Owned<S> {
    subject: S,
    reply: Option<S>,
    sid: u64,
    payload: Bytes,
}

/// Modelled on async-nats 0.51 (`connection.rs`, `try_read_op`): finds the line end, checks the line for
/// UTF-8, splits it at blanks, copies subject and reply, and splits the payload off the read buffer.
fn like_async_nats(stream: &Stream) -> Duration {
    let mut buffer = BytesMut::from(&stream.bytes[..]);
    let start = Instant::now();
    let mut messages = 0;
    while let Some(message) = read_owned(&mut buffer) {
        black_box((
            &message.subject,
            &message.reply,
            message.sid,
            &message.payload,
        ));
        messages += 1;
    }
    let took = start.elapsed();
    assert_eq!(messages, stream.messages);
    took
}

fn read_owned(buffer: &mut BytesMut) -> Option<Owned<Subject>> {
    let len = memchr::memmem::find(buffer, b"\r\n")?;
    let line = buffer.strip_prefix(b"MSG ").expect("only messages");
    let line = str::from_utf8(&line[..len - 4]).expect("subjects are text");
    let mut fields = line.split(' ').filter(|field| !field.is_empty());
    let mut next = || fields.next();
    let (subject, sid, third, fourth) = (next()?, next()?, next()?, next());
    let (reply, size) = match fourth {
        Some(size) => (Some(third), size),
        None => (None, third),
    };
    let (sid, size) = (sid.parse().ok()?, size.parse::<usize>().ok()?);
    if len + 2 + size + 2 > buffer.remaining() {
        return None;
    }
    let (subject, reply) = (Subject::from(subject), reply.map(Subject::from));
    buffer.advance(len + 2);
    let payload = buffer.split_to(size).freeze();
    buffer.advance(2);
    Some(Owned {
        subject,
        reply,
        sid,
        payload,
    })
}

/// Modelled on nats.go 1.x (`parser.go`): a state machine over the bytes of a control line; subject,
/// reply and payload are copied.
fn like_nats_go(stream: &Stream) -> Duration {
    enum State {
        Verb(usize),
        Arguments(usize),
        Payload(Owned<Vec<u8>>, usize),
    }
    let start = Instant::now();
    let mut messages = 0;
    let mut state = State::Verb(0);
    let mut at = 0;
    while let Some(&byte) = stream.bytes.get(at) {
        state = match state {
            State::Verb(seen) => {
                assert_eq!(byte.to_ascii_uppercase(), b"MSG "[seen], "only messages");
                match seen {
                    3 => State::Arguments(at + 1),
                    _ => State::Verb(seen + 1),
                }
            }
            State::Arguments(from) if byte == b'\n' => {
                let (message, size) = arguments(stream.bytes[from..at].trim_ascii_end());
                State::Payload(message, size)
            }
            State::Payload(mut message, size) => {
                message.payload = stream.bytes[at..at + size].to_vec().into();
                black_box((
                    &message.subject,
                    &message.reply,
                    message.sid,
                    &message.payload,
                ));
                messages += 1;
                // and the line end after it
                at += size + 1;
                State::Verb(0)
            }
            waiting @ State::Arguments(_) => waiting,
        };
        at += 1;
    }
    let took = start.elapsed();
    assert_eq!(messages, stream.messages);
    took
}

/// Parses the arguments of a message; also returns the length of its payload.
fn arguments(line: &[u8]) -> (Owned<Vec<u8>>, usize) {
    let mut fields = [&line[..0]; 4];
    let mut count = 0;
    let mut start = None;
    for (at, byte) in line.iter().enumerate() {
        match (byte, start) {
            (b' ' | b'\t', Some(from)) => {
                fields[count] = &line[from..at];
                (count, start) = (count + 1, None);
            }
            (b' ' | b'\t', None) => {}
            (_, None) => start = Some(at),
            (_, Some(_)) => {}
        }
    }
    fields[count] = &line[start.expect("a size")..];
    let number = |digits: &[u8]| {
        let digits = digits.iter().map(|digit| u64::from(digit - b'0'));
        digits.fold(0, |sum, digit| sum * 10 + digit)
    };
    let message = Owned {
        subject: fields[0].to_vec(),
        reply: (count == 3).then(|| fields[2].to_vec()),
        sid: number(fields[1]),
        payload: Bytes::new(),
    };
    (message, number(fields[count]) as usize)
}
