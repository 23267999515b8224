//! Composing, sending, and the history of it.

use super::stage::Stage;
use crate::{
    client::{Error, Sid},
    protocol::Headers,
    requests::Entry,
    tui::{
        app::{Focus, JobDone, View, ingest},
        panes::request,
    },
};

#[test]
fn sending_from_every_field_and_from_anywhere() {
    for (keys, asked) in [
        ("rtoday<Enter>", &["record", "send today"][..]),
        ("rtoday<Tab>line<Enter>line<F5>", &["record", "send today"]),
        ("rtoday<Tab>x<Alt-Enter>", &["record", "send today"]),
        ("rtoday<Esc><F5>", &["record", "send today"]),
        ("ptoday<Tab><Tab>A: 1<F5>", &["record", "send today"]),
        ("rtoday<Tab><Tab>nonsense<F5>", &[]),
        ("rtoday<Tab><Tab><Tab>soon<Enter>", &[]),
        ("rto day<Enter>", &[]),
        ("<F5>", &[]),
    ] {
        let mut stage = Stage::new(&[]);
        stage.keys(keys);
        assert_eq!(stage.asked, asked, "{keys}");
    }
}

#[test]
fn a_suggestion_is_taken_only_when_it_is_highlighted() {
    for (keys, subject) in [
        ("rcr<Tab>", "cr"),
        ("rcr<Down><Tab>", "orders.created"),
        ("rcr<Down><Down><Up><Tab>", "orders.created"),
        ("rcr<Down><Esc><Tab>", "cr"),
    ] {
        let mut stage = Stage::new(&["orders.>"]);
        stage.received(0, "orders.created", b"1");
        stage.keys(keys).keys("<F5>");
        assert_eq!(
            stage.asked,
            ["record", &format!("send {subject}")],
            "{keys}"
        );
    }
}

#[test]
fn the_box_of_subjects_says_what_tab_does() {
    let mut stage = Stage::new(&["orders.>"]);
    stage.received(0, "orders.created", b"1").keys("rcr");
    stage
        .shows("↓ chooses one")
        .keys("<Down>")
        .shows("Tab takes it");
    // what is typed is sent, whatever is highlighted
    stage.keys("<Enter>");
    assert_eq!(stage.asked, ["record", "send cr"]);
}

#[test]
fn a_subscription_is_offered_the_subjects_and_patterns_seen() {
    for (keys, subject) in [
        ("sord<Down><Tab><Enter>", "orders.>"),
        ("sorders.<Down><Down><Down><Tab><Enter>", "orders.*.failed"),
        ("sorders.*.c<Down><Tab><Enter>", "orders.*.created"),
        ("sord<Down><Enter>", "ord"),
        ("sord<Tab><Enter>", "ord"),
        ("sord<Down><Tab> workers<Enter>", "orders.>"),
        ("sord<Down><Esc><Tab><Enter>", "ord"),
        ("sord<Esc><Esc>sx<Enter>", "x"),
        (
            "<Shift-Tab><Shift-Tab>eorders.e<Down><Down><Down><Tab><Enter>",
            "orders.eu.failed",
        ),
    ] {
        let mut stage = Stage::new(&[">"]);
        for name in ["orders.eu.created", "orders.eu.failed", "orders.us.failed"] {
            stage.received(0, name, b"1");
        }
        stage.asked.clear();
        stage.keys(keys);
        let asked = stage
            .asked
            .iter()
            .find(|asked| asked.starts_with("subscribe"));
        let expected = format!("subscribe {subject}");
        assert_eq!(asked, Some(&expected), "{keys}: {:?}", stage.asked);
    }
    let mut stage = Stage::new(&[">"]);
    stage.received(0, "orders.eu.created", b"1");
    stage
        .keys("sord")
        .shows("↓ chooses one")
        .shows("orders.eu.created");
    stage.keys("<Esc>").hides("↓ chooses").shows("Subscribe");
}

#[test]
fn tab_in_a_question_says_why_it_takes_nothing() {
    let mut stage = Stage::new(&[">"]);
    stage.received(0, "orders.eu.created", b"1");
    stage.keys("sord<Tab>");
    stage.shows("↓ chooses what is offered, then Tab takes it");
    stage.keys("x<Tab>").shows("Nothing is offered here");
}

#[test]
fn among_many_subjects_the_last_one_is_offered_too() {
    let mut stage = Stage::new(&[">"]);
    for n in 0..12_000 {
        stage.received(0, &format!("many.{n:05}"), b"");
    }
    stage.received(0, "zebra.last", b"");
    stage.keys("rbra.la").shows("zebra.last");
}

#[test]
fn a_saved_draft_is_known_by_its_name_and_is_not_unfinished() {
    let mut stage = Stage::new(&[]);
    stage.keys("rtoday<Tab>%Y<Ctrl-S>morning<Enter>");
    stage.shows("saved as morning").keys("<Esc>q");
    assert_eq!(stage.asked, ["load history", "record", "quit"]);
    stage.keys("rx").hides("saved as morning");
}

#[test]
fn an_answer_settles_the_question() {
    let mut stage = Stage::new(&[]);
    stage.keys("rtoday<Enter>").shows("waiting 0.0 s");
    stage
        .answered(Ok("20261123"))
        .shows("✓ replied in")
        .shows("20261123");
    let nobody = Error::NoResponders {
        subject: "today".into(),
    };
    stage
        .keys("<F5>")
        .answered(Err(nobody))
        .shows("✗ no responders");
    stage.keys("<Esc>q");
    assert_eq!(stage.asked.last().unwrap(), "quit");
}

#[test]
fn an_older_request_reports_by_a_toast() {
    let mut stage = Stage::new(&[]);
    stage.keys("rfirst<Enter>");
    let first = stage.newest_ticket();
    stage
        .keys("<Esc>rsecond<Enter>")
        .answered_for(first, Ok("1"));
    assert_eq!(stage.toasts(), ["first: replied in 2.0 ms"]);
    stage.shows("waiting 0.0 s");
}

#[test]
fn history_keeps_its_cursor_while_requests_come() {
    let mut stage = Stage::new(&[]);
    stage.keys("rfirst<Enter>").pass(1_000);
    stage.keys("<Esc>rsecond<Enter>").pass(1_000);
    stage.keys("<Esc>h<Down>").asked.clear();
    stage.keys("<F5>").pass(1_000);
    stage.keys("<F5>").pass(1_000);
    assert_eq!(
        stage.asked,
        ["record", "send first", "record", "send first"]
    );
    stage.shows("4 of 4").keys("<Delete>y").shows("3 of 3");
    assert_eq!(stage.asked.last().unwrap(), "record a deletion");
    stage
        .keys("second")
        .shows("1 of 3")
        .keys("<Enter>")
        .shows("Request second");
    assert_eq!(
        (stage.app.view, stage.app.focus),
        (View::Messages, Focus::Request)
    );
}

#[test]
fn a_saved_request_that_is_sent_again_stays_the_only_one_with_its_name() {
    for send in ["<F5>", "<Esc>h<F5>", "<Esc>h<Enter><F5>"] {
        let mut stage = Stage::new(&[]);
        stage
            .keys("rtoday<Tab>%Y<Ctrl-S>morning<Enter>")
            .pass(1_000);
        stage.keys(send).pass(1_000);
        stage.keys("<Esc>h").shows("2 of 2");
        assert_eq!(names(&stage), [None, Some("morning")], "{send}");
    }
    let mut stage = Stage::new(&[]);
    stage.keys("rtoday<Ctrl-S>morning<Enter><F5>").pass(1_000);
    stage.shows("saved as morning").keys("<Ctrl-S>noon<Enter>");
    assert_eq!(
        names(&stage),
        [None, Some("noon")],
        "the saved one is renamed"
    );
}

#[test]
fn a_name_that_is_given_to_another_request_is_taken_from_the_first() {
    let mut stage = Stage::new(&[]);
    stage.keys("rfirst<Ctrl-S>morning<Enter>").pass(1_000);
    stage
        .keys("<Esc>rsecond<Enter><Ctrl-S>morning")
        .shows("it loses it");
    stage.asked.clear();
    stage.keys("<Enter>");
    assert_eq!(stage.asked, ["record", "record"]);
    assert_eq!(names(&stage), [Some("morning"), None]);
}

/// The names of what the history shows, the newest first.
fn names(stage: &Stage) -> Vec<Option<&str>> {
    let entries = stage.app.history.entries();
    entries.map(|entry| entry.name.as_deref()).collect()
}

#[test]
fn a_reply_that_says_that_the_service_failed_is_red_wherever_it_shows() {
    const INBOX: &str = "_INBOX.me.1";
    let mut failure = Headers::new();
    failure.append("Nats-Service-Error", "no number").unwrap();
    failure.append("Nats-Service-Error-Code", "400").unwrap();
    let block = "NATS/1.0\r\nNats-Service-Error: no number\r\nNats-Service-Error-Code: 400\r\n\r\n";
    let mut stage = Stage::new(&[]);
    stage.keys("radd<Tab>[x]<F5>");
    let ticket = stage.newest_ticket();
    stage.sent("add", INBOX, b"[x]");
    stage
        .pass(2)
        .data_with(&failure, Sid(1), INBOX, None, b"why");
    stage.answered_with(ticket, block, Ok("why"));
    stage.shows("✗ 400 no number, after 2.0 ms").keys("<Esc>g");
    let said = |stage: &mut Stage, times: usize| {
        let bad = stage.app.theme.bad.fg;
        let styles = stage.styles_of("400 no number");
        let red = styles.iter().filter(|style| style.fg == bad).count();
        assert_eq!((red, styles.len()), (times, times), "{}", stage.screen());
    };
    // request, reply and composer
    said(&mut stage, 3);
    // and Details
    stage.keys("j").shows("failed   400 no number");
    said(&mut stage, 4);
    // the list, the request looked at, and the composer
    stage
        .keys("h")
        .shows("header   Nats-Service-Error: no number")
        .shows("why");
    said(&mut stage, 3);
}

#[test]
fn history_shows_the_server_and_all_of_a_reply_with_its_headers() {
    let lines: Vec<String> = (0..40)
        .map(|n| format!("line {n} {}", "x".repeat(90)))
        .collect();
    for (width, height) in [(160, 45), (80, 24)] {
        let mut stage = Stage::new(&[]);
        stage.app.target.context = Some("staging".into());
        stage.app.size = (width, height);
        let ticket = stage.keys("rorders.eu.created<Tab>%Y<F5>").newest_ticket();
        let header = "NATS/1.0\r\nBy: responder\r\n\r\n";
        stage.answered_with(ticket, header, Ok(&lines.join("\n")));
        stage.keys("<Ctrl-S>morning<Enter><Esc>h");
        stage.shows("orders.eu.created").shows("★ morning");
        stage
            .shows("context  staging")
            .shows("server   nats://127.0.0.1:4222");
        let mut seen = String::new();
        for _ in 0..40 {
            seen += &stage.screen();
            stage.keys("<Shift-Down>");
        }
        for part in [
            "header   By: responder",
            "replied in 2.0 ms",
            "line 0 ",
            "line 20 ",
            "line 39 ",
        ] {
            assert!(
                seen.contains(part),
                "{part:?} is at no place of {width}×{height}\n{seen}"
            );
        }
        let end = stage.hides("more lines").screen();
        assert_eq!(stage.keys("<Shift-Down>").screen(), end, "there is no more");
        stage
            .keys(&"<Shift-Up>".repeat(40))
            .shows("subject  orders.eu.created");
    }
}

#[test]
fn an_editor_of_the_person_gets_what_has_the_keys_and_gives_it_back() {
    for (keys, given, edited, taken) in [
        (
            "rs<Tab>{}<Ctrl-E>",
            "\"{}\", suffix: \".json\"",
            "{1}\n",
            "{1}",
        ),
        (
            "rs<Tab>old<Ctrl-E>",
            "\"old\", suffix: \".txt\"",
            "new",
            "new",
        ),
        (
            "rs<Tab>old<Ctrl-E>",
            "\"old\", suffix: \".txt\"",
            "old\n",
            "old",
        ),
        (
            "rs<Tab>old<Enter><Ctrl-E>",
            "\"old\\n\", suffix: \".txt\"",
            "new\n",
            "new",
        ),
        (
            "rs<Tab><Tab>A: 1<Ctrl-E>",
            "\"a: 1\", suffix: \".txt\"",
            "B: 2\n",
            "B: 2",
        ),
        (
            "rs<Tab>old<Ctrl-E>",
            "\"old\", suffix: \".txt\"",
            "\u{0}",
            "␀",
        ),
    ] {
        let mut stage = Stage::new(&[]);
        stage.keys(keys);
        assert_eq!(stage.asked, [format!("edit {{ text: {given} }}")], "{keys}");
        let back = request::edited(&mut stage.app, Some(edited.into()));
        assert_eq!(back, Ok(()), "{keys}");
        stage.shows(taken);
    }
    let mut stage = Stage::new(&[]);
    // the end of the line
    stage.keys("rs<Ctrl-E>");
    assert_eq!(stage.asked, [""; 0]);
    stage.keys("<Tab>old<Ctrl-E>");
    assert!(request::edited(&mut stage.app, Some(vec![0xff])).is_err());
    let large = vec![b'x'; (1 << 20) + 1];
    assert!(request::edited(&mut stage.app, Some(large)).is_err());
    stage.shows("old");
}

#[test]
fn a_name_and_an_outcome_do_not_take_each_other_away() {
    for named_first in [true, false] {
        let mut stage = Stage::new(&[]);
        let ticket = stage.keys("rtoday<Enter>").newest_ticket();
        if !named_first {
            stage.answered_for(ticket, Ok("20261123"));
        }
        stage.keys("<Ctrl-S>morning<Enter>");
        if named_first {
            stage.answered_for(ticket, Ok("20261123"));
        }
        stage
            .keys("<Esc>h")
            .shows("★ morning")
            .shows("saved as morning");
        stage.shows("replied in 2.0 ms").shows("20261123");
    }
}

#[test]
fn what_the_file_held_before_takes_back_nothing() {
    let mut stage = Stage::new(&[]);
    stage.keys("rtoday<Enter>").answered(Ok("20261123"));
    stage.keys("<Esc>h");
    let held = vec![stage.app.history.selected().unwrap().clone()];
    stage.keys("<Ctrl-S>morning<Enter>");
    held_by_the_file(&mut stage, 1, held);
    stage.shows("★ morning").shows("1 of 1");
}

/// The answer to a load of the history.
pub(super) fn held_by_the_file(stage: &mut Stage, asked: u64, entries: Vec<Entry>) {
    let now = stage.now();
    let done = JobDone::History {
        asked,
        entries,
        problems: Vec::new(),
    };
    ingest::job(&mut stage.app, done, now);
}

#[test]
fn what_is_deleted_is_gone_here_and_in_another_copy() {
    let mut stage = Stage::new(&[]);
    stage.keys("rfirst<Enter>").pass(1_000);
    stage.keys("<Esc>rsecond<Enter>").pass(1_000).keys("<Esc>h");
    let second = stage.app.history.selected().unwrap().clone();
    let first = stage.keys("<Down>").app.history.selected().unwrap().clone();
    // deleted here, while an answer from before is under way
    stage.keys("<Delete>y").keys("<Esc>h");
    assert_eq!(stage.loads, 2);
    held_by_the_file(&mut stage, 1, vec![second.clone(), first]);
    stage.hides("first").shows("1 of 1");
    held_by_the_file(&mut stage, 2, vec![second]);
    stage.shows("second").shows("1 of 1");
    // deleted by another copy; what was sent since then is not in the answer, and stays
    stage.keys("<Esc>h<Esc>rthird<Enter><Esc>").keys("2");
    let loads = stage.loads;
    stage.keys("<F5>");
    held_by_the_file(&mut stage, loads, Vec::new());
    stage.hides("second").shows("third").shows("1 of 1");
}

#[test]
fn a_guarded_context_asks_before_anything_is_sent() {
    for (keys, sent) in [
        ("ra<Enter>", &[][..]),
        ("ra<Enter>n", &[]),
        ("ra<Enter><Esc>", &[]),
        ("ra<Enter>y", &["record", "send a"]),
        ("pa<Tab>x<F5>y", &["record", "send a"]),
        // again from the history, where it is asked again
        ("ra<Enter>y<Esc>h<F5>", &["record", "send a"]),
    ] {
        let mut stage = Stage::new(&[]);
        stage.app.target.guarded = true;
        stage.connect().keys(keys);
        stage.asked.retain(|asked| asked != "load history");
        assert_eq!(stage.asked, sent, "{keys}");
    }
}

#[test]
fn no_field_loses_what_was_typed_before() {
    let json = "rtoday<Tab>{\"a\":1,\"b\":2}<Esc>";
    for (keys, shown) in [
        // Tab selects nothing that has many lines
        ("r<Tab><Left><Left><Left>X", "{\"a\":1,\"b\"X:2}"),
        ("r<Tab><End><Backspace>", "{\"a\":1,\"b\":2"),
        ("r<Tab><Ctrl-A>X<Ctrl-7>", "{\"a\":1,\"b\":2}"),
        (
            "r<Tab><Tab>A: 1<Enter>B: 2<Tab><Shift-Tab><Left><Backspace>",
            "B:2",
        ),
        // a selection of one line ends where the keys go elsewhere
        ("r<Esc><Tab><Tab>!<F5>", "subject today!"),
        ("r<Tab><Shift-Tab><End>!", "subject today!"),
        ("rx<Ctrl-_>!", "subject today!"),
        ("r<Tab><Tab><Tab>9<Ctrl-7>", "timeout 5 s"),
    ] {
        let mut stage = Stage::new(&[]);
        stage.keys(json).keys(keys).shows(shown);
    }
}

#[test]
fn what_takes_the_place_of_typed_text_can_be_undone() {
    let mut stage = Stage::new(&["orders.>"]);
    stage.received(0, "orders.created", b"from the log");
    stage.keys("rcr<Down><Tab>").shows("subject orders.created");
    stage.keys("<Tab><Shift-Tab><Ctrl-7>").shows("subject cr");
    // a message that is loaded over a draft
    stage.keys("<Tab>mine<Esc>kR").shows("from the log");
    stage.keys("<Ctrl-7>").shows("mine");
    // what an editor made
    request::edited(&mut stage.app, Some(b"theirs".to_vec())).unwrap();
    stage.shows("theirs").keys("<Ctrl-7>").shows("mine");
    // a filter that is recalled, and the field of the history that Esc empties
    stage
        .keys("<Esc>&size>1<Enter>&<Ctrl-U>zzz<Up>")
        .shows("& size>1");
    stage.keys("<Ctrl-7>").shows("& zzz");
    stage
        .keys("<Esc>hfind me<Esc><Ctrl-7>")
        .shows("find  find me");
}

#[test]
fn a_cursor_that_moves_is_no_edit() {
    let mut stage = Stage::new(&[]);
    stage.keys("rtoday<Enter><Ctrl-S>morning<Enter>");
    stage.keys("<Left><Home><End>").shows("saved as morning");
    stage.keys("x").hides("saved as morning");
}

#[test]
fn a_result_names_what_was_sent_and_dims_when_the_draft_changes() {
    let is_dim = |stage: &mut Stage| {
        let (x, y) = stage.place_of("✓ replied in");
        let dim = stage.app.theme.dim.fg;
        assert!(dim.is_some());
        stage.frame()[(x, y)].style().fg == dim
    };
    let result = "today  ✓ replied in 2.0 ms   20261127";
    for (change, back) in [
        ("<Esc>r<End>s", "<Backspace>"),
        ("<Tab>x", "<Backspace>"),
        ("<Tab><Tab>A: 1", "<Ctrl-U>"),
        ("<Tab><Tab><Tab><Home>1", "<Backspace>"),
        ("<Esc>p", "<Esc>r"),
        ("<Ctrl-T>", "<Ctrl-T>"),
    ] {
        let mut stage = Stage::new(&[]);
        stage.keys("rtoday<Enter>").shows("today  waiting 0.0 s");
        stage.answered(Ok("20261127")).shows(result);
        assert!(!is_dim(&mut stage), "{change}");
        stage.keys(change).shows(result);
        assert!(is_dim(&mut stage), "{change}");
        stage.keys(back);
        assert!(!is_dim(&mut stage), "{change}{back}");
    }
}

#[test]
fn what_is_sent_from_the_history_is_named_beside_another_draft() {
    let mut stage = Stage::new(&[]);
    stage.keys("radd<Enter>").answered(Ok("6"));
    stage.keys("<Esc>rtoday<Esc>h").shows("Request today");
    stage.keys("<F5>").shows("add  waiting 0.0 s");
    let is_dim = |stage: &mut Stage, text: &str| {
        let style = stage.styles_of(text)[0];
        style.fg == stage.app.theme.dim.fg
    };
    assert!(is_dim(&mut stage, "add  waiting"));
    stage
        .answered(Ok("7"))
        .shows("add  ✓ replied in 2.0 ms   7");
    assert!(is_dim(&mut stage, "add  ✓"));
    // the draft is what was sent
    stage
        .keys("<Esc>radd<Esc>h")
        .shows("add  ✓ replied in 2.0 ms   7");
    assert!(!is_dim(&mut stage, "add  ✓"));
}

#[test]
fn what_is_published_is_called_so_and_has_no_timeout() {
    let mut stage = Stage::new(&[]);
    stage.keys("p").shows("─ Publish ─").hides("timeout");
    // there is no fourth field
    stage.keys("<Tab><Tab><Tab>");
    assert_eq!(stage.app.focus, Focus::Subscriptions);
    // a timeout that is wrong, or has the keys, stands in the way of nothing
    stage
        .keys("rtoday<Tab><Tab><Tab>soon<Ctrl-T>")
        .shows("─ Publish today ─");
    stage.keys("!").shows("subject today!").keys("<F5>");
    assert_eq!(stage.asked, ["record", "send today!"]);
    stage.app.size = (60, 20);
    stage.shows(" Publish ").keys("<Ctrl-T>").shows(" Request ");
}

#[test]
fn a_long_line_that_is_loaded_shows_its_beginning_and_that_it_goes_on() {
    let mut stage = Stage::new(&["t"]);
    let fields: Vec<String> = (0..60).map(|n| format!("\"key{n}\":{n}")).collect();
    stage.received(0, "t", format!("{{{}}}", fields.join(",")).as_bytes());
    stage.keys("kR").shows("│ {\"key0\":0,\"key1\":1");
    let (_, y) = stage.place_of("│ {\"key0\":0");
    let screen = stage.screen();
    let line = screen.lines().nth(y.into()).unwrap();
    assert!(line.ends_with("… │"), "{line}");
    stage.keys("<End>").shows("│ …").shows("\"key59\":59}");
    stage.keys("<Esc>").shows("│ {\"key0\":0,\"key1\":1");
}
