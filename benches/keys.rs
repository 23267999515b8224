//! Time from a key to its effect, through the event loop and a terminal parser, while Details shows a
//! JSON document of 10 MB on a single line and a nats-server sends other messages.
//!
//! `cargo bench --bench keys`

#[path = "harness/mod.rs"]
mod harness;
#[path = "../tests/suite/screen/harness.rs"]
#[allow(dead_code, clippy::unwrap_used)] // made for tests
mod screen;
#[path = "../tests/suite/support/mod.rs"]
mod support;

use std::{
    fmt::Write as _,
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use goingnats::{
    client::Client,
    tui::app::{App, Now},
};
use harness::{figure, percentile, raw};
use ratatui::layout::Rect;
use screen::{Given, Running};
use support::NatsServer;

/// Allows messages of 10 MB.
const LARGE: &str = "max_payload: 16MB\n";
const PAYLOAD: usize = 10 << 20;
const SIZE: (u16, u16) = (200, 50);

/// Messages of 128 bytes a second that are sent meanwhile.
const FLOWS: [usize; 3] = [0, 5_000, 100_000];
const BETWEEN_PIECES: Duration = Duration::from_millis(10);

/// The keys pressed in Details in turn; each changes what it shows.
const KEYS: [&str; 9] = [
    "j", "j", "<PgDn>", "k", "<PgDn>", "<End>", "k", "<PgUp>", "<Home>",
];
const PRESSES: usize = 50 * KEYS.len();
/// Interval between looks at the terminal: the precision of the times.
const LOOK: Duration = Duration::from_micros(200);
const PATIENCE: Duration = Duration::from_secs(20);

fn main() {
    for flow in FLOWS {
        let times = presses(flow);
        for percent in [50, 99, 100] {
            let name = format!("key-to-frame-{}k-flow-p{percent}", flow as f64 / 1e3);
            figure(&name, percentile(&times, percent), "ms");
        }
    }
}

/// Milliseconds of each key.
fn presses(flow: usize) -> Vec<f64> {
    let server = NatsServer::with_config(LARGE);
    let client = Client::connect("large", &server.url()).expect("a client");
    let mut screen = Given::new()
        .size(SIZE.0, SIZE.1)
        .subscribed(&["large", "sensors.>"])
        .open(&server.url());
    until(&screen, "both subscriptions stand", || {
        let connections = server.monitor("/connz");
        let connections = connections["connections"].as_array().cloned();
        let mut subscriptions = connections.iter().flatten().map(|c| &c["subscriptions"]);
        subscriptions.any(|count| count.as_u64() >= Some(2))
    });
    client.publish("large", json()).expect("published");
    let area = details();
    until(&screen, "the JSON shows", || {
        part(&screen, area).contains("\"number\": 0")
    });
    screen.keys("<Enter>");
    let over = Arc::new(AtomicBool::new(false));
    let publisher = thread::spawn({
        let (over, address) = (over.clone(), server.address());
        move || publish(&address, flow, &over)
    });
    if flow > 0 {
        until(&screen, "messages flow", || {
            screen.text().contains("sensors.eu")
        });
    }
    let times = KEYS
        .iter()
        .cycle()
        .take(PRESSES)
        .zip(0..)
        .map(|(key, press)| {
            // irregular pauses, so that keys do not fall into step with frames
            thread::sleep(Duration::from_micros(3_000 + press * 7_919 % 23_000));
            let before = part(&screen, area);
            let start = Instant::now();
            screen.keys(key);
            until(&screen, key, || part(&screen, area) != before);
            start.elapsed().as_secs_f64() * 1e3
        });
    let times = times.collect();
    over.store(true, Relaxed);
    publisher.join().expect("the publisher ends");
    screen.keys("<Ctrl-C>").ends();
    times
}

/// One object on one line, in which no two lines are the same when laid out.
fn json() -> String {
    let mut json = String::from("{\"items\":[");
    let mut number = 0;
    while json.len() < PAYLOAD {
        write!(json, "{{\"number\":{number},\"name\":\"item {number}\"}},").expect("memory");
        number += 1;
    }
    json.pop();
    json + "]}"
}

fn publish(address: &str, each_second: usize, over: &AtomicBool) {
    let pieces = 1.0 / BETWEEN_PIECES.as_secs_f64();
    let piece = raw::piece((each_second as f64 / pieces) as usize, 128);
    let mut stream = raw::connect(address);
    while !over.load(Relaxed) {
        stream.write_all(&piece).expect("the server reads");
        thread::sleep(BETWEEN_PIECES);
    }
}

/// Where Details is on a screen of this size.
fn details() -> Rect {
    let now = Now {
        instant: Instant::now(),
        wall: 0,
    };
    App::new(screen::setup(), SIZE, now).layout.details
}

/// The text in an area of the terminal.
fn part(screen: &Running, area: Rect) -> String {
    let text = screen.text();
    let lines = text.lines().skip(area.y.into()).take(area.height.into());
    let cut = lines.map(|line| line.chars().skip(area.x.into()).take(area.width.into()));
    cut.flat_map(|line| line.chain(['\n'])).collect()
}

fn until(screen: &Running, what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        let text = screen.text();
        assert!(start.elapsed() < PATIENCE, "waited for {what}:\n{text}");
        thread::sleep(LOOK);
    }
}
