//! `--history`: what a command sends, on disk before it ends.

use std::path::PathBuf;

use anyhow::{Result, anyhow};

use super::{
    exit::{Exit, UsageError},
    failed_reply::FailedReply,
    output::tell,
    session::Reply,
};
use crate::{
    client,
    requests::{self, Entry, Line, Outcome, ReplyRecord, Secrets, Status},
    settings::Paths,
};

/// Where to record; nowhere where it was not asked for.
pub struct Recorder {
    file: Option<PathBuf>,
    secrets: Secrets,
}

impl Recorder {
    /// Records in the history file of these paths where that is wanted.
    pub fn new(
        wanted: bool,
        paths: Option<&Paths>,
        secrets: Secrets,
    ) -> Result<Recorder, UsageError> {
        let file = match (wanted, paths) {
            (false, _) => None,
            (true, Some(paths)) => Some(paths.history()),
            (true, None) => {
                let sentence = "--history needs a home directory; set GOINGNATS_HOME";
                return Err(UsageError(sentence.to_owned()));
            }
        };
        Ok(Recorder { file, secrets })
    }

    /// Writes that the entry is about to be sent. When this returns, it is on disk.
    pub fn begin(&self, entry: &Entry) -> Result<()> {
        let sentence = "nothing was sent, because --history cannot write to";
        self.write(entry)
            .map_err(|error| anyhow!("{sentence} {error}; GOINGNATS_HOME names another folder"))
    }

    /// Writes what became of the entry, and answers with that. Both failures are told where the second
    /// comes on top of the first.
    pub fn end(&self, entry: &mut Entry, replies: &[Reply], result: Result<()>) -> Result<Exit> {
        entry.outcome = Some(outcome(replies, &result));
        let written = self.write(entry).map_err(|error| {
            anyhow!("it was sent, but --history cannot write what became of it to {error}")
        });
        match (result, written) {
            (Ok(()), Ok(())) => Ok(Exit::Done),
            (Ok(()), Err(unwritten)) => Err(unwritten),
            (Err(error), written) => {
                if let Err(unwritten) = written {
                    tell(unwritten);
                }
                Err(error)
            }
        }
    }

    /// When this returns, the entry is on disk as it now stands.
    fn write(&self, entry: &Entry) -> Result<(), requests::Error> {
        if let Some(path) = &self.file {
            let line = Line::Entry(Box::new(entry.clone()));
            requests::append(path, &[line], &self.secrets)?;
        }
        Ok(())
    }
}

/// What became of a request or of a publish.
fn outcome(replies: &[Reply], result: &Result<()>) -> Outcome {
    let error = result.as_ref().err();
    let outcome = match (replies, error.map(anyhow::Error::downcast_ref)) {
        ([first, ..], _) => Outcome::replied(first.rtt, replies.iter().map(kept).collect()),
        ([], None) => Outcome::new(Status::Published, None),
        ([], Some(Some(client::Error::Timeout { .. }))) => Outcome::new(Status::TimedOut, None),
        ([], Some(Some(client::Error::NoResponders { .. }))) => {
            Outcome::new(Status::NoResponders, None)
        }
        ([], Some(_)) => Outcome::new(Status::Failed, None),
    };
    let error = error.filter(|error| !error.is::<FailedReply>());
    Outcome {
        error: error.map(|error| format!("{error:#}")),
        ..outcome
    }
}

fn kept(reply: &Reply) -> ReplyRecord {
    ReplyRecord::new(&reply.message.payload, &reply.message.header)
}
