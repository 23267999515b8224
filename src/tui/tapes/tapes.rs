//! All recordings of the event loop: the one that is written, and the one that is read.

use std::{io, path::PathBuf};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Exporter, Read, Reading, Recorder, exporter::Asked};
use crate::{
    client::Data,
    protocol::Marker,
    recording::{Chunk, Error, Existing, Tape, Written},
};

/// What a thread of recordings has to say.
#[derive(Debug)]
pub enum News {
    /// The recording is over.
    Recorded(Recorded),
    /// A part of the recording that is open was read.
    Read(Read),
    /// The export has room for more: give it to [`Tapes::give`].
    ExportWants,
    /// The export is over.
    Exported(Recorded),
}

/// What became of a recording.
#[derive(Debug)]
pub struct Recorded {
    /// The file.
    pub path: PathBuf,
    /// What is in it, or why it ended early.
    pub outcome: Result<Written, Error>,
}

impl Recorded {
    fn not_begun(path: PathBuf, reason: io::Error) -> Recorded {
        let outcome = Err(Error::Create {
            path: path.clone(),
            reason,
        });
        Recorded { path, outcome }
    }
}

/// The recordings.
#[derive(Debug)]
pub struct Tapes {
    recorder: Option<(PathBuf, Recorder)>,
    reading: Option<Reading>,
    exporter: Option<(PathBuf, Exporter)>,
    asks: UnboundedSender<Asked>,
    asked: UnboundedReceiver<Asked>,
    told: UnboundedSender<()>,
    ended: UnboundedReceiver<()>,
}

impl Default for Tapes {
    fn default() -> Self {
        Tapes::new()
    }
}

impl Tapes {
    /// None yet.
    pub fn new() -> Tapes {
        let (told, ended) = unbounded_channel();
        let (asks, asked) = unbounded_channel();
        Tapes {
            recorder: None,
            reading: None,
            exporter: None,
            asks,
            asked,
            told,
            ended,
        }
    }

    /// Begins to read a recording.
    ///
    /// # Errors
    /// Where the thread cannot be started.
    pub fn read(&mut self, tape: Tape) -> io::Result<()> {
        self.reading = Some(Reading::start(tape)?);
        Ok(())
    }

    /// Begins to write a recording, with at most `limit` bytes on the way to the disk.
    ///
    /// # Errors
    /// Where the thread cannot be started.
    pub fn record(
        &mut self,
        path: PathBuf,
        existing: Existing,
        limit: usize,
    ) -> Result<(), Recorded> {
        let told = self.told.clone();
        let ended = move || {
            // an event loop that is over asks for the outcome itself
            let _ = told.send(());
        };
        match Recorder::start(path.clone(), existing, limit, ended) {
            Ok(recorder) => self.recorder = Some((path, recorder)),
            Err(reason) => return Err(Recorded::not_begun(path, reason)),
        }
        Ok(())
    }

    /// Lets at most `bytes` be on the way to the disk from now on.
    pub fn limit(&mut self, bytes: usize) {
        if let Some((_, recorder)) = &mut self.recorder {
            recorder.limit(bytes);
        }
    }

    /// Takes an entry of the data lane into the recording, where there is one.
    pub fn take(&mut self, data: Data) {
        if let Some((_, recorder)) = &mut self.recorder {
            recorder.take(data);
        }
    }

    /// Takes a marker that is not of the data lane into the recording, where there is one.
    pub fn mark(&mut self, marker: Marker) {
        if let Some((_, recorder)) = &mut self.recorder {
            recorder.mark(marker);
        }
    }

    /// How many messages were taken and how many missed by the recording, where there is one.
    pub fn recorded(&self) -> Option<(u64, u64)> {
        let (_, recorder) = self.recorder.as_ref()?;
        Some((recorder.taken(), recorder.missed()))
    }

    /// Ends the recording; what became of it is news.
    pub fn stop(&mut self) {
        if let Some((_, recorder)) = &mut self.recorder {
            recorder.finish();
        }
    }

    /// Begins to export to a new file.
    ///
    /// # Errors
    /// Where the thread cannot be started.
    pub fn export(&mut self, path: PathBuf) -> Result<(), Recorded> {
        match Exporter::start(path.clone(), self.asks.clone()) {
            Ok(exporter) => self.exporter = Some((path, exporter)),
            Err(reason) => return Err(Recorded::not_begun(path, reason)),
        }
        Ok(())
    }

    /// Gives the export the next rows; `None` ends it.
    pub fn give(&mut self, chunk: Option<Chunk>) {
        if let Some((_, exporter)) = &mut self.exporter {
            exporter.give(chunk);
        }
    }

    /// What comes next. Cancel-safe.
    pub async fn next(&mut self) -> News {
        loop {
            let reading = &mut self.reading;
            let news = tokio::select! {
                Some(()) = self.ended.recv() => self.finish().map(News::Recorded),
                Some(asked) = self.asked.recv() => match asked {
                    Asked::More => Some(News::ExportWants),
                    Asked::Ended => self.finish_export().map(News::Exported),
                },
                read = part(reading) => {
                    if matches!(read, Read::End { .. }) {
                        self.reading = None;
                    }
                    Some(News::Read(read))
                }
            };
            if let Some(news) = news {
                return news;
            }
        }
    }

    /// Ends the recording and waits until it is on the disk; `None` where there is none.
    pub fn finish(&mut self) -> Option<Recorded> {
        let (path, recorder) = self.recorder.take()?;
        let outcome = recorder.outcome();
        Some(Recorded { path, outcome })
    }

    /// The same for the export.
    pub fn finish_export(&mut self) -> Option<Recorded> {
        let (path, exporter) = self.exporter.take()?;
        let outcome = exporter.outcome();
        Some(Recorded { path, outcome })
    }
}

async fn part(reading: &mut Option<Reading>) -> Read {
    match reading {
        Some(reading) => reading.next().await,
        None => std::future::pending().await,
    }
}
