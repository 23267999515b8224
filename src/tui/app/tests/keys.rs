//! Tables of keys and what comes of them.

use std::time::Duration;

use super::stage::Stage;
use crate::{
    client::{Data, Dropped},
    tui::app::{Action, Focus, Level, ingest, update},
};

#[test]
fn tab_goes_around_and_back() {
    for (keys, focus) in [
        ("", Focus::Messages),
        ("<Tab>", Focus::Details),
        ("<Tab><Tab>", Focus::Request),
        // the composer's fields are passed first
        ("<Tab><Tab><Tab><Tab><Tab>", Focus::Request),
        ("<Tab><Tab><Tab><Tab><Tab><Tab>", Focus::Subscriptions),
        ("<Shift-Tab>", Focus::Subjects),
        ("<Shift-Tab><Tab>", Focus::Messages),
        ("h<Tab>", Focus::Request),
    ] {
        assert_eq!(Stage::new(&[]).keys(keys).app.focus, focus, "{keys}");
    }
}

#[test]
fn escape_goes_one_step_back_and_never_out() {
    let mut stage = Stage::new(&["t.>"]);
    stage.received(0, "t.a", b"1").received(0, "t.b", b"2");
    stage.keys("* zrt");
    let state = |stage: &Stage| {
        (
            stage.app.focus,
            stage.app.zoom,
            stage.app.messages.frozen.is_some(),
            stage.app.store.view().subject.is_some(),
        )
    };
    let mut seen = vec![state(&stage)];
    // the first takes the suggestions away and changes nothing else
    for _ in 0..8 {
        stage.keys("<Esc>");
        seen.push(state(&stage));
    }
    seen.dedup();
    assert_eq!(
        seen,
        [
            (Focus::Request, true, true, true),
            (Focus::Request, false, true, true),
            (Focus::Messages, false, true, true),
            (Focus::Messages, false, false, true),
            (Focus::Messages, false, false, false),
        ]
    );
    assert_eq!(stage.asked, [""; 0]);
}

#[test]
fn subscribing_editing_and_undoing() {
    for (keys, asked, rows) in [
        ("sa.*<Enter>", &["subscribe a.*"][..], &["t", "a.*"][..]),
        ("s..<Enter>", &[], &["t"]),
        ("st<Enter>", &[], &["t"]),
        ("<Shift-Tab><Shift-Tab>u", &["unsubscribe"], &[]),
        (
            "<Shift-Tab><Shift-Tab>uU",
            &["unsubscribe", "subscribe t"],
            &["t"],
        ),
        (
            "<Shift-Tab><Shift-Tab>ea<Enter>",
            &["unsubscribe", "subscribe a"],
            &["a"],
        ),
        ("<Shift-Tab><Shift-Tab>e<Enter>", &[], &["t"]),
    ] {
        let mut stage = Stage::new(&["t"]);
        stage.keys(keys);
        let shown = stage.app.subscriptions.rows().iter();
        let shown: Vec<_> = shown
            .map(|row| String::from_utf8_lossy(&row.subject).into_owned())
            .collect();
        assert_eq!(
            (&stage.asked[..], &shown[..]),
            (
                &asked.iter().map(|s| s.to_string()).collect::<Vec<_>>()[..],
                &rows.iter().map(|s| s.to_string()).collect::<Vec<_>>()[..]
            ),
            "{keys}"
        );
    }
}

#[test]
fn an_edited_subscription_keeps_its_place_and_colour() {
    let mut stage = Stage::new(&["a", "b", "c"]);
    stage.keys("<Shift-Tab><Shift-Tab>gjeother<Enter>");
    let rows = stage.app.subscriptions.rows();
    let colours: Vec<_> = rows.iter().map(|row| row.colour).collect();
    assert_eq!(
        (&rows[1].subject[..], &colours[..]),
        (&b"other"[..], &[0, 1, 2][..])
    );
}

#[test]
fn what_a_muted_subscription_left_shows_once_it_is_removed() {
    let mut stage = Stage::new(&["t"]);
    stage.received(0, "t", b"hello");
    stage.keys("<Shift-Tab><Shift-Tab>m").shows("1 muted");
    stage.keys("u").shows("1 shown").shows("hello");
}

#[test]
fn quitting_asks_about_what_is_unfinished_and_nothing_else() {
    for (keys, asks) in [
        ("q", false),
        ("rtoday<Esc>q", true),
        ("rt<Backspace><Esc>q", false),
        ("ptoday<Enter><Esc>q", false),
        ("rtoday<Enter><Esc>q", true),
        ("rtoday<Esc><Ctrl-C>", false),
        ("rtoday<Esc>qy", false),
    ] {
        let mut stage = Stage::new(&[]);
        stage.keys(keys);
        let quit = stage.asked.last().is_some_and(|asked| asked == "quit");
        assert_eq!(
            (quit, stage.app.overlays.is_empty()),
            (!asks, !asks),
            "{keys}"
        );
    }
}

#[test]
fn toasts_go_by_themselves_and_long_ones_are_whole() {
    let mut stage = Stage::new(&[]);
    stage
        .keys("<Shift-Tab><Shift-Tab>U")
        .shows("Nothing was unsubscribed")
        .pass(3_999);
    stage.shows("Nothing was unsubscribed").pass(1);
    stage.hides("Nothing was unsubscribed");
    let words = "much to say about permissions ".repeat(6);
    stage.event(crate::client::Event::ServerError {
        text: format!("{words}end of it"),
        count: 3,
    });
    stage.app.size = (100, 30);
    stage.shows("The server says: much").shows("times)");
}

#[test]
fn how_much_is_kept_is_changed_by_typing_a_size() {
    let mut stage = Stage::new(&["t"]);
    let large = vec![b'x'; 200_000];
    for _ in 0..100 {
        stage.received(0, "t", &large);
    }
    stage.keys(":keep<Enter>").shows("Keep in memory");
    stage.shows("64MiB").hides("evicted").keys("lots<Enter>");
    stage.shows("\"lots\" is not a size such as 256MiB, 1GiB or 500M.");
    stage.keys("<Ctrl-U>8MiB<Enter>").hides("Keep in memory");
    assert_eq!(stage.app.store.budget(), 8 << 20);
    assert_eq!(
        stage.asked.last().map(String::as_str),
        Some("limitbacklog(1048576)")
    );
    let gone = stage.app.store.counters().evicted;
    let told = format!("Up to 8MiB are kept. {gone} messages were evicted for it.");
    assert!(
        gone > 50 && stage.toasts().contains(&told.as_str()),
        "{told}"
    );
    stage.shows("evicted").shows("back 0 s");
}

#[test]
fn dropped_messages_are_told_on_the_row_of_their_subscription() {
    let mut stage = Stage::new(&["a", "b"]);
    let sid = stage.app.subscriptions.rows()[1].sid.unwrap();
    stage.hides("dropped here").shows("dropped 0");
    let dropped = Dropped {
        received: 1_234,
        by_subscription: [(sid, 1_234)].into(),
        ..Dropped::default()
    };
    ingest::data(&mut stage.app, &Data::Dropped(dropped));
    stage
        .shows("   1 234 dropped ")
        .shows("dropped 1 234")
        .shows("1 234 messages dropped here");
}

#[test]
fn enter_on_a_subject_that_is_also_a_prefix_shows_the_one_and_then_the_other() {
    let mut stage = Stage::new(&["a.>", "a"]);
    stage
        .received(1, "a", b"itself")
        .received(0, "a.b", b"below");
    stage.keys("<Shift-Tab>g");
    for (shown, hidden) in [("itself", "below"), ("below", "itself")] {
        stage.keys("<Enter>").pass(2_000).shows(shown).hides(hidden);
    }
    stage.keys("<Enter>").shows("itself").shows("below");
}

#[test]
fn a_command_of_another_pane_goes_there() {
    let mut stage = Stage::new(&["t"]);
    stage.received(0, "t", b"hello");
    stage.keys(":hide or show the messages of<Enter>");
    assert_eq!(stage.app.focus, Focus::Subscriptions);
    stage.shows("1 muted").keys(":counters<Enter>");
    stage
        .shows("+ hidden: muted")
        .keys("<Enter>")
        .hides("+ hidden");
}

#[test]
fn details_change_calmly_while_the_log_is_followed() {
    let mut stage = Stage::new(&["t"]);
    stage.received(0, "t", b"first").shows("first");
    stage
        .pass(500)
        .received(0, "t", b"{\"n\":2}")
        .hides("\"n\": 2");
    stage.pass(500).shows("\"n\": 2");
    stage
        .keys("<Tab>")
        .pass(5_000)
        .received(0, "t", b"{\"n\":3}");
    stage.hides("\"n\": 3").keys("<Esc>").shows("\"n\": 3");
}

#[test]
fn a_newer_message_shows_once_the_calm_is_over_though_nothing_happens() {
    let mut stage = Stage::new(&["t"]);
    stage.received(0, "t", b"first").shows("first").pass(200);
    stage.received(0, "t", b"{\"n\":2}").hides("\"n\": 2");
    let next = |stage: &Stage| update::next_change(&stage.app, stage.now());
    assert_eq!(next(&stage), Some(Duration::from_millis(800)));
    let now = stage.now();
    assert!(!update::pass(&mut stage.app, now));
    stage.milliseconds += 800;
    let now = stage.now();
    assert!(update::pass(&mut stage.app, now), "a frame is due");
    // a terminal that takes no frame is not waited for in a circle
    assert_eq!(next(&stage), None);
    stage.shows("\"n\": 2");
    assert_eq!(next(&stage), None);
}

#[test]
fn details_scroll_wrapped_lines_to_their_end_and_back() {
    let mut stage = Stage::new(&["t"]);
    let long: String = (0..2_000).map(|n| format!("word{n} ")).collect();
    stage.received(0, "t", long.as_bytes()).keys("k<Enter>z");
    stage
        .shows("word0 ")
        .hides("word1999")
        .keys("G")
        .shows("word1999");
    stage
        .keys("W")
        .shows("word0 ")
        .keys("<Right>")
        .hides("word0 ");
    stage.keys("v").shows("00000000");
}

#[test]
fn paste_goes_into_fields_only() {
    let mut stage = Stage::new(&[]);
    let now = stage.now();
    let paste = |text: &str| Action::Paste(text.into());
    update::act(&mut stage.app, paste("lost"), now);
    assert_eq!(stage.toasts().len(), 1);
    stage.keys("rmany<Tab>");
    let lines: Vec<String> = (0..1_000).map(|n| format!("line {n}")).collect();
    update::act(&mut stage.app, paste(&lines.join("\n")), now);
    stage.shows("line 999").shows("Messages FOLLOW");
    assert!(stage.app.layout.messages.height > 20);
}

#[test]
fn a_request_of_ours_is_paired_where_inboxes_have_another_name() {
    let mut stage = Stage::new(&[]);
    stage.app.store.add_subscription(1, b"_mine.>");
    stage.sent("today", "_mine.1", b"%Y").shows("waiting…");
    stage.pass(Duration::from_secs(2).as_millis() as u64);
    stage.data(crate::client::Sid(1), "_mine.1", None, b"2026");
    stage.shows("today ↩").shows("2 shown");
}

#[test]
fn a_layout_that_is_not_wanted_any_more_is_dropped() {
    let mut stage = Stage::new(&["t"]);
    let large = format!("[{}1]", "1,".repeat(600_000));
    stage.received(0, "t", large.as_bytes()).keys("k<Enter>");
    stage.shows("Details JSON");
    let v = "v".parse().unwrap();
    let now = stage.now();
    let mut jobs = update::key(&mut stage.app, v, now);
    jobs.extend(update::key(&mut stage.app, v, now));
    let hex = jobs.pop().unwrap();
    stage.perform(jobs);
    stage.shows("laying out 1.2 MB as hex");
    stage.perform(vec![hex]);
    stage.shows("000000 5b31 2c31");
}

#[test]
fn toasts_have_a_place_of_their_own() {
    let short = "Nothing was unsubscribed";
    let long = "much to say about permissions ".repeat(6);
    for (width, height) in [(160, 45), (100, 30), (80, 24), (60, 20), (40, 8)] {
        for keys in [
            "",
            "r",
            "r<Tab>x<Enter>y",
            "h",
            "s",
            "?",
            ":",
            "C",
            "b",
            "S",
            "z",
        ] {
            let mut stage = Stage::new(&["t"]);
            stage.app.size = (width, height);
            stage.received(0, "t", b"hello").keys(keys);
            let before = stage.screen();
            stage
                .app
                .toasts
                .show(Level::Failed, short, stage.now().instant);
            let place = format!("{keys} at {width}×{height}");
            // one that fits changes nothing but the line of hints
            let with_toast = stage.shows(short).screen();
            if width > 40 {
                let above = |screen: &str| {
                    let lines = screen.lines().take(usize::from(height) - 1);
                    lines.map(str::to_owned).collect::<Vec<_>>()
                };
                assert_eq!(above(&with_toast), above(&before), "{place}");
            }
            // of one that does not, each line stands alone under borders that are closed
            let words = format!("{long}end of it");
            stage
                .app
                .toasts
                .show(Level::Failed, words, stage.now().instant);
            let screen = stage.shows("much to say").screen();
            let lines: Vec<&str> = screen.lines().collect();
            let told = |line: &&str| line.contains("much to say");
            let first = lines.iter().position(told).unwrap();
            let first = first - usize::from(lines[first - 1].contains(short));
            for line in &lines[first..] {
                assert!(!line.contains(['│', '─', '╯']), "{place}\n{screen}");
            }
            let border = lines[first - 1];
            let closed = border.starts_with('╰') && border.ends_with('╯');
            assert!(closed, "{place}\n{screen}");
            // and everything is where it was once it is gone
            stage.app.toasts = Default::default();
            assert_eq!(stage.screen(), before, "{place}");
        }
    }
}
