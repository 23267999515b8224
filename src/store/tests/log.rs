//! What is kept, shown and copied.

use std::time::Duration;

use proptest::prelude::*;

use super::traffic::{Msg, SECOND, START, batch, msg, subscribed};
use crate::store::{Direction, Frozen, Marker, MarkerKind, Store, View};

const MIB: usize = 1 << 20;

#[test]
fn given_overlapping_subscriptions_the_second_delivery_is_hidden_and_counted() {
    let mut store = subscribed(MIB, &["a.>", "a.b"]);
    store.receive(
        START,
        &[msg(2, "a.b", "1"), msg(3, "a.b", "1"), msg(2, "a.b", "2")],
    );
    assert_eq!(store.rows(), 2);
    assert_eq!(store.counters().hidden_copies, 1);
    assert_eq!(store.subscription(3).map(|it| it.copies), Some(1));
    assert_eq!(store.subjects().get(b"a.b").map(|it| it.count), Some(2));
    store.set_view(View {
        copies: true,
        ..View::default()
    });
    assert_eq!(store.rows(), 3);
}

#[test]
fn given_our_own_publish_comes_back_it_is_shown_once() {
    let mut store = subscribed(MIB, &["a"]);
    store.send(START, &[msg(0, "a", "x")]);
    store.receive(START, &[msg(2, "a", "x"), msg(2, "a", "x")]);
    assert_eq!(store.rows(), 2);
    assert_eq!(
        store
            .row(0)
            .and_then(|it| it.message())
            .map(|it| it.direction),
        Some(Direction::Out)
    );
}

#[test]
fn given_different_headers_or_replies_a_message_is_no_copy() {
    let mut store = subscribed(MIB, &["a", ">"]);
    let plain = msg(2, "a", "x");
    let header = |header| Msg {
        sid: 3,
        header,
        ..plain
    };
    store.receive(
        START,
        &[Msg {
            header: "NATS/1.0\r\nA: 1\r\n\r\n",
            ..plain
        }],
    );
    store.receive(
        START,
        &[
            header("NATS/1.0\r\nA: 2\r\n\r\n"),
            Msg {
                sid: 3,
                reply: Some("r"),
                ..plain
            },
        ],
    );
    assert_eq!(store.counters().hidden_copies, 0);
    store.receive(START, &[header("NATS/1.0\r\nA: 1\r\n\r\n")]);
    assert_eq!(store.counters().hidden_copies, 1);
}

#[test]
fn given_a_subscription_to_them_by_name_internal_subjects_are_shown() {
    let mut store = subscribed(MIB, &[">", "$SYS.>", "_INBOX.>"]);
    store.receive(
        START,
        &[
            msg(2, "$JS.a", "1"),
            msg(2, "_INBOX.a", "2"),
            msg(3, "$SYS.a", "3"),
            msg(4, "_INBOX.b", "4"),
        ],
    );
    assert_eq!(store.shown(), ["$SYS.a", "_INBOX.b"]);
    assert_eq!(store.counters().hidden_inboxes, 2);
    store.set_view(View {
        subject: Some(b"$JS.>".to_vec()),
        ..View::default()
    });
    assert_eq!(store.shown(), ["$JS.a"]);
}

#[test]
fn given_overlapping_subscriptions_all_rows_of_a_subject_are_at_home_on_the_oldest() {
    let mut store = subscribed(MIB, &["a.b", "a.>", ">"]);
    let homes = |store: &Store| -> Vec<u64> {
        let rows = (0..store.rows()).filter_map(|row| store.row(row)?.message());
        rows.map(|message| message.home()).collect()
    };
    store.send(START, &[msg(0, "a.b", "0")]);
    assert_eq!(homes(&store), [0], "it came on none");
    for (payload, order, home) in [("1", [4, 3], 3), ("2", [3, 4], 3), ("3", [4, 2], 2)] {
        store.receive(START, &order.map(|sid| msg(sid, "a.b", payload)));
        let homes = homes(&store);
        assert!(homes.iter().all(|it| *it == home), "{payload}: {homes:?}");
    }
    assert_eq!(store.snapshot(0..9).row(0), store.row(0));
    store.receive(START, &[msg(4, "a.c", "1")]);
    assert_eq!(homes(&store), [2, 2, 2, 2, 4]);
    store.remove_subscription(2);
    store.receive(START, &[msg(4, "a.b", "4"), msg(3, "a.b", "4")]);
    assert_eq!(homes(&store), [3, 3, 3, 3, 4, 3]);
}

#[test]
fn given_a_removed_subscription_what_still_comes_is_late_and_not_kept() {
    let mut store = subscribed(MIB, &["a"]);
    store.receive(START, &[msg(2, "a", "1")]);
    store.remove_subscription(2);
    store.receive(
        START,
        &[msg(2, "a", "2"), msg(9, "b", "3"), msg(0, "c", "4")],
    );
    let counters = store.counters();
    assert_eq!((counters.received, counters.kept, counters.late), (1, 1, 3));
    assert_eq!(store.subscription(2).map(|it| it.count), Some(1));
}

#[test]
fn given_a_flood_of_late_messages_nothing_kept_goes_for_it() {
    let mut store = subscribed(MIB, &["a", "b"]);
    store.receive(START, &[msg(2, "a", "1")]);
    store.remove_subscription(3);
    let payload = "x".repeat(1_000);
    for _ in 0..5_000 {
        store.receive(START, &[msg(3, "b", &payload)]);
    }
    assert_eq!(store.counters().late, 5_000);
    assert_eq!(store.shown(), ["a"]);
}

#[test]
fn given_a_large_message_that_is_late_nothing_kept_goes_for_it() {
    let mut store = subscribed(8 * MIB, &["a", "b"]);
    let (payload, large) = ("x".repeat(1_000), "x".repeat(4 * MIB));
    for _ in 0..6_000 {
        store.receive(START, &[msg(2, "a", &payload)]);
    }
    store.remove_subscription(3);
    let (kept, memory) = (store.counters().kept, store.memory());
    store.receive(START, &[msg(3, "b", &large), msg(3, "b", &large)]);
    let counters = store.counters();
    assert_eq!((counters.kept, counters.late), (kept, 2));
    assert_eq!(store.memory(), memory);
}

#[test]
fn given_a_muted_subscription_its_rows_are_hidden_until_it_is_not() {
    let mut store = subscribed(MIB, &["a", "b"]);
    store.receive(START, &[msg(2, "a", "1"), msg(3, "b", "2")]);
    store.mute(2, true);
    store.receive(START, &[msg(2, "a", "3")]);
    assert_eq!(store.shown(), ["b"]);
    assert_eq!(store.counters().hidden_by_mute, 2);
    store.mute(2, false);
    assert_eq!(store.shown(), ["a", "b", "a"]);
}

#[test]
fn given_a_dropped_marker_what_it_tells_is_counted() {
    let mut store = subscribed(MIB, &["a"]);
    store.receive(START, &[msg(2, "a", "1")]);
    store.mark(Marker {
        at: START,
        kind: MarkerKind::Dropped {
            received: 5,
            sent: 2,
            bytes: 70,
            by_subscription: vec![(2, 5)],
        },
    });
    let counters = store.counters();
    assert_eq!(
        (counters.received, counters.sent, counters.dropped),
        (6, 2, 7)
    );
    assert_eq!(store.subscription(2).map(|it| it.dropped), Some(5));
    assert_eq!(store.shown(), ["a", "--"]);
}

proptest! {
    #[test]
    fn given_markers_that_tell_of_any_losses_the_counters_add_up(
        told in prop::collection::vec((any_count(), any_count(), any_count()), 1..12)
    ) {
        let mut store = subscribed(MIB, &["a"]);
        for (received, sent, of_one) in told {
            store.receive(START, &[msg(2, "a", "1")]);
            store.mark(Marker {
                at: START,
                kind: MarkerKind::Dropped {
                    received,
                    sent,
                    bytes: received,
                    by_subscription: vec![(2, of_one)],
                },
            });
            let counters = store.counters();
            prop_assert_eq!(
                counters.received + counters.sent,
                counters.kept + counters.evicted + counters.cleared + counters.dropped
            );
        }
    }
}

fn any_count() -> impl Strategy<Value = u64> {
    prop_oneof![0..9u64, any::<u64>(), Just(u64::MAX), Just(u64::MAX / 4)]
}

#[test]
fn given_a_batch_larger_than_a_segment_it_is_split_between_records() {
    let mut store = subscribed(8 * MIB, &["a"]);
    let payloads: Vec<String> = (0..20_000).map(|n| format!("{n:060}")).collect();
    let messages: Vec<_> = payloads
        .iter()
        .map(|payload| msg(2, "a", payload))
        .collect();
    store.receive(START, &messages);
    assert_eq!(store.counters().kept, 20_000);
    for (row, payload) in (0..).zip(&payloads) {
        let message = store
            .row(row)
            .and_then(|it| it.message())
            .expect("a message");
        assert_eq!(message.payload, payload.as_bytes());
    }
}

#[test]
fn given_a_message_larger_than_a_segment_it_gets_its_own() {
    let mut store = subscribed(64 * MIB, &["a"]);
    let large = "x".repeat(5 * MIB);
    store.receive(
        START,
        &[msg(2, "a", "1"), msg(2, "a", &large), msg(2, "a", "2")],
    );
    let sizes: Vec<_> = (0..3)
        .filter_map(|row| store.row(row)?.message())
        .map(|it| it.size())
        .collect();
    assert_eq!(sizes, [1, 5 * MIB, 1]);
    assert!(store.memory() < 8 * MIB, "{}", store.memory());
}

#[test]
fn given_a_message_larger_than_the_budget_the_newest_is_still_there() {
    let mut store = subscribed(MIB, &["a"]);
    let large = "x".repeat(3 * MIB);
    store.receive(START, &[msg(2, "a", "1"), msg(2, "a", &large)]);
    assert_eq!(store.counters().kept, 1);
    assert_eq!(store.counters().evicted, 1);
    store.receive(START, &[msg(2, "a", "2")]);
    assert_eq!(store.counters().kept, 1);
    assert!(store.memory() <= store.budget());
}

#[test]
fn given_single_messages_over_a_day_few_segments_hold_them() {
    let mut store = subscribed(256 * MIB, &["time.time"]);
    for second in 0..86_400 {
        let time = format!("{second}.6568809");
        let at = START + second * SECOND;
        store.receive(at, &[msg(2, "time.time", &time)]);
    }
    assert_eq!(store.counters().kept, 86_400);
    assert!(store.memory() < 20 * MIB, "{}", store.memory());
    let last = store.row(86_399).expect("the last");
    assert_eq!(last.at(), START + 86_399 * SECOND);
}

#[test]
fn given_a_frozen_screen_its_rows_stay_when_they_are_evicted() {
    let mut store = subscribed(MIB, &["a"]);
    store.receive(START, &[msg(2, "a", "1")]);
    store.mark(Marker {
        at: START,
        kind: MarkerKind::Reconnected {
            lasted: Duration::from_secs(2),
        },
    });
    let ids = (store.oldest(), store.newest());
    let frozen = store.snapshot(0..50);
    let filler = "x".repeat(MIB);
    for _ in 0..4 {
        store.receive(START, &[msg(2, "a", &filler)]);
    }
    assert_eq!(store.get(ids.0.expect("kept")), None);
    assert_eq!(frozen.rows(), 2);
    assert_eq!(
        frozen
            .get(ids.0.expect("kept"))
            .and_then(|it| it.message())
            .map(|it| it.payload),
        Some(&b"1"[..])
    );
    assert_eq!(frozen.row_of(ids.1.expect("kept")), Ok(1));
    assert_eq!(frozen.row_of(store.newest().expect("kept")), Err(1));
}

#[test]
fn given_another_place_a_subscription_goes_on_and_equal_messages_are_no_copies() {
    let mut store = subscribed(MIB, &["a.>", "a.b"]);
    store.receive(START, &[msg(2, "a.b", "1")]);
    store.mute(2, true);
    store.continue_subscription(2, 12);
    store.continue_subscription(3, 13);
    store.receive(START, &[msg(2, "a.b", "2")]);
    store.mark(Marker {
        at: START,
        kind: MarkerKind::Switched {
            from: "demo".into(),
            to: "staging".into(),
        },
    });
    store.receive(START, &[msg(13, "a.b", "2"), msg(12, "a.b", "3")]);
    let counters = store.counters();
    assert_eq!((counters.late, counters.hidden_copies), (0, 0));
    assert_eq!(counters.hidden_by_mute, 3);
    assert_eq!(store.subscription(12).map(|it| it.count), Some(3));
    store.mute(12, false);
    assert_eq!(store.rows(), 5);
    let sids = (0..store.rows()).filter_map(|row| store.row(row)?.message().map(|it| it.sid));
    assert_eq!(sids.collect::<Vec<_>>(), [12, 12, 13, 12]);
}

#[test]
fn given_rows_too_large_to_freeze_their_payloads_are_cut_and_say_so() {
    let mut store = subscribed(64 * MIB, &["a"]);
    let large = "x".repeat(6 * MIB);
    store.receive(
        START,
        &[msg(2, "a", &large), msg(2, "a", "1"), msg(2, "a", &large)],
    );
    let frozen = store.snapshot(0..3);
    assert!(
        frozen.memory() < Frozen::LIMIT + 4096,
        "{}",
        frozen.memory()
    );
    let first = frozen
        .row(0)
        .and_then(|it| it.message())
        .expect("a message");
    assert_eq!(first.size(), 6 * MIB);
    assert_eq!(first.payload.len(), Frozen::LIMIT / 3);
    let second = frozen
        .row(1)
        .and_then(|it| it.message())
        .expect("a message");
    assert_eq!((second.payload, second.missing), (&b"1"[..], 0));
}

#[test]
fn given_a_cleared_log_ids_and_totals_go_on() {
    let mut store = subscribed(MIB, &["a"]);
    store.receive(START, &[msg(2, "a", "1"), msg(2, "a", "2")]);
    let newest = store.newest();
    store.clear();
    assert_eq!(
        (store.rows(), store.oldest(), store.counters().cleared),
        (0, None, 2)
    );
    store.receive(START, &[msg(2, "a", "3")]);
    assert!(store.newest() > newest);
    assert_eq!(store.subscription(2).map(|it| it.count), Some(3));
    assert_eq!(store.shown(), ["a"]);
}

#[test]
fn given_a_control_line_that_no_decoder_accepts_the_message_counts_as_dropped() {
    let mut store = subscribed(MIB, &["a"]);
    let mut wire = batch(&[msg(2, "a", "1")]);
    wire.bytes.resize(70_000, b' ');
    wire.records[0].body_at = 69_999;
    store.append(Direction::In, &wire.bytes, &wire.records, START);
    let counters = store.counters();
    assert_eq!(
        (counters.received, counters.kept, counters.dropped),
        (1, 0, 1)
    );
}

#[test]
fn given_nothing_the_store_answers_nothing() {
    let mut store = Store::new(0);
    assert_eq!(
        (store.rows(), store.row(0), store.oldest(), store.newest()),
        (0, None, None, None)
    );
    store.append(Direction::In, b"", &[], START);
    store.clear();
    store.tick(START);
    assert_eq!(store.snapshot(0..9).rows(), 0);
    assert!(store.rates().quiet());
}
