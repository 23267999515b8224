//! `goingnats history`: what was sent or saved, newest first.

use anyhow::Result;
use jiff::tz::TimeZone;

use super::{
    arguments::History as Arguments,
    exit::{Exit, UsageError},
    output::{Output, tell},
    print::took,
};
use crate::{
    history::{Entry, History, Kind, Line, Outcome, Secrets, Status, encode},
    payload::visible,
    recording::visible_json,
    settings::Paths,
};

/// Prints every entry on a line of its own. Lines that cannot be read are named and passed over; a file
/// that cannot be read is a failure.
pub fn history(
    arguments: &Arguments,
    paths: Option<&Paths>,
    secrets: &Secrets,
    zone: &TimeZone,
) -> Result<Exit> {
    let paths = paths.ok_or_else(|| {
        UsageError("the history needs a home directory; set GOINGNATS_HOME".to_owned())
    })?;
    let (history, problems) = History::load(paths.history());
    for problem in &problems {
        tell(problem);
    }
    let mut output = Output::new();
    for entry in history.entries() {
        if arguments.json {
            let line = Line::Entry(Box::new(entry.clone()));
            let json = encode(&line, secrets)?;
            let json = String::from_utf8_lossy(&json);
            output.line(visible_json(json.trim_end()))?;
        } else {
            output.line(for_people(entry, zone))?;
        }
    }
    output.flush()?;
    if history.left_out() > 0 {
        let path = history.path().display();
        tell(format_args!(
            "{} older entries are in {path} only",
            history.left_out()
        ));
    }
    let is_unreadable = problems.iter().any(|problem| problem.line.is_none());
    Ok(if is_unreadable {
        Exit::Failed
    } else {
        Exit::Done
    })
}

/// `2026-11-23 12:00:01 request today  %Y%m%d  replied in 2.003 s  20261123`
fn for_people(entry: &Entry, zone: &TimeZone) -> String {
    let at = entry.at.to_zoned(zone.clone());
    let kind = match entry.kind {
        Kind::Request => "request",
        Kind::Publish => "publish",
    };
    let name = match &entry.name {
        Some(name) => format!(" ({})", visible(name.as_bytes())),
        None => String::new(),
    };
    format!(
        "{} {kind} {}{name}  {}  {}",
        at.strftime("%Y-%m-%d %H:%M:%S"),
        visible(&entry.subject),
        visible(&entry.payload),
        became(entry.outcome.as_ref()),
    )
}

fn became(outcome: Option<&Outcome>) -> String {
    let Some(outcome) = outcome else {
        return "no outcome".to_owned();
    };
    match outcome.status {
        Status::Replied => {
            let rtt = outcome.rtt.map(|rtt| format!(" in {}", took(rtt)));
            let payload = outcome.replies.first().map(|reply| visible(&reply.payload));
            format!(
                "replied{}  {}",
                rtt.unwrap_or_default(),
                payload.unwrap_or_default()
            )
        }
        Status::TimedOut => "no answer".to_owned(),
        Status::NoResponders => "no responders".to_owned(),
        Status::Published => "published".to_owned(),
        Status::Failed => match &outcome.error {
            Some(error) => format!("failed: {}", visible(error.as_bytes())),
            None => "failed".to_owned(),
        },
    }
}
