//! Round trip of a request, failover to another server, memory and time of ten thousand subscriptions.
//!
//! `cargo bench --bench network`, or with `-- requests` (`subscriptions`, `failover`) one of them.

#[path = "harness/mod.rs"]
mod harness;
#[path = "../tests/suite/support/mod.rs"]
mod support;

use std::{
    env, fs,
    io::{Read, Write},
    net::TcpStream,
    process, thread,
    time::{Duration, Instant},
};

use goingnats::client::{Client, Connection, Event, Lanes, Options, open};
use harness::{cpu_time, figure, median, percentile, raw};
use support::{Cluster, NatsServer};

fn main() {
    let parts: [(&str, fn()); 3] = [
        ("requests", requests),
        ("subscriptions", subscriptions),
        ("failover", failover),
    ];
    let named: Vec<String> = env::args().skip(1).collect();
    let wanted = |name: &&str| named.iter().any(|argument| argument == name);
    let any = parts.iter().any(|(name, _)| wanted(name));
    for (name, part) in parts {
        if !any || wanted(&name) {
            part();
        }
    }
}

const REQUESTS: usize = 20_000;
/// The clients take turns, so that other load on the machine affects all alike.
const ROUNDS: usize = 50;

fn requests() {
    let server = NatsServer::start();
    let address = server.address();
    thread::spawn({
        let mut responder = raw::connect(&address);
        responder.write_all(b"SUB ask 1\r\n").expect("written");
        raw::settle(&mut responder);
        move || respond(&mut responder)
    });
    let mut socket = raw::connect(&address);
    socket.write_all(b"SUB inbox 1\r\n").expect("written");
    raw::settle(&mut socket);
    let client = Client::connect("bench", &server.url()).expect("connected");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let official = runtime
        .block_on(async_nats::connect(server.url()))
        .expect("connected");
    let (mut of_socket, mut of_client, mut of_official) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let each = REQUESTS / ROUNDS;
        measure(each, &mut of_socket, || {
            socket
                .write_all(b"PUB ask inbox 4\r\nping\r\n")
                .expect("written");
            read_message(&mut socket);
        });
        measure(each, &mut of_client, || {
            let answer = client.request("ask", "ping", Duration::from_secs(5));
            assert_eq!(answer.expect("an answer").payload, b"pong");
        });
        runtime.block_on(async {
            for _ in 0..each {
                let since = Instant::now();
                let answer = official.request("ask", "ping".into()).await;
                assert_eq!(&answer.expect("an answer").payload[..], b"pong");
                of_official.push(since.elapsed().as_secs_f64() * 1e6);
            }
        });
    }
    for (name, times) in [
        ("socket", &of_socket),
        ("goingnats", &of_client),
        ("async-nats", &of_official),
    ] {
        figure(&format!("request-{name}-p50"), median(times), "µs");
        figure(&format!("request-{name}-p99"), percentile(times, 99), "µs");
    }
    let ratio = median(&of_client) / median(&of_socket);
    figure("request-goingnats-by-socket-p50", ratio, "times");
}

fn measure(count: usize, into: &mut Vec<f64>, mut work: impl FnMut()) {
    for _ in 0..count {
        let since = Instant::now();
        work();
        into.push(since.elapsed().as_secs_f64() * 1e6);
    }
}

/// Answers requests until the server closes the connection.
fn respond(stream: &mut TcpStream) {
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut chunk) {
        let text = std::str::from_utf8(&chunk[..count]).expect("text");
        // There is one request at a time, and it fits a segment; a PING may precede it.
        let Some((_, message)) = text.split_once("MSG ") else {
            continue;
        };
        let reply = message.split(' ').nth(2).expect("a reply subject");
        let answer = format!("PUB {reply} 4\r\npong\r\n");
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read_message(stream: &mut TcpStream) {
    let mut chunk = [0; 4096];
    let mut read = 0;
    while !chunk[..read].windows(6).any(|part| part == b"pong\r\n") {
        read += stream.read(&mut chunk[read..]).expect("an answer");
    }
}

fn subscriptions() {
    const SUBSCRIPTIONS: usize = 10_000;
    let server = NatsServer::start();
    let (connection, mut lanes) = open(options(&server.url())).expect("a thread");
    connected(&mut lanes);
    let (memory, cpu) = (resident(), cpu_time(process::id()));
    let since = Instant::now();
    for n in 0..SUBSCRIPTIONS {
        let subject = format!("building.{}.room.{}.temperature", n / 100, n % 100);
        while connection.subscribe(subject.as_bytes(), None).is_err() {
            thread::yield_now();
        }
    }
    flushed(&connection, &mut lanes);
    let name = "10k-subscriptions";
    figure(
        &format!("{name}-made"),
        since.elapsed().as_secs_f64() * 1e3,
        "ms",
    );
    let used = (cpu_time(process::id()) - cpu).as_secs_f64() * 1e3;
    figure(&format!("{name}-cpu"), used, "ms");
    let more = resident().saturating_sub(memory) as f64 / 1024.0;
    figure(&format!("{name}-memory"), more, "KiB");
    let (cpu, idle) = (cpu_time(process::id()), Duration::from_secs(10));
    thread::sleep(idle);
    let share = (cpu_time(process::id()) - cpu).as_secs_f64() / idle.as_secs_f64() * 100.0;
    println!("figure: {name}-idle-cpu {share:.3} % of one core");
}

fn failover() {
    const KILLS: usize = 20;
    let mut times = Vec::new();
    for _ in 0..KILLS {
        let mut cluster = Cluster::of(3);
        let (connection, mut lanes) = open(options(&cluster.nodes[0].url())).expect("a thread");
        connection.subscribe(b"s", None).expect("queued");
        event(&mut lanes, |event| {
            matches!(event, Event::Pool(entries) if entries.len() == 3).then_some(())
        });
        flushed(&connection, &mut lanes);
        let since = Instant::now();
        cluster.nodes[0].stop();
        connected(&mut lanes);
        times.push(since.elapsed().as_secs_f64() * 1e3);
    }
    figure("failover-median", median(&times), "ms");
    figure("failover-worst-of-20", percentile(&times, 100), "ms");
}

fn options(url: &str) -> Options {
    Options::new("bench", url).expect("good options")
}

fn connected(lanes: &mut Lanes) {
    event(lanes, |event| {
        matches!(event, Event::Connected { .. }).then_some(())
    });
}

fn flushed(connection: &Connection, lanes: &mut Lanes) {
    let flush = loop {
        if let Ok(ticket) = connection.flush() {
            break ticket;
        }
    };
    event(lanes, |event| {
        matches!(event, Event::Flushed { ticket, .. } if *ticket == flush).then_some(())
    });
}

fn event<T>(lanes: &mut Lanes, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
    loop {
        let event = lanes.events.blocking_recv().expect("a connection");
        if let Some(found) = wanted(&event) {
            return found;
        }
    }
}

/// Resident memory of this process in bytes.
fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: usize = pages
        .split(' ')
        .nth(1)
        .and_then(|field| field.parse().ok())
        .expect("a number of pages");
    pages * 4096
}
