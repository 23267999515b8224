//! Time from the start of a process to a connection, without and with TLS, beside async-nats. For every
//! run this program starts itself again as one of the clients.
//!
//! `cargo bench --bench connect`

#[path = "harness/mod.rs"]
mod harness;
#[path = "../tests/suite/support/mod.rs"]
mod support;

use std::{
    env,
    io::Read,
    process::{Command, Stdio},
    time::Instant,
};

use goingnats::client::{Client, Options};
use harness::{figure, median, percentile};
use support::{Certificates, NatsServer};

const STARTS: usize = 41;
/// The first argument of a client process; its name, the URL and optionally the CA file follow.
const CLIENT: &str = "--client";

type Connect = fn(url: &str, ca: Option<&str>);

const CLIENTS: [(&str, Connect); 2] = [("goingnats", goingnats), ("async-nats", async_nats)];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [first, client, url, ca @ ..] if first == CLIENT => run_client(client, url, ca.first()),
        _ => measure(),
    }
}

fn measure() {
    let certificates = Certificates::local();
    let ca = certificates.ca().display().to_string();
    let plain = NatsServer::start();
    let secure = NatsServer::with_config(&certificates.config(""));
    let (plain_url, secure_url) = (plain.url(), secure.url().replace("nats://", "tls://"));
    let ways: [(&str, &[&str]); 2] = [("plain", &[&plain_url]), ("tls", &[&secure_url, &ca])];
    for (way, arguments) in ways {
        let mut times = CLIENTS.map(|_| Vec::new());
        // In turns, so that other load on the machine affects both alike.
        for _ in 0..STARTS {
            for ((client, _), times) in CLIENTS.iter().zip(&mut times) {
                times.push(start(client, arguments));
            }
        }
        for ((client, _), times) in CLIENTS.iter().zip(&times) {
            figure(&format!("connect-{way}-{client}"), median(times), "ms");
            figure(
                &format!("connect-{way}-{client}-p90"),
                percentile(times, 90),
                "ms",
            );
        }
    }
}

/// Milliseconds from just before the process is spawned until it reports that it is connected.
fn start(client: &str, arguments: &[&str]) -> f64 {
    let program = env::current_exe().expect("a name of our own");
    let since = Instant::now();
    let mut process = Command::new(program)
        .args([CLIENT, client])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("we start again");
    let mut word = [0];
    let stdout = process.stdout.as_mut().expect("a pipe");
    stdout.read_exact(&mut word).expect("a connection");
    let took = since.elapsed();
    process.wait().expect("it ends");
    took.as_secs_f64() * 1e3
}

fn run_client(client: &str, url: &str, ca: Option<&String>) {
    let (_, connect) = CLIENTS
        .iter()
        .find(|(name, _)| *name == client)
        .expect("a client's name");
    connect(url, ca.map(String::as_str));
}

fn goingnats(url: &str, ca: Option<&str>) {
    let mut options = Options::new("bench", url).expect("good options");
    options.tls.ca = ca.map(Into::into);
    let _client = Client::with(options).expect("a connection");
    println!();
}

fn async_nats(url: &str, ca: Option<&str>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut options = async_nats::ConnectOptions::new().name("bench");
        if let Some(ca) = ca {
            options = options.add_root_certificates(ca.into());
        }
        let _client = options.connect(url).await.expect("a connection");
        println!();
    });
}
