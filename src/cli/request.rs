//! `goingnats request`: sends a request and prints what comes back.

use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use tokio::time::timeout;

use super::{
    arguments::Request,
    body::body,
    exit::Exit,
    failed_reply::FailedReply,
    print::Printer,
    record::Recorder,
    session::{Reply, Session, now, with_session},
    supervise::Stop,
    target::Target,
};
use crate::{
    client::{Data, Error, GapCause, Message},
    context::Settings,
    protocol::{Direction, HeaderBlock, Headers, subject},
    recording::Line,
    requests::{Entry, Kind, new_id},
    settings::Keep,
    text::visible_subject,
};

/// Sends the request and prints each reply as it comes. A reply that says that the service failed is
/// printed too, and is a failure.
pub async fn request(
    arguments: Request,
    settings: Settings,
    keep: Keep,
    recorder: Recorder,
    mut stop: Stop,
) -> Result<Exit> {
    subject::check_publish(arguments.subject.as_bytes()).map_err(Error::from)?;
    let given = arguments.headers.pairs()?;
    headers(&given)?;
    let target = Target::of(&settings, None)?.keeping(keep);
    let payload = tokio::select! {
        payload = body(Some(arguments.body.clone()), false) => payload?,
        exit = stop.told() => return Ok(exit),
    };
    with_session(target, stop, async |session| {
        let mut entry = Entry {
            headers: given.clone(),
            payload,
            timeout: settings.timeout.value,
            context: settings.context_name(),
            server: session.server.clone(),
            ..Entry::new(Kind::Request, arguments.subject.as_str(), Timestamp::now())
        };
        recorder.begin(&entry)?;
        let mut printer = Printer::new(arguments.forms.chosen());
        let mut replies = Vec::new();
        let mut take = |reply: Reply| {
            let printed = print(&mut printer, &reply, arguments.replies != 1);
            replies.push(reply);
            printed
        };
        let result = match arguments.replies {
            1 => match ask(session, &entry).await {
                Ok(reply) => take(reply),
                Err(error) => Err(error),
            },
            wanted => {
                let inbox = format!("{}.{}", settings.inbox_prefix.value, new_id());
                gather(session, &entry, &inbox, wanted, take).await
            }
        };
        let failed = FailedReply::among(&entry.subject, &replies);
        recorder.end(&mut entry, &replies, result.and(failed.map_err(Into::into)))
    })
    .await
}

/// Sends a request and waits for the one reply.
pub async fn ask(session: &mut Session, entry: &Entry) -> Result<Reply> {
    let headers = headers(&entry.headers)?;
    let payload = entry.payload.clone();
    let reply = session
        .request(&entry.subject, headers, payload, entry.timeout)
        .await?;
    Ok(reply)
}

/// The headers of an entry, as they are sent.
pub fn headers(lines: &[(String, String)]) -> Result<Headers, Error> {
    let mut headers = Headers::new();
    for (name, value) in lines {
        headers.append(name, value)?;
    }
    Ok(headers)
}

/// Sends a request that several may answer, on an inbox of its own, and takes the replies until there
/// are as many as wanted (0: no limit) or the time is over.
async fn gather(
    session: &mut Session,
    entry: &Entry,
    inbox: &str,
    wanted: u64,
    mut take: impl FnMut(Reply) -> Result<()>,
) -> Result<()> {
    let headers = headers(&entry.headers)?;
    let inbox = inbox.as_bytes();
    let mut count = 0;
    let all = async {
        let subscription = session.subscribe(inbox, None).await.map_err(of_inbox)?;
        let sent = now();
        session
            .publish(
                &entry.subject,
                Some(inbox),
                &headers,
                &entry.payload,
                entry.timeout,
            )
            .await?;
        session.flush(entry.timeout).await?;
        while wanted == 0 || count < wanted {
            let Some(data) = session.lanes.data.recv().await else {
                return Err(Error::Closed.into());
            };
            let batch = match data {
                Data::Received(batch) => batch,
                Data::Gap(gap) if gap.cause == GapCause::Moved => continue,
                // A reply may have been lost with the connection, and the request with it.
                Data::Gap(_) => return Err(Error::Disconnected.into()),
                Data::Sent(_) | Data::Dropped(_) => continue,
            };
            let at = batch.at;
            let rtt = u64::try_from(at - sent).map_or(Duration::ZERO, Duration::from_nanos);
            let replies = batch
                .records
                .iter()
                .filter(|record| record.sid == subscription.0);
            for record in replies {
                if is_no_responders(record.header(&batch.bytes), record.payload(&batch.bytes)) {
                    let subject = visible_subject(&entry.subject).into_owned();
                    return Err(Error::NoResponders { subject }.into());
                }
                count += 1;
                let message = Message::copy(record, &batch.bytes);
                take(Reply { message, at, rtt })?;
                if count == wanted {
                    break;
                }
            }
        }
        Ok(())
    };
    let ended = timeout(entry.timeout, all).await;
    match ended {
        Ok(result) => result,
        Err(_) if wanted == 0 && count > 0 => Ok(()),
        Err(_) => {
            session.look_for_trouble()?;
            Err(Error::Timeout {
                subject: visible_subject(&entry.subject).into_owned(),
                after: entry.timeout,
            }
            .into())
        }
    }
}

/// What it means that a subscription is refused which is for replies.
fn of_inbox(error: Error) -> Error {
    match error {
        Error::Denied { subject, reason } => Error::InboxDenied { subject, reason },
        error => error,
    }
}

/// The server's own word for it: status 503 and no payload (ADR-4, nats-server `client.go`).
fn is_no_responders(header: &[u8], payload: &[u8]) -> bool {
    payload.is_empty() && !header.is_empty() && HeaderBlock::status_of(header) == Some(503)
}

fn print(printer: &mut Printer, reply: &Reply, one_of_several: bool) -> Result<()> {
    let message = &reply.message;
    let line = Line {
        rtt: Some(reply.rtt),
        ..Line::new(
            reply.at,
            Direction::In,
            &message.subject,
            message.reply.as_deref(),
            &message.header,
            &message.payload,
        )
    };
    printer.reply(&line, one_of_several)?;
    Ok(printer.flush()?)
}
