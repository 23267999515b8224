//! The publisher and the responder in the background, for as long as somebody holds on to them.

use std::{
    sync::mpsc::{self, Sender},
    thread::{self, JoinHandle},
};

use jiff::Zoned;

use super::{publisher, responder};
use crate::client::Error;

/// Both at work, each on a thread of its own. Dropping this tells them to stop and waits until they
/// have said goodbye.
#[derive(Debug)]
pub struct Participants {
    stops: Vec<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

/// Puts both to work: when this returns, `today` and `add` are answered.
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
/// Why one of them could not connect or subscribe.
pub fn start(server: &str) -> Result<Participants, Error> {
    let (stop, stopped) = mpsc::channel();
    let mut participants = start_with(server, publisher::every_second(stopped), Zoned::now)?;
    participants.stops.push(stop);
    Ok(participants)
}

/// As [`start`], with the times that the publisher tells, each as soon as it comes, and with the clock
/// that the responder reads. The iterator must not wait any more once the participants are dropped.
///
/// # Errors
/// As for [`start`].
pub fn start_with(
    server: &str,
    times: impl Iterator<Item = f64> + Send + 'static,
    now: impl Fn() -> Zoned + Send + 'static,
) -> Result<Participants, Error> {
    let asked = responder::connect(server)?;
    let telling = publisher::connect(server)?;
    let (stop, stopped) = mpsc::channel();
    Ok(Participants {
        stops: vec![stop],
        // Either ends early only where its client was closed, and then there is nobody to tell.
        threads: vec![
            thread::spawn(move || drop(responder::answer(&asked, now, &stopped))),
            thread::spawn(move || drop(publisher::tell(&telling, times))),
        ],
    })
}

impl Drop for Participants {
    fn drop(&mut self) {
        self.stops.clear();
        for thread in self.threads.drain(..) {
            // A participant that panicked has already said so on stderr.
            let _ = thread.join();
        }
    }
}
