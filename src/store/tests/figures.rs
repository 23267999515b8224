//! What appending costs. Run in a release build:
//! `cargo test --release --lib store::tests::figures -- --ignored --nocapture --test-threads 1`

use std::time::Instant;

use super::traffic::{Batch, Msg, SECOND, START, batch, subscribed};
use crate::store::{DEFAULT_BUDGET, Direction, Subjects, View};

/// About 64 KiB of 128-byte messages.
const BATCH: usize = 400;

const MESSAGES: usize = 2_000_000;

fn batches(message: impl Fn(usize) -> (u64, String, Option<String>)) -> Vec<Batch> {
    let payload = [b'x'; 128];
    (0..25)
        .map(|which| {
            let parts: Vec<_> = (0..BATCH).map(|n| message(which * BATCH + n)).collect();
            let messages: Vec<_> = parts
                .iter()
                .map(|(sid, subject, reply)| Msg {
                    sid: *sid,
                    subject,
                    reply: reply.as_deref(),
                    header: "",
                    payload: &payload,
                })
                .collect();
            batch(&messages)
        })
        .collect()
}

fn measure(name: &str, batches: &[Batch]) {
    let mut store = subscribed(DEFAULT_BUDGET, &[">", "orders.>"]);
    for phase in ["filling", "full"] {
        let mut each = Vec::new();
        for (n, batch) in batches.iter().cycle().take(MESSAGES / BATCH).enumerate() {
            let at = START + n as i64 * (SECOND / 10_000);
            let begun = Instant::now();
            store.append(Direction::In, &batch.bytes, &batch.records, at);
            each.push(begun.elapsed().as_nanos() as f64 / BATCH as f64);
        }
        // The median: others use this machine too.
        each.sort_by(f64::total_cmp);
        println!(
            "figure: append_{name}_{phase} {:.1} ns",
            each[each.len() / 2]
        );
    }
    let begun = Instant::now();
    let subject = Some(b"orders.*.created".to_vec());
    store.set_view(View {
        subject,
        ..View::default()
    });
    let millions = store.counters().kept as f64 / 1e6;
    let each = |begun: Instant| begun.elapsed().as_secs_f64() * 1e3 / millions;
    println!("figure: set_view_{name} {:.1} ms a million", each(begun));
    let begun = Instant::now();
    store.mute(2, true);
    println!("figure: mute_{name} {:.1} ms a million", each(begun));
    store.mute(2, false);
    store.set_view(View {
        inboxes: true,
        copies: true,
        ..View::default()
    });
    let begun = Instant::now();
    let rows = store.rows();
    let mut bytes = 0;
    for screen in 0..1_000 {
        let first = screen * (rows / 1_001);
        let shown = (first..first + 50).filter_map(|row| store.row(row)?.message());
        bytes += shown.map(|message| message.size()).sum::<usize>();
    }
    assert!(bytes > 0);
    println!(
        "figure: fifty_rows_{name} {} ns",
        begun.elapsed().as_nanos() / 1_000
    );
}

/// What the table of subjects says it occupies beside what the process has got since, and its speed.
#[test]
#[ignore = "a figure, for release builds"]
fn subjects() {
    const SUBJECTS: usize = 100_000;
    type Named = fn(usize) -> String;
    for (name, subject) in [
        (
            "chains",
            (|n| format!("tenant.{n:08x}-3c1d-4b5e-9f00-{n:012x}.order.line.item.price.updated"))
                as Named,
        ),
        ("siblings", |n| {
            format!("sensors.{:06}", n * 7919 % SUBJECTS)
        }),
    ] {
        let resident = || {
            let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
            let resident = pages.split(' ').nth(1).and_then(|it| it.parse().ok());
            resident.unwrap_or(0usize) * 4096
        };
        let mut subjects = Subjects::new();
        let (before, begun) = (resident(), Instant::now());
        for n in 0..SUBJECTS {
            let name = subject(n);
            let hash = subjects.hash(name.as_bytes());
            subjects.intern(name.as_bytes(), hash, &View::default());
        }
        let took = begun.elapsed().as_nanos() as usize;
        println!("figure: subjects_{name}_new {} ns", took / SUBJECTS);
        println!(
            "figure: subjects_{name}_counted {} bytes",
            subjects.memory() / SUBJECTS
        );
        println!(
            "figure: subjects_{name}_resident {} bytes",
            (resident() - before) / SUBJECTS
        );
    }
}

#[test]
#[ignore = "a figure, for release builds"]
fn append() {
    let subject = |n: usize| format!("orders.{}.created", n % 10);
    measure("ten_subjects", &batches(|n| (2, subject(n), None)));
    measure(
        "every_second_a_copy",
        &batches(|n| (2 + n as u64 % 2, subject(n / 2), None)),
    );
    measure(
        "ten_thousand_subjects",
        &batches(|n| (2, format!("orders.{}.created", n * 7919 % 10_000), None)),
    );
    measure(
        "ten_thousand_inboxes",
        &batches(|n| (2, format!("_INBOX.abcdefgh.{n}"), None)),
    );
    measure(
        "requests",
        &batches(|n| (2, subject(n), Some(format!("_INBOX.abcdefgh.{n}")))),
    );
}
