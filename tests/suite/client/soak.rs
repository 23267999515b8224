//! Two hundred restarts of the server under traffic: nothing that was promised is lost, and everything
//! that is missing lies at a gap that the log shows.
//!
//! One connection numbers its messages and receives them itself; every hundred it fences. A fence that
//! came back was answered behind the messages before it, so these were handed to us. A stranger
//! publishes too: of its messages some may be lost with any restart, but only at a gap.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use goingnats::{
    client::{Client, Data, Error, Event, Lanes, Options, Ticket, open},
    protocol::Headers,
};

use super::{NatsServer, patient};
use crate::support::{wait_for, wait_until};

const RESTARTS: u64 = 200;
const FENCE_EVERY: u64 = 100;
/// Set in the process that the test runs in, which it has for itself.
const ALONE: &str = "GOINGNATS_SOAK_ALONE";

#[test]
fn two_hundred_restarts_under_traffic_lose_nothing_silently_and_leak_nothing() {
    if env::var_os(ALONE).is_some() {
        return soak();
    }
    // Descriptors and threads are those of a process: other tests must not open any.
    let name = thread::current().name().expect("a test").to_owned();
    let done = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", &name, "--nocapture"])
        .env(ALONE, "1")
        .output()
        .expect("this program runs");
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

/// What the log holds of one publisher, and where its gaps are.
#[derive(Default)]
struct Log {
    /// The numbers that came, each with how many gaps there were before it.
    kept: BTreeMap<u64, u64>,
    gaps: u64,
}

impl Log {
    fn keep(&mut self, number: u64) {
        let before = self.kept.insert(number, self.gaps);
        assert_eq!(before, None, "{number} came twice");
    }

    /// Every number that is missing lies between two kept ones with a gap between them.
    fn check(&self, published: u64) -> u64 {
        let mut missing = 0;
        let mut last = None;
        for (&number, &gaps) in &self.kept {
            let expected = last.map_or(0, |(before, _)| before + 1);
            if number > expected {
                let (before, gaps_before) = last.unwrap_or((0, 0));
                assert!(
                    gaps > gaps_before,
                    "{expected}..{number} are missing between {before} and {number} without a gap"
                );
                missing += number - expected;
            }
            last = Some((number, gaps));
        }
        assert_eq!(last.map(|(number, _)| number), Some(published - 1));
        missing
    }
}

/// The one who publishes, fences and receives on one connection.
struct Soaked {
    connection: goingnats::client::Connection,
    lanes: Lanes,
    own: Log,
    strange: Log,
    fenced: BTreeSet<u64>,
    connected: bool,
    losses: u64,
    /// How many fences came back, for the one who restarts.
    fences: Arc<AtomicU64>,
}

impl Soaked {
    /// Takes what is there; gives the outcome of the fence, if it came.
    fn look(&mut self, fence: Ticket) -> Option<Result<(), Error>> {
        let mut outcome = None;
        while let Ok(event) = self.lanes.events.try_recv() {
            match event {
                Event::Connected { .. } => self.connected = true,
                Event::Disconnected { .. } => {
                    self.connected = false;
                    self.losses += 1;
                }
                Event::Closed { reason } => panic!("{reason:?}"),
                Event::Flushed { ticket, result } if ticket == fence => outcome = Some(result),
                _ => {}
            }
        }
        while let Ok(data) = self.lanes.data.try_recv() {
            match data {
                Data::Received(batch) => {
                    for record in &batch.records {
                        let payload = record.payload(&batch.bytes);
                        let number = std::str::from_utf8(payload).unwrap().parse().unwrap();
                        match record.subject(&batch.bytes) {
                            b"own" => self.own.keep(number),
                            _ => self.strange.keep(number),
                        }
                    }
                }
                Data::Gap(_) => {
                    self.own.gaps += 1;
                    self.strange.gaps += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        outcome
    }

    /// Publishes a hundred and waits for the fence behind them; whether it came back on the connection
    /// that we had from the first of them on.
    fn publish_hundred(&mut self, first: u64) -> bool {
        let (connected, losses) = (self.connected, self.losses);
        let all_queued = (first..first + FENCE_EVERY).all(|number| {
            let payload = number.to_string().into_bytes();
            let published = self
                .connection
                .publish(b"own", None, Headers::new(), payload);
            published.is_ok()
        });
        let fence = self.connection.flush().expect("room for a fence");
        let outcome = wait_for("the fence", || self.look(fence));
        let fenced = outcome.is_ok() && all_queued && connected && self.losses == losses;
        if fenced {
            self.fenced.extend(first..first + FENCE_EVERY);
            self.fences.fetch_add(1, SeqCst);
        }
        if !self.connected {
            // The test is in a hurry: restarts in a row are waited for longer and longer.
            let _ = self.connection.reconnect_now();
            thread::sleep(Duration::from_millis(2));
        }
        fenced
    }
}

fn soak() {
    let mut server = NatsServer::start();
    let (connection, lanes) = open(patient(&server.url())).unwrap();
    for subject in [&b"own"[..], b"strange"] {
        connection.subscribe(subject, None).unwrap();
    }
    let fences = Arc::new(AtomicU64::new(0));
    let mut soaked = Soaked {
        connection,
        lanes,
        own: Log::default(),
        strange: Log::default(),
        fenced: BTreeSet::new(),
        connected: false,
        losses: 0,
        fences: Arc::clone(&fences),
    };
    let restarting = Arc::new(AtomicBool::new(true));
    let nothing = soaked.connection.flush().unwrap();
    wait_until("the first connection", || {
        soaked.look(nothing);
        soaked.connected
    });
    let publishing = Arc::new(AtomicBool::new(true));
    let stranger = thread::spawn({
        let (url, publishing) = (server.url(), Arc::clone(&publishing));
        move || stranger(&url, &publishing)
    });
    let mut published = 0;
    while !soaked.publish_hundred(published) {
        published += FENCE_EVERY;
    }
    published += FENCE_EVERY;
    let before = resources();
    let restarts = thread::spawn({
        let (fences, restarting) = (Arc::clone(&fences), Arc::clone(&restarting));
        move || {
            for _ in 0..RESTARTS {
                let fenced = fences.load(SeqCst);
                wait_until("traffic", || fences.load(SeqCst) > fenced);
                server.stop();
                server.start_again();
            }
            restarting.store(false, SeqCst);
            server
        }
    });
    while restarting.load(SeqCst) || !soaked.connected {
        soaked.publish_hundred(published);
        published += FENCE_EVERY;
    }
    let server = restarts.join().expect("all restarts");
    publishing.store(false, SeqCst);
    let strange = stranger.join().expect("the stranger");
    // Both end with a number that came.
    while !soaked.publish_hundred(published) {
        published += FENCE_EVERY;
    }
    published += FENCE_EVERY;
    wait_for("the stranger's last", || {
        soaked.publish_hundred(published);
        published += FENCE_EVERY;
        soaked
            .strange
            .kept
            .contains_key(&(strange - 1))
            .then_some(())
    });

    // The data lane may be a little behind the events.
    wait_until("our own last", || {
        soaked.look(nothing);
        soaked.own.kept.contains_key(&(published - 1))
    });
    let lost: Vec<&u64> = soaked
        .fenced
        .iter()
        .filter(|number| !soaked.own.kept.contains_key(number))
        .collect();
    assert_eq!(lost, [&0; 0], "fenced and not there");
    let missing = soaked.own.check(published);
    let missing_of_stranger = soaked.strange.check(strange);
    assert!(soaked.own.gaps >= RESTARTS / 2, "{} gaps", soaked.own.gaps);
    wait_for("as few descriptors and threads as before", || {
        let now = resources();
        (now.0 <= before.0 && now.1 <= before.1).then_some(())
    });
    drop(server);
    println!(
        "{published} published, {} fenced, {missing} missing; {missing_of_stranger} of the \
         stranger's {strange}; {} gaps",
        soaked.fenced.len(),
        soaked.own.gaps
    );
}

/// Publishes numbers until it is told to stop, and then one more; gives how many.
fn stranger(url: &str, publishing: &AtomicBool) -> u64 {
    let mut number = 0;
    while publishing.load(SeqCst) {
        // A new one each time: this one is about the traffic and not about reconnecting.
        let Ok(client) = Client::with(impatient(url)) else {
            continue;
        };
        while publishing.load(SeqCst) && client.publish("strange", number.to_string()).is_ok() {
            number += 1;
            if number % 10 == 0 && client.flush().is_err() {
                break;
            }
        }
    }
    let client = wait_for("a connection", || Client::with(impatient(url)).ok());
    client.publish("strange", number.to_string()).unwrap();
    client.flush().unwrap();
    number + 1
}

fn impatient(url: &str) -> Options {
    let mut options = patient(url);
    options.retry_first = false;
    options
}

/// How many descriptors are open and how many threads run.
fn resources() -> (usize, usize) {
    let count = |folder| fs::read_dir(folder).expect("Linux").count();
    (count("/proc/self/fd"), count("/proc/self/task"))
}
