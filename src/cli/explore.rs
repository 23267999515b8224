//! The explorer: where the terminal front end gets what it works on.

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use anyhow::Result;

use super::exit::{Exit, UsageError};
use crate::{
    context::{self, Environment, Flags, Variables, shown_servers},
    recording::Existing,
    requests::Secrets,
    settings::{Keep, Paths, Settings},
    store,
    tui::{
        self, Start,
        app::{self, Found, Target},
        destinations::Destinations,
        event_loop::End,
        jobs::Files,
        terminal::{Capabilities, Signal},
    },
};

/// What the explorer is opened on.
pub struct Explorer {
    /// How to connect.
    pub connection: context::Settings,
    /// What that was made of, for going elsewhere, and the environment: what the terminal can do, and
    /// the way to the clipboard.
    pub destinations: Destinations,
    /// What it subscribes to at once.
    pub subscriptions: Vec<String>,
    /// The file it records in from the start.
    pub record: Option<(PathBuf, Existing)>,
    /// Bytes that the log may hold; `None` for the default.
    pub keep: Option<Keep>,
    /// The files that are read and written while it runs.
    pub files: Files,
    /// What the composer holds at first: subject and payload. With the guide of the demo beside it.
    pub demo: Option<(String, String)>,
}

/// How contexts and servers are resolved while it runs.
pub fn destinations(flags: Flags, settings: Settings, environment: &Environment) -> Destinations {
    Destinations {
        flags,
        environment: environment.clone(),
        settings,
        start: None,
    }
}

/// The files that it reads and writes while it runs.
pub fn files(paths: Option<Paths>, secrets: Secrets) -> Files {
    Files {
        history: paths.as_ref().map(Paths::history),
        filters: paths.as_ref().map(Paths::filters),
        secrets,
    }
}

/// Where it connects at first: the place, or the question that comes before.
fn first(connection: &context::Settings, destinations: &Destinations) -> Result<(Target, Start)> {
    Ok(match destinations.start(connection)? {
        Found::Destination(destination) => (
            destination.target,
            Start::Connect(Box::new(destination.options)),
        ),
        Found::Withheld(asked) => {
            let target = Target {
                server: shown_servers(&connection.server.value),
                ..Target::default()
            };
            (target, Start::Ask(asked))
        }
        Found::Unusable(reason) => return Err(UsageError(reason).into()),
    })
}

/// Opens the explorer and stays until it is left.
pub fn explore(explorer: Explorer) -> Result<Exit> {
    let Explorer {
        connection,
        destinations,
        subscriptions,
        record,
        keep,
        files,
        demo,
    } = explorer;
    let variables = &destinations.environment.variables;
    let zone = destinations.settings.zone;
    let capabilities = capabilities(variables, io::stdin().is_terminal())?;
    let (target, start) = first(&connection, &destinations)?;
    let app = app::Setup {
        name: connection.name.value.clone(),
        start: target,
        subscriptions,
        record,
        guide: demo.is_some(),
        draft: demo,
        timeout: connection.timeout.value,
        keep: keep.map_or(store::DEFAULT_BUDGET, Keep::bytes),
        colours: true,
        zone,
        local_zone: jiff::tz::TimeZone::system(),
        home: destinations.environment.home.clone(),
        secrets: files.secrets.clone(),
    };
    show(tui::Setup {
        app,
        start,
        destinations,
        panic_report: panic_report(files.history.as_deref()),
        files,
        capabilities,
    })
}

/// What the terminal can do, where the explorer can run there. `stdin` is whether keys can be read.
pub fn capabilities(variables: &Variables, stdin: bool) -> Result<Capabilities> {
    let lookup = |name: &str| variables.get(name).map(str::to_owned);
    let capabilities = Capabilities::new(lookup, stdin, io::stdout().is_terminal());
    capabilities
        .interactive()
        .map_err(|sentence| UsageError(sentence.to_owned()))?;
    Ok(capabilities)
}

/// Beside the history.
pub fn panic_report(history: Option<&Path>) -> Option<PathBuf> {
    history.map(|path| path.with_file_name("panic.txt"))
}

/// Runs the explorer until it is left, and says how that went.
pub fn show(setup: tui::Setup) -> Result<Exit> {
    let exit = tui::run(setup)?;
    // Where the terminal is gone, nobody is left to tell.
    let _ = writeln!(io::stderr(), "{}", exit.summary);
    Ok(match exit.end {
        End::Quit => Exit::Done,
        End::Signal(Signal::Terminate) => Exit::Terminated,
        End::Signal(Signal::Interrupt) => Exit::Interrupted,
        End::Signal(_) | End::TerminalGone => Exit::HungUp,
    })
}
