//! The jobs thread and its neighbours: searching and filtering what is kept, laying out large payloads, reading and
//! writing files.
//!
//! What may wait for a person, such as the program that keeps secrets, and the programs that take a
//! copy have threads of their own.
//! Locks and fsync never run in the event loop. A newer job of a kind replaces one that still waits;
//! lines of history are all written, in order.

use std::{
    path::{Path, PathBuf},
    sync::mpsc as sync,
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use super::{
    app::{Found, Job, JobDone},
    destinations::{Allowed, Destinations},
    terminal::clipboard,
};
use crate::{
    context::Choice,
    payload::Document,
    requests::{self, History, Secrets},
    settings::{self, SavedFilter},
    store::{Scan, Scanned},
};

/// The files that jobs read and write. What has no path is kept nowhere.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The history of requests.
    pub history: Option<PathBuf>,
    /// Which headers are not written to it.
    pub secrets: Secrets,
    /// The filters that have a name.
    pub filters: Option<PathBuf>,
}

/// How long a copy may still take once everything is left.
const COPYING: Duration = Duration::from_millis(500);

/// The way to the jobs thread and back.
#[derive(Debug)]
pub struct Jobs {
    queue: Option<sync::Sender<Job>>,
    copies: Option<sync::Sender<Job>>,
    /// When programs that take a copy are to have ended.
    copied_until: clipboard::Until,
    done: mpsc::UnboundedReceiver<JobDone>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Jobs {
    /// Starts the threads.
    ///
    /// # Errors
    /// Where a thread cannot be started.
    pub fn start(files: Files, destinations: Destinations) -> std::io::Result<Jobs> {
        let (queue, waiting) = sync::channel();
        let (copies, copying) = sync::channel();
        let (report, done) = mpsc::unbounded_channel();
        let told = report.clone();
        let copied_until = clipboard::Until::default();
        let until = copied_until.clone();
        let copier = thread::Builder::new()
            .name("goingnats-copy".into())
            .spawn(move || copy(&copying, &told, &until))?;
        let worker = thread::Builder::new()
            .name("goingnats-jobs".into())
            .spawn(move || work(&waiting, &report, &files, &destinations))?;
        Ok(Jobs {
            queue: Some(queue),
            copies: Some(copies),
            copied_until,
            done,
            threads: vec![worker, copier],
        })
    }

    /// Hands a job over. Never waits.
    pub fn start_job(&self, job: Job) {
        let queue = match job {
            Job::Copy { .. } => &self.copies,
            _ => &self.queue,
        };
        if let Some(queue) = queue {
            // the thread ends only when the queue does
            let _ = queue.send(job);
        }
    }

    /// What came of the next job; `None` once the thread is gone. Cancel-safe.
    pub async fn next(&mut self) -> Option<JobDone> {
        self.done.recv().await
    }

    /// Waits until everything handed over is done: what was sent is in the history then. Programs that take
    /// a copy are ended after half a second. A place to connect to that is still being looked up is not
    /// waited for.
    pub fn finish(mut self) {
        self.copied_until.set(Instant::now() + COPYING);
        (self.queue, self.copies) = (None, None);
        for thread in self.threads.drain(..) {
            // a panic there was reported where it happened
            let _ = thread.join();
        }
    }
}

fn work(
    waiting: &sync::Receiver<Job>,
    report: &mpsc::UnboundedSender<JobDone>,
    files: &Files,
    destinations: &Destinations,
) {
    let (path, filters) = (files.history.as_deref(), files.filters.as_deref());
    let mut history: Option<History> = None;
    while let Ok(first) = waiting.recv() {
        let jobs: Vec<Job> = std::iter::once(first).chain(waiting.try_iter()).collect();
        for job in newest_of_each_kind(jobs) {
            let done = match job {
                Job::ReadDocument { id, bytes, form } => {
                    let document = Box::new(Document::read(bytes, form));
                    Some(JobDone::Document { id, form, document })
                }
                Job::Scan(scan) => Some(JobDone::Scanned(Box::new(search(*scan)))),
                Job::LoadFilters => filters.map(|path| JobDone::Filters(load_filters(path))),
                Job::SaveFilter { name, expression } => filters.map(|path| {
                    let saved = settings::filters::save(path, &name, expression.as_deref());
                    match saved {
                        Ok(()) => JobDone::Filters(load_filters(path)),
                        Err(error) => {
                            JobDone::FilterNotSaved(format!("The filter was not saved: {error}."))
                        }
                    }
                }),
                Job::Record(line) => path.and_then(|path| {
                    let written = requests::append(path, &[*line], &files.secrets);
                    let failed =
                        |error| format!("The history was not written: {error}. Is the disk full?");
                    written
                        .err()
                        .map(|error| JobDone::HistoryFailed(failed(error)))
                }),
                Job::LoadHistory(asked) => path.map(|path| load(&mut history, path, asked)),
                Job::ListContexts => Some(JobDone::Contexts(destinations.list())),
                Job::Resolve { choice, allowed } => {
                    resolve(destinations.clone(), choice, allowed, report.clone())
                }
                // those have a thread of their own
                Job::Copy { .. } => None,
            };
            if let Some(done) = done
                && report.send(done).is_err()
            {
                return;
            }
        }
    }
}

/// Gives copies to programs, which may hang for a while. What was copied last counts: copies before it
/// that still wait are left out.
fn copy(
    waiting: &sync::Receiver<Job>,
    report: &mpsc::UnboundedSender<JobDone>,
    until: &clipboard::Until,
) {
    while let Ok(first) = waiting.recv() {
        let newest = waiting.try_iter().last().unwrap_or(first);
        if let Job::Copy { ways, copied } = newest {
            let outcome = clipboard::run(&ways, &copied.text, until);
            if report.send(JobDone::Copied { copied, outcome }).is_err() {
                return;
            }
        }
    }
}

/// Looks a place up on a thread of its own: programs that keep secrets may ask a person, who takes
/// time.
fn resolve(
    destinations: Destinations,
    choice: Choice,
    allowed: Vec<Allowed>,
    report: mpsc::UnboundedSender<JobDone>,
) -> Option<JobDone> {
    let chosen = choice.clone();
    let look_up = move || {
        let found = destinations.find(&choice, &allowed);
        // where nobody listens any more the program has ended
        let _ = report.send(JobDone::Resolved { choice, found });
    };
    let thread = thread::Builder::new().name("goingnats-contexts".into());
    let failed = thread.spawn(look_up).err()?;
    Some(JobDone::Resolved {
        choice: chosen,
        found: Found::Unusable(failed.to_string()),
    })
}

/// Scans for as long as a frame may wait for its results.
fn search(scan: Scan) -> Scanned {
    const FRAME: Duration = Duration::from_millis(5);
    let start = Instant::now();
    scan.run(|| start.elapsed() >= FRAME)
}

fn load_filters(path: &Path) -> Result<Vec<SavedFilter>, String> {
    settings::filters::load(path).map_err(|error| format!("Saved filters: {error}."))
}

fn load(history: &mut Option<History>, path: &Path, asked: u64) -> JobDone {
    let problems = match history {
        Some(history) => history.refresh(),
        None => {
            let (loaded, problems) = History::load(path);
            *history = Some(loaded);
            problems
        }
    };
    let entries = history.iter().flat_map(History::entries).cloned().collect();
    let problems = problems
        .iter()
        .map(|problem| format!("History: {problem}; the line stays."))
        .collect();
    JobDone::History {
        asked,
        entries,
        problems,
    }
}

fn newest_of_each_kind(jobs: Vec<Job>) -> Vec<Job> {
    let newest = |kind: fn(&Job) -> bool| jobs.iter().rposition(kind);
    let document = newest(|job| matches!(job, Job::ReadDocument { .. }));
    let load = newest(|job| matches!(job, Job::LoadHistory(_)));
    let list = newest(|job| matches!(job, Job::ListContexts));
    let resolve = newest(|job| matches!(job, Job::Resolve { .. }));
    let keep = |n: usize, job: &Job| match job {
        Job::ReadDocument { .. } => Some(n) == document,
        Job::LoadHistory(_) => Some(n) == load,
        Job::ListContexts => Some(n) == list,
        Job::Resolve { .. } => Some(n) == resolve,
        Job::LoadFilters
        | Job::SaveFilter { .. }
        | Job::Scan(_)
        | Job::Record(_)
        | Job::Copy { .. } => true,
    };
    let kept: Vec<bool> = jobs
        .iter()
        .enumerate()
        .map(|(n, job)| keep(n, job))
        .collect();
    jobs.into_iter()
        .zip(kept)
        .filter_map(|(job, keep)| keep.then_some(job))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn loads_are_merged_and_every_line_is_written() {
        let line = || Job::Record(Box::new(requests::Line::Deleted { id: "a".into() }));
        let jobs = vec![Job::LoadHistory(1), line(), line(), Job::LoadHistory(2)];
        let kept: Vec<bool> = newest_of_each_kind(jobs)
            .iter()
            .map(|job| matches!(job, Job::Record(_)))
            .collect();
        assert_eq!(kept, [true, true, false]);
    }

    #[test]
    fn programs_that_hang_hold_up_the_end_for_half_a_second() {
        use crate::tui::{
            overlays::copy::Copied,
            terminal::clipboard::{Tool, Ways},
        };
        let hangs = Tool {
            program: "sh",
            arguments: &[&["-c", "sleep 60"]],
        };
        let jobs = Jobs::start(Files::default(), Destinations::default()).unwrap();
        for what in ["first", "second"] {
            jobs.start_job(Job::Copy {
                ways: Ways {
                    tmux: Some(hangs),
                    desktop: vec![hangs; 3],
                    ..Ways::default()
                },
                copied: Copied {
                    what: what.into(),
                    text: Arc::from(&b"hello"[..]),
                },
            });
        }
        let begin = Instant::now();
        jobs.finish();
        // a second more for a machine that is busy; the programs would have had eight
        assert!(begin.elapsed() < COPYING + Duration::from_secs(1));
    }
}
