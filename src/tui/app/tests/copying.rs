//! Copying from a message, and what becomes of payloads that are not text.

use std::sync::Arc;

use super::stage::Stage;
use crate::tui::{
    app::{Effect, Focus, JobDone, ingest},
    overlays::copy::Copied,
    terminal::clipboard::Outcome,
};

const BINARY: &[u8] = b"caf\xe9\x00";

/// A message of text on `t.text`, then one that is none on `t.binary`.
fn two() -> Stage {
    let mut stage = Stage::new(&["t.>"]);
    stage
        .received(0, "t.text", b"{\"a\": 1}")
        .received(0, "t.binary", BINARY);
    stage.screen();
    stage
}

#[test]
fn the_menu_copies_a_part_and_says_which() {
    for (keys, copied) in [
        ("kyy", "copy the payload: {\"a\": 1}"),
        ("ky<Enter>", "copy the payload: {\"a\": 1}"),
        (
            "ky<Down><Enter>",
            "copy the payload as hex: 7b2261223a20317d",
        ),
        ("yx", "copy the payload as hex: 636166e900"),
        ("y<Enter>", "copy the payload as hex: 636166e900"),
        ("yb", "copy the payload as base64: Y2Fm6QA="),
        ("ys", "copy the subject: t.binary"),
        ("kY", "copy the subject: t.text"),
        ("<Tab>yb", "copy the payload as base64: Y2Fm6QA="),
    ] {
        let mut stage = two();
        stage.keys(keys).hides("╭─ Copy");
        assert_eq!(stage.asked, [copied], "{keys}");
    }
}

#[test]
fn bytes_are_never_replaced_and_the_menu_stays_with_what_there_is() {
    let mut stage = two();
    stage.keys("y").shows("not text").keys("y").shows("╭─ Copy");
    let told = "The payload is not text: x copies it as hex, b as base64.";
    assert_eq!(stage.toasts(), [told]);
    assert_eq!(stage.asked, [""; 0]);
    stage.keys("r").keys("<Esc>").hides("╭─ Copy");
    assert_eq!(stage.asked, [""; 0]);
    let mut nothing = Stage::new(&["t"]);
    assert_eq!(
        nothing.keys("y").toasts(),
        ["There is no message to copy yet."]
    );
}

#[test]
fn the_message_under_the_cursor_is_copied_though_nothing_was_drawn_since() {
    let mut stage = two();
    // one draw for both keys
    stage.keys("kys");
    assert_eq!(stage.asked, ["copy the subject: t.text"]);
}

#[test]
fn a_row_is_copied_by_a_click_and_a_click_beside_closes() {
    let mut stage = two();
    stage.keys("My").click("payload as base64");
    assert_eq!(
        stage.asked.last().unwrap(),
        "copy the payload as base64: Y2Fm6QA="
    );
    stage.asked.clear();
    stage.keys("y").click("Subscriptions").hides("╭─ Copy");
    assert_eq!(stage.asked, [""; 0]);
}

/// What programs made of a copy: what is asked for then, and the toast.
fn told(took: &[&'static str], failed: &[&str]) -> (String, Vec<String>) {
    let mut stage = two();
    let copied = Copied {
        what: "the subject".into(),
        text: Arc::from(&b"t"[..]),
    };
    let outcome = Outcome {
        took: took.to_vec(),
        failed: failed.iter().map(ToString::to_string).collect(),
    };
    let now = stage.now();
    let done = JobDone::Copied { copied, outcome };
    let effects = ingest::job(&mut stage.app, done, now);
    let asked = effects.iter().map(|effect| match effect {
        Effect::Offer { copied, failed } => format!("offer {}, {failed:?}", copied.what),
        other => format!("{other:?}"),
    });
    let toasts = stage.toasts().iter().map(ToString::to_string).collect();
    (asked.collect(), toasts)
}

#[test]
fn copied_is_said_of_what_a_program_took_and_the_terminal_gets_the_rest() {
    let (asked, toasts) = told(&["tmux"], &[]);
    assert_eq!(
        (asked.as_str(), &toasts[..]),
        ("", &["Copied the subject, 1 B (tmux).".to_owned()][..])
    );
    let (asked, toasts) = told(&[], &["xclip ended with exit code 1"]);
    assert_eq!(
        asked,
        "offer the subject, [\"xclip ended with exit code 1\"]"
    );
    assert_eq!(toasts, [""; 0]);
}

#[test]
fn a_payload_that_is_not_text_is_not_loaded_and_f5_does_not_send_the_draft_before() {
    for focus in ["", "<Tab>", "<Shift-Tab>"] {
        let mut stage = two();
        stage.keys("rold<Esc>R").keys(focus);
        let refused = "The payload is not text, and the composer edits text: nothing was loaded. The draft \
                       is as it was; r goes to it.";
        assert_eq!(stage.toasts(), [refused]);
        assert!(!refused.contains("F5"));
        stage
            .hides("F5 send")
            .keys("<F5>")
            .shows("F5 sends nothing");
        stage.keys("<Alt-Enter><Ctrl-Enter>");
        assert_eq!(stage.asked, [""; 0], "{focus}");
        // the draft is as it was, and is sent from where it is seen
        stage.keys("<Esc>r").keys("<F5>");
        assert_eq!(stage.asked, ["record", "send old"], "{focus}");
    }
}

#[test]
fn after_a_message_that_is_loaded_f5_sends_that_one() {
    let mut stage = two();
    stage.keys("rold<Esc>R").keys("kR");
    assert_eq!(stage.app.focus, Focus::Request);
    stage.keys("<Esc><F5>");
    assert_eq!(stage.asked, ["record", "send t.text"]);
}

#[test]
fn neither_headers_that_are_not_text_nor_half_a_payload_are_loaded() {
    let mut stage = Stage::unconnected(16 << 20);
    stage.connect().keys("st<Enter>");
    for _ in 0..3 {
        stage.received(0, "t", &vec![b'x'; 3 << 20]);
    }
    stage.received(0, "t", b"small").keys("k ").screen();
    for _ in 0..80 {
        stage.received(0, "t", &[b'y'; 200_000]);
    }
    stage.keys("k").screen();
    stage.asked.clear();
    stage.keys("R<F5>");
    let told = "The end of the payload is not kept any more: nothing was loaded.";
    assert!(stage.toasts()[0].starts_with(told), "{:?}", stage.toasts());
    assert_eq!(stage.app.focus, Focus::Messages);
    assert_eq!(stage.asked, [""; 0]);
}

#[test]
fn a_header_that_would_be_sent_as_another_one_is_not_loaded() {
    for (block, told) in [
        ("A: 1\r\n B: 2\r\n", Some("Header \"A\" is folded")),
        ("A: 1\r\n\tB: 2\r\n", Some("Header \"A\" is folded")),
        ("A: 1\r B: 2\r\n", Some("Header \"A\" holds a line break")),
        ("A\rB: 1\r\n", Some("Header \"A␍B\" holds a line break")),
        ("A : 1\r\n", Some("has a colon or a blank in its name")),
        ("A: 1\r\nB:  2 \r\nC: \u{a0}\r\n", None),
    ] {
        let mut stage = Stage::new(&["t"]);
        stage.received_with_block(0, "t", &format!("NATS/1.0\r\n{block}\r\n"));
        stage.keys("rold<Esc>kR<Esc><F5>");
        let toasts = stage.toasts().join("\n");
        match told {
            Some(told) => {
                assert!(toasts.contains(told), "{block:?}: {toasts}");
                assert!(toasts.contains("nothing was loaded"), "{toasts}");
                assert_eq!(stage.asked, [""; 0], "{block:?}");
            }
            None => assert_eq!(stage.asked, ["record", "send t"], "{block:?}: {toasts}"),
        }
    }
}
