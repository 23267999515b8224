//! The store against a plain list of everything kept.

use std::collections::{HashMap, VecDeque};

use proptest::prelude::*;

use super::traffic::{Msg, SECOND, START, batch};
use crate::{
    protocol::subject,
    store::{
        Counters, Direction, Entry, Holder, Marker, MarkerKind, MessageId, Store, View,
        pairs::remembered,
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
const PAYLOADS: [&[u8]; 4] = [b"", b"x", b"y", &[b'z'; 700]];
const PATTERNS: [(u64, &str); 4] = [(2, "a.>"), (3, "a.b"), (4, "$SYS.>"), (5, ">")];
const VIEWS: [&str; 4] = [">", "a.*", "d", "_INBOX.>"];

#[derive(Clone, Debug)]
enum Op {
    Append {
        out: bool,
        later: i64,
        messages: Vec<(u64, usize, Option<usize>, usize)>,
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
    Clear,
    Reserve(usize),
    Tick,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let message = (
        0u64..7,
        0..SUBJECTS.len(),
        option(4..6usize),
        0..PAYLOADS.len(),
    );
    let later = prop_oneof![8 => 0..3 * SECOND, 1 => -400 * SECOND..0, 1 => Just(3_700 * SECOND)];
    let append = (any::<bool>(), later, prop::collection::vec(message, 0..40));
    let op = prop_oneof![
        12 => append.prop_map(|(out, later, messages)| Op::Append { out, later, messages }),
        2 => (0u64..5).prop_map(|dropped| Op::Mark { dropped }),
        1 => (0..PATTERNS.len(), any::<bool>()).prop_map(|(which, on)| Op::Mute(which, on)),
        1 => (0..PATTERNS.len()).prop_map(Op::Add),
        1 => (0..PATTERNS.len()).prop_map(Op::Remove),
        2 => (option(0..VIEWS.len()), any::<bool>(), any::<bool>())
            .prop_map(|(subject, copies, inboxes)| Op::View { subject, copies, inboxes }),
        1 => Just(Op::Clear),
        1 => (0..BUDGET).prop_map(Op::Reserve),
        1 => Just(Op::Tick),
    ];
    prop::collection::vec(op, 0..40)
}

fn option(values: impl Strategy<Value = usize>) -> impl Strategy<Value = Option<usize>> {
    prop_oneof![3 => Just(None), 1 => values.prop_map(Some)]
}

/// Everything kept, as a list.
#[derive(Default)]
struct Model {
    entries: Vec<Kept>,
    next: u64,
    live: HashMap<u64, bool>,
    muted: HashMap<u64, bool>,
    view: View,
    originals: VecDeque<Original>,
    /// Reply subjects of our requests, oldest first.
    asked: VecDeque<&'static str>,
    counters: Counters,
}

#[derive(Clone, Debug, PartialEq)]
struct Kept {
    id: u64,
    at: i64,
    message: Option<Sent>,
}

#[derive(Clone, Debug, PartialEq)]
struct Sent {
    out: bool,
    sid: u64,
    subject: &'static str,
    reply: Option<&'static str>,
    payload: &'static [u8],
    copy: bool,
    ours: bool,
}

struct Original {
    kept: Kept,
    taken: Vec<u64>,
}

impl Model {
    fn append(&mut self, out: bool, at: i64, message: (u64, usize, Option<usize>, usize)) {
        let (sid, subject, reply, payload) = message;
        let sid = if out { 0 } else { sid };
        if !out && !self.live.get(&sid).copied().unwrap_or(false) {
            self.counters.late += 1;
            return;
        }
        if out {
            self.counters.sent += 1;
        } else {
            self.counters.received += 1;
        }
        let mut sent = Sent {
            out,
            sid,
            subject: SUBJECTS[subject],
            reply: reply.map(|reply| SUBJECTS[reply]),
            payload: PAYLOADS[payload],
            copy: false,
            ours: out || sid == 1 || sid == 4,
        };
        sent.ours |= self.asked.contains(&sent.subject);
        sent.copy = !out && self.is_copy(&sent);
        let kept = Kept {
            id: self.next,
            at: at - at.rem_euclid(1_000),
            message: Some(sent.clone()),
        };
        self.next += 1;
        if !sent.copy {
            self.originals.push_back(Original {
                kept: kept.clone(),
                taken: Vec::new(),
            });
            if self.originals.len() > 16 {
                self.originals.pop_front();
            }
        }
        if let (true, Some(reply)) = (out, sent.reply) {
            self.asked.push_back(reply);
            if self.asked.len() > remembered(BUDGET / 16) {
                self.asked.pop_front();
            }
        }
        self.entries.push(kept);
    }

    fn is_copy(&mut self, sent: &Sent) -> bool {
        let oldest = self.entries.first().map_or(u64::MAX, |kept| kept.id);
        let original = self.originals.iter_mut().find(|original| {
            let other = original.kept.message.as_ref().expect("a message");
            original.kept.id >= oldest
                && other.sid != sent.sid
                && !original.taken.contains(&sent.sid)
                && (other.subject, other.reply, other.payload)
                    == (sent.subject, sent.reply, sent.payload)
        });
        original
            .map(|original| original.taken.push(sent.sid))
            .is_some()
    }

    fn verdict(&self, sent: &Sent) -> &'static str {
        let internal = sent.subject.starts_with('_') || sent.subject.starts_with('$');
        let pattern = self.view.subject.as_deref();
        let asked_for = self.view.inboxes || pattern == Some(b"_INBOX.>");
        if self.muted.get(&sent.sid).copied().unwrap_or(false) {
            "mute"
        } else if sent.copy && !self.view.copies {
            "copy"
        } else if internal && !sent.ours && !asked_for {
            "inbox"
        } else if pattern.is_some_and(|it| !subject::matches(it, sent.subject.as_bytes())) {
            "filter"
        } else {
            "shown"
        }
    }

    fn evict(&mut self, oldest: u64) {
        let gone = self
            .entries
            .iter()
            .take_while(|kept| kept.id < oldest)
            .count();
        for kept in self.entries.drain(..gone) {
            match kept.message {
                Some(_) => self.counters.evicted += 1,
                None => self.counters.markers_gone += 1,
            }
        }
    }

    fn counters(&self) -> Counters {
        let count = |name: &str| {
            let messages = self.entries.iter().filter_map(|kept| kept.message.as_ref());
            messages.filter(|sent| self.verdict(sent) == name).count() as u64
        };
        let kept = self
            .entries
            .iter()
            .filter(|kept| kept.message.is_some())
            .count() as u64;
        Counters {
            kept,
            markers: self.entries.len() as u64 - kept,
            shown: count("shown"),
            hidden_by_mute: count("mute"),
            hidden_copies: count("copy"),
            hidden_inboxes: count("inbox"),
            hidden_by_filter: count("filter"),
            ..self.counters
        }
    }

    fn rows(&self) -> Vec<&Kept> {
        let shown = |kept: &&Kept| match &kept.message {
            Some(sent) => self.verdict(sent) == "shown",
            None => true,
        };
        self.entries.iter().filter(shown).collect()
    }
}

/// An entry as both tell it.
#[derive(Debug, PartialEq)]
struct Seen {
    id: u64,
    at: i64,
    message: Option<Parts>,
}

#[derive(Debug, PartialEq)]
struct Parts {
    out: bool,
    sid: u64,
    subject: Vec<u8>,
    reply: Option<Vec<u8>>,
    payload: Vec<u8>,
    copy: bool,
}

fn seen(entry: Entry<'_>) -> Seen {
    Seen {
        id: entry.id().0,
        at: entry.at(),
        message: entry.message().map(|message| Parts {
            out: message.direction == Direction::Out,
            sid: message.sid,
            subject: message.subject.to_vec(),
            reply: message.reply.map(<[u8]>::to_vec),
            payload: message.payload.to_vec(),
            copy: message.is_copy,
        }),
    }
}

fn expected(kept: &Kept) -> Seen {
    Seen {
        id: kept.id,
        at: kept.at,
        message: kept.message.as_ref().map(|sent| Parts {
            out: sent.out,
            sid: sent.sid,
            subject: sent.subject.into(),
            reply: sent.reply.map(Vec::from),
            payload: sent.payload.to_vec(),
            copy: sent.copy,
        }),
    }
}

fn check_counters(store: &Store, model: &Model) -> Result<(), TestCaseError> {
    let counters = store.counters();
    prop_assert_eq!(counters, model.counters());
    prop_assert_eq!(
        counters.received + counters.sent,
        counters.kept + counters.evicted + counters.cleared + counters.dropped
    );
    prop_assert_eq!(counters.kept, counters.shown + counters.hidden());
    prop_assert_eq!(store.rows(), counters.shown + counters.markers);
    Ok(())
}

fn check_rows(store: &Store, model: &Model) -> Result<(), TestCaseError> {
    let rows = model.rows();
    let frozen = store.snapshot(0..u64::MAX);
    prop_assert_eq!(frozen.rows(), rows.len() as u64);
    for (row, kept) in (0..).zip(&rows) {
        prop_assert_eq!(store.row(row).map(seen), Some(expected(kept)));
        prop_assert_eq!(frozen.row(row), store.row(row));
    }
    prop_assert_eq!(store.row(rows.len() as u64), None);
    let last = (rows.len() as u64).saturating_sub(1);
    for id in 0..model.next + 2 {
        let before = rows.iter().filter(|kept| kept.id < id).count() as u64;
        let row = match rows.iter().any(|kept| kept.id == id) {
            true => Ok(before),
            false => Err(before.min(last)),
        };
        prop_assert_eq!(store.row_of(MessageId(id)), row, "id {}", id);
        let kept = model.entries.iter().find(|kept| kept.id == id);
        prop_assert_eq!(store.get(MessageId(id)).map(seen), kept.map(expected));
    }
    let ends = (model.entries.first(), model.entries.last());
    prop_assert_eq!(store.oldest(), ends.0.map(|kept| MessageId(kept.id)));
    prop_assert_eq!(store.newest(), ends.1.map(|kept| MessageId(kept.id)));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn given_any_traffic_the_store_answers_as_a_plain_list_does(ops in ops()) {
        let mut store = Store::new(BUDGET);
        let mut model = Model { next: 1, ..Model::default() };
        model.live.insert(1, true);
        let mut now = START;
        for (which, op) in ops.into_iter().enumerate() {
            play(&mut store, &mut model, &mut now, op);
            let (oldest, _) = store.log.ids();
            model.evict(oldest);
            check_counters(&store, &model)?;
            if which % 8 == 0 {
                check_rows(&store, &model)?;
            }
        }
        check_rows(&store, &model)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn given_one_batch_it_is_kept_as_its_messages_one_by_one_are(
        messages in prop::collection::vec((0u64..7, 0..SUBJECTS.len(), option(4..6usize), 0..PAYLOADS.len()), 0..300)
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

fn on_wire(out: bool, message: (u64, usize, Option<usize>, usize)) -> Msg<'static> {
    let (sid, subject, reply, payload) = message;
    Msg {
        sid: if out { 0 } else { sid },
        subject: SUBJECTS[subject],
        reply: reply.map(|reply| SUBJECTS[reply]),
        header: "",
        payload: PAYLOADS[payload],
    }
}

fn play(store: &mut Store, model: &mut Model, now: &mut i64, op: Op) {
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
                model.append(out, *now, *message);
                store.append(direction, &wire.bytes, &wire.records, *now);
                let (oldest, _) = store.log.ids();
                model.evict(oldest);
            }
        }
        Op::Mark { dropped } => {
            let kind = match dropped {
                0 => MarkerKind::Gap {
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
            };
            store.set_view(model.view.clone());
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
        Op::Tick => store.tick(*now),
    }
}
