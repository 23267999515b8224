//! `goingnats pub`: publishes, and ends when the server has processed it.

use anyhow::Result;
use jiff::Timestamp;

use super::{
    arguments::Publish,
    body::body,
    exit::{Exit, unusable},
    record::Recorder,
    request::headers,
    session::{Session, with_session},
    supervise::Stop,
    target::Target,
};
use crate::{
    client::Error,
    context::Settings,
    protocol::subject,
    requests::{Entry, Kind},
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
    let target = Target::of(&settings, None)?;
    let payload = tokio::select! {
        payload = body(arguments.body.clone(), true) => payload?,
        exit = stop.told() => return Ok(exit),
    };
    with_session(target, stop, async |session| {
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
            .publish(
                &entry.subject,
                reply,
                &headers,
                &entry.payload,
                entry.timeout,
            )
            .await?;
    }
    Ok(session.flush(entry.timeout).await?)
}
