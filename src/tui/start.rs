//! What an explorer is opened on.

use std::io;

use super::{
    app::{App, recordings, switching},
    destinations::{Consent, for_a_log},
    tapes::Tapes,
};
use crate::{
    client::{self, Connection, Lanes, Sid},
    recording::Tape,
};

/// What happens first.
#[derive(Debug)]
pub enum Start {
    /// Connecting.
    Connect(Box<client::Options>),
    /// The question whether credentials may go there.
    Ask(Box<Consent>),
    /// Reading a recording; nothing is sent then.
    Recording(Box<Tape>),
}

impl Start {
    /// Does it: what there is to talk on then, and to listen to. Needs a tokio runtime around it.
    ///
    /// # Errors
    /// Where the thread that reads cannot be started, or the options are of no use.
    pub fn begin(self, app: &mut App, tapes: &mut Tapes) -> io::Result<(Connection, Lanes)> {
        match self {
            Start::Connect(options) => {
                let inboxes = format!("{}.>", options.inbox_prefix);
                app.store.add_subscription(Sid::INBOX.0, inboxes.as_bytes());
                let options = for_a_log(&options, app.store.budget());
                return client::open(options).map_err(io::Error::other);
            }
            Start::Ask(asked) => switching::ask_first(app, asked),
            Start::Recording(tape) => {
                tapes.read(*tape)?;
                recordings::open(app);
            }
        }
        Ok(client::unopened())
    }
}
