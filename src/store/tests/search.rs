//! What counts as a hit, whatever lies between messages.

use super::traffic::{Msg, START, msg, request, subscribed};
use crate::{
    filter::Filter,
    store::{Entry, MessageId, Query, Store, Toward, View},
};

const MIB: usize = 1 << 20;

impl Store {
    /// Searches, to the end.
    fn search_all(&mut self, typed: &str) {
        self.search(Some(Query::parse(typed).expect("well formed")));
        self.finish_scans();
    }

    /// Does every scan there is to do.
    pub fn finish_scans(&mut self) {
        while let Some(scan) = self.next_scan() {
            assert!(self.scanned(scan.run(|| false)));
        }
    }

    /// The numbers of the hits that are shown, from 1 on.
    fn hit_ids(&self) -> Vec<u64> {
        let mut at = MessageId(0);
        let next = || {
            at = self.next_hit(at, Toward::Newer)?;
            Some(at.0)
        };
        std::iter::from_fn(next).collect()
    }
}

/// A message with a header.
fn with_header<'a>(header: &'a str, payload: &'a str) -> Msg<'a> {
    Msg {
        header,
        ..msg(2, "a", payload)
    }
}

#[test]
fn given_json_with_escapes_it_is_found_as_it_is_shown() {
    let mut store = subscribed(16 * MIB, &[">"]);
    store.receive(
        START,
        &[
            msg(2, "a", "plain"),
            msg(2, "b", r#"{"a":"gr\u00fcn"}"#),
            msg(2, "c", r#"{"a":"grün"}"#),
            with_header(
                "NATS/1.0\r\nPath: C:\\temp\r\n\r\n",
                r#"{"a":"say \"gr\u00fcn\""}"#,
            ),
            msg(2, "d", r"gr\u00fcn, not JSON"),
            msg(2, "gr\\u00fcn", "x"),
        ],
    );
    // once with the open segment, once with one that is sealed
    for _ in 0..2 {
        for (typed, hits) in [
            ("grün", &[2, 3, 4][..]),
            ("Grün", &[]),
            ("\"a\": \"grün\"", &[2, 3]),
            ("say \"grün\"", &[4]),
            (r"gr\u00fcn", &[2, 4, 5, 6]),
            ("/gr.n\"/", &[2, 3]),
            ("/^.{5}gr.n/", &[]),
            ("/^.{6}gr.n/", &[2, 3]),
        ] {
            store.search_all(typed);
            assert_eq!(store.hit_ids(), hits, "{typed}");
            // a regular expression looks at one part, words of a filter too
            let word = match typed.strip_prefix('/') {
                Some(_) => typed.to_owned(),
                None => format!("\"{}\"", typed.replace('\\', "\\\\").replace('"', "\\\"")),
            };
            let filter = Filter::parse(&word, &jiff::Zoned::default()).expect("well formed");
            store.set_view(View {
                filter: Some(filter),
                ..View::default()
            });
            store.finish_scans();
            assert_eq!(store.rows(), hits.len() as u64, "{word}");
            store.set_view(View::default());
        }
        store.search(None);
        let filler = "x".repeat(600_000);
        let two = [
            msg(2, "f", &filler),
            msg(2, "f", &filler),
            msg(2, "f", "\\"),
        ];
        store.receive(START, &two);
    }
}

#[test]
fn given_a_text_it_counts_inside_one_part_of_a_message() {
    let mut store = subscribed(16 * MIB, &[">"]);
    store.receive(
        START,
        &[
            msg(2, "time.now", "noon"),
            request(2, "ask", "_INBOX.time"),
            with_header("NATS/1.0\r\nUnit: time\r\n\r\n", "x"),
            msg(2, "b", "a Timely word"),
            msg(2, "c", "it is tim"),
            msg(2, "e.f", "nothing"),
        ],
    );
    for (typed, hits) in [
        ("time", &[1, 2, 3, 4][..]),
        ("Time", &[4]),
        ("n", &[1, 2, 3, 6]),
        ("noon", &[1]),
        // from the end of one part into the control line, or into the next message
        ("now 2", &[]),
        ("time 1", &[]),
        ("noon\r\n", &[]),
        ("tim\r\n", &[]),
        ("time\r\n", &[3]),
        ("msg", &[]),
        ("ping", &[]),
        ("2", &[]),
        ("13", &[]),
        ("/^time/", &[1]),
        ("/time$/", &[2]),
        ("/^$/", &[]),
        ("/n.*n/", &[1, 6]),
        ("/o{2}/", &[1]),
        ("", &[]),
    ] {
        store.search_all(typed);
        assert_eq!(store.hit_ids(), hits, "{typed:?}");
        assert_eq!(store.hits(), hits.len() as u64, "{typed:?}");
    }
}

#[test]
fn given_headers_a_search_and_a_filter_read_the_same_of_them() {
    let mut store = subscribed(16 * MIB, &[">"]);
    store.receive(
        START,
        &[
            with_header("NATS/1.0\r\nUnit: time\r\n\r\n", "x"),
            with_header("NATS/1.0 503 Nobody\r\n\r\n", ""),
            with_header("NATS/1.0\r\n\r\n", "NATS/1.0"),
            with_header("no version\r\n\r\n", "x"),
            msg(2, "a", ""),
        ],
    );
    for (typed, hits) in [
        ("nats", &[3][..]),
        ("/nats", &[]),
        ("1.0", &[3]),
        ("/1", &[3]),
        ("0", &[2, 3]),
        ("n", &[1, 2, 3, 4]),
        ("503 n", &[2]),
        ("1.0 503", &[]),
        ("/^.503/", &[2]),
        ("/^NATS/", &[3]),
        ("/^no/", &[4]),
        ("/^$/", &[2, 5]),
    ] {
        store.search_all(typed);
        assert_eq!(store.hit_ids(), hits, "{typed:?}");
        let regex = typed.len() > 2 && typed.starts_with('/') && typed.ends_with('/');
        let term = if regex {
            typed.to_owned()
        } else {
            format!("\"{typed}\"")
        };
        let filter = Filter::parse(&term, &jiff::Zoned::now()).expect("well formed");
        store.set_view(View {
            filter: Some(filter),
            ..View::default()
        });
        store.finish_scans();
        let passing = (0..store.rows()).filter_map(|row| store.row(row));
        let passing: Vec<_> = passing.map(|entry: Entry<'_>| entry.id().0).collect();
        store.set_view(View::default());
        assert_eq!(passing, hits, "{term}");
    }
}

#[test]
fn given_a_small_budget_a_scan_holds_a_small_part_of_it() {
    let mut store = subscribed(8 * MIB, &[">"]);
    let payload = "x".repeat(10_000);
    for _ in 0..700 {
        store.receive(START, &[msg(2, "a", &payload)]);
    }
    store.search(Some(Query::parse("y").expect("well formed")));
    let mut scans = 0;
    while let Some(scan) = store.next_scan() {
        let held = scan.stretches.iter();
        let held: usize = held.map(|it| it.segment.bytes.capacity()).sum();
        assert!(held <= 2 * MIB, "{held}");
        assert!(store.scanned(scan.run(|| false)));
        scans += 1;
    }
    assert!(scans > 5, "{scans}");
}

#[test]
fn given_json_a_text_is_found_as_it_is_shown() {
    let mut store = subscribed(16 * MIB, &[">"]);
    store.receive(
        START,
        &[
            msg(2, "a", "{\"total\":88,\"of\":[1,2]}"),
            msg(2, "a", "{\"total\": 88}"),
            msg(2, "a", "no JSON: \"total\":88"),
            msg(2, "a", "[no JSON: \"total\":88"),
            with_header("NATS/1.0\r\nA: \"total\":88\r\n\r\n", "[\"total\",88]"),
        ],
    );
    for (typed, hits) in [
        ("\"total\": 88", &[1, 2][..]),
        ("total\": 88, \"of\": [1, 2", &[1]),
        ("\"total\":88", &[1, 3, 4, 5]),
        ("\"total\", 88", &[5]),
    ] {
        store.search_all(typed);
        assert_eq!(store.hit_ids(), hits, "{typed:?}");
    }
}

#[test]
fn given_messages_that_were_late_between_others_they_are_no_hits() {
    let mut store = subscribed(16 * MIB, &[">", "a"]);
    store.remove_subscription(3);
    store.receive(
        START,
        &[
            msg(3, "a", "late find"),
            msg(2, "a", "kept"),
            msg(3, "a", "late find, late find"),
            msg(2, "a", "kept find"),
            msg(3, "a", "late find"),
        ],
    );
    store.search_all("find");
    assert_eq!(store.hit_ids(), [2]);
    store.receive(START, &[msg(3, "a", "late find"), msg(2, "a", "find too")]);
    assert_eq!(store.hit_ids(), [2, 3]);
}

#[test]
fn given_messages_larger_than_a_segment_they_are_searched_away_from_the_screen() {
    let mut store = subscribed(512 * MIB, &[">"]);
    let mut large = vec![b'.'; 64 * MIB];
    large[40 * MIB..40 * MIB + 6].copy_from_slice(b"needle");
    let large = Msg {
        payload: &large,
        ..msg(2, "a", "")
    };
    store.receive(START, &[msg(2, "a", "needle"), large]);
    store.search(Some(Query::parse("needle").expect("well formed")));
    store.receive(START, &[large]);
    assert_eq!(store.hits(), 0);
    let mut hits = Vec::new();
    while let Some(scan) = store.next_scan() {
        assert!(store.scanned(scan.run(|| true)));
        hits.push(store.hits());
    }
    assert_eq!(hits, [1, 2, 3]);
    store.receive(START, &[msg(2, "a", "another needle")]);
    assert_eq!(store.hit_ids(), [1, 2, 3, 4]);
}

#[test]
fn given_one_segment_a_scan_may_stop_within_it() {
    let mut store = subscribed(64 * MIB, &[">"]);
    let payload = "x".repeat(1_000);
    for _ in 0..700 {
        store.receive(START, &[msg(2, "a", &payload)]);
    }
    store.search(Some(Query::parse("x").expect("well formed")));
    let mut hits = vec![store.hits()];
    while let Some(scan) = store.next_scan() {
        assert!(store.scanned(scan.run(|| true)));
        hits.push(store.hits());
    }
    let steps = hits.windows(2).map(|step| step[1] - step[0]);
    assert!(steps.max() < Some(270), "{hits:?}");
    assert_eq!(store.hits(), 700);
}

#[test]
fn given_a_regular_expression_as_much_is_looked_at_at_once_as_scans_are_fast() {
    let mut store = subscribed(64 * MIB, &[">"]);
    let payload = "x".repeat(1_000);
    let fill = |store: &mut Store, messages: usize| {
        (0..messages).for_each(|_| store.receive(START, &[msg(2, "a", &payload)]));
    };
    fill(&mut store, 400);
    store.search(Some(Query::parse("/x/").expect("well formed")));
    assert_eq!(store.hits(), 2, "2 KiB, as long as it was not tried");
    for (piece, enough, at_once) in [(4_000, true, 0), (1 << 20, false, 3)] {
        store.scan_state.piece = piece;
        let scan = store.next_scan().expect("much is left");
        assert!(store.scanned(scan.run(|| enough)));
        while let Some(scan) = store.next_scan().filter(|_| !enough) {
            store.scanned(scan.run(|| false));
        }
        let hits = store.hits();
        fill(&mut store, 3);
        assert_eq!(store.hits() - hits, at_once, "{piece}");
    }
}

#[test]
fn given_another_search_what_the_old_one_found_is_refused() {
    let mut store = subscribed(16 * MIB, &[">"]);
    let payload = "one two ".repeat(20_000);
    store.receive(START, &[msg(2, "a", &payload)]);
    store.search(Some(Query::parse("one").expect("well formed")));
    let scan = store.next_scan().expect("too much to search at once");
    store.search(Some(Query::parse("three").expect("well formed")));
    assert!(!store.scanned(scan.run(|| false)));
    assert_eq!(store.hits(), 0);
    store.search(None);
    assert!(store.next_scan().is_none());
}

#[test]
fn given_a_scan_under_way_what_it_reads_may_be_evicted() {
    let mut store = subscribed(MIB, &[">"]);
    store.scan_state.inline_bytes = 0;
    let payload = "find me ".repeat(1_000);
    let fill = |store: &mut Store, messages: usize| {
        (0..messages).for_each(|_| store.receive(START, &[msg(2, "a", &payload)]));
    };
    fill(&mut store, 50);
    store.search(Some(Query::parse("find").expect("well formed")));
    let scan = store.next_scan().expect("nothing is searched yet");
    fill(&mut store, 100);
    assert_eq!(store.hits(), 0);
    assert!(store.scanned(scan.run(|| false)));
    let hits = store.hits();
    assert!(hits < 50, "{hits}");
    store.finish_scans();
    assert_eq!(store.hits(), store.counters().kept);
    assert!(store.memory() <= store.budget());
}
