//! Runs a headless command and ends it in an orderly way when a signal comes.

use std::{
    future::Future,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};
use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
    sync::{oneshot, watch},
    time::timeout,
};

use super::exit::Exit;

/// How long a command may take to close its connection after a signal. One that still writes to a
/// reader who does not read is left behind then, but not one that finishes a file.
const GRACE: Duration = Duration::from_millis(1_500);

/// Tells a command that a signal came.
pub struct Stop {
    signalled: watch::Receiver<Option<Exit>>,
    finishing: Arc<AtomicBool>,
}

impl Stop {
    /// From here on the end takes as long as it takes, unless another signal comes.
    pub fn finishes_a_file(&self) {
        self.finishing.store(true, Relaxed);
    }

    /// Returns when a signal came, with the way to end.
    pub async fn told(&mut self) -> Exit {
        match self.signalled.wait_for(Option::is_some).await {
            Ok(exit) => exit.unwrap_or(Exit::Failed),
            // Nobody supervises any more, so there is nobody to work for.
            Err(_) => Exit::Failed,
        }
    }
}

/// Runs a command on a thread of its own, where it may block, until it is over or a signal comes.
pub fn supervise<C, F>(command: C) -> Result<Exit>
where
    C: FnOnce(Stop) -> F + Send + 'static,
    F: Future<Output = Result<Exit>>,
{
    reactor()?.block_on(async {
        let (mut hung_up, mut interrupted, mut terminated) = (
            signal(SignalKind::hangup())?,
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        );
        let mut next_signal = async || {
            tokio::select! {
                _ = hung_up.recv() => Exit::HungUp,
                _ = interrupted.recv() => Exit::Interrupted,
                _ = terminated.recv() => Exit::Terminated,
            }
        };
        let (stop, signalled) = watch::channel(None);
        let finishing = Arc::new(AtomicBool::new(false));
        let told = Stop {
            signalled,
            finishing: Arc::clone(&finishing),
        };
        let mut ended = on_thread(move || reactor()?.block_on(command(told)));
        let exit = tokio::select! {
            result = &mut ended => return result?,
            exit = next_signal() => exit,
        };
        stop.send_replace(Some(exit));
        let late = timeout(GRACE, &mut ended).await.is_err();
        if late && finishing.load(Relaxed) {
            tokio::select! {
                _ = ended => {}
                _ = next_signal() => {}
            }
        }
        Ok(exit)
    })
}

/// Runs what may block on a thread of its own; an error means that it panicked. Nobody waits for the
/// thread when the process ends.
pub fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = Result<T>> + Unpin {
    let (done, result) = oneshot::channel();
    let thread = thread::Builder::new().spawn(move || done.send(work()).is_ok());
    Box::pin(async move {
        thread.context("cannot start a thread")?;
        result.await.context("ended by a fault of its own")
    })
}

fn reactor() -> io::Result<runtime::Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}
