//! `goingnats sub`: messages to stdout as they come.

use std::{future, time::Duration};

use anyhow::Result;
use tokio::time::{Instant, sleep_until};

use super::{
    arguments::Sub,
    exit::{Exit, unusable},
    filter::read_filter,
    output::tell,
    print::{Printer, took},
    recording::Recording,
    session::{Session, with_session},
    supervise::Stop,
};
use crate::{
    client::{Batch, Data, Error, Event, GapCause},
    context::Settings,
    filter::{self, Candidate, Filter},
    protocol::subject,
    recording::{Direction, Line},
    tui::tapes,
};

/// Prints until the count is reached, nothing came for the wait, or a signal comes.
pub async fn sub(arguments: Sub, settings: Settings, stop: Stop) -> Result<Exit> {
    for subject in &arguments.subjects {
        subject::check_subscribe(subject.as_bytes()).map_err(Error::from)?;
    }
    if let Some(queue) = &arguments.queue {
        subject::check_queue(queue.as_bytes()).map_err(|error| unusable("--queue", error))?;
    }
    let filter = read_filter(
        "--where",
        arguments.condition.as_deref().unwrap_or_default(),
    )?;
    let mut recording = Recording::off();
    let ended = with_session(settings.options()?, stop, async |session| {
        print(session, &arguments, &filter, &mut recording).await
    })
    .await;
    recording.end(ended)
}

async fn print(
    session: &mut Session,
    arguments: &Sub,
    filter: &Filter,
    recording: &mut Recording,
) -> Result<Exit> {
    let queue = arguments.queue.as_deref().map(str::as_bytes);
    for subject in &arguments.subjects {
        session.subscribe(subject.as_bytes(), queue).await?;
    }
    // Not before: a connection that fails leaves no empty file behind.
    recording.begin(&arguments.record)?;
    let mut printer = Printer::new(arguments.forms.chosen());
    let mut left = arguments.count;
    let mut connected = true;
    let mut last = Instant::now();
    loop {
        tokio::select! {
            Some(data) = session.lanes.data.recv() => match data {
                Data::Received(batch) => {
                    if take_batch(&mut printer, recording, &batch, filter, &mut left)? {
                        printer.flush()?;
                        last = Instant::now();
                    }
                    recording.flush()?;
                    if left == Some(0) {
                        return Ok(Exit::Done);
                    }
                }
                Data::Gap(gap) => {
                    recording.marker(&tapes::gap(&gap))?;
                    match gap.cause {
                        GapCause::Moved => tell(format_args!(
                            "moved to another server: messages may be here twice"
                        )),
                        GapCause::Lost => tell(format_args!(
                            "reconnected after {}: messages may be missing here",
                            took(gap.lasted)
                        )),
                    }
                }
                Data::Dropped(dropped) => {
                    recording.marker(&tapes::dropped(&dropped))?;
                    tell(format_args!(
                        "{} messages were dropped here: stdout is read too slowly",
                        dropped.received
                    ));
                }
                Data::Sent(_) => {}
            },
            event = session.lanes.events.recv() => match event {
                Some(Event::Disconnected { reason, .. }) if connected => {
                    tell(format_args!("{reason}; trying to reconnect"));
                    connected = false;
                }
                Some(Event::Connected { .. }) => connected = true,
                Some(Event::SubscriptionRefused { reason, .. }) => return Err(reason.into()),
                Some(Event::ServerError { text, .. }) => tell(format_args!("the server says {text:?}")),
                Some(Event::Closed { reason }) => return Err(reason.unwrap_or(Error::Closed).into()),
                Some(_) => {}
                None => return Err(Error::Closed.into()),
            },
            () = quiet(last, arguments.wait) => {
                let (Some(left), Some(wait)) = (left, arguments.wait) else {
                    return Ok(Exit::Done);
                };
                let what = if filter.is_everything() { "nothing" } else { "nothing that matches" };
                tell(format_args!("{what} came for {}, {left} more awaited", took(wait)));
                return Ok(Exit::TimedOut);
            }
        }
    }
}

/// Records everything and prints what matches, until the count is reached; says whether any did.
fn take_batch(
    printer: &mut Printer,
    recording: &mut Recording,
    batch: &Batch,
    filter: &Filter,
    left: &mut Option<u64>,
) -> Result<bool> {
    let mut matched = false;
    for record in &batch.records {
        if *left == Some(0) {
            break;
        }
        let line = || tapes::message(batch, record, Direction::In);
        if recording.is_on() {
            recording.message(&line())?;
        }
        let message = Candidate {
            direction: filter::Direction::In,
            subject: record.subject(&batch.bytes),
            reply: record.reply(&batch.bytes),
            header: record.header(&batch.bytes),
            payload: record.payload(&batch.bytes),
            at: batch.at,
            rtt: None,
        };
        if !filter.matches(&message) {
            continue;
        }
        if let Some(left) = left {
            *left -= 1;
        }
        matched = true;
        printer.message(&Line {
            sid: None,
            ..line()
        })?;
    }
    Ok(matched)
}

/// Returns when nothing came for the wait; never where there is none.
async fn quiet(last: Instant, wait: Option<Duration>) {
    match wait.and_then(|wait| last.checked_add(wait)) {
        Some(end) => sleep_until(end).await,
        None => future::pending().await,
    }
}
