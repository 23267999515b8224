//! A publisher on a plain socket.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use goingnats::protocol::{Connect, Headers, encode};

/// Interval between writes of a steady flow.
const PIECE: Duration = Duration::from_millis(10);

/// A connection that publishes numbered messages of 128 bytes.
pub struct Source {
    stream: TcpStream,
    next: u64,
}

impl Source {
    /// Connects.
    pub fn connect(address: &str) -> Source {
        let mut stream = TcpStream::connect(address).expect("a server");
        let mut hello = Vec::new();
        let quiet = Connect {
            verbose: false,
            pedantic: false,
            ..Connect::default()
        };
        encode::connect(&mut hello, &quiet);
        stream.write_all(&hello).expect("the server reads");
        Source { stream, next: 0 }
    }

    /// Publishes messages `message 0 ...` in one write, each on the subject for its number.
    pub fn publish(&mut self, messages: u64, subject: impl Fn(u64) -> String) {
        let mut piece = Vec::new();
        for number in self.next..self.next + messages {
            let (subject, payload) = (subject(number), format!("message {number} "));
            let payload = format!("{payload:.<128}");
            let (subject, payload) = (subject.as_bytes(), payload.as_bytes());
            encode::publish(&mut piece, subject, None, &Headers::new(), payload)
                .expect("a message");
        }
        self.next += messages;
        self.stream.write_all(&piece).expect("the server reads");
    }

    /// Publishes one message of this size.
    pub fn publish_large(&mut self, subject: &str, bytes: usize) {
        let payload = vec![b'x'; bytes];
        let mut piece = Vec::new();
        encode::publish(
            &mut piece,
            subject.as_bytes(),
            None,
            &Headers::new(),
            &payload,
        )
        .expect("a message");
        self.next += 1;
        self.stream.write_all(&piece).expect("the server reads");
    }

    /// Waits until the server has processed everything; returns the number of messages so far.
    pub fn settle(&mut self) -> u64 {
        self.stream.write_all(b"PING\r\n").expect("it reads");
        let mut said = Vec::new();
        let mut byte = [0];
        while !said.ends_with(b"PONG\r\n") {
            self.stream.read_exact(&mut byte).expect("it answers");
            said.push(byte[0]);
        }
        self.next
    }

    /// Publishes at a steady rate, on its own thread.
    pub fn flow(mut self, per_second: u64, subject: fn(u64) -> String) -> Flow {
        let over = Arc::new(AtomicBool::new(false));
        let published = Arc::new(AtomicU64::new(self.next));
        let thread = thread::spawn({
            let (over, published) = (over.clone(), published.clone());
            move || {
                let (start, first) = (Instant::now(), self.next);
                while !over.load(Relaxed) {
                    let due = start.elapsed().as_millis() as u64 * per_second / 1000;
                    self.publish(due - (self.next - first), subject);
                    published.store(self.next, Relaxed);
                    thread::sleep(PIECE);
                }
                self.settle()
            }
        });
        Flow {
            over,
            published,
            thread,
        }
    }
}

/// A publisher at a steady rate.
pub struct Flow {
    over: Arc<AtomicBool>,
    published: Arc<AtomicU64>,
    thread: JoinHandle<u64>,
}

impl Flow {
    /// The number of messages so far, including those before the flow.
    pub fn published(&self) -> u64 {
        self.published.load(Relaxed)
    }

    /// Stops it, and waits until the server has processed everything; returns the number of messages.
    pub fn stop(self) -> u64 {
        self.over.store(true, Relaxed);
        self.thread.join().expect("the source ends")
    }
}
