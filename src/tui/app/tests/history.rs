//! The history: what is loaded from it, and what is shown of an entry.

use super::{requests::held_by_the_file, stage::Stage};
use crate::history::Entry;

/// The history, opened over the draft `old`, with one entry in it.
fn opened_on(entry: Entry) -> Stage {
    let mut stage = Stage::new(&[]);
    stage.keys("rold<Esc>h");
    let asked = stage.loads;
    held_by_the_file(&mut stage, asked, vec![entry]);
    stage.asked.clear();
    stage
}

#[test]
fn what_is_not_written_is_not_shown_either() {
    const REPLY: &str = "NATS/1.0\r\nSet-Cookie: hunter2\r\nBy: me\r\n\r\n";
    let mut stage = Stage::new(&[]);
    stage.keys("rtoday<Tab><Tab>Authorization: hunter2<Shift-Tab>%Y<F5>");
    let ticket = stage.newest_ticket();
    stage.answered_with(ticket, REPLY, Ok("2026"));
    stage.keys("<Esc>h").hides("hunter2");
    stage
        .shows("header   Authorization: <hidden>")
        .shows("header   Set-Cookie: <hidden>")
        .shows("header   By: me");
    // it is kept where it is sent from
    stage.keys("<Enter><Tab>").shows("Authorization: hunter2");
    let mut kept = stage.app.history.selected().unwrap().clone();
    kept.keep_secrets = true;
    opened_on(kept).shows("header   Authorization: hunter2");
}
