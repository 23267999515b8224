//! Writing chunks of rows to a file, on a thread of its own that asks for each of them.

use std::{
    io,
    path::PathBuf,
    sync::mpsc::{Receiver, Sender, channel},
    thread::{self, JoinHandle},
};

use tokio::sync::mpsc::UnboundedSender;

use crate::recording::{Chunk, Error, Existing, Line, Part, Writer, Written};

/// What the thread says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Give me the next chunk.
    More,
    /// It is over.
    Ended,
}

/// The way to the thread that writes. At most two chunks are on the way.
#[derive(Debug)]
pub struct Exporter {
    queue: Option<Sender<Chunk>>,
    thread: JoinHandle<Result<Written, Error>>,
}

impl Exporter {
    /// Begins a new file.
    pub(super) fn start(path: PathBuf, asks: UnboundedSender<Asked>) -> io::Result<Exporter> {
        let (queue, waiting) = channel();
        let thread = thread::Builder::new()
            .name("goingnats-export".into())
            .spawn(move || {
                // an event loop that is over asks for the outcome itself
                let ask = |asked| {
                    let _ = asks.send(asked);
                };
                let outcome = Writer::create(&path, Existing::Keep)
                    .and_then(|writer| work(writer, &waiting, || ask(Asked::More)));
                ask(Asked::Ended);
                outcome
            })?;
        Ok(Exporter {
            queue: Some(queue),
            thread,
        })
    }

    /// Hands over what was asked for; `None` ends the file.
    pub(super) fn give(&mut self, chunk: Option<Chunk>) {
        match (chunk, &self.queue) {
            // a thread that has ended says why
            (Some(chunk), Some(queue)) => drop(queue.send(chunk)),
            _ => self.queue = None,
        }
    }

    /// Waits until it is over, and says what came of it.
    pub(super) fn outcome(mut self) -> Result<Written, Error> {
        self.queue = None;
        match self.thread.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

fn work(mut writer: Writer, waiting: &Receiver<Chunk>, ask: impl Fn()) -> Result<Written, Error> {
    ask();
    while let Ok(chunk) = waiting.recv() {
        ask();
        for part in &chunk.parts {
            match part {
                Part::Marker(marker) => writer.marker(marker)?,
                Part::Messages {
                    at,
                    direction,
                    records,
                } => {
                    for record in &chunk.records[records.clone()] {
                        let line = Line::from_wire(&chunk.bytes, record, *at, *direction);
                        writer.message(&line)?;
                    }
                }
            }
        }
    }
    writer.finish()
}
