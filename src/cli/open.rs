//! `goingnats open`: the explorer on a recording, with everything but sending.

use std::{
    fs::File,
    io::{self, IsTerminal},
    path::Path,
};

use anyhow::Result;

use super::{
    arguments::Open,
    exit::{Exit, UsageError},
    explore::{capabilities, panic_report, show},
};
use crate::{
    context::{DEFAULT_TIMEOUT, Environment},
    recording::Tape,
    settings::{Keep, Zone},
    store,
    tui::{
        self, Start,
        app::{self, Target},
        destinations::Destinations,
        jobs::Files,
    },
};

/// Shows a recording until the person leaves.
pub fn open(
    arguments: &Open,
    keep: Option<Keep>,
    zone: Zone,
    files: Files,
    environment: &Environment,
) -> Result<Exit> {
    let path = arguments.recording.as_path();
    let from_stdin = path == Path::new("-");
    let (tape, name) = if from_stdin {
        if io::stdin().is_terminal() {
            let sentence = "\"open -\" reads a recording from stdin, and stdin is a terminal";
            return Err(UsageError(sentence.to_owned()).into());
        }
        (Tape::stream(io::stdin(), "stdin"), "stdin".to_owned())
    } else {
        (Tape::open(path)?, path.display().to_string())
    };
    // Where stdin is the recording, keys come from the terminal behind it.
    let keys = io::stdin().is_terminal() || (from_stdin && File::open("/dev/tty").is_ok());
    let app = app::Setup {
        name: "goingnats".to_owned(),
        start: Target {
            server: name,
            ..Target::default()
        },
        subscriptions: Vec::new(),
        record: None,
        draft: None,
        timeout: DEFAULT_TIMEOUT,
        guide: false,
        keep: keep.map_or(store::DEFAULT_BUDGET, Keep::bytes),
        colours: true,
        zone,
        local_zone: jiff::tz::TimeZone::system(),
        home: environment.home.clone(),
        secrets: files.secrets.clone(),
    };
    show(tui::Setup {
        app,
        start: Start::Recording(Box::new(tape)),
        destinations: Destinations {
            environment: environment.clone(),
            ..Destinations::default()
        },
        panic_report: panic_report(files.history.as_deref()),
        files,
        capabilities: capabilities(&environment.variables, keys)?,
    })
}
