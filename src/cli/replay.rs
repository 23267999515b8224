//! `goingnats replay`: the saved requests of a file, sent again in their order.

use std::{
    io::{self, IsTerminal},
    path::Path,
};

use anyhow::{Result, bail};

use super::{
    arguments::Replay,
    exit::{Exit, Sentence, UsageError, class},
    output::{Output, tell},
    request::{ask, headers},
    session::{Session, with_session},
    supervise::Stop,
    target::Target,
};
use crate::{
    context::{Origin, Settings},
    requests::{Entry, Kind, Problem, read_requests, read_requests_from},
    text::{duration, glob_matches, quoted, visible},
};

/// Sends every saved request, also after one that failed, and prints what became of each, one a line.
/// Ends as the first failure says. A saved request is one with a name; a `--timeout` on the command
/// line holds for all of them instead of their own.
pub async fn replay(arguments: Replay, settings: Settings, stop: Stop) -> Result<Exit> {
    let (entries, problems) = read(&arguments.file)?;
    for problem in &problems {
        tell(problem);
    }
    let saved: Vec<(String, Entry)> = entries.into_iter().filter_map(named(&arguments)).collect();
    if saved.is_empty() {
        let file = name_of(&arguments.file).display();
        let sentence = match &arguments.names {
            Some(wanted) => {
                let wanted = quoted(wanted);
                format!("{file}: no saved request has a name that matches {wanted}")
            }
            None => format!("{file}: no request in it has a name, and only those are replayed"),
        };
        return Err(UsageError(sentence).into());
    }
    let longest = saved.iter().map(|(_, entry)| entry.timeout).max();
    with_session(Target::of(&settings, longest)?, stop, async |session| {
        let mut output = Output::new();
        let mut exit = match problems.as_slice() {
            [] => Exit::Done,
            _ => Exit::Failed,
        };
        for (name, mut entry) in saved {
            if let Origin::Flag(_) = settings.timeout.origin {
                entry.timeout = settings.timeout.value;
            }
            let (became, ended) = match send(session, &entry).await {
                Ok(became) => became,
                Err(error) => (Sentence(&error).to_string(), class(&error)),
            };
            if exit == Exit::Done {
                exit = ended;
            }
            output.line(format_args!("{}  {became}", visible(name.as_bytes())))?;
            output.flush()?;
        }
        Ok(exit)
    })
    .await
}

/// What the file is called in sentences.
fn name_of(file: &Path) -> &Path {
    if file == Path::new("-") {
        Path::new("stdin")
    } else {
        file
    }
}

fn read(file: &Path) -> Result<(Vec<Entry>, Vec<Problem>), UsageError> {
    let read = if file == Path::new("-") {
        if io::stdin().is_terminal() {
            let sentence = "\"replay -\" reads requests from stdin, and stdin is a terminal";
            return Err(UsageError(sentence.to_owned()));
        }
        read_requests_from(io::stdin().lock(), name_of(file))
    } else {
        read_requests(file)
    };
    read.map_err(|error| UsageError(error.to_string()))
}

fn named(arguments: &Replay) -> impl Fn(Entry) -> Option<(String, Entry)> {
    let names = arguments.names.clone();
    move |entry| {
        let name = entry.name.clone()?;
        let wanted = names.as_ref().is_none_or(|glob| glob_matches(glob, &name));
        wanted.then_some((name, entry))
    }
}

/// Sends one, and tells what became of it and whether that is a failure.
async fn send(session: &mut Session, entry: &Entry) -> Result<(String, Exit)> {
    if let Some(name) = entry.hidden().next() {
        let name = quoted(name);
        bail!("the value of header {name} was not written to the file; put it there and try again");
    }
    match entry.kind {
        Kind::Request => {
            let reply = ask(session, entry).await?;
            let payload = visible(&reply.message.payload);
            let took = duration::precise(reply.rtt);
            Ok(match reply.message.service_error() {
                None => (format!("replied in {took}  {payload}"), Exit::Done),
                Some(error) => {
                    let became = format!("failed after {took}: {error}  {payload}");
                    (became, Exit::Failed)
                }
            })
        }
        Kind::Publish => {
            let headers = headers(&entry.headers)?;
            session
                .publish(
                    &entry.subject,
                    None,
                    &headers,
                    &entry.payload,
                    entry.timeout,
                )
                .await?;
            session.flush(entry.timeout).await?;
            Ok(("published".to_owned(), Exit::Done))
        }
    }
}
