//! From the arguments to the exit code.

use std::{env, process::ExitCode};

use anyhow::Result;
use clap::Parser;
use directories::{BaseDirs, ProjectDirs};
use jiff::tz::TimeZone;

use super::{
    arguments::{Arguments, Command, Held},
    context::context,
    demo::demo,
    exit::{Exit, Sentence, UsageError, class},
    explore::{Explorer, destinations, explore, files},
    history::history,
    log,
    open::open,
    output::{OutputError, tell},
    publish::publish,
    record::Recorder,
    replay::replay,
    request::request,
    serve::serve,
    subscribe::sub,
    supervise::supervise,
    warn::warn,
};
use crate::{
    context::{self, Environment, resolve},
    requests::Secrets,
    settings::{Keep, Paths, Platform, Settings},
    store,
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
    let exit = run(arguments, &environment()).unwrap_or_else(|error| {
        let exit = class(&error);
        if exit != Exit::Done {
            tell(Sentence(&error));
        }
        exit
    });
    exit.into()
}

/// What surrounds this process, asked once.
fn environment() -> Environment {
    Environment {
        variables: env::vars_os().collect(),
        home: BaseDirs::new().map(|dirs| dirs.home_dir().to_path_buf()),
        // Where it is gone, only relative paths suffer.
        working_directory: env::current_dir().unwrap_or_default(),
    }
}

fn run(arguments: Arguments, environment: &Environment) -> Result<Exit> {
    let variables = &environment.variables;
    let log = variables.raw("GOINGNATS_LOG").map(Into::into);
    if let Some(log) = arguments.log.clone().or(log) {
        log::start(&log)?;
    }
    if arguments.command.is_some() && !arguments.subscriptions.is_empty() {
        let sentence = "--sub is for the explorer; to print messages there is \"goingnats sub\"";
        return Err(UsageError(sentence.to_owned()).into());
    }
    if arguments.command.is_some() && arguments.record.file.is_some() {
        let sentence = "--record goes behind the command: goingnats sub --record FILE SUBJECT";
        return Err(UsageError(sentence.to_owned()).into());
    }
    let keeps_messages = matches!(
        arguments.command,
        None | Some(Command::Demo(_) | Command::Open(_) | Command::Sub(_) | Command::Request(_))
    );
    if arguments.kept.keep.is_some() && !keeps_messages {
        let sentence =
            "--keep is for the explorer, sub and request: other commands keep no messages";
        return Err(UsageError(sentence.to_owned()).into());
    }
    let dirs = ProjectDirs::from("", "", "goingnats");
    let platform = dirs.as_ref().map(|dirs| Platform {
        data: dirs.data_dir(),
        config: dirs.config_dir(),
    });
    let moved = variables.raw("GOINGNATS_HOME").map(AsRef::as_ref);
    let paths = Paths::new(moved, platform);
    let settings = match &paths {
        Some(paths) => Settings::load(&paths.settings())?,
        None => Settings::default(),
    };
    let hidden = settings.history.hide_headers.clone();
    let secrets = hidden.map_or_else(Secrets::default, Secrets::new);
    let keep = arguments.kept.keep.or(settings.keep);
    let held = |asked: Held| {
        let keep = asked.keep.or(keep);
        keep.unwrap_or(Keep::nearest(store::DEFAULT_BUDGET))
    };
    let zone = settings.zone.time_zone(&TimeZone::system());
    let flags = arguments.flags();
    let connection = || -> Result<context::Settings> {
        let connection = resolve(&flags, environment)?;
        warn(&connection);
        Ok(connection)
    };
    match arguments.command {
        None => explore(Explorer {
            connection: connection()?,
            destinations: destinations(flags, settings, environment),
            subscriptions: arguments.subscriptions,
            record: arguments.record.asked(),
            keep,
            files: files(paths, secrets),
            demo: None,
        }),
        Some(Command::Demo(arguments)) => demo(
            &arguments,
            flags,
            files(paths, secrets),
            settings,
            arguments.kept.keep.or(keep),
            environment,
        ),
        Some(Command::Sub(arguments)) => {
            let connection = connection()?;
            let keep = held(arguments.held);
            supervise(move |stop| sub(arguments, connection, keep, zone, stop))
        }
        Some(Command::Pub(arguments)) => {
            let connection = connection()?;
            let recorder = Recorder::new(arguments.history, paths.as_ref(), secrets)?;
            supervise(move |stop| publish(arguments, connection, recorder, stop))
        }
        Some(Command::Request(arguments)) => {
            let connection = connection()?;
            let recorder = Recorder::new(arguments.history, paths.as_ref(), secrets)?;
            let keep = held(arguments.held);
            supervise(move |stop| request(arguments, connection, keep, recorder, stop))
        }
        Some(Command::Replay(arguments)) => {
            let connection = connection()?;
            supervise(move |stop| replay(arguments, connection, stop))
        }
        Some(Command::Open(arguments)) => open(
            &arguments,
            arguments.kept.keep.or(keep),
            settings.zone,
            files(paths, secrets),
            environment,
        ),
        Some(Command::Serve(arguments)) => supervise(move |stop| serve(arguments, stop)),
        Some(Command::History(arguments)) => history(&arguments, paths.as_ref(), &secrets, &zone),
        Some(Command::Context(arguments)) => context(arguments, flags, environment),
    }
}
