//! Moving through the log: marks, times, the same subject again.

use super::stage::Stage;
use crate::tui::app::Focus;

/// Ten messages a second apart from 00:00:00 on, `n0` on `t.0`, `n1` on `t.1`, `n2` on `t.0` and so on.
fn ten() -> Stage {
    let mut stage = Stage::new(&["t.>"]);
    for n in 0..10 {
        let (subject, payload) = (format!("t.{}", n % 2), format!("n{n}"));
        stage.received(0, &subject, payload.as_bytes()).pass(1_000);
    }
    stage.shows("n9");
    stage
}

/// The payload under the cursor.
fn selected(stage: &mut Stage) -> String {
    stage.screen();
    let (_, payload) = stage.app.details.payload().expect("a message");
    String::from_utf8_lossy(payload).into_owned()
}

#[test]
fn marks_are_gone_to_around_the_log_in_both_directions() {
    for (keys, at) in [
        ("", "n9"),
        ("m", "n9"),
        ("gmjjjmjm'", "n0"),
        ("gmjjjmjm''", "n3"),
        ("gmjjjmjm'''", "n4"),
        ("gmjjjmjm\"", "n3"),
        ("gmjjjmjm\"\"\"", "n4"),
        ("gmjjjmjmkm'", "n4"),
        ("gmjjjm\"'", "n3"),
        ("gmjjjmG\"", "n3"),
    ] {
        assert_eq!(selected(ten().keys(keys)), at, "{keys}");
    }
}

#[test]
fn going_around_and_finding_no_mark_are_said() {
    for (keys, toast) in [
        ("'", "Nothing is marked yet: m marks the selected message."),
        ("m'", "No other message is marked."),
        ("gmjm'", "No mark is later: this is the first one."),
        ("gmjmg\"", "No mark is earlier: this is the last one."),
        (
            "gmj*'",
            "The next mark is on a subject that is not shown: Esc shows all.",
        ),
    ] {
        assert_eq!(ten().keys(keys).toasts(), [toast], "{keys}");
    }
}

#[test]
fn a_mark_shows_before_its_row_and_on_the_scrollbar_and_stops_following() {
    let mut stage = ten();
    stage.app.size = (160, 14);
    stage
        .keys("kkm")
        .shows("◆00:00:07.000 ◂ t.1")
        .shows("READING");
    let screen = stage.screen();
    assert_eq!(screen.matches('◆').count(), 2, "{screen}");
    stage.keys("m").hides("◆");
}

#[test]
fn marks_of_evicted_messages_go_and_how_many_is_said() {
    let mut stage = Stage::unconnected(1 << 20);
    stage.connect();
    let asked = stage.app.subscriptions.add(b"t", None);
    stage.perform(vec![asked]);
    for n in 0..3 {
        stage.received(0, "t", format!("n{n}").as_bytes());
    }
    stage.keys("gmjmG");
    for _ in 0..40 {
        stage.received(0, "t", &[b'x'; 60_000]);
    }
    stage.screen();
    let told = "2 marks are gone: their messages are not kept any more.";
    assert_eq!(stage.toasts(), [told]);
    assert!(stage.app.messages.marks.is_empty());
}

#[test]
fn frozen_rows_keep_their_marks_after_eviction() {
    let mut stage = Stage::unconnected(1 << 20);
    stage.connect();
    let asked = stage.app.subscriptions.add(b"t", None);
    stage.perform(vec![asked]);
    stage.received(0, "t", b"first").received(0, "t", b"second");
    stage.keys("gm jm");
    for _ in 0..40 {
        stage.received(0, "t", &[b'x'; 60_000]);
    }
    stage.shows("first").keys("'").shows("◆00:00");
    assert_eq!(selected(&mut stage), "first");
    stage.keys(" ").screen();
    assert!(stage.app.messages.marks.is_empty());
}

#[test]
fn brackets_stay_on_the_subject_and_say_where_it_ends() {
    for (keys, at) in [
        ("[", "n7"),
        ("[[", "n5"),
        ("[[]", "n7"),
        ("g]", "n2"),
        ("gj]]", "n5"),
    ] {
        assert_eq!(selected(ten().keys(keys)), at, "{keys}");
    }
    for (keys, toast) in [
        ("]", "Nothing later on t.1 is shown."),
        ("g[", "Nothing earlier on t.0 is shown."),
    ] {
        assert_eq!(ten().keys(keys).toasts(), [toast], "{keys}");
    }
    assert_eq!(
        Stage::new(&[]).keys("[").toasts(),
        ["There is no message here yet."]
    );
}

#[test]
fn frozen_the_next_on_the_subject_is_one_that_is_there() {
    let mut stage = ten();
    stage.keys(" ").received(0, "t.1", b"later").keys("]");
    assert_eq!(stage.toasts(), ["Nothing later on t.1 is shown."]);
}

#[test]
fn a_time_leads_to_the_first_row_from_then_on() {
    for (keys, at) in [
        ("t00:00:03<Enter>", "n3"),
        ("t0:00:03.5<Enter>", "n4"),
        ("t-4s<Enter>", "n6"),
        ("t1970-01-01 00:00:05<Enter>", "n5"),
        ("t1970-01-01T00:00:05.5Z<Enter>", "n6"),
        (" gt00:00:08<Enter>", "n8"),
    ] {
        assert_eq!(selected(ten().keys(keys)), at, "{keys}");
    }
}

#[test]
fn a_time_outside_of_the_log_says_where_that_begins_or_ends() {
    let mut stage = ten();
    stage
        .keys("tyesterday 23:00")
        .shows("Wed 31 Dec 1969 23:00:00. The log begins at");
    stage.keys("<Enter>");
    assert_eq!(
        stage.toasts(),
        ["The log begins at 00:00:00.000: this is its first row."]
    );
    assert_eq!(selected(&mut stage), "n0");
    stage.pass(10_000).keys("t-5s<Enter>");
    assert_eq!(
        stage.toasts().last(),
        Some(&"The log ends at 00:00:09.000: this is its last row.")
    );
    assert_eq!(selected(&mut stage), "n9");
}

#[test]
fn a_time_is_looked_at_while_it_is_typed() {
    let mut stage = ten();
    stage
        .keys("t")
        .shows("Go to a time")
        .shows("-1h30m, yesterday");
    stage.keys("25:").shows("\"25:\" is not a time.");
    stage.keys("<Enter>").shows("is not a time.");
    stage
        .keys("<Backspace><Backspace><Backspace>23:00")
        .shows("Wed 31 Dec 1969 23:00:00");
    stage.keys("<Esc>").hides("Go to a time");
    assert_eq!(stage.app.focus, Focus::Messages);
    assert_eq!(
        Stage::new(&[]).keys("t").toasts(),
        ["There is no message here yet."]
    );
}

#[test]
fn going_to_the_newest_follows_again() {
    ten().keys("kk").shows("READING").keys("G").shows("FOLLOW");
}

#[test]
fn half_a_page_of_subscriptions_is_half_of_what_shows() {
    let subjects: Vec<String> = (0..60).map(|n| format!("s{n}")).collect();
    let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
    let mut stage = Stage::new(&subjects);
    stage.app.focus = Focus::Subscriptions;
    stage.screen();
    let page = usize::from(stage.app.layout.rows(Focus::Subscriptions));
    assert!(page >= 4, "{page}");
    for (keys, at) in [
        ("g<Ctrl-D>", page / 2),
        ("g<PgDn>", page),
        ("g<PgDn><Ctrl-U>", page - page / 2),
        ("g<Ctrl-U>", 0),
        ("G<Ctrl-D>", 59),
    ] {
        stage.keys(keys);
        let selected = stage.app.subscriptions.selected().expect("a row");
        let expected = format!("s{at}");
        assert_eq!(selected.subject, expected.as_bytes(), "{keys}");
    }
}
