//! The explorer as a consumer of the same stream, with its screen open.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    harness::{Explorer, cpu_time},
    meter::{Measured, Plan},
    publish,
    support::NatsServer,
};

/// Its name in the figures.
pub const NAME: &str = "goingnats-screen";
const SIZE: (u16, u16) = (160, 45);
const LOOK: Duration = Duration::from_millis(50);

/// Measures the explorer in a terminal of 160×45. Its CPU time is read from outside, between two pauses
/// of the publisher.
pub fn measure(server: &NatsServer, payload: usize, plan: &Plan) -> Measured {
    let url = server.url();
    let explorer = Explorer::start_sized(&["--no-context", "-s", &url, "--sub", ">"], SIZE);
    while server.monitor("/connz")["connections"][0]["subscriptions"].as_u64() < Some(1) {
        thread::sleep(LOOK);
    }
    let mut marks = Vec::new();
    for messages in [plan.warm, plan.full - plan.warm, plan.total - plan.full] {
        let begun = Instant::now();
        publish(&server.address(), payload, messages);
        while server.monitor("/connz")["connections"][0]["pending_bytes"].as_u64() > Some(0) {
            thread::sleep(LOOK);
        }
        let took = begun.elapsed();
        thread::sleep(LOOK);
        marks.push((cpu_time(explorer.process()), took, messages as f64));
    }
    let said = explorer.quit();
    let [(warm, ..), (full, _, filling), (all, took, steady)] = marks[..] else {
        unreachable!("three marks");
    };
    Measured {
        filling: (full - warm).as_nanos() as f64 / filling,
        steady: (all - full).as_nanos() as f64 / steady,
        rate: steady / took.as_secs_f64(),
        dropped: dropped(&said),
    }
}

/// The dropped messages in what it printed at the end.
fn dropped(said: &str) -> f64 {
    let told = said
        .rsplit(", ")
        .find_map(|part| part.split_once(" dropped"));
    told.map_or(0.0, |(number, _)| {
        number.replace(' ', "").parse().expect("a count")
    })
}
