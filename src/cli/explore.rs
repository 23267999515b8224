//! The explorer: where the terminal front end gets what it works on.

use std::io::{self, IsTerminal, Write};

use anyhow::Result;

use super::exit::{Exit, UsageError};
use crate::{
    context::{self, shown_servers},
    settings::Keep,
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
    /// Bytes that the log may hold; `None` for the default.
    pub keep: Option<Keep>,
    /// The files that are read and written while it runs.
    pub files: Files,
    /// What the composer holds at first: subject and payload. With the guide of the demo beside it.
    pub demo: Option<(String, String)>,
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
        keep,
        files,
        demo,
    } = explorer;
    let variables = &destinations.environment.variables;
    let lookup = |name: &str| variables.get(name).map(str::to_owned);
    let (stdin, stdout) = (io::stdin().is_terminal(), io::stdout().is_terminal());
    let capabilities = Capabilities::new(lookup, stdin, stdout);
    capabilities
        .interactive()
        .map_err(|sentence| UsageError(sentence.to_owned()))?;
    let (target, start) = first(&connection, &destinations)?;
    let app = app::Setup {
        name: connection.name.value.clone(),
        start: target,
        subscriptions,
        guide: demo.is_some(),
        draft: demo,
        timeout: connection.timeout.value,
        keep: keep.map_or(store::DEFAULT_BUDGET, Keep::bytes),
        colours: true,
        zone: jiff::tz::TimeZone::system(),
    };
    let exit = tui::run(tui::Setup {
        app,
        start,
        destinations,
        panic_report: files
            .history
            .as_ref()
            .map(|path| path.with_file_name("panic.txt")),
        files,
        capabilities,
    })?;
    // Where the terminal is gone, nobody is left to tell.
    let _ = writeln!(io::stderr(), "{}", exit.summary);
    Ok(match exit.end {
        End::Quit => Exit::Done,
        End::Signal(Signal::Terminate) => Exit::Terminated,
        End::Signal(Signal::Interrupt) => Exit::Interrupted,
        End::Signal(_) | End::TerminalGone => Exit::HungUp,
    })
}
