//! Runs the background task of a blocking [`Client`](super::Client): on a thread of its own, or on the
//! thread of a caller that waits.
//!
//! Waking another thread costs about as much as a message on loopback, and a request would need it twice:
//! the task's thread to write, and the caller's for the answer. So a caller that waits runs the task
//! itself, on the same runtime, while the thread yields.
//!
//! ```text
//! thread:  runs ........|yields .....................|runs
//! callers:              |waits, runs| |waits, runs|
//!         yield_requested┘                       └── LINGER ──┘
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

/// How long the thread still yields after the last caller left, so that the next one need not ask again.
/// Incoming data waits for as long; for outgoing data see [`Driver::step`].
const LINGER: Duration = Duration::from_millis(1);

/// The runtime, and who runs it.
#[derive(Debug)]
pub(super) struct Driver {
    /// `None` after the task has ended.
    runtime: RwLock<Option<Runtime>>,
    state: Mutex<DriverState>,
    linger: Duration,
    /// Asks the thread to yield.
    yield_requested: Notify,
    /// Wakes the thread to run the task again.
    callers_gone: Condvar,
}

#[derive(Debug)]
struct DriverState {
    /// Callers that run the task, or wait for another that does.
    callers: usize,
    /// The thread yields until then even without callers.
    until: Instant,
    thread: ThreadState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ThreadState {
    Running,
    /// Or was asked to yield.
    Yielding,
    /// It yields until `callers_gone` is notified.
    Parked,
}

impl Driver {
    /// Starts the thread that runs `task` while no caller does.
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
            state: Mutex::new(DriverState {
                callers: 0,
                until: Instant::now(),
                thread: ThreadState::Running,
            }),
            linger,
            yield_requested: Notify::new(),
            callers_gone: Condvar::new(),
        });
        let driving = Arc::clone(&driver);
        let spawned = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || driving.run_until_done(&mut task));
        if spawned.is_err() {
            driver.end();
        }
        spawned.map(|_| driver)
    }

    fn run_until_done(&self, task: &mut JoinHandle<()>) {
        let over = async |task: &mut JoinHandle<()>| {
            tokio::select! {
                _ = task => true,
                () = self.yield_requested.notified() => false,
            }
        };
        let runtime = self.runtime();
        if let Some(runtime) = &*runtime {
            while !runtime.block_on(over(task)) {
                self.wait_for_callers();
            }
        }
        drop(runtime);
        self.end();
    }

    /// Shuts the runtime down, once no caller uses it.
    fn end(&self) {
        let mut runtime = self.runtime.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = runtime.take() {
            // Does not wait for a resolver that hangs; and dropping a runtime inside another one panics.
            runtime.shutdown_background();
        }
    }

    /// Asks the thread to yield to this caller. `None` where this caller cannot run the task: the task has
    /// ended, or this thread runs another runtime.
    pub fn enter(&self) -> Option<Caller<'_>> {
        if !can_block_on() {
            return None;
        }
        let runtime = self.runtime();
        runtime.as_ref()?;
        let mut state = self.state();
        state.callers += 1;
        if state.thread == ThreadState::Running {
            state.thread = ThreadState::Yielding;
            self.yield_requested.notify_one();
        }
        Some(Caller {
            driver: self,
            runtime,
        })
    }

    /// Lets the task process commands of a caller that does not wait, where the thread yields and no caller
    /// runs the task. Does not extend the yielding, so that many messages are soon batched again.
    pub fn step(&self) {
        let mut state = self.state();
        if state.thread == ThreadState::Running || state.callers > 0 {
            return;
        }
        if can_block_on() {
            drop(state);
            if let Some(runtime) = &*self.runtime() {
                // Queued behind the task: when this is done, the task was polled.
                let _ = runtime.block_on(runtime.spawn(async {}));
            }
        } else {
            state.until = Instant::now();
            self.callers_gone.notify_one();
        }
    }

    fn runtime(&self) -> RwLockReadGuard<'_, Option<Runtime>> {
        self.runtime.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_for_callers(&self) {
        let mut state = self.state();
        loop {
            let left = state.until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                let woken = self.callers_gone.wait_timeout(state, left);
                (state, _) = woken.unwrap_or_else(PoisonError::into_inner);
            } else if state.callers > 0 {
                state.thread = ThreadState::Parked;
                let woken = self.callers_gone.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
            } else {
                break;
            }
        }
        state.thread = ThreadState::Running;
    }

    fn state(&self) -> MutexGuard<'_, DriverState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether this thread can run a task: not inside another runtime, nor while its thread-local storage is
/// being destroyed.
fn can_block_on() -> bool {
    Handle::try_current().is_err_and(|error| error.is_missing_context())
}

/// A waiting caller. The thread yields until it is dropped.
pub(super) struct Caller<'a> {
    driver: &'a Driver,
    /// Always `Some`.
    runtime: RwLockReadGuard<'a, Option<Runtime>>,
}

impl Caller<'_> {
    /// Running the task until `work` is done.
    pub fn run<W: Future>(&self, work: W) -> W::Output {
        let runtime = self.runtime.as_ref();
        let runtime = runtime.expect("a caller has a runtime");
        runtime.block_on(work)
    }
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        let mut state = self.driver.state();
        state.callers -= 1;
        state.until = Instant::now() + self.driver.linger;
        if state.callers == 0 && state.thread == ThreadState::Parked {
            state.thread = ThreadState::Yielding;
            self.driver.callers_gone.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;
