//! `goingnats sub`: messages to stdout as they come.

use std::{future, time::Duration};

use anyhow::Result;
use jiff::tz::TimeZone;
use tokio::time::{Instant, sleep_until};

use super::{
    arguments::Sub,
    exit::{Exit, unusable},
    filter::read_filter,
    output::tell,
    print::Printer,
    recording::{Recording, received},
    session::{Session, with_session_until},
    supervise::Stop,
    target::Target,
};
use crate::{
    client::{Batch, Data, Error, Event, GapCause},
    context::Settings,
    filter::{Candidate, Filter},
    protocol::{Direction, Record, subject},
    recording::{self, Line},
    settings::Keep,
    text::{duration, number, quoted},
};

/// Prints until the count is reached, nothing came for the wait, or a signal comes.
/// Up to so many bytes are kept for a reader who is slow, before the oldest are dropped.
pub async fn sub(
    arguments: Sub,
    settings: Settings,
    keep: Keep,
    zone: TimeZone,
    stop: Stop,
) -> Result<Exit> {
    for subject in &arguments.subjects {
        subject::check_subscribe(subject.as_bytes()).map_err(Error::from)?;
    }
    if let Some(queue) = &arguments.queue {
        subject::check_queue(queue.as_bytes()).map_err(|error| unusable("--queue", error))?;
    }
    let filter = read_filter(
        "--where",
        arguments.condition.as_deref().unwrap_or_default(),
        &zone,
    )?;
    let printer = || Printer::new(arguments.forms.chosen()).in_zone(zone.clone());
    let target = Target::of(&settings, arguments.wait)?.keeping(keep);
    with_session_until(target, stop, async |session, stop| {
        let mut recording = Recording::off();
        let mut left = arguments.count;
        let mut ended = tokio::select! {
            ended = print(session, &arguments, &filter, (keep, printer()), &mut recording, &mut left) => ended,
            exit = stop.told() => Ok(exit),
        };
        if recording.is_on() {
            stop.finishes_a_file();
        }
        if left != Some(0) {
            ended = take_rest(session, &mut recording, &filter, keep, ended).await;
        }
        recording.end(ended)
    })
    .await
}

async fn print(
    session: &mut Session,
    arguments: &Sub,
    filter: &Filter,
    (keep, mut printer): (Keep, Printer),
    recording: &mut Recording,
    left: &mut Option<u64>,
) -> Result<Exit> {
    let queue = arguments.queue.as_deref().map(str::as_bytes);
    for subject in &arguments.subjects {
        session.subscribe(subject.as_bytes(), queue).await?;
    }
    // Not before: a connection that fails leaves no empty file behind.
    recording.begin(&arguments.record)?;
    let mut told = None;
    let mut last = Instant::now();
    let (mut open, mut reason) = (true, None);
    loop {
        // The end is told when the last message is printed.
        if !open && let Some(reason) = reason {
            return Err(Error::into(reason));
        }
        tokio::select! {
            // What came before an event, or before the wait is over, is printed before.
            biased;
            data = session.lanes.data.recv(), if open => match data {
                Some(Data::Received(batch)) => {
                    if take_batch(&mut printer, recording, &batch, filter, left)? {
                        printer.flush()?;
                        last = Instant::now();
                    } else if over(last, arguments.wait) {
                        // Also where others come without a pause.
                        return Ok(gave_up(arguments, filter, *left));
                    }
                    if *left == Some(0) {
                        return Ok(Exit::Done);
                    }
                }
                Some(other) => take_other(recording, &other, keep)?,
                None => open = false,
            },
            event = session.lanes.events.recv(), if reason.is_none() => match event {
                // Attempts that fail as the one before are not told again.
                Some(Event::Disconnected { reason, .. }) => {
                    let reason = Some(reason);
                    if let (Some(reason), true) = (&reason, reason != told) {
                        tell(format_args!("{reason}; trying to reconnect"));
                    }
                    told = reason;
                }
                Some(Event::Connected { .. }) => told = None,
                Some(Event::SubscriptionRefused { reason, .. }) => return Err(reason.into()),
                Some(Event::ServerError { text, .. }) => {
                    tell(format_args!("the server says {}", quoted(text)));
                },
                Some(Event::Closed { reason: why }) => reason = Some(why.unwrap_or(Error::Closed)),
                Some(_) => {}
                None => reason = Some(Error::Closed),
            },
            () = quiet(last, arguments.wait) => return Ok(gave_up(arguments, filter, *left)),
        }
    }
}

/// Records everything and prints what matches, until the count is reached; says whether any did. The
/// recording comes first, since whoever reads stdout may not.
fn take_batch(
    printer: &mut Printer,
    recording: &mut Recording,
    batch: &Batch,
    filter: &Filter,
    left: &mut Option<u64>,
) -> Result<bool> {
    let mut matching: Vec<&Record> = Vec::new();
    for record in &batch.records {
        if *left == Some(0) {
            break;
        }
        let matches = filter.matches(&candidate(batch, record));
        if recording.is_on() {
            recording.message(&received(batch, record))?;
        }
        if matches {
            if let Some(left) = left {
                *left -= 1;
            }
            matching.push(record);
        }
    }
    recording.flush()?;
    for record in &matching {
        if printer.prints_payloads_alone() {
            printer.payload(record.payload(&batch.bytes))?;
            continue;
        }
        let line = received(batch, record);
        printer.message(&Line { sid: None, ..line })?;
    }
    Ok(!matching.is_empty())
}

fn candidate<'a>(batch: &'a Batch, record: &Record) -> Candidate<'a> {
    Candidate {
        direction: Direction::In,
        subject: record.subject(&batch.bytes),
        reply: record.reply(&batch.bytes),
        header: record.header(&batch.bytes),
        payload: record.payload(&batch.bytes),
        at: batch.at,
        rtt: None,
    }
}

/// Records and tells what happened between messages.
fn take_other(recording: &mut Recording, data: &Data, keep: Keep) -> Result<(), recording::Error> {
    match data {
        Data::Gap(gap) => {
            recording.marker(&gap.into())?;
            match gap.cause {
                GapCause::Moved => tell(format_args!(
                    "moved to another server: messages may be here twice"
                )),
                GapCause::Lost => tell(format_args!(
                    "reconnected after {}: messages may be missing here",
                    duration::precise(gap.lasted)
                )),
            }
        }
        Data::Dropped(dropped) => {
            recording.marker(&dropped.into())?;
            tell(format_args!(
                "{} messages were dropped here: stdout is read too slowly; --keep holds more than {keep}",
                number::count(dropped.received)
            ));
        }
        Data::Received(_) | Data::Sent(_) => {}
    }
    Ok(())
}

/// Says goodbye; what had come by then is recorded, and what matches and is not printed is told.
async fn take_rest(
    session: &mut Session,
    recording: &mut Recording,
    filter: &Filter,
    keep: Keep,
    ended: Result<Exit>,
) -> Result<Exit> {
    let mut unprinted = 0;
    let mut outcome = Ok(());
    session
        .take_rest(|data| {
            if outcome.is_err() {
                return;
            }
            outcome = match &data {
                Data::Received(batch) => {
                    let matches = |record: &&Record| filter.matches(&candidate(batch, record));
                    unprinted += batch.records.iter().filter(matches).count() as u64;
                    recording.batch(batch)
                }
                other => take_other(recording, other, keep),
            };
        })
        .await;
    // Where nobody reads stdout any more, nobody misses what is not printed.
    let wanted = ended
        .as_ref()
        .map_or_else(|error| error.is::<Error>(), |_| true);
    if unprinted > 0 && wanted && outcome.is_ok() {
        let and = if recording.is_on() {
            "recorded and "
        } else {
            ""
        };
        tell(format_args!(
            "{} messages had come and were {and}not printed",
            number::count(unprinted)
        ));
    }
    match (outcome, ended) {
        (Err(error), Ok(_)) => Err(error.into()),
        (Err(error), Err(ended)) => {
            tell(error);
            Err(ended)
        }
        (Ok(()), ended) => ended,
    }
}

/// Whether nothing came for the wait.
fn over(last: Instant, wait: Option<Duration>) -> bool {
    wait.is_some_and(|wait| last.elapsed() >= wait)
}

/// How it ends where nothing came for the wait.
fn gave_up(arguments: &Sub, filter: &Filter, left: Option<u64>) -> Exit {
    let (Some(left), Some(wait)) = (left, arguments.wait) else {
        return Exit::Done;
    };
    let what = if filter.is_everything() {
        "nothing"
    } else {
        "nothing that matches"
    };
    tell(format_args!(
        "{what} came for {}, {left} more awaited",
        duration::precise(wait)
    ));
    Exit::TimedOut
}

/// Returns when nothing came for the wait; never where there is none.
async fn quiet(last: Instant, wait: Option<Duration>) {
    match wait.and_then(|wait| last.checked_add(wait)) {
        Some(end) => sleep_until(end).await,
        None => future::pending().await,
    }
}
