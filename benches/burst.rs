//! A burst of a million small messages, published as fast as a real nats-server takes them: what `sub`
//! prints of it, and what a message costs, beside natscli where it is on the `PATH`.
//!
//! `cargo bench --bench burst`, about a minute on two cores

#[path = "harness/mod.rs"]
mod harness;
#[path = "../tests/suite/support/mod.rs"]
mod support;

use std::{
    env,
    io::{Read, Write},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use harness::{cpu_time, figure, median, raw};
use support::NatsServer;

const RUNS: usize = 3;
const MESSAGES: usize = 1_000_000;
const PAYLOAD: usize = 32;
/// Messages published in one piece.
const PIECE: usize = 20_000;
const SUBJECT: &str = "sensors.>";
/// Nothing printed for so long, and everything delivered: what is missing by then is lost.
const QUIET: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    let ours = env!("CARGO_BIN_EXE_goingnats");
    let commands = [
        ("sub-json", ours, &["sub", "--json", "--no-context"][..]),
        ("sub-raw", ours, &["sub", "--raw", "--no-context"]),
        ("sub", ours, &["sub", "--no-context"]),
        (
            "peer-natscli-sub-raw",
            "nats",
            &["sub", "--raw", "--no-context"],
        ),
    ];
    for (name, program, arguments) in commands {
        if program == "nats" && !is_on_path(program) {
            eprintln!("nats is not on the PATH: no figures beside it");
            continue;
        }
        let runs: Vec<Burst> = (0..RUNS).map(|_| burst(program, arguments)).collect();
        let of = |part: fn(&Burst) -> f64| runs.iter().map(part).collect::<Vec<_>>();
        let lost = of(|run| (MESSAGES - run.printed) as f64);
        let worst = lost.iter().fold(0.0, |worst: f64, lost| worst.max(*lost));
        let rate = median(&of(|run| run.rate));
        figure(
            &format!("burst-{name}-published"),
            rate / 1e3,
            "k messages/s",
        );
        figure(&format!("burst-{name}-lost-at-worst"), worst, "messages");
        let time = median(&of(|run| run.time / run.printed as f64));
        figure(&format!("burst-{name}"), time, "ns/message");
        let cpu = median(&of(|run| run.cpu / run.printed as f64));
        figure(&format!("burst-{name}-cpu"), cpu, "ns/message");
    }
}

/// What became of one burst.
struct Burst {
    /// Messages a second, as they were published.
    rate: f64,
    /// Lines on stdout.
    printed: usize,
    /// From the first publish to the last line, in nanoseconds.
    time: f64,
    /// What the program spent on all of it, in nanoseconds.
    cpu: f64,
}

/// Lines read so far, and when the last of them were.
struct Printed {
    lines: usize,
    last: Instant,
}

fn burst(program: &str, arguments: &[&str]) -> Burst {
    let (server, home) = (NatsServer::start(), tempfile::tempdir().expect("a folder"));
    let mut child = Command::new(program)
        .args(arguments)
        .args(["-s", &server.url(), SUBJECT])
        .env("HOME", home.path())
        .env("GOINGNATS_HOME", home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let before = Printed {
        lines: 0,
        last: Instant::now(),
    };
    let printed = Arc::new(Mutex::new(before));
    let reader = thread::spawn({
        let (stdout, printed) = (child.stdout.take().expect("a pipe"), printed.clone());
        move || read(stdout, &printed)
    });
    until("it is subscribed", || told(&server, "subscribed") > 0);

    let piece = raw::piece(PIECE, PAYLOAD);
    let mut stream = raw::connect(&server.address());
    let start = Instant::now();
    for _ in 0..MESSAGES / PIECE {
        stream.write_all(&piece).expect("the server reads");
    }
    raw::settle(&mut stream);
    let published = start.elapsed();
    until("all is delivered", || told(&server, "pending_bytes") == 0);
    let delivered = Instant::now();
    until("all is printed, or nothing more comes", || {
        let printed = lock(&printed);
        printed.lines >= MESSAGES || printed.last.max(delivered).elapsed() > QUIET
    });

    let cpu = cpu_time(child.id()).as_nanos() as f64;
    end(&mut child);
    reader.join().expect("all is read");
    let printed = lock(&printed);
    Burst {
        rate: MESSAGES as f64 / published.as_secs_f64(),
        printed: printed.lines,
        time: (printed.last - start).as_nanos() as f64,
        cpu,
    }
}

fn read(mut stdout: impl Read, printed: &Mutex<Printed>) {
    let mut chunk = vec![0; 1 << 20];
    while let Ok(count @ 1..) = stdout.read(&mut chunk) {
        let lines = memchr::memchr_iter(b'\n', &chunk[..count]).count();
        let mut printed = lock(printed);
        printed.lines += lines;
        printed.last = Instant::now();
    }
}

/// What the server says of whoever has the subscription: a number of its connection, or `subscribed`.
fn told(server: &NatsServer, what: &str) -> u64 {
    let all = server.monitor("/connz?subs=1");
    let mut connections = all["connections"].as_array().into_iter().flatten();
    let has = |subjects: &serde_json::Value| {
        let mut subjects = subjects.as_array().into_iter().flatten();
        subjects.any(|subject| subject == SUBJECT)
    };
    let subscriber = connections.find(|connection| has(&connection["subscriptions_list"]));
    match (subscriber, what) {
        (None, _) => 0,
        (Some(_), "subscribed") => 1,
        (Some(subscriber), what) => subscriber[what].as_u64().unwrap_or(0),
    }
}

fn end(child: &mut Child) {
    child.kill().expect("it still runs");
    child.wait().expect("it ends");
}

fn is_on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "waited for: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn lock(printed: &Mutex<Printed>) -> MutexGuard<'_, Printed> {
    printed.lock().unwrap_or_else(PoisonError::into_inner)
}
