//! Recordings: what is shown, exported and said, whatever stands in them.

use proptest::prelude::*;

use super::stage::Stage;
use crate::{
    filter::Filter,
    protocol::{Direction, Marker, MarkerKind},
    recording::{Chunk, Entry, Existing, Line, Problems, Progress, Written},
    store::View,
    text::number,
    tui::{
        app::{
            Effect, Focus,
            recordings::{self, READ_ONLY},
        },
        tapes::{Read, Recorded},
    },
};

fn opened(keep: usize) -> Stage {
    let mut stage = Stage::unconnected(keep);
    recordings::open(&mut stage.app);
    stage
}

fn read(stage: &mut Stage, entries: Vec<Entry>) {
    let mut chunk = Chunk::default();
    entries.into_iter().for_each(|entry| chunk.push(entry));
    let progress = Progress {
        done: 42,
        total: Some(100),
    };
    let held = 0;
    let part = Read::Chunk {
        chunk,
        progress,
        held,
    };
    recordings::read(&mut stage.app, part);
}

fn end(stage: &mut Stage) {
    let end = Read::End {
        problems: Problems::default(),
        failed: None,
    };
    recordings::read(&mut stage.app, end);
}

fn line(at: i64, subject: &str) -> Line<'_> {
    Line::new(
        at,
        Direction::In,
        subject.as_bytes(),
        None,
        b"",
        b"0123456789",
    )
}

fn messages(count: usize) -> Vec<Entry<'static>> {
    let line = |n| Entry::Message(line(n as i64, "a"));
    (0..count).map(line).collect()
}

/// The number of messages in a chunk.
fn exported(chunk: &Chunk) -> usize {
    chunk.records.len()
}

#[test]
fn while_it_is_read_the_share_shows_and_at_the_end_what_was_left_out() {
    let mut stage = opened(64 << 10);
    read(&mut stage, messages(10_000));
    stage
        .shows("recording")
        .shows("reading ████▏")
        .shows("42 %   10 000 messages")
        .hides("left out");
    end(&mut stage);
    stage
        .hides("reading")
        .shows("of 10 000 messages are left out: --keep ")
        .shows("MiB keeps more");
    let counters = stage.app.store.counters();
    assert_eq!(counters.received, counters.kept + counters.evicted);
}

#[test]
fn nothing_is_sent_and_nothing_subscribed_to() {
    let mut stage = opened(1 << 20);
    read(&mut stage, messages(1));
    stage
        .shows("None: this is a recording.")
        .hides("s subscribe");
    for keys in [
        "s",
        "w",
        "S",
        "C",
        "A",
        "r",
        "p",
        "R",
        "a",
        "<F5>",
        "h<F5>",
        "<Esc>:switch between<Enter>",
    ] {
        stage.keys(keys);
        assert_eq!(stage.toasts(), [READ_ONLY], "{keys}");
        stage.pass(10_000);
    }
    stage.asked.retain(|asked| asked != "load history");
    assert_eq!(stage.asked, [""; 0]);
    // and nothing is offered to compose with
    stage.keys("<Esc>1").hides("Request").hides("r request");
    for pane in [
        Focus::Details,
        Focus::Subscriptions,
        Focus::Subjects,
        Focus::Messages,
    ] {
        stage.keys("<Tab>");
        assert_eq!(stage.app.focus, pane);
    }
    stage.app.size = (60, 20);
    stage
        .hides("Request")
        .keys("2")
        .hides("Request")
        .hides("composes");
}

#[test]
fn what_an_export_cannot_write_any_more_is_said() {
    let mut stage = opened(512 << 10);
    read(&mut stage, messages(4_000));
    let kept = stage.app.store.counters().kept as usize;
    assert!(kept > 1_024, "{kept}");
    stage.keys(":export the messages<Enter><Enter>");
    assert_eq!(stage.asked.len(), 1, "{:?}", stage.asked);
    let first = recordings::slice(&mut stage.app).expect("rows");
    // everything that was there is evicted meanwhile, but not what is new
    read(&mut stage, messages(40_000));
    assert!(recordings::slice(&mut stage.app).is_none());
    let recorded = Recorded {
        path: "f".into(),
        outcome: Ok(Written {
            messages: exported(&first) as u64,
            bytes: 1,
        }),
    };
    let now = stage.now();
    recordings::exported(&mut stage.app, recorded, now);
    let gone = number::count((kept - exported(&first)) as u64);
    let text = format!("{gone} were evicted before they could be written.");
    assert!(
        stage.toasts()[0].ends_with(&text),
        "{:?} {text}",
        stage.toasts()
    );
}

#[test]
fn an_export_waits_until_it_is_known_what_a_filter_shows() {
    let mut stage = opened(64 << 20);
    read(&mut stage, messages(100_000));
    let now = stage.now();
    let moment = stage.app.calendar.zoned(now.wall);
    let view = View {
        filter: Some(Filter::parse("\"9\"", &moment).expect("a filter")),
        ..stage.app.store.view().clone()
    };
    stage.app.store.set_view(view);
    recordings::ask_export(&mut stage.app, now);
    let expected = "The filter is still being applied; export when that is done.";
    assert_eq!(stage.toasts(), [expected]);
}

#[test]
fn an_export_under_a_filter_holds_what_is_judged() {
    let mut stage = opened(64 << 20);
    let now = stage.now();
    let filter = Filter::parse("\"0123\"", &stage.app.calendar.zoned(now.wall)).expect("a filter");
    let view = View {
        filter: Some(filter),
        ..stage.app.store.view().clone()
    };
    stage.app.store.set_view(view);
    read(&mut stage, messages(100));
    let judged = stage.app.store.rows();
    // in one batch, so that much of it is left to be judged
    let batch = (0..100_000).map(|_| Entry::Message(line(100, "a")));
    read(&mut stage, batch.collect());
    assert!(stage.app.store.filtering().is_some());
    stage.keys(":export the messages<Enter><Enter>");
    assert_eq!(stage.toasts(), [""; 0]);
    let shown = stage.app.store.rows();
    assert!(judged == 100 && shown < 100_000, "{shown}");
    let chunks: Vec<Chunk> = std::iter::from_fn(|| recordings::slice(&mut stage.app)).collect();
    assert_eq!(chunks.iter().map(exported).sum::<usize>() as u64, shown);
}

#[test]
fn an_export_ends_where_its_subscription_is_muted_or_the_log_is_cleared() {
    for (keys, why) in [
        ("<Shift-Tab><Shift-Tab>m", "another view is shown"),
        (":clear the log<Enter>y", "the log was cleared"),
    ] {
        let mut stage = Stage::new(&["a"]);
        for _ in 0..2_000 {
            stage.received(0, "a", b"x");
        }
        stage.keys(":export the messages<Enter><Enter>");
        assert!(recordings::slice(&mut stage.app).is_some());
        stage.keys(keys);
        assert!(recordings::slice(&mut stage.app).is_none(), "{keys}");
        let (path, outcome) = ("f".into(), Ok(Written::default()));
        let now = stage.now();
        recordings::exported(&mut stage.app, Recorded { path, outcome }, now);
        let text = stage
            .toasts()
            .last()
            .copied()
            .unwrap_or_default()
            .to_owned();
        let expected = format!("Stopped, because {why}: ");
        assert!(text.starts_with(&expected), "{text}");
    }
}

#[test]
fn esc_stops_an_export_once_and_goes_back_behind_it() {
    let mut stage = opened(1 << 20);
    read(&mut stage, messages(1_500));
    stage.keys(":export the messages<Enter><Enter>");
    stage
        .keys("*")
        .shows("only a")
        .keys("<Esc>")
        .shows("only a");
    stage.keys("<Esc>").hides("only a");
}

#[test]
fn of_a_frozen_log_what_is_still_kept_is_exported() {
    let mut stage = opened(512 << 10);
    read(&mut stage, messages(1_000));
    stage.screen();
    stage.keys("<Space>").shows("FROZEN");
    let later = stage.app.store.row(900).expect("a row").id();
    while stage.app.store.oldest() <= Some(later) {
        read(&mut stage, messages(100));
    }
    stage.keys(":export the messages<Enter>");
    let expected = "There is nothing to export: no message is shown.";
    assert_eq!(stage.toasts(), [expected]);
}

#[test]
fn subscriptions_of_an_export_stay_what_they_were() {
    let mut stage = Stage::new(&[]);
    for sid in [2, 64, 126] {
        stage.app.store.add_subscription(sid, b">");
        let mut chunk = Chunk::default();
        let line = Line {
            sid: Some(sid),
            ..line(0, "a")
        };
        chunk.push(Entry::Message(line));
        let store = &mut stage.app.store;
        store.append(
            crate::store::Direction::In,
            &chunk.bytes,
            &chunk.records,
            sid as i64,
        );
    }
    stage.app.store.set_view(View {
        copies: true,
        ..View::default()
    });
    stage.keys(":export the messages<Enter><Enter>");
    let chunk = recordings::slice(&mut stage.app).expect("rows");
    let sids: Vec<u64> = chunk.records.iter().map(|record| record.sid).collect();
    assert_eq!(sids, [2, 64, 126]);
}

#[test]
fn a_smaller_budget_leaves_room_for_the_log_while_recording() {
    let mut stage = Stage::unconnected(256 << 20);
    recordings::begin(&mut stage.app, "f".into(), Existing::Keep);
    stage.app.store.add_subscription(2, b">");
    let mut chunk = Chunk::default();
    messages(10_000)
        .into_iter()
        .for_each(|entry| chunk.push(entry));
    let store = &mut stage.app.store;
    store.append(crate::store::Direction::In, &chunk.bytes, &chunk.records, 0);
    let asked = recordings::set_budget(&mut stage.app, 16 << 20);
    assert!(matches!(asked, Some(Effect::LimitRecording(limit)) if limit == 2 << 20));
    assert_eq!(stage.app.store.counters().kept, 10_000);
}

#[test]
fn a_file_of_the_home_folder_may_be_named_so() {
    let mut stage = Stage::new(&["a"]);
    stage.keys("w<Ctrl-U>~/r.ndjson<Enter>");
    let asked = stage.asked.concat();
    assert!(
        asked.starts_with("record { path: \"/home/me/r.ndjson\""),
        "{asked}"
    );
}

#[test]
fn an_export_holds_the_rows_of_its_moment_and_ends_with_its_view() {
    let mut stage = opened(1 << 20);
    read(&mut stage, messages(1_500));
    let begin = ":export the messages<Enter><Enter>";
    stage.keys(begin).shows("exporting");
    read(&mut stage, messages(100));
    let chunks = std::iter::from_fn(|| recordings::slice(&mut stage.app));
    assert_eq!(chunks.map(|chunk| exported(&chunk)).sum::<usize>(), 1_500);
    let done = |stage: &mut Stage| {
        let outcome = Ok(Written::default());
        let now = stage.now();
        let path = "f".into();
        recordings::exported(&mut stage.app, Recorded { path, outcome }, now);
        stage.toasts().last().copied().map(str::to_owned)
    };
    assert_eq!(done(&mut stage).as_deref(), Some("0 messages, 0 B in f."));

    stage.keys(begin).keys("*");
    assert!(recordings::slice(&mut stage.app).is_none());
    let text = done(&mut stage).expect("a toast");
    assert!(
        text.starts_with("Stopped, because another view is shown: "),
        "{text}"
    );

    stage.keys("*").keys(begin).keys("<Esc>");
    assert!(recordings::slice(&mut stage.app).is_none());
    let text = done(&mut stage).expect("a toast");
    assert!(text.starts_with("Stopped: "), "{text}");
}

#[test]
fn what_the_disk_could_not_follow_is_red_and_said_at_the_end() {
    let mut stage = Stage::new(&["a"]);
    recordings::begin(&mut stage.app, "f".into(), Existing::Keep);
    stage.app.recordings.counted(Some((12_340, 0)));
    stage.shows("● rec  12 340").hides("NOT RECORDED");
    stage.app.recordings.counted(Some((12_340, 17)));
    stage.shows("17 NOT RECORDED");
    let outcome = Ok(Written {
        messages: 12_340,
        bytes: 3_100_000,
    });
    let now = stage.now();
    let path = "f".into();
    recordings::recorded(&mut stage.app, Recorded { path, outcome }, now);
    stage.hides("● rec");
    let expected =
        "12 340 messages, 3.1 MB in f. 17 more were not recorded: the disk could not follow.";
    assert_eq!(stage.toasts(), [expected]);
}

fn time() -> impl Strategy<Value = i64> {
    prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(0), any::<i64>()]
}

fn entry() -> impl Strategy<Value = Entry<'static>> {
    let message = (
        time(),
        any::<bool>(),
        "[ab_$][.]{0,2}[a>*]{0,2}",
        any::<Option<u64>>(),
    );
    let message = message.prop_map(|(at, out, subject, sid)| {
        let direction = if out { Direction::Out } else { Direction::In };
        let subject = subject.into_bytes();
        let reply = out.then(|| std::borrow::Cow::from(b"a".as_slice()));
        let line = Line::new(at, direction, b"", None, b"", b"");
        Entry::Message(Line {
            subject: subject.into(),
            reply,
            sid,
            ..line
        })
    });
    let marker = |at, kind| Entry::Marker(Marker { at, kind });
    let dropped = (time(), proptest::array::uniform3(0..=1u64 << 60)).prop_map(
        move |(at, [received, sent, bytes])| {
            let kind = MarkerKind::Dropped {
                received,
                sent,
                bytes,
                by_subscription: Vec::new(),
            };
            marker(at, kind)
        },
    );
    let switched = (time(), any::<String>(), any::<String>())
        .prop_map(move |(at, from, to)| marker(at, MarkerKind::Switched { from, to }));
    prop_oneof![4 => message, 1 => dropped, 1 => switched]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_a_recording_says_the_screen_shows_it(
        entries in proptest::collection::vec(entry(), 0..60),
        keys in proptest::sample::select(vec!["T", "gT", "g*", "gjo", "g<Enter>v", "<Shift-Tab>l"]),
    ) {
        let mut stage = opened(64 << 10);
        read(&mut stage, entries);
        stage.keys(keys);
        stage.screen();
        end(&mut stage);
        stage.pass(1_000);
        stage.screen();
    }
}
