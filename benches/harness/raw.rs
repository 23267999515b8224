//! Plain sockets: a publisher of prepared bytes, and a subscriber.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use goingnats::protocol::{Connect, Headers, encode};

/// Number of different subjects.
const SUBJECTS: usize = 1000;

/// Encoded messages, to be written at once.
pub fn piece(messages: usize, payload: usize) -> Vec<u8> {
    let payload: Vec<u8> = (b' '..=b'~').cycle().take(payload).collect();
    let mut piece = Vec::new();
    for number in 0..messages {
        let subject = format!("sensors.eu.room{}.temperature", number % SUBJECTS);
        let subject = subject.as_bytes();
        encode::publish(&mut piece, subject, None, &Headers::new(), &payload).expect("a message");
    }
    piece
}

/// Publishes at a steady rate of messages a second, for a duration.
pub fn publish_steadily(
    stream: &mut TcpStream,
    each_second: usize,
    payload: usize,
    long: Duration,
) {
    const PIECE: Duration = Duration::from_millis(10);
    let whole = piece(each_second.max(SUBJECTS), payload);
    let cuts: Vec<usize> = memchr::memmem::find_iter(&whole, b"PUB ").collect();
    let (start, mut sent) = (Instant::now(), 0);
    while start.elapsed() < long {
        let due = start.elapsed().as_millis() as usize * each_second / 1000;
        while sent < due {
            let from = sent % cuts.len();
            let to = (from + due - sent).min(cuts.len());
            let end = cuts.get(to).copied().unwrap_or(whole.len());
            stream
                .write_all(&whole[cuts[from]..end])
                .expect("the server reads");
            sent += to - from;
        }
        thread::sleep(PIECE);
    }
}

/// Subscribes to all subjects; only messages follow.
pub fn subscribe(address: &str) -> TcpStream {
    let mut stream = connect(address);
    stream.write_all(b"SUB > 2\r\n").expect("the server reads");
    settle(&mut stream);
    stream
}

/// A connection that gets no `+OK`.
pub fn connect(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("a server");
    let mut hello = Vec::new();
    encode::connect(
        &mut hello,
        &Connect {
            verbose: false,
            pedantic: false,
            ..Connect::default()
        },
    );
    stream.write_all(&hello).expect("the server reads");
    stream
}

/// Waits until the server has processed everything written so far: sends PING and reads up to the PONG.
pub fn settle(stream: &mut TcpStream) {
    stream.write_all(b"PING\r\n").expect("the server reads");
    let mut line = Vec::new();
    let mut byte = [0];
    while line != b"PONG\r\n" {
        line.clear();
        while !line.ends_with(b"\n") {
            stream.read_exact(&mut byte).expect("the server answers");
            line.push(byte[0]);
        }
    }
}
