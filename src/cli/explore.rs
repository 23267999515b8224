//! The explorer: where the terminal front end gets what it works on.

use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
    time::Duration,
};

use anyhow::Result;

use super::exit::{Exit, UsageError};
use crate::{
    client::Options,
    context::Variables,
    history::Secrets,
    store,
    tui::{
        self, app,
        event_loop::End,
        terminal::{Capabilities, Signal},
    },
};

/// What the explorer is opened on.
pub struct Explorer<'a> {
    /// How to connect.
    pub options: Options,
    /// The context's name, where there is one.
    pub context: Option<String>,
    /// Whether sending there asks first.
    pub guarded: bool,
    /// How long a request waits unless the composer says otherwise.
    pub timeout: Duration,
    /// What it subscribes to at once.
    pub subscriptions: Vec<String>,
    /// The history file; nothing is recorded without.
    pub history: Option<PathBuf>,
    /// Which headers are not written to it.
    pub secrets: Secrets,
    /// The environment: what the terminal can do, and the way to the clipboard.
    pub variables: &'a Variables,
    /// What the composer holds at first: subject and payload. With the guide of the demo beside it.
    pub demo: Option<(String, String)>,
}

/// Opens the explorer and stays until it is left.
pub fn explore(explorer: Explorer) -> Result<Exit> {
    let variables = explorer.variables;
    let lookup = |name: &str| variables.get(name).map(str::to_owned);
    let (stdin, stdout) = (io::stdin().is_terminal(), io::stdout().is_terminal());
    let capabilities = Capabilities::new(lookup, stdin, stdout);
    capabilities
        .interactive()
        .map_err(|sentence| UsageError(sentence.to_owned()))?;
    let servers: Vec<String> = explorer
        .options
        .servers
        .iter()
        .map(ToString::to_string)
        .collect();
    let app = app::Setup {
        name: explorer.options.name.clone(),
        label: explorer.context.clone(),
        context: explorer.context,
        guarded: explorer.guarded,
        server: servers.join(", "),
        subscriptions: explorer.subscriptions,
        guide: explorer.demo.is_some(),
        draft: explorer.demo,
        timeout: explorer.timeout,
        keep: store::DEFAULT_BUDGET,
        colours: true,
        zone: jiff::tz::TimeZone::system(),
    };
    let exit = tui::run(tui::Setup {
        app,
        options: Options {
            retry_first: true,
            log_sent: true,
            ..explorer.options
        },
        panic_report: explorer
            .history
            .as_ref()
            .map(|path| path.with_file_name("panic.txt")),
        history: explorer.history,
        secrets: explorer.secrets,
        capabilities,
        variables: variables.clone(),
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
