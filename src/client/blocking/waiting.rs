//! How a blocking client waits: it runs the background task itself meanwhile, where it can.

use std::time::{Duration, Instant};

use super::Client;
use crate::client::{
    Error,
    clock::deadline,
    shelf::{Ack, Shelved},
};

impl Client {
    /// Looks whenever something changed, until there is a value; `None` when the deadline is over.
    pub(super) fn wait<T>(
        &self,
        deadline: Instant,
        mut look: impl FnMut(&mut Shelved) -> Option<T>,
    ) -> Option<T> {
        if let Some(found) = look(&mut self.shelf.lock()) {
            return Some(found);
        }
        if deadline <= Instant::now() {
            return None;
        }
        match self.driver.enter() {
            Some(caller) => caller.run(self.shelf.watch(deadline, look)),
            None => self.shelf.wait(deadline, look),
        }
    }

    /// Asks for something, and looks for the answer as [`Client::wait`] does. Asks under the lock, so
    /// that the answer finds that it is expected; and where the task is run here it needs no wake.
    pub(super) fn ask<K: Copy, T>(
        &self,
        deadline: Instant,
        ask: impl FnOnce(&mut Shelved) -> Result<K, Error>,
        mut look: impl FnMut(&mut Shelved, K) -> Option<T>,
    ) -> Result<(K, Option<T>), Error> {
        match self.driver.enter() {
            Some(caller) => caller.run(async {
                let asked = ask(&mut self.shelf.lock())?;
                let watching = self.shelf.watch(deadline, |shelved| look(shelved, asked));
                Ok((asked, watching.await))
            }),
            None => {
                let asked = ask(&mut self.shelf.lock())?;
                let found = self.shelf.wait(deadline, |shelved| look(shelved, asked));
                Ok((asked, found))
            }
        }
    }

    /// Asks for what is acknowledged, and waits for that for so long.
    pub(super) fn ask_for_ack(
        &self,
        what: &str,
        patience: Duration,
        ask: impl FnOnce() -> Result<Ack, Error>,
    ) -> Result<(), Error> {
        let expecting = |shelved: &mut Shelved| {
            let ack = ask()?;
            shelved.expect_ack(ack);
            Ok(ack)
        };
        let (ack, result) = self.ask(deadline(patience), expecting, Shelved::take_ack)?;
        result.unwrap_or_else(|| {
            self.shelf.lock().give_up(ack);
            Err(Error::Timeout {
                subject: what.to_owned(),
                after: patience,
            })
        })
    }
}
