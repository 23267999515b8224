//! How a blocking client waits: it runs the background task itself where it can.

use std::time::{Duration, Instant};

use super::Client;
use crate::client::{
    Error,
    clock::deadline,
    mailbox::{Ack, MailboxState},
};

impl Client {
    /// Calls `look` after every change of the mailbox, until it returns a value; `None` after the deadline.
    pub(super) fn wait<T>(
        &self,
        deadline: Instant,
        mut look: impl FnMut(&mut MailboxState) -> Option<T>,
    ) -> Option<T> {
        if let Some(found) = look(&mut self.mailbox.lock()) {
            return Some(found);
        }
        if deadline <= Instant::now() {
            return None;
        }
        match self.driver.enter() {
            Some(caller) => caller.run(self.mailbox.wait_async(deadline, look)),
            None => self.mailbox.wait(deadline, look),
        }
    }

    /// Sends a command, and waits for the answer as [`Client::wait`] does. Holds the lock while sending, so
    /// that the answer cannot come before it is expected.
    pub(super) fn ask<K: Copy, T>(
        &self,
        deadline: Instant,
        ask: impl FnOnce(&mut MailboxState) -> Result<K, Error>,
        mut look: impl FnMut(&mut MailboxState, K) -> Option<T>,
    ) -> Result<(K, Option<T>), Error> {
        match self.driver.enter() {
            Some(caller) => caller.run(async {
                let asked = ask(&mut self.mailbox.lock())?;
                let watching = self
                    .mailbox
                    .wait_async(deadline, |state| look(state, asked));
                Ok((asked, watching.await))
            }),
            None => {
                let asked = ask(&mut self.mailbox.lock())?;
                let found = self.mailbox.wait(deadline, |state| look(state, asked));
                Ok((asked, found))
            }
        }
    }

    /// Sends a command that is acknowledged, and waits for the acknowledgement.
    pub(super) fn ask_for_ack(
        &self,
        what: &str,
        within: Duration,
        ask: impl FnOnce() -> Result<Ack, Error>,
    ) -> Result<(), Error> {
        let expecting = |state: &mut MailboxState| {
            let ack = ask()?;
            state.expect_ack(ack);
            Ok(ack)
        };
        let (ack, result) = self.ask(deadline(within), expecting, MailboxState::take_ack)?;
        result.unwrap_or_else(|| {
            self.mailbox.lock().cancel_ack(ack);
            Err(Error::Timeout {
                subject: what.to_owned(),
                after: within,
            })
        })
    }
}
