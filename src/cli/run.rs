//! From the arguments to the exit code.

use std::{env, process::ExitCode};

use anyhow::Result;
use clap::Parser;
use directories::ProjectDirs;

use super::{
    arguments::{Arguments, Command},
    demo::demo,
    exit::{Exit, Sentence, UsageError, class},
    explore::{Explorer, explore},
    history::history,
    log,
    output::{OutputError, tell},
    publish::publish,
    record::Recorder,
    replay::replay,
    request::request,
    serve::serve,
    subscribe::sub,
    supervise::supervise,
};
use crate::{
    context::{Variables, resolve},
    settings::Paths,
};

/// Runs the command line of this process and says how it ended.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let exit = match error.print().map_err(OutputError::from) {
                Err(OutputError::Failed(unwritten)) if !error.use_stderr() => {
                    tell(OutputError::Failed(unwritten));
                    Exit::Failed
                }
                // Help that nobody reads is no failure.
                _ if !error.use_stderr() => Exit::Done,
                _ => Exit::Usage,
            };
            return exit.into();
        }
    };
    let exit = run(arguments, &env::vars_os().collect()).unwrap_or_else(|error| {
        let exit = class(&error);
        if exit != Exit::Done {
            tell(Sentence(&error));
        }
        exit
    });
    exit.into()
}

fn run(arguments: Arguments, variables: &Variables) -> Result<Exit> {
    let log = variables.raw("GOINGNATS_LOG").map(Into::into);
    if let Some(log) = arguments.log.clone().or(log) {
        log::start(&log)?;
    }
    if arguments.command.is_some() && !arguments.subscriptions.is_empty() {
        let sentence = "--sub is for the explorer; to print messages there is \"goingnats sub\"";
        return Err(UsageError(sentence.to_owned()).into());
    }
    let dirs = ProjectDirs::from("", "", "goingnats");
    let moved = variables.raw("GOINGNATS_HOME").map(AsRef::as_ref);
    let paths = Paths::new(moved, dirs.as_ref().map(ProjectDirs::data_dir));
    let flags = arguments.flags();
    let settings = || resolve(&flags, variables);
    match arguments.command {
        None => {
            let settings = settings()?;
            explore(Explorer {
                options: settings.options()?,
                context: None,
                timeout: settings.timeout.value,
                subscriptions: arguments.subscriptions,
                history: paths.map(|paths| paths.history()),
                variables,
                demo: None,
            })
        }
        Some(Command::Demo(arguments)) => demo(
            &arguments,
            flags,
            paths.map(|paths| paths.history()),
            variables,
        ),
        Some(Command::Sub(arguments)) => {
            let settings = settings()?;
            supervise(move |stop| sub(arguments, settings, stop))
        }
        Some(Command::Pub(arguments)) => {
            let settings = settings()?;
            let recorder = Recorder::new(arguments.history, paths.as_ref())?;
            supervise(move |stop| publish(arguments, settings, recorder, stop))
        }
        Some(Command::Request(arguments)) => {
            let settings = settings()?;
            let recorder = Recorder::new(arguments.history, paths.as_ref())?;
            supervise(move |stop| request(arguments, settings, recorder, stop))
        }
        Some(Command::Replay(arguments)) => {
            let settings = settings()?;
            supervise(move |stop| replay(arguments, settings, stop))
        }
        Some(Command::Serve(arguments)) => supervise(move |stop| serve(arguments, stop)),
        Some(Command::History(arguments)) => history(&arguments, paths.as_ref()),
    }
}
