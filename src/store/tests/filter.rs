//! Filtered views while they come about.

use std::time::Duration;

use super::traffic::{SECOND, START, msg, request, subscribed};
use crate::{
    filter::Filter,
    store::{Outcome, Store, View},
};

fn filtered(store: &mut Store, text: &str) {
    let filter = Filter::parse(text, &jiff::Zoned::now()).expect("well formed");
    store.set_view(View {
        filter: Some(filter),
        ..store.view().clone()
    });
}

#[test]
fn given_a_filter_over_much_that_is_kept_the_newest_are_shown_first() {
    let mut store = subscribed(16 << 20, &[">"]);
    let payload = "x".repeat(1_000);
    for n in 0..1_000 {
        let subject = if n % 2 == 0 { "even" } else { "odd" };
        store.receive(START, &[msg(2, subject, &payload)]);
    }
    filtered(&mut store, "subject:odd");
    let at_once = store.rows();
    assert!((10..20).contains(&at_once), "{at_once}");
    let filtering = store.filtering().expect("not done");
    assert_eq!(filtering.total, 1_000);
    let mut shown = vec![at_once];
    while let Some(scan) = store.next_scan() {
        assert!(store.scanned(scan.run(|| true)));
        shown.push(store.rows());
        let counters = store.counters();
        assert_eq!(counters.kept, counters.shown + counters.hidden());
    }
    assert!(shown.is_sorted(), "{shown:?}");
    assert_eq!(store.rows(), 500);
    assert_eq!(store.filtering(), None);
    store.receive(START, &[msg(2, "odd", "one"), msg(2, "even", "two")]);
    assert_eq!(store.rows(), 501);
}

#[test]
fn given_a_filter_muting_and_copies_judge_nothing_again() {
    let mut store = subscribed(16 << 20, &["a", "b", ">"]);
    store.receive(
        START,
        &[
            msg(2, "a", "x"),
            msg(3, "b", "x"),
            msg(4, "a", "x"),
            msg(4, "c", "y"),
        ],
    );
    filtered(&mut store, "x");
    assert_eq!(store.shown(), ["a", "b"]);
    store.mute(2, true);
    assert_eq!(store.shown(), ["b"]);
    store.set_view(View {
        copies: true,
        ..store.view().clone()
    });
    assert_eq!(store.shown(), ["b", "a"]);
    assert_eq!(store.filtering(), None);
    store.set_view(View {
        filter: None,
        ..store.view().clone()
    });
    assert_eq!(store.shown(), ["b", "a", "c"]);
}

#[test]
fn given_a_blank_filter_everything_is_shown() {
    let mut store = subscribed(16 << 20, &[">"]);
    store.receive(START, &[msg(2, "a", "x")]);
    filtered(&mut store, "  ");
    assert_eq!(store.shown(), ["a"]);
}

#[test]
fn given_rtt_in_a_filter_replies_are_judged_by_their_pair() {
    for scanned in [false, true] {
        let mut store = subscribed(16 << 20, &[">"]);
        if scanned {
            store.scan_state.inline_bytes = 0;
        }
        store.send(START, &[request(0, "today", "_INBOX.x.1")]);
        store.receive(START + SECOND, &[msg(1, "_INBOX.x.1", "slow")]);
        store.receive(START, &[request(2, "stock", "_INBOX.y")]);
        store.receive(START + SECOND / 10, &[msg(2, "_INBOX.y", "quick")]);
        filtered(&mut store, "rtt>=500ms");
        store.finish_scans();
        assert_eq!(store.shown(), ["_INBOX.x.1"], "scanned: {scanned}");
    }
}

#[test]
fn given_the_clients_word_of_a_round_trip_its_reply_is_judged_again() {
    let mut store = subscribed(16 << 20, &[]);
    store.send(START, &[request(0, "today", "_INBOX.x.1")]);
    store.receive(START + SECOND, &[msg(1, "_INBOX.x.1", "slow")]);
    filtered(&mut store, "rtt>=2s");
    assert_eq!(store.rows(), 0);
    for (seconds, rows) in [(3, 1), (1, 0)] {
        let took = Duration::from_secs(seconds);
        store.set_outcome(b"_INBOX.x.1", Outcome::Replied { took });
        assert_eq!(store.rows(), rows);
    }
}

#[test]
fn given_a_subject_forgotten_another_with_its_number_is_judged_for_itself() {
    for at_once in [0, 1 << 20] {
        let mut store = subscribed(64 << 10, &[">"]);
        store.scan_state.inline_bytes = at_once;
        filtered(&mut store, "subject:odd.>");
        let payload = "x".repeat(1_000);
        for n in 0..2_000u32 {
            // without a period, which what is kept could be a multiple of
            let is_odd = n.wrapping_mul(2_654_435_761) >> 31 == 1;
            let subject = format!("{}.{n}", if is_odd { "odd" } else { "even" });
            store.receive(START, &[msg(2, &subject, &payload)]);
            store.finish_scans();
        }
        assert!(store.subjects().len() < 1_000);
        let shown = store.shown();
        assert!(shown.iter().all(|subject| subject.starts_with("odd.")));
        let kept = store.counters().kept;
        assert!(shown.len() as u64 >= kept / 4, "{} of {kept}", shown.len());
    }
}
