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
/// it again. What is published or comes in this time lies still for as long.
const LINGER: Duration = Duration::from_millis(1);

/// The runtime, and whose turn it is.
#[derive(Debug)]
pub(super) struct Driver {
    /// `None` when the task has ended.
    runtime: RwLock<Option<Runtime>>,
    turn: Mutex<Turn>,
    /// Asks the thread to stand back.
    wanted: Notify,
    /// Asks it to come back.
    gone: Condvar,
}

#[derive(Debug)]
struct Turn {
    /// How many callers run the task, or wait for the one who does.
    callers: usize,
    /// When the last of them has gone.
    since: Instant,
    thread: Thread,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thread {
    Runs,
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
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut task = runtime.spawn(task);
        let driver = Arc::new(Driver {
            runtime: RwLock::new(Some(runtime)),
            turn: Mutex::new(Turn {
                callers: 0,
                since: Instant::now(),
                thread: Thread::Runs,
            }),
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
        if Handle::try_current().is_ok() {
            return None;
        }
        let runtime = self.runtime();
        runtime.as_ref()?;
        let mut turn = self.turn();
        turn.callers += 1;
        if turn.thread == Thread::Runs {
            self.wanted.notify_one();
        }
        Some(Caller {
            driver: self,
            runtime,
        })
    }

    fn runtime(&self) -> RwLockReadGuard<'_, Option<Runtime>> {
        self.runtime.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn stand_back(&self) {
        let mut turn = self.turn();
        turn.thread = Thread::StandsBack;
        loop {
            let left = LINGER.saturating_sub(turn.since.elapsed());
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
        turn.since = Instant::now();
        if turn.callers == 0 && turn.thread == Thread::Sleeps {
            turn.thread = Thread::StandsBack;
            self.driver.gone.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread::ThreadId};

    use tokio::sync::oneshot;

    use super::*;

    type Question = oneshot::Sender<ThreadId>;

    /// A task that tells each who asks which thread runs it.
    fn started() -> (Arc<Driver>, tokio::sync::mpsc::UnboundedSender<Question>) {
        let (asking, mut asked) = tokio::sync::mpsc::unbounded_channel::<Question>();
        let task = async move {
            while let Some(question) = asked.recv().await {
                let _ = question.send(thread::current().id());
            }
        };
        (Driver::start("driver", task).unwrap(), asking)
    }

    fn runner(driver: &Driver, asking: &tokio::sync::mpsc::UnboundedSender<Question>) -> ThreadId {
        let (question, answer) = oneshot::channel();
        let work = async {
            asking.send(question).unwrap();
            answer.await.unwrap()
        };
        driver.enter().unwrap().run(work)
    }

    #[test]
    fn whoever_waits_runs_the_task() {
        let (driver, asking) = started();
        // The thread may still be on its way back while the first ones ask.
        let own = thread::current().id();
        let deadline = Instant::now() + Duration::from_secs(20);
        while runner(&driver, &asking) != own {
            assert!(Instant::now() < deadline);
        }
    }

    #[test]
    fn the_thread_comes_back_when_nobody_waits() {
        let (driver, asking) = started();
        for _ in 0..3 {
            runner(&driver, &asking);
            let (question, answer) = oneshot::channel();
            asking.send(question).unwrap();
            assert_ne!(answer.blocking_recv().unwrap(), thread::current().id());
        }
    }

    #[test]
    fn many_who_wait_are_all_served() {
        let (driver, asking) = started();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        runner(&driver, &asking);
                    }
                });
            }
        });
    }

    #[test]
    fn inside_another_runtime_nothing_is_run() {
        let (driver, asking) = started();
        let other = Builder::new_current_thread().build().unwrap();
        other.block_on(async { assert!(driver.enter().is_none()) });
        drop(asking);
        other.block_on(async { drop(driver) });
    }

    #[test]
    fn after_the_end_nothing_is_run_and_the_thread_is_gone() {
        let (driver, asking) = started();
        let (gone, ended) = mpsc::channel();
        drop(asking);
        let watched = Arc::downgrade(&driver);
        thread::spawn(move || {
            while watched.strong_count() > 1 {
                thread::yield_now();
            }
            gone.send(()).unwrap();
        });
        ended.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(driver.enter().is_none());
    }
}
