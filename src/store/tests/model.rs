//! The store against a plain list of everything kept.

mod asked;
mod check;
mod list;
mod requests;

use asked::{FILTERS, QUERIES};
use check::{check_counters, check_hits, check_memory, check_moving, check_pairs, check_rows};
use list::{Kept, Model, Wire};
use proptest::prelude::*;

use super::traffic::{Msg, SECOND, START, batch};
use crate::{
    filter::Filter,
    store::{
        Direction, Holder, Marker, MarkerKind, MessageId, Outcome, Query, Scanned, Store, View,
        conversations::{remembered, share_of},
        log::ScanKind,
    },
};

const BUDGET: usize = 64 << 10;
const SUBJECTS: [&str; 7] = [
    "a.b",
    "a.c",
    "a.b.c",
    "d",
    "_INBOX.x.1",
    "_INBOX.x.2",
    "$SYS.a",
];
const PAYLOADS: [&[u8]; 6] = [
    b"",
    b"x",
    b"y",
    &[b'z'; 700],
    b"{\"k\":\"v\",\"n\":[1,2]}",
    b"[no JSON: \"k\":\"v\",\"n",
];
const HEADERS: [&str; 3] = ["", "NATS/1.0\r\nA: x\r\n\r\n", "NATS/1.0 503\r\n\r\n"];
const PATTERNS: [(u64, &str); 4] = [(2, "a.>"), (3, "a.b"), (4, "$SYS.>"), (5, ">")];
const VIEWS: [&str; 4] = [">", "a.*", "d", "_INBOX.>"];

#[derive(Clone, Debug)]
enum Op {
    Append {
        out: bool,
        later: i64,
        messages: Vec<Wire>,
    },
    Mark {
        dropped: u64,
    },
    Mute(usize, bool),
    Add(usize),
    Remove(usize),
    View {
        subject: Option<usize>,
        copies: bool,
        inboxes: bool,
    },
    Filter(Option<usize>),
    Search(Option<usize>),
    /// Does the next scan, as far as so many segments.
    Scan(usize),
    /// Takes what that scan found.
    Scanned,
    /// Tells what became of the request with this reply subject.
    Settle(usize, u64),
    Clear,
    Reserve(usize),
    Budget(usize),
    Tick,
}

fn wire() -> impl Strategy<Value = Wire> {
    let header = prop_oneof![2 => Just(0), 1 => 0..HEADERS.len()];
    let parts = (
        0u64..7,
        0..SUBJECTS.len(),
        option(4..6usize),
        header,
        0..PAYLOADS.len(),
    );
    parts.prop_map(|(sid, subject, reply, header, payload)| Wire {
        sid,
        subject: SUBJECTS[subject],
        reply: reply.map(|reply| SUBJECTS[reply]),
        header: HEADERS[header],
        payload: PAYLOADS[payload],
    })
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let later = prop_oneof![8 => 0..3 * SECOND, 1 => -400 * SECOND..0, 1 => Just(3_700 * SECOND)];
    let append = (any::<bool>(), later, prop::collection::vec(wire(), 0..40));
    let op = prop_oneof![
        12 => append.prop_map(|(out, later, messages)| Op::Append { out, later, messages }),
        2 => (0u64..5).prop_map(|dropped| Op::Mark { dropped }),
        1 => (0..PATTERNS.len(), any::<bool>()).prop_map(|(which, on)| Op::Mute(which, on)),
        1 => (0..PATTERNS.len()).prop_map(Op::Add),
        1 => (0..PATTERNS.len()).prop_map(Op::Remove),
        2 => (option(0..VIEWS.len()), any::<bool>(), any::<bool>())
            .prop_map(|(subject, copies, inboxes)| Op::View { subject, copies, inboxes }),
        2 => option(0..FILTERS.len()).prop_map(Op::Filter),
        2 => option(0..QUERIES.len()).prop_map(Op::Search),
        4 => (1usize..4).prop_map(Op::Scan),
        4 => Just(Op::Scanned),
        1 => (4..6usize, 1..9u64).prop_map(|(inbox, seconds)| Op::Settle(inbox, seconds)),
        1 => Just(Op::Clear),
        1 => (0..BUDGET).prop_map(Op::Reserve),
        2 => (BUDGET / 4..BUDGET * 2).prop_map(Op::Budget),
        1 => Just(Op::Tick),
    ];
    prop::collection::vec(op, 0..40)
}

fn option(values: impl Strategy<Value = usize>) -> impl Strategy<Value = Option<usize>> {
    prop_oneof![3 => Just(None), 1 => values.prop_map(Some)]
}

/// The store, the list, and what is under way between them.
struct Stage {
    store: Store,
    model: Model,
    now: i64,
    scanned: Option<Scanned>,
}

impl Stage {
    fn new() -> Stage {
        let mut store = Store::new(BUDGET);
        store.scan_state.inline_bytes = 500;
        store.scan_state.piece = 1_000;
        let mut model = Model {
            next: 1,
            ..Model::default()
        };
        model.requests.remember(remembered(share_of(BUDGET)));
        model.live.insert(1, true);
        Stage {
            store,
            model,
            now: START,
            scanned: None,
        }
    }

    /// Tells the list what only the store decides: how much is evicted, and looked at.
    fn agree(&mut self) {
        let kept = self.store.log.ids();
        self.model.evict(kept.start);
        self.model.judged = self.store.scan_state.covered(ScanKind::Filter, &kept);
        self.model.searched = self.store.scan_state.covered(ScanKind::Search, &kept);
    }

    fn check(&self) -> Result<(), TestCaseError> {
        check_rows(&self.store, &self.model)?;
        check_pairs(&self.store, &self.model)?;
        check_moving(&self.store, &self.model)?;
        check_hits(&self.store, &self.model)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn given_any_traffic_the_store_answers_as_a_plain_list_does(ops in ops()) {
        let mut stage = Stage::new();
        for (which, op) in ops.into_iter().enumerate() {
            play(&mut stage, op);
            stage.agree();
            check_counters(&stage.store, &stage.model)?;
            check_memory(&stage.store)?;
            if which % 8 == 0 {
                stage.check()?;
            }
        }
        let mut left = u64::MAX;
        while let Some(scan) = stage.store.next_scan() {
            prop_assert!(stage.store.scanned(scan.run(|| true)));
            let progress = [stage.store.filtering(), stage.store.searching()];
            let now_left = progress.iter().flatten().map(|it| it.total - it.done).sum();
            prop_assert!(now_left < left, "{} after {}", now_left, left);
            left = now_left;
        }
        stage.agree();
        let everything = stage.store.log.ids();
        for layer in [ScanKind::Filter, ScanKind::Search] {
            if stage.store.scan_state.is_active(layer) {
                prop_assert_eq!(stage.store.scan_state.covered(layer, &everything), everything.clone());
            }
        }
        check_counters(&stage.store, &stage.model)?;
        stage.check()?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn given_one_batch_it_is_kept_as_its_messages_one_by_one_are(
        messages in prop::collection::vec(wire(), 0..300)
    ) {
        let subscribed = || {
            let mut store = Store::new(1 << 20);
            for (sid, pattern) in &PATTERNS[..3] {
                store.add_subscription(*sid, pattern.as_bytes());
            }
            store
        };
        let wire: Vec<Msg<'_>> = messages.iter().map(|message| on_wire(false, *message)).collect();
        let (mut whole, mut single) = (subscribed(), subscribed());
        whole.receive(START, &wire);
        for message in &wire {
            single.receive(START, &[*message]);
        }
        prop_assert_eq!(whole.counters(), single.counters());
        for id in (0..=messages.len() as u64).map(MessageId) {
            prop_assert_eq!(whole.get(id), single.get(id));
            prop_assert_eq!(whole.row_of(id), single.row_of(id));
            prop_assert_eq!(whole.pair(id), single.pair(id));
        }
    }
}

fn on_wire(out: bool, message: Wire) -> Msg<'static> {
    Msg {
        sid: if out { 0 } else { message.sid },
        subject: message.subject,
        reply: message.reply,
        header: message.header,
        payload: message.payload,
    }
}

fn play(stage: &mut Stage, op: Op) {
    let Stage {
        store,
        model,
        now,
        scanned,
    } = stage;
    match op {
        Op::Append {
            out,
            later,
            messages,
        } => {
            *now += later;
            for message in &messages {
                // One at a time, so that the list knows what was evicted before each comparison.
                let wire = batch(&[on_wire(out, *message)]);
                let direction = if out { Direction::Out } else { Direction::In };
                if out || model.is_live(message.sid) {
                    // What is evicted to make room for a message is gone before it is compared with
                    // its originals.
                    let record = &wire.records[0];
                    store.make_room(*now, record.end() - record.subject_at as usize);
                    model.evict(store.log.ids().start);
                }
                model.append(out, *now, *message);
                store.append(direction, &wire.bytes, &wire.records, *now);
                model.evict(store.log.ids().start);
            }
        }
        Op::Mark { dropped } => {
            let kind = match dropped {
                0 => MarkerKind::Reconnected {
                    lasted: std::time::Duration::from_secs(1),
                },
                received => MarkerKind::Dropped {
                    received,
                    sent: 1,
                    bytes: 9,
                    by_subscription: vec![(2, received)],
                },
            };
            if dropped > 0 {
                model.counters.received += dropped;
                model.counters.sent += 1;
                model.counters.dropped += dropped + 1;
            }
            store.mark(Marker { at: *now, kind });
            model.entries.push(Kept {
                id: model.next,
                at: *now,
                message: None,
            });
            model.next += 1;
        }
        Op::Mute(which, on) => {
            let (sid, _) = PATTERNS[which];
            if model.live.contains_key(&sid) {
                model.muted.insert(sid, on);
            }
            store.mute(sid, on);
        }
        Op::Add(which) => {
            let (sid, pattern) = PATTERNS[which];
            store.add_subscription(sid, pattern.as_bytes());
            model.live.insert(sid, true);
            for original in &mut model.originals {
                original.taken.push(sid);
            }
        }
        Op::Remove(which) => {
            let (sid, _) = PATTERNS[which];
            store.remove_subscription(sid);
            if let Some(live) = model.live.get_mut(&sid) {
                *live = false;
            }
        }
        Op::View {
            subject,
            copies,
            inboxes,
        } => {
            let subject = subject.map(|which| VIEWS[which].as_bytes().to_vec());
            model.view = View {
                subject,
                copies,
                inboxes,
                ..model.view.clone()
            };
            store.set_view(model.view.clone());
        }
        Op::Filter(which) => {
            model.filter = which;
            let parsed = |which: usize| Filter::parse(FILTERS[which].0, &jiff::Zoned::now());
            model.view.filter = which.map(|which| parsed(which).expect("well formed"));
            store.set_view(model.view.clone());
        }
        Op::Search(which) => {
            model.query = which;
            let parsed = |which: usize| Query::parse(QUERIES[which].0).expect("well formed");
            store.search(which.map(parsed));
        }
        Op::Scan(mut segments) => {
            let enough = || {
                segments -= 1;
                segments == 0
            };
            *scanned = store.next_scan().map(|scan| scan.run(enough));
        }
        Op::Scanned => {
            if let Some(scanned) = scanned.take() {
                store.scanned(scanned);
            }
        }
        Op::Settle(inbox, seconds) => {
            let took = std::time::Duration::from_secs(seconds);
            let outcome = Outcome::Replied { took };
            store.set_outcome(SUBJECTS[inbox].as_bytes(), outcome.clone());
            model.requests.settle(SUBJECTS[inbox], outcome);
        }
        Op::Clear => {
            store.clear();
            for kept in model.entries.drain(..) {
                match kept.message {
                    Some(_) => model.counters.cleared += 1,
                    None => model.counters.markers_gone += 1,
                }
            }
        }
        Op::Reserve(bytes) => store.reserve(Holder::Backlog, bytes),
        Op::Budget(bytes) => {
            store.set_budget(bytes);
            model.requests.remember(remembered(share_of(bytes)));
        }
        Op::Tick => store.tick(*now),
    }
}
