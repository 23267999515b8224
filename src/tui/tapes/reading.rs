//! Reading a recording on a thread of its own, as fast as the event loop takes it.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::recording::{Chunk, Entry, Problems, Progress, Step, Tape};

/// How much is handed over at once, in bytes: little enough that a key waits for none of it.
const CHUNK: usize = 256 << 10;

/// The same in entries, where they are small.
const ENTRIES: usize = 4_096;

/// Chunks that wait to be taken.
const WAITING: usize = 2;

/// What reading holds where no line is long, in bytes: that is no part of the budget.
const USUAL: usize = 2 << 20;

/// How often a long line is held in all: as it is read, its payload, and the message made of it.
const LINE: usize = 3;

/// What was read next.
#[derive(Debug)]
pub enum Read {
    /// Entries, in order; may be none.
    Chunk {
        /// The entries.
        chunk: Chunk,
        /// How far the reading is.
        progress: Progress,
        /// What it takes to read on, in bytes: more than the chunks where lines are long.
        held: usize,
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
pub struct Reading {
    parts: Receiver<Read>,
    waiting: Arc<AtomicUsize>,
}

/// The other end of it.
struct Taker {
    parts: Sender<Read>,
    /// Bytes of the chunks that wait to be taken.
    waiting: Arc<AtomicUsize>,
}

impl Reading {
    /// Begins to read.
    ///
    /// # Errors
    /// Where the thread cannot be started.
    pub fn start(tape: Tape) -> io::Result<Reading> {
        let (sender, parts) = channel(WAITING);
        let waiting = Arc::new(AtomicUsize::new(0));
        let taker = Taker {
            parts: sender,
            waiting: Arc::clone(&waiting),
        };
        thread::Builder::new()
            .name("goingnats-read".into())
            .spawn(move || {
                // who asked is gone, where this fails
                let _ = read(tape, &taker);
            })?;
        Ok(Reading { parts, waiting })
    }

    /// The next part. Nothing follows an end. Cancel-safe.
    pub async fn next(&mut self) -> Read {
        let mut read = self.parts.recv().await.unwrap_or_else(|| Read::End {
            problems: Problems::default(),
            failed: Some("the thread that reads the recording failed".into()),
        });
        if let Read::Chunk { chunk, held, .. } = &mut read {
            let taken = chunk.bytes.capacity();
            *held += self.waiting.fetch_sub(taken, Relaxed) - taken;
        }
        read
    }
}

/// The taker of what is read is gone.
struct Gone;

impl Taker {
    /// Waits until there is room for a chunk.
    fn give(&self, chunk: Chunk, tape: &Tape) -> Result<(), Gone> {
        self.waiting.fetch_add(chunk.bytes.capacity(), Relaxed);
        self.hand_over(Read::Chunk {
            chunk,
            progress: tape.progress(),
            held: tape.memory().saturating_sub(USUAL) * LINE,
        })
    }

    fn hand_over(&self, read: Read) -> Result<(), Gone> {
        self.parts.blocking_send(read).map_err(|_| Gone)
    }
}

fn read(mut tape: Tape, taker: &Taker) -> Result<(), Gone> {
    let mut chunk = Chunk::default();
    let failed = loop {
        let full = chunk.bytes.len() >= CHUNK || chunk.parts.len() >= ENTRIES;
        // what was read is shown before the next read, which may block
        if full || tape.waits() {
            taker.give(std::mem::take(&mut chunk), &tape)?;
        }
        match tape.step(|entry: Entry| chunk.push(entry)) {
            Ok(Step::Entry(()) | Step::Nothing) => {}
            Ok(Step::End) => break None,
            Err(error) => break Some(error.to_string()),
        }
    };
    taker.give(chunk, &tape)?;
    taker.hand_over(Read::End {
        problems: tape.problems().clone(),
        failed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{protocol::Direction, recording::Line};

    #[test]
    fn what_a_long_line_takes_is_told_before_it_is_read() {
        const LONG: usize = 12 << 20;
        let payload = vec![b'x'; LONG];
        let line = Line::new(0, Direction::In, b"a", None, b"", &payload).to_string() + "\n";
        let source = std::io::Cursor::new(line.into_bytes());
        let mut reading = Reading::start(Tape::stream(source, "test")).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let (mut most, mut messages) = (0, 0);
        while let Read::Chunk { chunk, held, .. } = runtime.block_on(reading.next()) {
            if messages == 0 && chunk.records.len() == 1 {
                assert!(most > 2 * LONG, "{most}");
                // so that it need not be copied into the log
                assert_eq!(chunk.parts.len(), 1);
            }
            messages += chunk.records.len();
            most = most.max(held);
        }
        assert_eq!(messages, 1);
    }
}
