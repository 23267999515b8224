//! How we stand with the servers, in words.

use ratatui::style::Style;

use super::time;
use crate::{
    client::ServerState,
    text::{duration, number, visible},
    tui::app::{App, Phase},
};

/// `3 servers, 1 failed`.
pub fn count(app: &App) -> String {
    let pool = app.servers.pool();
    let failed = pool
        .iter()
        .filter(|entry| entry.state == ServerState::Failed);
    let servers = match pool.len() {
        1 => "1 server".to_owned(),
        n => format!("{} servers", number::count(n as u64)),
    };
    match failed.count() {
        0 => servers,
        n => format!("{servers}, {} failed", number::count(n as u64)),
    }
}

/// How we stand, and what comes next, in a sentence.
pub fn sentence(app: &App) -> (String, Style) {
    let theme = &app.theme;
    match &app.phase {
        Phase::Idle => ("Nothing was dialed yet.".into(), theme.dim),
        Phase::Connecting { server, attempt } => {
            let nth = match attempt {
                0 | 1 => String::new(),
                n => format!(" (attempt {n})"),
            };
            (
                format!("Connecting to {}{nth}…", legible(server)),
                theme.notice,
            )
        }
        Phase::Connected { server, info, .. } => {
            let server = legible(server);
            match app.servers.moving() {
                Some(other) => {
                    let other = legible(other);
                    (
                        format!("Moving to {other}; {server} serves until that stands."),
                        theme.notice,
                    )
                }
                None if info.ldm => (
                    format!("Connected to {server}, which is about to leave (lame duck)."),
                    theme.notice,
                ),
                None => (format!("Connected to {server}{}.", since(app)), theme.text),
            }
        }
        Phase::Waiting { attempt, .. } => {
            match (app.servers.dialed(), app.servers.retry_in(app.now)) {
                (Some(dialed), _) => {
                    let server = legible(&dialed.server);
                    (format!("Not connected. Trying {server} now…"), theme.notice)
                }
                (None, Some(left)) => {
                    let left = duration::running(left);
                    let place = app.servers.next().map(legible);
                    let place = place.map_or_else(String::new, |server| format!(", at {server}"));
                    let nth = attempt + 1;
                    let text = format!("Not connected. Next attempt ({nth}) in {left}{place}.");
                    (text, theme.bad)
                }
                (None, None) => ("Not connected.".into(), theme.bad),
            }
        }
        Phase::Recording => ("No server: this is a recording.".into(), theme.dim),
        Phase::Closed { reason, given } => {
            let reason = reason.as_deref().unwrap_or("The connection is closed");
            let given = given.as_ref();
            let given = given.map_or_else(String::new, |given| format!(" ({given})"));
            let text = format!("{}{given}. Not trying again.", legible(reason));
            (text, theme.bad)
        }
    }
}

fn legible(text: &str) -> String {
    visible(text.as_bytes()).into_owned()
}

/// ` since 23 Nov 12:00:03`.
fn since(app: &App) -> String {
    let since = app.servers.since();
    since.map_or_else(String::new, |at| {
        format!(" since {}", time(app, at, "%d %b %H:%M:%S"))
    })
}
