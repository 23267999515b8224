//! Rates and sparklines against a known publish schedule.

use super::traffic::{SECOND, START, msg, subscribed};

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
    assert_eq!(time.rate(), 1.0);
    assert_eq!(time.spark(7).collect::<Vec<_>>(), [1; 7]);
    let orders = store.subscription(3).expect("added");
    assert_eq!(orders.rate(), (5 + 2 + 4 + 6) as f64 / 5.0);
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
        .map(|row| (row.prefix.clone(), row.count, (row.rate * 10.0).round()))
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
        store.subjects().get(b"orders.eu").map(|it| it.rate),
        Some(1.8)
    );
}

#[test]
fn given_traffic_that_ends_rates_fall_to_zero_and_then_it_is_quiet() {
    let mut store = subscribed(MIB, &["a"]);
    store.receive(START, &[msg(2, "a", "1")]);
    store.tick(START + SECOND);
    assert_eq!(store.subjects().window(0..1)[0].rate, 1.0);
    store.tick(START + 6 * SECOND);
    assert_eq!(store.subjects().window(0..1)[0].rate, 0.0);
    assert_eq!(
        (store.rates().messages(), store.rates().quiet()),
        (0.0, false)
    );
    store.tick(START + 64 * SECOND);
    assert!(store.rates().quiet());
    store.receive(START + 70 * SECOND, &[msg(2, "a", "1")]);
    assert!(!store.rates().quiet());
}
