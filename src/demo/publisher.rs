//! Publishes the Unix time on `time.time` every second.

use std::{
    iter,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, SystemTime},
};

use crate::client::{Client, Error};

/// Connects as `publisher`.
///
/// # Errors
/// If the connection fails.
pub fn connect(server: &str) -> Result<Client, Error> {
    Client::connect("publisher", server)
}

/// Publishes the times, in seconds since the Unix epoch, as the iterator yields them.
///
/// # Errors
/// If the client is closed.
pub fn publish_times(client: &Client, times: impl Iterator<Item = f64>) -> Result<(), Error> {
    for time in times {
        // With fraction, as Python prints `time.time()`: 1646389270.6568809
        match client.publish("time.time", format!("{time:?}")) {
            // Skipped while disconnected.
            Ok(()) | Err(Error::Disconnected) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Yields the Unix time every second until the sender of `stop` is dropped.
pub fn every_second(stop: Receiver<()>) -> impl Iterator<Item = f64> {
    iter::from_fn(move || match stop.recv_timeout(Duration::from_secs(1)) {
        Err(RecvTimeoutError::Timeout) => Some(unix_time()),
        Ok(()) | Err(RecvTimeoutError::Disconnected) => None,
    })
}

fn unix_time() -> f64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0.0, |time| time.as_secs_f64())
}
