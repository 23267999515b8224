//! Memory: honest, and under the budget.

use std::time::Duration;

use super::traffic::{Msg, SECOND, START, batch, msg, subscribed};
use crate::{
    filter::Filter,
    store::{Direction, Holder, Marker, MarkerKind, Outcome, Query, Store, View},
};

const MIB: usize = 1 << 20;

/// What the rows kept need at the very least: their bytes and their records.
fn needed(store: &Store) -> usize {
    (0..store.rows())
        .filter_map(|row| store.row(row)?.message())
        .map(|it| it.subject.len() + it.header.len() + it.size() + 32)
        .sum()
}

fn flood(store: &mut Store, messages: usize, subject: impl Fn(usize) -> String) {
    let payload = "x".repeat(128);
    for n in 0..messages {
        store.receive(START + n as i64, &[msg(2, &subject(n), &payload)]);
    }
}

#[test]
fn given_a_flood_memory_stays_under_the_budget_and_is_mostly_messages() {
    let mut store = subscribed(8 * MIB, &["a.>"]);
    for _ in 0..10 {
        flood(&mut store, 10_000, |n| format!("a.{}", n % 10));
        assert!(store.memory() <= store.budget());
    }
    let counters = store.counters();
    assert!(counters.evicted > 0);
    assert_eq!(counters.received, counters.kept + counters.evicted);
    let share = needed(&store) as f64 / store.budget() as f64;
    assert!((0.6..1.0).contains(&share), "{share}");
}

#[test]
fn given_a_full_log_subscriptions_that_are_added_stay_under_the_budget() {
    let mut store = subscribed(MIB, &["a.>"]);
    flood(&mut store, 20_000, |n| format!("a.{}", n % 10));
    for sid in 3..2_000 {
        store.add_subscription(sid, b"b.>");
        assert!(store.memory() <= store.budget(), "{sid}");
    }
}

#[test]
fn given_small_messages_each_costs_few_bytes_beside_its_own() {
    for size in [16, 128] {
        let mut store = subscribed(64 * MIB, &["sensors.>"]);
        let payload = "x".repeat(size);
        let subjects: Vec<_> = (0..100)
            .map(|room| format!("sensors.eu.room{room}.temperature"))
            .collect();
        let messages: Vec<_> = subjects.iter().map(|it| msg(2, it, &payload)).collect();
        let wire = batch(&messages);
        let each = wire.bytes.len() as f64 / messages.len() as f64;
        while store.memory() < 48 * MIB {
            store.append(Direction::In, &wire.bytes, &wire.records, START);
        }
        let kept = store.memory() as f64 / store.counters().kept as f64;
        assert!(kept - each <= 40.0, "{:.1} bytes at {size}", kept - each);
    }
}

#[test]
fn given_large_messages_a_sealed_segment_has_little_room_to_spare() {
    for size in [10_000, 70_000, 200_000, 400_000, 900_000] {
        let mut store = subscribed(64 * MIB, &["a"]);
        let payload = "x".repeat(size);
        let wire = batch(&[msg(2, "a", &payload)]);
        for _ in 0..32 * MIB / size {
            store.append(Direction::In, &wire.bytes, &wire.records, START);
        }
        let sealed = || store.log.sealed.iter();
        let memory = sealed().map(|it| it.segment.memory() + it.rows.memory());
        let messages = sealed().map(|it| it.segment.records.len());
        let kept = memory.sum::<usize>() as f64 / messages.sum::<usize>() as f64;
        let over = kept - wire.bytes.len() as f64;
        assert!(over <= 40.0 + size as f64 / 64.0, "{over:.1} at {size}");
    }
}

#[test]
fn given_markers_with_long_names_memory_stays_under_the_budget() {
    let mut store = subscribed(MIB, &["a"]);
    store.receive(START, &[msg(2, "a", "1")]);
    for _ in 0..1_000 {
        let (from, to) = ("x".repeat(4_000), "y".repeat(4_000));
        store.mark(Marker {
            at: START,
            kind: MarkerKind::Switched { from, to },
        });
        assert!(store.memory() <= store.budget(), "{}", store.memory());
    }
    let counters = store.counters();
    assert_eq!(counters.markers + counters.markers_gone, 1_000);
    assert!(counters.markers > 50, "{}", counters.markers);
}

#[test]
fn given_another_kind_of_traffic_memory_stays_under_the_budget_and_is_mostly_messages() {
    let mut store = subscribed(16 * MIB, &["a"]);
    for size in [0, 900, 5, 40_000, 100] {
        let payload = "x".repeat(size);
        for n in 0..(32 * MIB / (size + 50)) {
            store.receive(START + n as i64, &[msg(2, "a", &payload)]);
            assert!(store.memory() <= store.budget());
        }
        let used = needed(&store) as f64 / store.budget() as f64;
        assert!(used > 0.6, "{used} at {size}");
    }
}

#[test]
fn given_another_budget_it_holds_at_once_and_nothing_is_lost_unsaid() {
    let mut store = subscribed(32 * MIB, &["a.>"]);
    flood(&mut store, 100_000, |n| format!("a.{}", n % 10));
    let before = store.counters();
    assert_eq!(before.evicted, 0);
    for (budget, evicts) in [(12 * MIB, true), (8 * MIB, true), (64 * MIB, false)] {
        let kept = store.counters().kept;
        store.set_budget(budget);
        assert!(store.memory() <= store.budget(), "{budget}");
        assert_eq!(store.counters().kept < kept, evicts, "{budget}");
        let newest = store.newest().and_then(|id| store.get(id));
        assert!(newest.is_some(), "{budget}");
        let counters = store.counters();
        assert_eq!(counters.received, counters.kept + counters.evicted);
    }
    let kept = store.counters().kept;
    flood(&mut store, 100_000, |n| format!("a.{}", n % 10));
    assert_eq!(store.counters().kept, kept + 100_000);
}

#[test]
fn given_an_empty_log_another_budget_holds_for_its_first_segment() {
    let mut store = subscribed(64 * MIB, &["a.>"]);
    store.set_budget(MIB);
    assert!(store.memory() < MIB, "{}", store.memory());
    flood(&mut store, 10, |_| "a.b".to_owned());
    assert_eq!(store.counters().kept, 10);
}

#[test]
fn given_the_oldest_evicted_the_log_spans_less() {
    let mut store = subscribed(MIB, &["a"]);
    assert_eq!(store.span(), Duration::ZERO);
    let payload = "x".repeat(1_000);
    for second in 0..500 {
        store.receive(START + second * SECOND, &[msg(2, "a", &payload)]);
    }
    assert_eq!(store.span(), Duration::from_secs(499));
    for second in 500..5_000 {
        store.receive(START + second * SECOND, &[msg(2, "a", &payload)]);
    }
    let kept = store.counters().kept;
    assert_eq!(store.span(), Duration::from_secs(kept - 1));
}

#[test]
fn given_a_subject_for_each_message_the_table_of_subjects_keeps_its_share() {
    // messages go by the segment: its subjects must be few beside those of the whole share
    let mut store = subscribed(32 * MIB, &["a.>"]);
    flood(&mut store, 100_000, |n| format!("a.{}.{n}", n % 7));
    assert!(store.memory() <= store.budget(), "{}", store.memory());
    assert!(
        store.subjects.memory() <= store.budget() / 2,
        "{}",
        store.subjects.memory()
    );
    assert!(store.counters().kept > 5_000, "{:?}", store.counters());
    assert!(store.subjects().len() as u64 >= store.counters().kept);
    let forgotten = store.subjects().window(0..1);
    assert_eq!(forgotten[0].count, 100_000);
}

/// A node, its token and who stands below it cost more than 100 bytes.
#[test]
fn given_subjects_of_many_tokens_none_of_which_another_has_the_table_is_not_undercounted() {
    let mut store = subscribed(256 * MIB, &[">"]);
    let subjects = 20_000;
    flood(&mut store, subjects, |n| {
        let uuid = format!("{n:08x}-3c1d-4b5e-9f00-{n:012x}");
        format!("tenant.{uuid}.order.line.item.price.updated")
    });
    assert_eq!(store.subjects().rows(), 1 + 6 * subjects);
    let each = store.subjects.memory() / subjects;
    assert!((900..1_600).contains(&each), "{each} bytes a subject");
}

#[test]
fn given_more_subjects_than_are_remembered_those_without_messages_are_forgotten() {
    let mut store = subscribed(256 * MIB, &["a.>"]);
    flood(&mut store, 110_000, |n| format!("a.{n}"));
    assert_eq!(store.subjects().len(), 110_000);
    store.clear();
    flood(&mut store, 1, |_| "b".to_owned());
    assert_eq!(store.subjects().len(), 100_000);
    assert_eq!(store.subjects().get(b"a.0"), None);
    assert_eq!(
        store.subjects().get(b"a.109999").map(|it| it.count),
        Some(1)
    );
    let rows = store.subjects().window(0..1);
    assert_eq!((&rows[0].prefix[..], rows[0].count), (&b"a"[..], 110_000));
    flood(&mut store, 1, |_| "a.0".to_owned());
    assert_eq!(store.subjects().get(b"a.0").map(|it| it.count), Some(1));
    store.tick(START + 2 * SECOND);
    assert_eq!(store.subjects().window(0..1)[0].count, 110_001);
}

#[test]
fn given_bytes_held_by_others_the_log_makes_room_for_them() {
    let mut store = subscribed(8 * MIB, &["a"]);
    flood(&mut store, 60_000, |_| "a".to_owned());
    let kept = store.counters().kept;
    store.reserve(Holder::Backlog, 4 * MIB);
    assert!(store.memory() <= store.budget());
    assert!(store.counters().kept < kept);
    store.reserve(Holder::Backlog, 64 * MIB);
    assert!(store.counters().kept > 0, "the newest segment stays");
}

/// What others hold takes all that is left of the budget.
fn fill_up(store: &mut Store) {
    store.reserve(Holder::Backlog, 0);
    store.reserve(Holder::Backlog, store.budget() - store.memory());
    assert_eq!(store.memory(), store.budget());
    assert!(!store.log.sealed.is_empty(), "nothing could give way");
}

#[test]
fn given_not_a_byte_left_whatever_is_asked_of_the_store_stays_under_the_budget() {
    type Ask = fn(&mut Store);
    let table: [(&str, Ask); 6] = [
        ("search", |store| {
            store.search(Some(Query::parse("x").expect("well formed")));
        }),
        ("unmute", |store| store.mute(3, false)),
        ("view", |store| {
            store.set_view(View {
                inboxes: true,
                ..store.view().clone()
            });
        }),
        ("settle", |store| {
            let took = Duration::from_secs(5);
            store.set_outcome(b"_INBOX.1", Outcome::Replied { took });
        }),
        ("settle what was not sent yet", |store| {
            for n in 2..300 {
                let inbox = format!("_INBOX.{n}");
                store.set_outcome(inbox.as_bytes(), Outcome::Waiting);
            }
        }),
        ("continue", |store| {
            for sid in 4..100 {
                store.continue_subscription(2, sid);
            }
        }),
    ];
    for (name, ask) in table {
        let mut store = subscribed(MIB, &["a.>", "b.>"]);
        store.mute(3, true);
        let payload = "x".repeat(128);
        for n in 0..5_000 {
            store.receive(START + n, &[msg(3, "b.c", &payload)]);
        }
        let filter = Filter::parse("rtt>1s", &jiff::Zoned::now()).expect("well formed");
        if name == "settle" {
            store.set_view(View {
                filter: Some(filter),
                ..View::default()
            });
        }
        store.send(START, &[super::traffic::request(0, "a.b", "_INBOX.1")]);
        store.receive(START, &[msg(1, "_INBOX.1", "x")]);
        fill_up(&mut store);
        ask(&mut store);
        assert!(store.memory() <= store.budget(), "{name}");
    }
}

#[test]
fn given_a_hostile_subject_of_many_tokens_the_tree_stays_small() {
    let mut store = subscribed(64 * MIB, &[">"]);
    let subject = "a.".repeat(30_000) + "a";
    store.receive(
        START,
        &[Msg {
            subject: &subject,
            ..msg(2, "", "1")
        }],
    );
    assert!(store.subjects.memory() < MIB, "{}", store.subjects.memory());
    assert_eq!(store.subjects().names().next(), Some(subject.as_bytes()));
    assert_eq!(store.subjects().rows(), 32);
}
