//! A burst of a million small messages at full rate: how many are lost on the way to a pipe, and what
//! one of them costs, by `sub --raw` and `sub --json`, beside natscli where it is on the PATH.
//!
//! `cargo bench --bench burst`

#[path = "harness/mod.rs"]
mod harness;
#[path = "../tests/suite/support/mod.rs"]
mod support;

use std::{
    io::{Read, Write},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use harness::{cpu_time, figure, median, raw};
use support::NatsServer;

const MESSAGES: usize = 1_000_000;
/// Messages published in one piece.
const PIECE: usize = 20_000;
const PAYLOAD: usize = 16;
const RUNS: usize = 3;
/// Whoever prints nothing for so long has printed all it will.
const QUIET: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(20);

/// A program that prints what comes, one line a message.
struct Subscriber {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

const SUBSCRIBERS: [Subscriber; 3] = [
    Subscriber {
        name: "sub-raw",
        program: env!("CARGO_BIN_EXE_goingnats"),
        arguments: &["--no-context", "sub", "sensors.>", "--raw"],
    },
    Subscriber {
        name: "sub-json",
        program: env!("CARGO_BIN_EXE_goingnats"),
        arguments: &["--no-context", "sub", "sensors.>", "--json"],
    },
    Subscriber {
        name: "peer-natscli-sub-raw",
        program: "nats",
        arguments: &["sub", "sensors.>", "--raw"],
    },
];

/// What came of one burst.
struct Outcome {
    lost: usize,
    /// From the first byte published to the last line printed.
    took: Duration,
    cpu: Duration,
}

fn main() {
    let piece = raw::piece(PIECE, PAYLOAD);
    for subscriber in &SUBSCRIBERS {
        let runs = (0..RUNS).map(|_| burst(subscriber, &piece));
        let Some(runs) = runs.collect::<Option<Vec<Outcome>>>() else {
            println!(
                "{} is not on the PATH: {} is left out",
                subscriber.program, subscriber.name
            );
            continue;
        };
        let print = |what: &str, unit: &str, value: fn(&Outcome) -> f64| {
            let values: Vec<f64> = runs.iter().map(value).collect();
            figure(
                &format!("{}-{what}", subscriber.name),
                median(&values),
                unit,
            );
        };
        print("lost", "%", |run| run.lost as f64 * 100.0 / MESSAGES as f64);
        print("time", "ns/message", |run| each(run.took));
        print("cpu", "ns/message", |run| each(run.cpu));
    }
}

fn each(time: Duration) -> f64 {
    time.as_nanos() as f64 / MESSAGES as f64
}

/// Lets a subscriber print a burst; `None` where there is no such program.
fn burst(subscriber: &Subscriber, piece: &[u8]) -> Option<Outcome> {
    let server = NatsServer::start();
    let mut child = Command::new(subscriber.program)
        .args(subscriber.arguments)
        .args(["-s", &server.url()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let printed = count_lines(&mut child);
    until("it is subscribed", || {
        let connections = server.monitor("/connz");
        let mut connections = connections["connections"].as_array().into_iter().flatten();
        connections.any(|connection| connection["subscriptions"].as_u64() > Some(0))
    });
    let idle = cpu_time(child.id());
    let mut publisher = raw::connect(&server.address());
    let start = Instant::now();
    for _ in 0..MESSAGES / PIECE {
        publisher.write_all(piece).expect("the server reads");
    }
    raw::settle(&mut publisher);
    let (mut seen, mut last) = (0, Instant::now());
    while seen < MESSAGES && last.elapsed() < QUIET {
        thread::sleep(Duration::from_millis(1));
        let now = printed.load(Relaxed);
        if now > seen {
            (seen, last) = (now, Instant::now());
        }
    }
    let cpu = cpu_time(child.id()).saturating_sub(idle);
    child.kill().expect("it runs");
    child.wait().expect("it was started");
    Some(Outcome {
        lost: MESSAGES - seen.min(MESSAGES),
        took: last - start,
        cpu,
    })
}

/// Reads everything that it prints, and counts the lines.
fn count_lines(child: &mut Child) -> Arc<AtomicUsize> {
    let lines = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&lines);
    let mut stdout = child.stdout.take().expect("a pipe");
    thread::spawn(move || {
        let mut buffer = vec![0; 256 << 10];
        while let Ok(read @ 1..) = stdout.read(&mut buffer) {
            counted.fetch_add(memchr::memchr_iter(b'\n', &buffer[..read]).count(), Relaxed);
        }
    });
    lines
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
