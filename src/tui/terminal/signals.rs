//! Signals as one stream.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use tokio::signal::unix::{self, SignalKind};

/// How long [`Signals::forget`] waits for signals that are on their way inside the process.
const ON_THE_WAY: Duration = Duration::from_millis(20);

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
pub struct Signals {
    streams: Option<Streams>,
    kept: VecDeque<Signal>,
}

#[derive(Debug)]
struct Streams {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
    stop: unix::Signal,
    resume: unix::Signal,
}

impl Signals {
    /// Starts to listen. Inside a tokio runtime.
    ///
    /// # Errors
    /// Where the operating system refuses.
    pub fn listen() -> io::Result<Self> {
        use rustix::process::Signal as Number;
        let raw = |number: Number| unix::signal(SignalKind::from_raw(number.as_raw()));
        let streams = Streams {
            interrupt: raw(Number::INT)?,
            terminate: raw(Number::TERM)?,
            hang_up: raw(Number::HUP)?,
            stop: raw(Number::TSTP)?,
            resume: raw(Number::CONT)?,
        };
        Ok(Signals {
            streams: Some(streams),
            kept: VecDeque::new(),
        })
    }

    /// No signals at all, for tests that run beside others in one process.
    pub fn none() -> Self {
        Signals {
            streams: None,
            kept: VecDeque::new(),
        }
    }

    /// The next signal. Cancel-safe.
    pub async fn next(&mut self) -> Signal {
        match self.kept.pop_front() {
            Some(signal) => signal,
            None => self.receive().await,
        }
    }

    async fn receive(&mut self) -> Signal {
        let Some(streams) = &mut self.streams else {
            return std::future::pending().await;
        };
        // The ones that end us first: a stop must not hide them.
        tokio::select! {
            biased;
            Some(()) = streams.hang_up.recv() => Signal::HangUp,
            Some(()) = streams.terminate.recv() => Signal::Terminate,
            Some(()) = streams.interrupt.recv() => Signal::Interrupt,
            Some(()) = streams.stop.recv() => Signal::Stop,
            Some(()) = streams.resume.recv() => Signal::Continue,
            else => std::future::pending().await,
        }
    }

    /// Forgets what keys at the terminal sent while another program had it: a Ctrl-C in `$EDITOR`.
    /// What ends us is kept.
    pub async fn forget(&mut self) {
        self.kept.retain(|signal| Self::ends_us(*signal));
        let _ = tokio::time::timeout(ON_THE_WAY, self.keep_until(None)).await;
    }

    /// Waits until we were stopped and go on, at most so long; for [`suspend`]. What ends us is
    /// kept.
    ///
    /// [`suspend`]: super::suspend::suspend
    pub(super) async fn continued(&mut self, within: Duration) {
        let _ = tokio::time::timeout(within, self.keep_until(Some(Signal::Continue))).await;
    }

    async fn keep_until(&mut self, last: Option<Signal>) {
        loop {
            let signal = self.receive().await;
            if Self::ends_us(signal) {
                self.kept.push_back(signal);
            } else if Some(signal) == last {
                return;
            }
        }
    }

    /// Nobody types these.
    fn ends_us(signal: Signal) -> bool {
        matches!(signal, Signal::HangUp | Signal::Terminate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_128_and_the_number() {
        use rustix::process::Signal as Number;
        for (signal, number) in [
            (Signal::HangUp, Number::HUP),
            (Signal::Interrupt, Number::INT),
            (Signal::Terminate, Number::TERM),
        ] {
            assert_eq!(
                signal.exit_code().map(i32::from),
                Some(128 + number.as_raw())
            );
        }
        assert_eq!(Signal::Stop.exit_code(), None);
        assert_eq!(Signal::Continue.exit_code(), None);
    }

    #[test]
    fn what_ends_us_is_not_forgotten() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut signals = Signals::none();
            signals
                .kept
                .extend([Signal::Interrupt, Signal::Terminate, Signal::Continue]);
            signals.forget().await;
            assert_eq!(signals.kept, [Signal::Terminate]);
        });
    }
}
