//! Rates and sparklines against a known publish schedule.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::traffic::{SECOND, START, msg, subscribed};
use crate::store::{Rate, Store, Traffic};

const MIB: usize = 1 << 20;

#[test]
fn given_a_known_schedule_rates_and_sparklines_are_those() {
    let mut store = subscribed(MIB, &["time", "orders.>"]);
    let per_second = [0, 3, 5, 2, 0, 4, 6];
    for (second, orders) in (0..).zip(per_second) {
        let at = START + second * SECOND;
        store.tick(at);
        store.receive(at + SECOND / 3, &[msg(2, "time", "12345678")]);
        for n in 0..orders {
            store.receive(
                at + SECOND / 2 + n,
                &[msg(3, ["orders.eu", "orders.us"][n as usize % 2], "1234")],
            );
        }
    }
    store.tick(START + 7 * SECOND);

    let time = store.subscription(2).expect("added");
    assert_eq!((time.rate().messages, time.rate().bytes), (1.0, 8.0));
    assert_eq!(time.spark(7).collect::<Vec<_>>(), [1; 7]);
    let orders = store.subscription(3).expect("added");
    assert_eq!(orders.rate().messages, (5 + 2 + 4 + 6) as f64 / 5.0);
    assert_eq!(
        orders.spark(9).collect::<Vec<_>>(),
        [0, 0, 0, 3, 5, 2, 0, 4, 6]
    );

    let rates = store.rates();
    assert_eq!(rates.messages(), (5 + 17) as f64 / 5.0);
    assert_eq!(rates.bytes(), (5 * 8 + 17 * 4) as f64 / 5.0);
    assert_eq!(rates.history(3).collect::<Vec<_>>(), [1, 5, 7]);

    let rows: Vec<_> = store
        .subjects()
        .window(0..9)
        .iter()
        .map(|row| {
            (
                row.prefix.clone(),
                row.count,
                (row.rate.messages * 10.0).round(),
            )
        })
        .collect();
    let expected = [
        (&b"orders"[..], 20, 34.0),
        (b"orders.eu", 11, 18.0),
        (b"orders.us", 9, 16.0),
        (b"time", 7, 10.0),
    ];
    assert_eq!(
        rows,
        expected.map(|(prefix, count, rate)| (prefix.to_vec(), count, rate))
    );
    assert_eq!(
        store
            .subjects()
            .get(b"orders.eu")
            .map(|it| it.rate.messages),
        Some(1.8)
    );
}

#[test]
fn given_traffic_that_ends_rates_fall_to_zero_and_then_it_is_quiet() {
    let mut store = subscribed(MIB, &["a"]);
    store.receive(START, &[msg(2, "a", "1")]);
    store.tick(START + SECOND);
    assert_eq!(store.subjects().window(0..1)[0].rate.messages, 1.0);
    store.tick(START + 6 * SECOND);
    assert_eq!(store.subjects().window(0..1)[0].rate.messages, 0.0);
    assert_eq!(
        (store.rates().messages(), store.rates().quiet()),
        (0.0, false)
    );
    store.tick(START + 64 * SECOND);
    assert!(store.rates().quiet());
    store.receive(START + 70 * SECOND, &[msg(2, "a", "1")]);
    assert!(!store.rates().quiet());
}

#[test]
fn given_a_subject_that_begins_late_its_rate_is_its_share_of_the_whole() {
    let mut store = subscribed(MIB, &["a", "b"]);
    for second in 0..20 {
        let at = START + second * SECOND;
        store.tick(at);
        store.receive(at, &[msg(2, "a", "1")]);
    }
    store.receive(START + 19 * SECOND, &[msg(3, "b", "123"); 10]);
    store.tick(START + 20 * SECOND);
    let subjects = store.subjects().window(0..9);
    let rates: Vec<_> = subjects.iter().map(|row| row.rate).collect();
    let share = |messages, bytes| Rate { messages, bytes };
    assert_eq!(rates, [share(1.0, 1.0), share(2.0, 6.0)]);
    assert_eq!(store.rates().rate(), share(3.0, 7.0));
    assert_eq!(
        store.subscription(3).map(|it| it.rate()),
        Some(share(2.0, 6.0))
    );
}

#[test]
fn given_a_batch_that_is_kept_late_its_second_has_it() {
    let mut store = subscribed(MIB, &["a"]);
    store.receive(START, &[msg(2, "a", "1")]);
    store.tick(START + 2 * SECOND);
    store.receive(START + SECOND, &[msg(2, "a", "12")]);
    store.tick(START + 3 * SECOND);
    assert_eq!(store.rates().history(3).collect::<Vec<_>>(), [1, 1, 0]);
    let timeline = store.subscription(2).expect("added").timeline();
    assert_eq!(
        timeline.at(START / SECOND + 1),
        Traffic {
            messages: 1,
            bytes: 2
        }
    );
}

#[test]
fn given_a_part_of_the_tree_its_minutes_are_those_of_its_messages_before_and_after() {
    let mut store = subscribed(8 * MIB, &[">"]);
    let receive = |store: &mut Store, second: i64| {
        let at = START + second * SECOND;
        store.tick(at);
        let mut messages = vec![msg(2, "orders", "12")];
        for _ in 0..second % 3 {
            messages.push(msg(2, "orders.eu.paid", "1234"));
        }
        messages.push(msg(2, "ordersx", "1"));
        store.receive(at + SECOND / 2, &messages);
    };
    for second in 0..1_000 {
        receive(&mut store, second);
    }
    assert!(store.subjects().timeline(b"orders").is_none());
    store.watch(b"orders");
    for second in 1_000..1_010 {
        receive(&mut store, second);
    }
    store.tick(START + 1_010 * SECOND);
    let timeline = store.subjects().timeline(b"orders").expect("watched");
    let first = START / SECOND;
    assert_eq!(timeline.newest(), Some(first + 1_009));
    assert_eq!(timeline.first(), Some(first + 50));
    for second in 50..1_010 {
        let more = (second % 3) as u32;
        let expected = Traffic {
            messages: 1 + more,
            bytes: 2 + 4 * more,
        };
        assert_eq!(timeline.at(first + second), expected, "{second}");
    }
}

#[test]
fn given_evicted_messages_the_minutes_begin_with_the_first_whole_second() {
    let mut store = subscribed(64 << 10, &["a"]);
    for second in 0..600 {
        let at = START + second * SECOND;
        store.tick(at);
        store.receive(at, &[msg(2, "a", &"x".repeat(500)); 2]);
    }
    store.tick(START + 600 * SECOND);
    store.watch(b"a");
    let oldest = store.oldest().and_then(|id| store.get(id)).expect("kept");
    let timeline = store.subjects().timeline(b"a").expect("watched");
    assert_eq!(timeline.first(), Some(oldest.at() / SECOND + 1));
    assert!(timeline.messages(5).eq([2; 5]));
}

proptest! {
    /// Against a plain map of seconds, with batches up to 7 s late and pauses of any length.
    #[test]
    fn given_any_traffic_the_minutes_are_those_of_a_plain_count(
        steps in prop::collection::vec((0i64..4, 0i64..7, 1usize..4, prop::bool::weighted(0.05)), 1..120)
    ) {
        let mut store = subscribed(8 * MIB, &["a"]);
        let (mut now, mut counts) = (START / SECOND, BTreeMap::<i64, u32>::new());
        store.tick(now * SECOND);
        let begin = now;
        for (passed, late, messages, pause) in steps {
            for _ in 0..if pause { 0 } else { passed } {
                now += 1;
                store.tick(now * SECOND);
            }
            if pause {
                now += 1_000 * passed;
                store.tick(now * SECOND);
            }
            let at = (now - late).max(begin);
            store.receive(at * SECOND, &vec![msg(2, "a", "12"); messages]);
            *counts.entry(at).or_default() += messages as u32;
        }
        store.tick((now + 1) * SECOND);
        let timelines = [store.rates().timeline(), store.subscription(2).expect("added").timeline()];
        for timeline in timelines {
            prop_assert_eq!(timeline.newest(), Some(now));
            for second in timeline.first().expect("traffic")..=now {
                let messages = counts.get(&second).copied().unwrap_or(0);
                let expected = Traffic { messages, bytes: 2 * messages };
                prop_assert_eq!(timeline.at(second), expected, "{} of {}", second, now);
            }
        }
    }
}
