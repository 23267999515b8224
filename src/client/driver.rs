//! Who runs the background task of a blocking [`Client`](super::Client): a thread of its own, and in its
//! place whoever waits.
//!
//! To wake another thread costs about as much as a message on loopback, and a request would need it
//! twice: the task's thread to write, and the caller's for the answer. So a caller that waits runs the
//! task itself, on the same runtime, and the thread stands back.
//!
//! ```text
//! thread:  runs ........|stands back ................|runs
//! callers:              |waits, runs| |waits, runs|
//!                 wanted┘                         └── LINGER ──┘
//! ```

use std::{
    future::Future,
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
    thread,
    time::{Duration, Instant},
};

use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::Notify,
    task::JoinHandle,
};

/// How long the thread stands back after the last caller has gone, for the next one not to have to ask
/// it again. What comes in this time lies still for as long; for what goes out see [`Driver::step`].
const LINGER: Duration = Duration::from_millis(1);

/// The runtime, and whose turn it is.
#[derive(Debug)]
pub(super) struct Driver {
    /// `None` when the task has ended.
    runtime: RwLock<Option<Runtime>>,
    turn: Mutex<Turn>,
    linger: Duration,
    /// Asks the thread to stand back.
    wanted: Notify,
    /// Asks it to come back.
    gone: Condvar,
}

#[derive(Debug)]
struct Turn {
    /// How many callers run the task, or wait for the one who does.
    callers: usize,
    /// The thread stands back until then though there are none.
    until: Instant,
    thread: Thread,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thread {
    Runs,
    /// It was asked to, at least.
    StandsBack,
    /// It stands back until it is told that the callers have gone.
    Sleeps,
}

impl Driver {
    /// Starts the thread that runs `task`, whenever nobody else does.
    pub fn start(
        name: &str,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<Arc<Driver>> {
        Driver::start_lingering(name, LINGER, task)
    }

    fn start_lingering(
        name: &str,
        linger: Duration,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<Arc<Driver>> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut task = runtime.spawn(task);
        let driver = Arc::new(Driver {
            runtime: RwLock::new(Some(runtime)),
            turn: Mutex::new(Turn {
                callers: 0,
                until: Instant::now(),
                thread: Thread::Runs,
            }),
            linger,
            wanted: Notify::new(),
            gone: Condvar::new(),
        });
        let driving = Arc::clone(&driver);
        let spawned = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || driving.run_until_over(&mut task));
        if spawned.is_err() {
            driver.end();
        }
        spawned.map(|_| driver)
    }

    fn run_until_over(&self, task: &mut JoinHandle<()>) {
        let over = async |task: &mut JoinHandle<()>| {
            tokio::select! {
                _ = task => true,
                () = self.wanted.notified() => false,
            }
        };
        let runtime = self.runtime();
        if let Some(runtime) = &*runtime {
            while !runtime.block_on(over(task)) {
                self.stand_back();
            }
        }
        drop(runtime);
        self.end();
    }

    /// Waits until the callers have heard of the end, too.
    fn end(&self) {
        let mut runtime = self.runtime.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = runtime.take() {
            // A resolver that hangs must not keep the thread; and a runtime that is merely dropped
            // panics inside another one.
            runtime.shutdown_background();
        }
    }

    /// Asks the thread to stand back for this one. Gives nothing where this one cannot run the task:
    /// the task has ended, or this thread runs another runtime.
    pub fn enter(&self) -> Option<Caller<'_>> {
        if !is_free() {
            return None;
        }
        let runtime = self.runtime();
        runtime.as_ref()?;
        let mut turn = self.turn();
        turn.callers += 1;
        if turn.thread == Thread::Runs {
            turn.thread = Thread::StandsBack;
            self.wanted.notify_one();
        }
        Some(Caller {
            driver: self,
            runtime,
        })
    }

    /// Lets the task do at once what was asked of it by somebody who does not wait, where it would
    /// lie still: the thread stands back, and nobody is there. The thread comes back no later for it,
    /// so that many messages soon go out together again.
    pub fn step(&self) {
        let mut turn = self.turn();
        if turn.thread == Thread::Runs || turn.callers > 0 {
            return;
        }
        if is_free() {
            drop(turn);
            if let Some(runtime) = &*self.runtime() {
                // Queued behind the task, whoever runs both: it has had its turn when this is done.
                let _ = runtime.block_on(runtime.spawn(async {}));
            }
        } else {
            turn.until = Instant::now();
            self.gone.notify_one();
        }
    }

    fn runtime(&self) -> RwLockReadGuard<'_, Option<Runtime>> {
        self.runtime.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn stand_back(&self) {
        let mut turn = self.turn();
        loop {
            let left = turn.until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                let woken = self.gone.wait_timeout(turn, left);
                (turn, _) = woken.unwrap_or_else(PoisonError::into_inner);
            } else if turn.callers > 0 {
                turn.thread = Thread::Sleeps;
                let woken = self.gone.wait(turn);
                turn = woken.unwrap_or_else(PoisonError::into_inner);
            } else {
                break;
            }
        }
        turn.thread = Thread::Runs;
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether this thread can run a task: not while it runs another runtime, nor at its very end, where
/// the runtime's own marks on the thread are gone.
fn is_free() -> bool {
    Handle::try_current().is_err_and(|error| error.is_missing_context())
}

/// A caller, for as long as it waits.
pub(super) struct Caller<'a> {
    driver: &'a Driver,
    /// There is one.
    runtime: RwLockReadGuard<'a, Option<Runtime>>,
}

impl Caller<'_> {
    /// Runs the task until `work` is done.
    pub fn run<W: Future>(&self, work: W) -> W::Output {
        let runtime = self.runtime.as_ref();
        let runtime = runtime.expect("only with a runtime one becomes a caller");
        runtime.block_on(work)
    }
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        let mut turn = self.driver.turn();
        turn.callers -= 1;
        turn.until = Instant::now() + self.driver.linger;
        if turn.callers == 0 && turn.thread == Thread::Sleeps {
            turn.thread = Thread::StandsBack;
            self.driver.gone.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;
