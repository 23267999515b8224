//! The thread that writes to the terminal, so that a stalled terminal costs frames and never the
//! event loop.

use std::io;
use std::sync::mpsc as queue;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;

use super::{modes, tty};

/// The way out to the terminal.
#[derive(Debug)]
pub struct Output {
    submissions: queue::Sender<Vec<u8>>,
    results: mpsc::UnboundedReceiver<io::Result<()>>,
    /// Submitted and not known to be out.
    pending: usize,
}

impl Output {
    /// Writes to standard output from a thread of its own. What is submitted while the modes are
    /// off is discarded.
    ///
    /// # Errors
    /// Where the thread cannot be started.
    pub fn terminal() -> io::Result<Self> {
        Self::start(|bytes| tty::write(bytes, modes::is_on))
    }

    /// Writes to `sink`, for tests.
    ///
    /// # Errors
    /// Where the thread cannot be started.
    pub fn new(mut sink: impl io::Write + Send + 'static) -> io::Result<Self> {
        Self::start(move |bytes| sink.write_all(bytes).and_then(|()| sink.flush()))
    }

    fn start(mut write: impl FnMut(&[u8]) -> io::Result<()> + Send + 'static) -> io::Result<Self> {
        let (submissions, submitted) = queue::channel::<Vec<u8>>();
        let (report, results) = mpsc::unbounded_channel();
        thread::Builder::new()
            .name("output".into())
            .spawn(move || {
                for bytes in submitted {
                    if report.send(write(&bytes)).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Output {
            submissions,
            results,
            pending: 0,
        })
    }

    /// Whether everything submitted is out: time to draw the next frame.
    pub fn ready(&self) -> bool {
        self.pending == 0
    }

    /// Hands over bytes that are written in one piece, after those before them. Never waits.
    /// Frames are for a caller that asked [`Output::ready`]; a copy or a title may come at any time.
    pub fn submit(&mut self, bytes: Vec<u8>) {
        self.pending += 1;
        // A thread that is gone shows as an error of `written`.
        let _ = self.submissions.send(bytes);
    }

    /// Waits until what was submitted next is out; pends where nothing is. Cancel-safe.
    ///
    /// # Errors
    /// The terminal is gone; nothing can be shown any more.
    pub async fn written(&mut self) -> io::Result<()> {
        if self.pending == 0 {
            return std::future::pending().await;
        }
        let result = self.results.recv().await;
        self.pending -= 1;
        result.unwrap_or_else(|| Err(io::ErrorKind::BrokenPipe.into()))
    }

    /// Waits until everything is out, at most so long; says whether it is.
    pub async fn settle(&mut self, within: Duration) -> bool {
        let all = async {
            while !self.ready() {
                if self.written().await.is_err() {
                    return false;
                }
            }
            true
        };
        tokio::time::timeout(within, all).await.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixStream;

    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    fn run(test: impl Future) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(test);
    }

    #[test]
    fn what_is_submitted_comes_out_in_order_and_then_it_is_ready() {
        run(async {
            let (ours, mut theirs) = UnixStream::pair().unwrap();
            let mut output = Output::new(ours).unwrap();
            assert!(output.ready());
            output.submit(b"one ".to_vec());
            output.submit(b"two".to_vec());
            assert!(!output.ready());
            assert!(output.settle(SOON).await);
            assert!(output.ready());
            let mut seen = [0; 7];
            theirs.read_exact(&mut seen).unwrap();
            assert_eq!(&seen, b"one two");
        });
    }

    #[test]
    fn a_stalled_terminal_holds_up_nothing_and_is_never_ready() {
        run(async {
            let (ours, theirs) = UnixStream::pair().unwrap();
            let mut output = Output::new(ours).unwrap();
            output.submit(vec![0; 64 << 20]);
            assert!(!output.settle(Duration::from_millis(10)).await);
            assert!(!output.ready());
            drop(theirs);
        });
    }

    #[test]
    fn a_terminal_that_is_gone_is_an_error() {
        run(async {
            let (ours, theirs) = UnixStream::pair().unwrap();
            drop(theirs);
            let mut output = Output::new(ours).unwrap();
            output.submit(b"frame".to_vec());
            assert!(output.written().await.is_err());
        });
    }

    #[test]
    fn where_nothing_was_submitted_nothing_is_awaited() {
        run(async {
            let mut output = Output::new(io::sink()).unwrap();
            let waited = tokio::time::timeout(Duration::from_millis(1), output.written()).await;
            assert!(waited.is_err());
        });
    }
}
