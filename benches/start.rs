//! Time to the first frame, and the cost of an idle explorer.
//!
//! `cargo bench --bench start`

#[path = "harness/mod.rs"]
mod harness;
#[path = "../tests/suite/support/mod.rs"]
mod support;

use std::{thread, time::Duration};

use harness::{Explorer, cpu_time, figure, median, wake_ups};
use support::NatsServer;

const STARTS: usize = 21;
const SETTLING: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(60);

/// Subscriptions without messages.
const SILENT: [&str; 10] = ["a", "b", "c", "d", "e.>", "f.>", "g.*", "h.*", "i.>", "j.>"];

/// A port without a listener: connections are refused at once.
const NOWHERE: &str = "nats://127.0.0.1:1";

fn main() {
    let server = NatsServer::start();
    let url = server.url();
    let ways: [(&str, &[&str]); 3] = [
        ("server", &["--no-context", "-s", &url]),
        ("unreachable", &["--no-context", "-s", NOWHERE]),
        ("demo", &["demo"]),
    ];
    for (name, arguments) in ways {
        let times: Vec<f64> = (0..STARTS)
            .map(|_| {
                let explorer = Explorer::start(arguments);
                let time = explorer.first_frame.as_secs_f64() * 1e3;
                explorer.quit();
                time
            })
            .collect();
        figure(&format!("first-frame-{name}"), median(&times), "ms");
    }
    let mut silent = vec!["--no-context", "-s", &url];
    silent.extend(SILENT.iter().flat_map(|subject| ["--sub", subject]));
    let subscribed = [("10-subscriptions", silent.as_slice())];
    let all: Vec<(&str, &[&str])> = ways.into_iter().chain(subscribed).collect();
    idle(&all);
}

/// Runs all at the same time: CPU time is counted by process.
fn idle(ways: &[(&str, &[&str])]) {
    let running: Vec<(&str, Explorer)> = ways
        .iter()
        .map(|(name, arguments)| (*name, Explorer::start(arguments)))
        .collect();
    thread::sleep(SETTLING);
    let cost = |explorer: &Explorer| {
        let process = explorer.process();
        (cpu_time(process), wake_ups(process))
    };
    let before: Vec<_> = running.iter().map(|(_, e)| cost(e)).collect();
    thread::sleep(IDLE);
    for ((name, explorer), (cpu, woken)) in running.into_iter().zip(before) {
        let (cpu_after, woken_after) = cost(&explorer);
        let share = (cpu_after - cpu).as_secs_f64() / IDLE.as_secs_f64() * 100.0;
        let woken = (woken_after - woken) as f64 / IDLE.as_secs_f64();
        println!("figure: idle-cpu-{name} {share:.3} % of one core");
        figure(&format!("idle-wake-ups-{name}"), woken, "/s");
        explorer.quit();
    }
}
