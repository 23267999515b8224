//! The explorer in a pseudo-terminal of 160×45, while a nats-server sends as fast as it can: messages
//! dropped of ten million, time from a key to its effect, cost of a terminal that hangs, bytes of a frame.
//!
//! `cargo bench --bench flood`, about two minutes on two cores

#[path = "harness/mod.rs"]
mod harness;
#[path = "../tests/suite/support/mod.rs"]
mod support;

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use harness::{Explorer, cpu_time, figure, median, peak_memory, percentile, raw};
use support::NatsServer;

const SIZE: (u16, u16) = (160, 45);
const PAYLOAD: usize = 128;
const MESSAGES: usize = 10_000_000;
/// Messages per write of the publisher.
const PIECE: usize = 20_000;
/// Number of times help is opened and closed.
const PRESSES: usize = 200;
const STALLED: Duration = Duration::from_secs(20);
const STALLED_RATE: usize = 200_000;
const FOLLOWED: Duration = Duration::from_secs(5);
const FOLLOWED_RATE: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    // an argument selects one part: the whole takes two minutes
    if std::env::args().any(|argument| argument == "keys") {
        return keys();
    }
    for size in [SIZE, (200, 50)] {
        frames(size);
    }
    keys();
    stalled();
    ten_million();
}

fn open(server: &NatsServer, size: (u16, u16)) -> Explorer {
    let url = server.url();
    let explorer = Explorer::start_sized(&["--no-context", "-s", &url, "--sub", "sensors.>"], size);
    until("it is subscribed", || {
        explorers(server, "subscriptions") > 0
    });
    explorer
}

/// A number from the server's page on the explorer's connection.
fn explorers(server: &NatsServer, what: &str) -> u64 {
    let all = server.monitor("/connz");
    let mut connections = all["connections"].as_array().into_iter().flatten();
    let explorer = connections.find(|connection| connection["name"] == "goingnats");
    explorer.map_or(0, |explorer| explorer[what].as_u64().unwrap_or(0))
}

/// Quits the explorer once the server has sent everything. Returns the messages it received, dropped
/// ones included, and those it dropped.
fn leave(server: &NatsServer, explorer: Explorer) -> (u64, u64) {
    until("the server has nothing more for it", || {
        explorers(server, "pending_bytes") == 0
    });
    idle(&explorer);
    let said = explorer.quit();
    let summary = said.rsplit('\n').find(|line| line.contains(" received"));
    let count = |what: &str| {
        let part = summary?.split(',').find(|part| part.contains(what))?;
        let part = part.rsplit('\x1b').next()?;
        let digits: String = part.split(what).next()?.chars().collect();
        digits
            .rsplit(|c: char| c.is_alphabetic())
            .next()?
            .replace(' ', "")
            .parse()
            .ok()
    };
    (
        count(" received").expect("a summary"),
        count(" dropped").unwrap_or(0),
    )
}

/// Waits until it uses no more CPU.
fn idle(explorer: &Explorer) {
    const LOOK: Duration = Duration::from_millis(200);
    let mut before = cpu_time(explorer.process());
    until("it rests", || {
        thread::sleep(LOOK);
        let now = cpu_time(explorer.process());
        let spent = now - before;
        before = now;
        spent < LOOK / 20
    });
}

fn ten_million() {
    let server = NatsServer::start();
    let explorer = open(&server, SIZE);
    let piece = raw::piece(PIECE, PAYLOAD);
    let mut stream = raw::connect(&server.address());
    let start = Instant::now();
    for _ in 0..MESSAGES / PIECE {
        stream.write_all(&piece).expect("the server reads");
    }
    raw::settle(&mut stream);
    let rate = MESSAGES as f64 / start.elapsed().as_secs_f64();
    until("all is delivered", || {
        explorers(&server, "pending_bytes") == 0
    });
    let peak = peak_memory(explorer.process());
    let delivered = explorers(&server, "out_msgs");
    let (received, dropped) = leave(&server, explorer);
    figure("flood-10M-rate", rate / 1e3, "k messages/s");
    figure("flood-10M-dropped", dropped as f64, "messages");
    let lost = MESSAGES as f64 - delivered as f64;
    figure("flood-10M-not-delivered", lost, "messages");
    let unaccounted = delivered as f64 - received as f64;
    figure("flood-10M-unaccounted", unaccounted, "messages");
    figure("flood-10M-peak-memory", peak as f64 / 1e6, "MB");
}

fn keys() {
    let server = NatsServer::start();
    let mut explorer = open(&server, SIZE);
    let over = Arc::new(AtomicBool::new(false));
    let publisher = thread::spawn({
        let (over, mut stream) = (over.clone(), raw::connect(&server.address()));
        move || {
            let piece = raw::piece(PIECE, PAYLOAD);
            while !over.load(Relaxed) {
                stream.write_all(&piece).expect("the server reads");
            }
        }
    });
    thread::sleep(Duration::from_secs(2));
    let times = (0..PRESSES as u64).map(|press| {
        // irregular pauses, so that keys do not fall into step with frames
        thread::sleep(Duration::from_micros(15_000 + press * 7_919 % 23_000));
        explorer.record();
        let start = Instant::now();
        explorer.press("?");
        until("help shows", || explorer.wrote(b"Help"));
        let time = start.elapsed().as_secs_f64() * 1e3;
        thread::sleep(Duration::from_millis(20));
        explorer.press("\x1b");
        thread::sleep(Duration::from_millis(120));
        time
    });
    let times: Vec<f64> = times.collect();
    over.store(true, Relaxed);
    publisher.join().expect("the publisher ends");
    explorer.quit();
    for percent in [50, 99, 100] {
        let name = format!("flood-key-to-frame-p{percent}");
        figure(&name, percentile(&times, percent), "ms");
    }
}

fn stalled() {
    let server = NatsServer::start();
    let explorer = open(&server, SIZE);
    explorer.stall(true);
    let mut stream = raw::connect(&server.address());
    raw::publish_steadily(&mut stream, STALLED_RATE, PAYLOAD, STALLED);
    raw::settle(&mut stream);
    until("all is delivered", || {
        explorers(&server, "pending_bytes") == 0
    });
    let delivered = explorers(&server, "out_msgs");
    explorer.stall(false);
    let (received, dropped) = leave(&server, explorer);
    let rate = delivered as f64 / STALLED.as_secs_f64();
    figure("stalled-terminal-rate", rate / 1e3, "k messages/s");
    figure("stalled-terminal-dropped", dropped as f64, "messages");
    let unaccounted = delivered as f64 - received as f64;
    figure("stalled-terminal-unaccounted", unaccounted, "messages");
}

fn frames(size: (u16, u16)) {
    let server = NatsServer::start();
    let explorer = open(&server, size);
    let mut stream = raw::connect(&server.address());
    raw::publish_steadily(&mut stream, FOLLOWED_RATE, PAYLOAD, Duration::from_secs(2));
    explorer.record();
    raw::publish_steadily(&mut stream, FOLLOWED_RATE, PAYLOAD, FOLLOWED);
    let frames = explorer.frames();
    explorer.quit();
    let name = format!("frame-{}x{}-following", size.0, size.1);
    figure(&name, median(&frames), "bytes");
    figure(&format!("{name}-p99"), percentile(&frames, 99), "bytes");
    let rate = frames.len() as f64 / FOLLOWED.as_secs_f64();
    figure(&format!("{name}-rate"), rate, "frames/s");
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "waited for: {what}");
        thread::sleep(Duration::from_micros(200));
    }
}
