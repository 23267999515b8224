//! CPU time of a message from the socket to the store: that of the whole process, user and system,
//! divided by the messages. A real nats-server sends the same stream to each consumer in turn, several
//! times, each in its own process; the publisher is in this process, which is not counted.
//!
//! `cargo bench --bench ingest`, about seven minutes on two cores; `-- 128` for one payload size alone

mod consumers;
mod explorer;
#[path = "../harness/mod.rs"]
mod harness;
mod meter;
#[path = "../../tests/suite/support/mod.rs"]
mod support;

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use consumers::CONSUMERS;
use harness::{figure, median, raw};
use meter::{Measured, Plan};
use support::NatsServer;

const ROUNDS: usize = 5;

/// Limits at which no consumer is disconnected as slow, so that all get the same stream.
const PATIENT: &str = "max_pending: 4GB\nwrite_deadline: \"120s\"\n";

/// Payload bytes, and the messages after which the store is full and evicts as fast as it appends.
const STREAMS: [(usize, u64); 2] = [(128, 1_600_000), (16, 3_200_000)];
const MEASURED: u64 = 2_000_000;
/// Messages per write of the publisher.
const PIECE: usize = 20_000;

fn main() {
    let arguments: Vec<String> = env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("consumer") => {
            consumers::run(&arguments[2], &arguments[3], &Plan::read(&arguments[4..]))
        }
        _ => {
            // a payload size as an argument selects one stream
            let wanted = arguments.iter().find_map(|size| size.parse::<usize>().ok());
            let streams = STREAMS
                .iter()
                .filter(|(size, _)| wanted.is_none_or(|it| it == *size));
            streams.for_each(|stream| compare(*stream));
        }
    }
}

fn compare((payload, full): (usize, u64)) {
    let plan = Plan {
        warm: 200_000,
        full,
        total: full + MEASURED,
    };
    let names: Vec<&str> = CONSUMERS.iter().map(|consumer| consumer.name).collect();
    let names = [names, vec![explorer::NAME]].concat();
    let mut runs: Vec<Vec<Measured>> = vec![Vec::new(); names.len()];
    for _ in 0..ROUNDS {
        for (name, runs) in names.iter().zip(&mut runs) {
            runs.push(measure(name, payload, &plan));
        }
    }
    let middle = |runs: &[Measured], value: fn(&Measured) -> f64| {
        median(&runs.iter().map(value).collect::<Vec<_>>())
    };
    let costs: Vec<f64> = runs.iter().map(|r| middle(r, |m| m.steady)).collect();
    for ((consumer, runs), cost) in names.iter().zip(&runs).zip(&costs) {
        let name = format!("ingest-{payload}B-{consumer}");
        figure(&name, *cost, "ns CPU/message");
        figure(
            &format!("{name}-filling"),
            middle(runs, |m| m.filling),
            "ns CPU/message",
        );
        figure(
            &format!("{name}-rate"),
            middle(runs, |m| m.rate) / 1e3,
            "k messages/s",
        );
        figure(
            &format!("{name}-dropped"),
            middle(runs, |m| m.dropped),
            "messages",
        );
        if *consumer != names[0] {
            let name = format!("{name}-over-{}", names[0]);
            figure(&name, cost / costs[0], "times");
        }
    }
}

/// Measures one consumer in its own process, on its own server.
fn measure(consumer: &str, payload: usize, plan: &Plan) -> Measured {
    let server = NatsServer::with_config(PATIENT);
    if consumer == explorer::NAME {
        return explorer::measure(&server, payload, plan);
    }
    let mut child = Command::new(env::current_exe().expect("this program"))
        .args(["consumer", consumer, &server.address()])
        .args(plan.written())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program again");
    let said = BufReader::new(child.stdout.take().expect("its output"));
    let mut said = said.lines().map(|line| line.expect("a line"));
    assert_eq!(said.next().as_deref(), Some(consumers::READY), "{consumer}");
    publish(&server.address(), payload, plan.total);
    let last = said.next().expect("what it measured");
    let ended = child.wait().expect("it ends");
    assert!(ended.success(), "{consumer}: {ended}");
    Measured::read(&last)
}

fn publish(address: &str, payload: usize, messages: u64) {
    let piece = raw::piece(PIECE, payload);
    let mut stream = raw::connect(address);
    for _ in 0..messages / PIECE as u64 {
        stream.write_all(&piece).expect("the server reads");
    }
    raw::settle(&mut stream);
}
