//! `goingnats replay`: the saved requests of a file, sent again in their order.

use anyhow::{Result, bail};

use super::{
    arguments::Replay,
    exit::{Exit, Sentence, UsageError, class},
    output::{Output, tell},
    print::took,
    request::{ask, headers},
    session::{Session, with_session},
    supervise::Stop,
};
use crate::{
    context::{Origin, Settings},
    history::{Entry, Kind, glob_matches, read_requests},
    text::visible,
};

/// Sends every saved request, also after one that failed, and prints what became of each, one a line.
/// Ends as the first failure says. A saved request is one with a name; a `--timeout` on the command
/// line holds for all of them instead of their own.
pub async fn replay(arguments: Replay, settings: Settings, stop: Stop) -> Result<Exit> {
    let file = &arguments.file;
    let (entries, problems) = read_requests(file).map_err(|error| UsageError(error.to_string()))?;
    for problem in &problems {
        tell(problem);
    }
    let saved: Vec<(String, Entry)> = entries.into_iter().filter_map(named(&arguments)).collect();
    if saved.is_empty() {
        let file = file.display();
        let sentence = match &arguments.names {
            Some(wanted) => format!("{file}: no saved request has a name that matches {wanted:?}"),
            None => format!("{file}: no request in it has a name, and only those are replayed"),
        };
        return Err(UsageError(sentence).into());
    }
    with_session(settings.options()?, stop, async |session| {
        let mut output = Output::new();
        let mut exit = match problems.as_slice() {
            [] => Exit::Done,
            _ => Exit::Failed,
        };
        for (name, mut entry) in saved {
            if let Origin::Flag(_) = settings.timeout.origin {
                entry.timeout = settings.timeout.value;
            }
            let became = match send(session, &entry).await {
                Ok(became) => became,
                Err(error) => {
                    if exit == Exit::Done {
                        exit = class(&error);
                    }
                    Sentence(&error).to_string()
                }
            };
            output.line(format_args!("{}  {became}", visible(name.as_bytes())))?;
            output.flush()?;
        }
        Ok(exit)
    })
    .await
}

fn named(arguments: &Replay) -> impl Fn(Entry) -> Option<(String, Entry)> {
    let names = arguments.names.clone();
    move |entry| {
        let name = entry.name.clone()?;
        let wanted = names.as_ref().is_none_or(|glob| glob_matches(glob, &name));
        wanted.then_some((name, entry))
    }
}

async fn send(session: &mut Session, entry: &Entry) -> Result<String> {
    if let Some(name) = entry.hidden().next() {
        bail!(
            "the value of header {name:?} was not written to the file; put it there and try again"
        );
    }
    match entry.kind {
        Kind::Request => {
            let reply = ask(session, entry).await?;
            let payload = visible(&reply.message.payload).into_owned();
            Ok(format!("replied in {}  {payload}", took(reply.rtt)))
        }
        Kind::Publish => {
            let headers = headers(&entry.headers)?;
            session
                .publish(&entry.subject, None, &headers, &entry.payload)
                .await?;
            session.flush(entry.timeout).await?;
            Ok("published".to_owned())
        }
    }
}
