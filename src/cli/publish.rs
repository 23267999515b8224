//! `goingnats pub`: publishes, and ends when the server has processed it.

use std::io::{self, IsTerminal, Read};

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;

use super::{
    arguments::Publish,
    exit::{Exit, unusable},
    record::Recorder,
    request::headers,
    session::{Session, with_session},
    supervise::{Stop, on_thread},
};
use crate::{
    client::Error,
    context::Settings,
    history::{Entry, Kind},
    protocol::{Limits, subject},
};

/// Publishes the body as often as asked; the history keeps it once.
pub async fn publish(
    arguments: Publish,
    settings: Settings,
    recorder: Recorder,
    mut stop: Stop,
) -> Result<Exit> {
    subject::check_publish(arguments.subject.as_bytes()).map_err(Error::from)?;
    if let Some(reply) = &arguments.reply {
        subject::check_publish(reply.as_bytes()).map_err(|error| unusable("--reply", error))?;
    }
    let given = arguments.headers.pairs()?;
    headers(&given)?;
    let options = settings.options()?;
    let payload = tokio::select! {
        payload = body(arguments.body.clone()) => payload?,
        exit = stop.told() => return Ok(exit),
    };
    with_session(options, stop, async |session| {
        let mut entry = Entry {
            headers: given.clone(),
            payload,
            timeout: settings.timeout.value,
            context: settings.context_name(),
            server: session.server.clone(),
            ..Entry::new(Kind::Publish, arguments.subject.as_str(), Timestamp::now())
        };
        recorder.begin(&entry)?;
        let result = send(session, &entry, &arguments).await;
        recorder.end(&mut entry, &[], result)
    })
    .await
}

async fn send(session: &mut Session, entry: &Entry, arguments: &Publish) -> Result<()> {
    let headers = headers(&entry.headers)?;
    let reply = arguments.reply.as_deref().map(str::as_bytes);
    for _ in 0..arguments.count {
        session
            .publish(&entry.subject, reply, &headers, &entry.payload)
            .await?;
    }
    Ok(session.flush(entry.timeout).await?)
}

/// The body of the command line, else what stdin holds; nothing where stdin is a terminal.
async fn body(argument: Option<String>) -> Result<Vec<u8>> {
    match argument {
        Some(body) => Ok(body.into_bytes()),
        None if io::stdin().is_terminal() => Ok(Vec::new()),
        None => on_thread(read_stdin).await?,
    }
}

fn read_stdin() -> Result<Vec<u8>> {
    let limit = Limits::CLIENT.message;
    let mut body = Vec::new();
    io::stdin()
        .lock()
        .take(limit as u64 + 1)
        .read_to_end(&mut body)
        .context("stdin")?;
    if body.len() > limit {
        bail!("stdin holds more than {limit} bytes, and no server takes that");
    }
    Ok(body)
}
