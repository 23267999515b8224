//! Callers of all kinds beside the thread, and what becomes of them when something goes wrong.

use std::{cell::RefCell, sync::mpsc, thread::ThreadId};

use tokio::{sync::oneshot, time::timeout};

use super::*;

type Question = oneshot::Sender<ThreadId>;
type Asking = tokio::sync::mpsc::UnboundedSender<Question>;

/// A task that tells each who asks which thread runs it, until `asking` is dropped.
fn started_lingering(linger: Duration) -> (Arc<Driver>, Asking) {
    let (asking, mut asked) = tokio::sync::mpsc::unbounded_channel::<Question>();
    let task = async move {
        while let Some(question) = asked.recv().await {
            let _ = question.send(thread::current().id());
        }
    };
    let driver = Driver::start_lingering("driver", linger, task).unwrap();
    (driver, asking)
}

fn started() -> (Arc<Driver>, Asking) {
    started_lingering(LINGER)
}

fn runner(driver: &Driver, asking: &Asking) -> ThreadId {
    let (question, answer) = oneshot::channel();
    let work = async {
        asking.send(question).unwrap();
        answer.await.unwrap()
    };
    driver.enter().unwrap().run(work)
}

#[test]
fn a_waiting_caller_runs_the_task() {
    let (driver, asking) = started();
    // The thread may still be on its way back while the first ones ask.
    let own = thread::current().id();
    let deadline = Instant::now() + Duration::from_secs(20);
    while runner(&driver, &asking) != own {
        assert!(Instant::now() < deadline);
    }
}

#[test]
fn the_thread_runs_the_task_when_no_caller_waits() {
    let (driver, asking) = started();
    for _ in 0..3 {
        runner(&driver, &asking);
        let (question, answer) = oneshot::channel();
        asking.send(question).unwrap();
        assert_ne!(answer.blocking_recv().unwrap(), thread::current().id());
    }
}

#[test]
fn many_waiting_callers_are_all_served() {
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

#[test]
fn step_lets_the_task_process_a_command_at_once() {
    let for_ever = Duration::from_secs(3600);
    let (driver, asking) = started_lingering(for_ever);
    for _ in 0..100 {
        runner(&driver, &asking);
        let (question, mut answer) = oneshot::channel();
        asking.send(question).unwrap();
        driver.step();
        answer.try_recv().unwrap();
    }
    // In another runtime it cannot be done here, but by the thread.
    let other = Builder::new_current_thread().enable_time().build().unwrap();
    other.block_on(async {
        let (question, answer) = oneshot::channel();
        asking.send(question).unwrap();
        driver.step();
        let answered = timeout(Duration::from_secs(20), answer).await;
        assert_ne!(answered.unwrap().unwrap(), thread::current().id());
    });
}

#[test]
fn callers_that_time_out_do_not_stop_the_others() {
    let (driver, asking) = started();
    thread::scope(|scope| {
        for n in 1..=100 {
            let (driver, asking) = (&driver, &asking);
            scope.spawn(move || {
                let (_never, nothing) = oneshot::channel::<()>();
                let in_vain = async { timeout(Duration::from_millis(n), nothing).await };
                assert!(driver.enter().unwrap().run(in_vain).is_err());
                runner(driver, asking);
                driver.step();
                runner(driver, asking);
            });
        }
    });
}

#[test]
fn a_caller_that_panics_leaves_the_others_alone() {
    let (driver, asking) = started();
    thread::scope(|scope| {
        for _ in 0..20 {
            let panicking = scope.spawn(|| {
                let caller = driver.enter().unwrap();
                caller.run(async { panic!("on purpose") });
            });
            runner(&driver, &asking);
            panicking.join().unwrap_err();
        }
    });
    assert_eq!(driver.state().callers, 0);
}

#[test]
fn a_panic_of_the_task_fails_no_caller() {
    let (asking, asked) = oneshot::channel::<()>();
    let (alive, dies) = oneshot::channel::<()>();
    let task = async move {
        let _alive = alive;
        let _ = asked.await;
        panic!("on purpose");
    };
    let driver = Driver::start("driver", task).unwrap();
    let work = async {
        drop(asking);
        dies.await
    };
    driver.enter().unwrap().run(work).unwrap_err();
    let deadline = Instant::now() + Duration::from_secs(20);
    while driver.enter().is_some() {
        assert!(Instant::now() < deadline);
    }
}

/// Tries to run the task while the thread-local storage of its thread is destroyed.
struct EntersInDrop(Arc<Driver>, mpsc::Sender<bool>);

impl Drop for EntersInDrop {
    fn drop(&mut self) {
        self.0.step();
        self.1.send(self.0.enter().is_some()).unwrap();
    }
}

#[test]
fn while_a_thread_ends_it_runs_nothing() {
    thread_local! {
        static LAST: RefCell<Option<EntersInDrop>> = const { RefCell::new(None) };
    }
    let (driver, asking) = started();
    let (said, heard) = mpsc::channel();
    let thread = thread::spawn(move || {
        // Thread-local values are dropped in reverse order: this one after the runtime's own.
        LAST.with_borrow_mut(|last| *last = None);
        runner(&driver, &asking);
        LAST.set(Some(EntersInDrop(driver, said)));
    });
    thread.join().unwrap();
    assert!(!heard.recv().unwrap());
}
