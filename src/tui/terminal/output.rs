//! The thread that writes to the terminal, so that a stalled terminal costs frames and never the
//! event loop.

use std::io;
use std::time::Duration;

/// The way out to the terminal.
#[derive(Debug)]
pub struct Output {}

impl Output {
    /// Writes to standard output from a thread of its own. What is submitted while the modes are
    /// off is discarded.
    ///
    /// # Errors
    /// Where the thread cannot be started.
    pub fn terminal() -> io::Result<Self> {
        todo!()
    }

    /// Writes to `sink`, for tests.
    ///
    /// # Errors
    /// Where the thread cannot be started.
    pub fn new(_sink: impl io::Write + Send + 'static) -> io::Result<Self> {
        todo!()
    }

    /// Whether everything submitted is out: time to draw the next frame.
    pub fn ready(&self) -> bool {
        todo!()
    }

    /// Hands over bytes that are written in one piece, after those before them. Never waits.
    pub fn submit(&mut self, _bytes: Vec<u8>) {
        todo!()
    }

    /// Waits until what was submitted next is out; pends where nothing is. Cancel-safe.
    ///
    /// # Errors
    /// The terminal is gone; nothing can be shown any more.
    pub async fn written(&mut self) -> io::Result<()> {
        todo!()
    }

    /// Waits until everything is out, at most so long; says whether it is.
    pub async fn settle(&mut self, _within: Duration) -> bool {
        todo!()
    }
}
