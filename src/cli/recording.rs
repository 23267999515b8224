//! `sub --record`: what comes, in a file.

use std::path::PathBuf;

use anyhow::Result;

use super::{
    arguments::Record,
    exit::{Exit, UsageError},
    output::tell,
};
use crate::{
    client::Batch,
    protocol::{self, Direction, Marker},
    recording::{Error, Line, Writer},
    text::{number, quoted, size},
};

/// A received message, as a line.
pub fn received<'a>(batch: &'a Batch, record: &protocol::Record) -> Line<'a> {
    Line::from_wire(&batch.bytes, record, batch.at, Direction::In)
}

/// The recording of a command, where one was asked for.
pub struct Recording(Option<(PathBuf, Writer)>);

impl Recording {
    /// None, or none yet.
    pub fn off() -> Recording {
        Recording(None)
    }

    /// Whether there is one.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Begins the one that was asked for.
    pub fn begin(&mut self, asked: &Record) -> Result<()> {
        if let Some((path, existing)) = asked.asked() {
            let writer = match Writer::create(&path, existing) {
                Err(error @ Error::Exists(_)) => {
                    let sentence = format!("{error}; --force writes over it");
                    return Err(UsageError(sentence).into());
                }
                writer => writer?,
            };
            self.0 = Some((path, writer));
        }
        Ok(())
    }

    /// Records a message.
    pub fn message(&mut self, line: &Line) -> Result<(), Error> {
        self.with(|writer| writer.message(line))
    }

    /// Records all of a batch that came.
    pub fn batch(&mut self, batch: &Batch) -> Result<(), Error> {
        let mut records = batch.records.iter();
        records.try_for_each(|record| self.message(&received(batch, record)))
    }

    /// Records what was missed.
    pub fn marker(&mut self, marker: &Marker) -> Result<(), Error> {
        self.with(|writer| writer.marker(marker))
    }

    /// Hands over what was recorded.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.with(Writer::flush)
    }

    /// After an error it is over, and the error has said how much is in it.
    fn with(&mut self, work: impl FnOnce(&mut Writer) -> Result<(), Error>) -> Result<(), Error> {
        let Some((_, writer)) = &mut self.0 else {
            return Ok(());
        };
        let outcome = work(writer);
        if outcome.is_err() {
            self.0 = None;
        }
        outcome
    }

    /// Ends it with the command, and says what is on the disk.
    pub fn end(self, ended: Result<Exit>) -> Result<Exit> {
        let Some((path, writer)) = self.0 else {
            return ended;
        };
        match (writer.finish(), ended) {
            (Ok(written), ended) => {
                tell(format_args!(
                    "{} messages, {}, are on the disk in {}",
                    number::count(written.messages),
                    size::rounded(written.bytes),
                    quoted(&path)
                ));
                ended
            }
            (Err(error), Ok(_)) => Err(error.into()),
            (Err(error), Err(ended)) => {
                tell(error);
                Err(ended)
            }
        }
    }
}
