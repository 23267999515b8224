//! `goingnats history`: what was sent or saved, newest first.

use anyhow::Result;
use jiff::tz::TimeZone;

use super::{
    arguments::History as Arguments,
    exit::{Exit, UsageError},
    output::{Output, tell},
};
use crate::{
    protocol::HeaderBlock,
    requests::{Entry, HIDDEN, History, Kind, Line, Outcome, ReplyRecord, Secrets, Status, encode},
    settings::Paths,
    text::{duration, visible, visible_json, visible_subject},
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
    if arguments.json {
        // as the file holds them, so that replay sends them in their order
        for entry in history.entries().rev() {
            let line = Line::Entry(Box::new(entry.clone()));
            let json = encode(&line, secrets)?;
            let json = String::from_utf8_lossy(&json);
            output.line(visible_json(json.trim_end()))?;
        }
    } else {
        for entry in history.entries() {
            output.line(for_people(entry, zone, secrets))?;
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

/// `2026-11-23 12:00:01 request today (on nats://h:4222)  %Y%m%d  replied in 2.003 s (A: 1)  20261123`
fn for_people(entry: &Entry, zone: &TimeZone, secrets: &Secrets) -> String {
    let at = entry.at.to_zoned(zone.clone());
    let kind = match entry.kind {
        Kind::Request => "request",
        Kind::Publish => "publish",
    };
    let shown = |text: &str| visible(text.as_bytes()).into_owned();
    let name = entry.name.as_deref().map(shown);
    let context = entry.context.as_deref();
    let context = context.map(|context| format!("context {}", shown(context)));
    let server = match entry.server.as_str() {
        "" => None,
        server => Some(format!("on {}", shown(server))),
    };
    let more: Vec<String> = name.into_iter().chain(context).chain(server).collect();
    let hide = |name: &str| entry.hides(secrets, name);
    format!(
        "{} {kind} {}{}  {}  {}",
        at.strftime("%Y-%m-%d %H:%M:%S"),
        visible_subject(&entry.subject),
        in_parentheses(&more),
        visible(&entry.payload),
        became(entry.outcome.as_ref(), hide),
    )
}

fn in_parentheses(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        parts => format!(" ({})", parts.join(", ")),
    }
}

fn became(outcome: Option<&Outcome>, hide: impl Fn(&str) -> bool) -> String {
    let Some(outcome) = outcome else {
        return "no outcome".to_owned();
    };
    let rtt = |word: &str| match outcome.rtt {
        Some(rtt) => format!(" {word} {}", duration::precise(rtt)),
        None => String::new(),
    };
    let ended = match outcome.status {
        Status::Replied => format!("replied{}", rtt("in")),
        Status::ServiceError => match &outcome.service_error {
            Some(error) => format!("failed{}: {error}", rtt("after")),
            None => format!("failed{}", rtt("after")),
        },
        Status::TimedOut => "no answer".to_owned(),
        Status::NoResponders => "no responders".to_owned(),
        Status::Published => "published".to_owned(),
        Status::Failed => match &outcome.error {
            Some(error) => format!("failed: {}", visible(error.as_bytes())),
            None => "failed".to_owned(),
        },
    };
    let replies = outcome
        .replies
        .iter()
        .map(|reply| shown_reply(reply, &hide));
    ended + &replies.collect::<String>()
}

/// ` (Name: value)  payload`, and how much of it was not kept.
fn shown_reply(reply: &ReplyRecord, hide: impl Fn(&str) -> bool) -> String {
    let read = HeaderBlock::parse(&reply.header);
    let status = read.status.map(|status| {
        let description = visible(read.description);
        format!("status {status} {description}")
            .trim_end()
            .to_owned()
    });
    let fields = read.fields.iter().map(|(name, value)| {
        let name = visible(name);
        let value = if hide(name.trim()) {
            HIDDEN.into()
        } else {
            visible(value)
        };
        format!("{name}: {value}")
    });
    let headers: Vec<String> = status.into_iter().chain(fields).collect();
    let cut = match reply.truncated {
        Some(whole) => format!("… ({} of {whole} bytes kept)", reply.payload.len()),
        None => String::new(),
    };
    format!(
        "{}  {}{cut}",
        in_parentheses(&headers),
        visible(&reply.payload)
    )
}
