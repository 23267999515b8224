//! Signals as one stream.

use std::io;

/// A signal that the explorer answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT. In raw mode Ctrl-C is a key; this is `kill -INT`.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the terminal is gone, or somebody says so.
    HangUp,
    /// SIGTSTP: somebody asks us to stop. In raw mode Ctrl-Z is a key.
    Stop,
    /// SIGCONT: we were stopped and go on.
    Continue,
}

impl Signal {
    /// The exit code of a program ended by this signal, 128 + n; `None` for those that end nothing.
    pub fn exit_code(self) -> Option<u8> {
        match self {
            Signal::HangUp => Some(129),
            Signal::Interrupt => Some(130),
            Signal::Terminate => Some(143),
            Signal::Stop | Signal::Continue => None,
        }
    }
}

/// All signals that the explorer answers. The default action of each is off from now on.
#[derive(Debug)]
pub struct Signals {}

impl Signals {
    /// Starts to listen. Inside a tokio runtime.
    ///
    /// # Errors
    /// Where the operating system refuses.
    pub fn listen() -> io::Result<Self> {
        todo!()
    }

    /// No signals at all, for tests that run beside others in one process.
    pub fn none() -> Self {
        todo!()
    }

    /// The next signal. Cancel-safe.
    pub async fn next(&mut self) -> Signal {
        todo!()
    }

    /// Forgets what came in so far: a Ctrl-C meant for `$EDITOR`, the SIGCONT after our own stop.
    pub fn forget(&mut self) {
        todo!()
    }
}
