//! `--history`: what a command sends, on disk before it ends.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::session::Reply;
use crate::{
    client,
    history::{self, Entry, Line, Outcome, ReplyRecord, Secrets, Status},
    settings::Paths,
};

/// Where to record; nowhere where it was not asked for.
pub struct Recorder(Option<PathBuf>);

impl Recorder {
    /// Records in the history file of these paths where that is wanted.
    pub fn new(wanted: bool, paths: Option<&Paths>) -> Result<Recorder> {
        match (wanted, paths) {
            (false, _) => Ok(Recorder(None)),
            (true, Some(paths)) => Ok(Recorder(Some(paths.history()))),
            (true, None) => bail!("--history needs a home directory; set GOINGNATS_HOME"),
        }
    }

    /// Writes the entry as it now stands. When this returns, it is on disk.
    pub fn write(&self, entry: &Entry) -> Result<()> {
        if let Some(path) = &self.0 {
            let line = Line::Entry(Box::new(entry.clone()));
            history::append(path, &[line], &Secrets::default())?;
        }
        Ok(())
    }
}

/// What became of a request or of a publish.
pub fn outcome(replies: &[Reply], result: &Result<()>) -> Outcome {
    let error = result.as_ref().err();
    let status = match (replies, error.map(anyhow::Error::downcast_ref)) {
        ([_, ..], _) => Status::Replied,
        ([], None) => Status::Published,
        ([], Some(Some(client::Error::Timeout { .. }))) => Status::TimedOut,
        ([], Some(Some(client::Error::NoResponders { .. }))) => Status::NoResponders,
        ([], Some(_)) => Status::Failed,
    };
    Outcome {
        status,
        rtt: replies.first().map(|reply| reply.rtt),
        replies: replies.iter().map(kept).collect(),
        error: error.map(|error| format!("{error:#}")),
    }
}

fn kept(reply: &Reply) -> ReplyRecord {
    let headers = reply.message.headers();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    ReplyRecord::new(
        &reply.message.payload,
        headers
            .fields
            .iter()
            .map(|(name, value)| (text(name), text(value)))
            .collect(),
    )
}
