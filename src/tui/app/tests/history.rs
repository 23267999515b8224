//! The history: what is loaded from it, and what is shown of an entry.

use jiff::Timestamp;

use super::{requests::held_by_the_file, stage::Stage};
use crate::{
    requests::{Entry, Kind},
    tui::app::Focus,
};

/// The history, opened over the draft `old`, with one entry in it.
fn opened_on(entry: Entry) -> Stage {
    let mut stage = Stage::new(&[]);
    stage.keys("rold<Esc>h");
    let asked = stage.loads;
    held_by_the_file(&mut stage, asked, vec![entry]);
    stage.asked.clear();
    stage
}

fn entry(headers: &[(&str, &str)], payload: &[u8]) -> Entry {
    let mut entry = Entry::new(Kind::Request, "today", Timestamp::UNIX_EPOCH);
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    entry.headers = headers.iter().map(owned).collect();
    entry.payload = payload.to_vec();
    entry
}

#[test]
fn an_entry_that_cannot_be_loaded_leaves_f5_nothing_to_send() {
    const AGAIN: &str = "F5 here sends the request as it is";
    for (headers, payload, told, is_sent_again) in [
        (&[][..], &b"\xff"[..], "The payload is not text", true),
        (&[("A", "1\r\n B: 2")], b"", "Header \"A\" is folded", false),
        (&[("A:B", "1")], b"", "Header \"A:B\" has a colon", false),
        (
            &[("Token", "<hidden>")],
            b"\xff",
            "The payload is not text",
            false,
        ),
    ] {
        let mut stage = opened_on(entry(headers, payload));
        stage.keys("<Enter>");
        let toasts = stage.toasts().join("\n");
        assert!(toasts.contains(told), "{toasts}");
        assert_eq!(toasts.contains(AGAIN), is_sent_again, "{toasts}");
        assert_eq!(stage.app.focus, Focus::History);
        stage.keys("<Esc><F5>").shows("F5 sends nothing");
        assert_eq!(stage.asked, [""; 0]);
        stage.keys("r<F5>");
        assert_eq!(stage.asked, ["record", "send old"]);
    }
    let mut stage = opened_on(entry(&[], b"\xff"));
    stage.keys("<Enter><F5>");
    assert_eq!(stage.asked, ["record", "send today"]);
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
