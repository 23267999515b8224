//! Reading a recording on a thread of its own, as fast as the event loop takes it.

use std::{io, thread};

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::recording::{Chunk, Entry, Problems, Progress, Step, Tape};

/// How much is handed over at once, in bytes: little enough that a key waits for none of it.
const CHUNK: usize = 256 << 10;

/// The same in entries, where they are small.
const ENTRIES: usize = 4_096;

/// Chunks that wait to be taken.
const WAITING: usize = 2;

/// What was read next.
#[derive(Debug)]
pub enum Read {
    /// Entries, in order; may be none.
    Chunk {
        /// The entries.
        chunk: Chunk,
        /// How far the reading is.
        progress: Progress,
    },
    /// There is no more.
    End {
        /// What could not be read.
        problems: Problems,
        /// Why it ended early, as a sentence.
        failed: Option<String>,
    },
}

/// The way from the thread that reads. The thread ends when this is dropped.
#[derive(Debug)]
pub struct Reading(Receiver<Read>);

impl Reading {
    /// Begins to read.
    ///
    /// # Errors
    /// Where the thread cannot be started.
    pub fn start(tape: Tape) -> io::Result<Reading> {
        let (sender, receiver) = channel(WAITING);
        thread::Builder::new()
            .name("goingnats-read".into())
            .spawn(move || {
                // who asked is gone, where this fails
                let _ = read(tape, &sender);
            })?;
        Ok(Reading(receiver))
    }

    /// The next part. Nothing follows an end. Cancel-safe.
    pub async fn next(&mut self) -> Read {
        self.0.recv().await.unwrap_or_else(|| Read::End {
            problems: Problems::default(),
            failed: Some("the thread that reads the recording failed".into()),
        })
    }
}

/// The taker of what is read is gone.
struct Gone;

fn read(mut tape: Tape, sender: &Sender<Read>) -> Result<(), Gone> {
    let hand_over = |read| sender.blocking_send(read).map_err(|_| Gone);
    let mut chunk = Chunk::default();
    let failed = loop {
        let full = chunk.bytes.len() >= CHUNK || chunk.parts.len() >= ENTRIES;
        // what was read is shown before the next read, which may block
        if full || tape.waits() {
            hand_over(Read::Chunk {
                chunk: std::mem::take(&mut chunk),
                progress: tape.progress(),
            })?;
        }
        match tape.step(|entry: Entry| chunk.push(entry)) {
            Ok(Step::Entry(()) | Step::Nothing) => {}
            Ok(Step::End) => break None,
            Err(error) => break Some(error.to_string()),
        }
    };
    hand_over(Read::Chunk {
        chunk,
        progress: tape.progress(),
    })?;
    hand_over(Read::End {
        problems: tape.problems().clone(),
        failed,
    })
}
