//! The publisher and the responder in the background, until they are dropped.

use std::{
    sync::mpsc::{self, Sender},
    thread::{self, JoinHandle},
};

use jiff::Zoned;

use super::{publisher, responder};
use crate::client::Error;

/// Both, each on its own thread. Dropping this stops them and waits until their connections are closed.
#[derive(Debug)]
pub struct Participants {
    stop_senders: Vec<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

/// Starts both. When this returns, `today` and `add` are answered.
///
/// ```
/// use std::time::Duration;
/// use goingnats::{broker, client, demo};
///
/// let server = broker::Broker::start(broker::Settings::default())?;
/// let participants = demo::start(&server.url())?;
/// let sum = client::request(&server.url(), "add", "[1, 2, 3]", Duration::from_secs(5))?;
/// assert_eq!(sum.payload, b"6");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If one of them cannot connect or subscribe.
pub fn start(server: &str) -> Result<Participants, Error> {
    let (stop, stopped) = mpsc::channel();
    let mut participants = start_with(server, publisher::every_second(stopped), Zoned::now)?;
    participants.stop_senders.push(stop);
    Ok(participants)
}

/// As [`start`], with the times to publish, each as soon as the iterator yields it, and with the clock of
/// the responder. The iterator must not block once the participants are dropped.
///
/// # Errors
/// As for [`start`].
pub fn start_with(
    server: &str,
    times: impl Iterator<Item = f64> + Send + 'static,
    now: impl Fn() -> Zoned + Send + 'static,
) -> Result<Participants, Error> {
    let responding = responder::connect(server)?;
    let publishing = publisher::connect(server)?;
    let (stop, stopped) = mpsc::channel();
    Ok(Participants {
        stop_senders: vec![stop],
        // They end early only if their client is closed, so there is no error to report.
        threads: vec![
            thread::spawn(move || drop(responder::answer(&responding, now, &stopped))),
            thread::spawn(move || drop(publisher::publish_times(&publishing, times))),
        ],
    })
}

impl Drop for Participants {
    fn drop(&mut self) {
        self.stop_senders.clear();
        for thread in self.threads.drain(..) {
            // A panic was already reported on stderr.
            let _ = thread.join();
        }
    }
}
