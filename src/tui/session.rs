//! From the shell's prompt and back to it.

use std::{
    ffi::OsString,
    io::{self, Write},
    path::PathBuf,
    time::Duration,
};

use tokio::sync::oneshot;

use super::{
    app::{self, App, recordings},
    destinations::Destinations,
    event_loop::{Clock, End, EventLoop, assembly::Console, in_thread},
    jobs::{self, Jobs},
    lines::{Heard, Lines},
    start::Start,
    tapes::Tapes,
    terminal::{
        Capabilities, Colours, Inputs, Output, Signal, Signals, clipboard, editor::Editor, modes,
    },
};
use crate::{
    client::{Connection, Event},
    context::Variables,
};

/// What the explorer needs to start.
#[derive(Debug)]
pub struct Setup {
    /// What the screen shows and holds.
    pub app: app::Setup,
    /// What it is opened on.
    pub start: Start,
    /// What it was started with, for going elsewhere.
    pub destinations: Destinations,
    /// The files that are read and written while it runs.
    pub files: jobs::Files,
    /// What the terminal can do.
    pub capabilities: Capabilities,
    /// Where a panic is reported to.
    pub panic_report: Option<PathBuf>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Who ended it.
    pub end: End,
    /// One line for the shell: what was seen.
    pub summary: String,
}

/// Runs the explorer on the terminal, until the person leaves.
///
/// # Errors
/// Where the terminal cannot be used, or the threads cannot be started.
pub fn run(setup: Setup) -> io::Result<Exit> {
    modes::restore_on_panic(setup.panic_report.clone());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(explore(setup))
}

async fn explore(setup: Setup) -> io::Result<Exit> {
    let clock = Clock::system();
    let size = crossterm::terminal::size()?;
    let app_setup = app::Setup {
        colours: setup.capabilities.colours != Colours::None,
        ..setup.app
    };
    let variables = &setup.destinations.environment.variables;
    let clipboard = ways(variables);
    let editor = Editor::new(|name| variables.get(name).map(str::to_owned));
    let signals = Signals::listen()?;
    // everything that may fail before the modes, so that they are left where it does
    let output = Output::terminal()?;
    let jobs = Jobs::start(setup.files, setup.destinations)?;
    let console = Console {
        size,
        output,
        inputs: Inputs::terminal(),
        signals,
        clock,
        capabilities: setup.capabilities,
        clipboard,
        editor,
    };
    let mut event_loop = EventLoop::new(app_setup, setup.start, jobs, console)?;
    modes::enter(&event_loop.capabilities)?;
    let end = event_loop.run().await;
    event_loop.output.settle(Duration::from_millis(500)).await;
    event_loop.inputs.pause();
    modes::restore();
    let mut summary = summary(&event_loop.app);
    let EventLoop {
        app,
        connection,
        mut lines,
        mut signals,
        jobs,
        tapes,
        ..
    } = event_loop;
    let written = finish(tapes, jobs)?;
    if !app.phase.is_closed() {
        goodbye(&connection, &mut lines).await;
    }
    match or_ended(written, &mut signals).await {
        Ok(more) => summary += &more,
        Err(signal) => {
            summary += "\nNot everything was written: goingnats was ended meanwhile.";
            return Ok(Exit {
                end: End::Signal(signal),
                summary,
            });
        }
    }
    Ok(Exit { end: end?, summary })
}

/// Brings everything to the disk, on a thread of its own: a disk that hangs, or another copy that holds
/// the lock of the history, takes as long as it likes. What comes is what there is to tell of it.
fn finish(mut tapes: Tapes, jobs: Jobs) -> io::Result<oneshot::Receiver<String>> {
    in_thread("goingnats-finish", move || {
        let mut more = String::new();
        if let Some(file) = tapes.finish() {
            more += &format!("\nRecorded: {}", recordings::told(&file).1);
        }
        if let Some(file) = tapes.finish_export() {
            more += &format!("\nThe export was stopped: {}", recordings::told(&file).1);
        }
        jobs.finish();
        more
    })
}

/// Waits for what there is to tell, unless a signal ends the waiting; says after a while what for.
async fn or_ended(
    mut written: oneshot::Receiver<String>,
    signals: &mut Signals,
) -> Result<String, Signal> {
    let long = tokio::time::sleep(Duration::from_secs(1));
    tokio::pin!(long);
    let mut is_told = false;
    loop {
        tokio::select! {
            biased;
            // a panic there was reported where it happened
            more = &mut written => return Ok(more.unwrap_or_default()),
            signal = signals.next() => match signal {
                Signal::Stop | Signal::Continue => {}
                ends => return Err(ends),
            },
            () = &mut long, if !is_told => {
                is_told = true;
                let text = "goingnats: files are still being written; Ctrl-C leaves without";
                // nobody reads it where the terminal is gone
                let _ = writeln!(io::stderr(), "{text}");
            }
        }
    }
}

/// Lets what was sent arrive; at most a second.
async fn goodbye(connection: &Connection, lines: &mut Lines) {
    connection.close();
    let closed = async {
        while !matches!(
            lines.events.next().await,
            Heard::Event(Event::Closed { .. }) | Heard::Ended
        ) {}
    };
    // what did not arrive by then is not waited for
    let _ = tokio::time::timeout(Duration::from_secs(1), closed).await;
}

fn ways(variables: &Variables) -> clipboard::Ways {
    let variable = |name: &str| variables.get(name).map(str::to_owned);
    let path = OsString::from(variable("PATH").unwrap_or_default());
    clipboard::ways(variable, |program| clipboard::installed(program, &path))
}

fn summary(app: &App) -> String {
    use crate::text::number::count;
    let counters = app.store.counters();
    let mut summary = format!(
        "{} received, {} sent",
        count(counters.received),
        count(counters.sent)
    );
    if counters.dropped > 0 {
        summary += &format!(", {} dropped", count(counters.dropped));
    }
    summary
}
