//! What the store and the list must agree about.

use proptest::prelude::*;

use super::list::{Kept, Model};
use crate::store::{Direction, Entry, MessageId, Store, Toward};

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
    header: Vec<u8>,
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
            header: message.header.to_vec(),
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
            header: sent.header.into(),
            payload: sent.payload.to_vec(),
            copy: sent.copy,
        }),
    }
}

pub fn check_counters(store: &Store, model: &Model) -> Result<(), TestCaseError> {
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

/// Whatever is held by others, no sealed segment stays that is over the budget.
pub fn check_memory(store: &Store) -> Result<(), TestCaseError> {
    let memory = store.memory();
    let held = memory <= store.budget() || store.log.sealed.is_empty();
    prop_assert!(held, "{} of {}", memory, store.budget());
    Ok(())
}

pub fn check_rows(store: &Store, model: &Model) -> Result<(), TestCaseError> {
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

pub fn check_pairs(store: &Store, model: &Model) -> Result<(), TestCaseError> {
    for kept in &model.entries {
        let pair = store.pair(MessageId(kept.id));
        let pair = pair.map(|pair| (pair.other.map(|other| other.0), pair.outcome));
        prop_assert_eq!(pair, model.pair(kept), "of {}", kept.id);
    }
    Ok(())
}

pub fn check_moving(store: &Store, model: &Model) -> Result<(), TestCaseError> {
    let rows = model.rows();
    let subject = |kept: &Kept| kept.message.as_ref().map(|sent| sent.subject);
    for kept in &model.entries {
        let same: Vec<u64> = rows
            .iter()
            .filter(|row| subject(kept).is_some() && subject(row) == subject(kept))
            .map(|row| row.id)
            .collect();
        let older = same.iter().rev().find(|id| **id < kept.id);
        let newer = same.iter().find(|id| **id > kept.id);
        for (toward, expected) in [(Toward::Older, older), (Toward::Newer, newer)] {
            let found = store.next_on_subject(MessageId(kept.id), toward);
            prop_assert_eq!(found, expected.copied().map(MessageId), "from {}", kept.id);
        }
        for at in [kept.at - 1, kept.at, kept.at + 999, kept.at + 1_000] {
            let row = rows
                .iter()
                .position(|row| row.at >= at - at.rem_euclid(1_000));
            let row = row.unwrap_or(rows.len().saturating_sub(1));
            prop_assert_eq!(store.row_at_time(at), row as u64, "at {}", at);
        }
    }
    Ok(())
}

pub fn check_hits(store: &Store, model: &Model) -> Result<(), TestCaseError> {
    let hits: Vec<u64> = model
        .rows()
        .iter()
        .filter(|kept| model.is_hit(kept))
        .map(|kept| kept.id)
        .collect();
    prop_assert_eq!(store.hits(), hits.len() as u64);
    for kept in &model.entries {
        let id = MessageId(kept.id);
        prop_assert_eq!(store.is_hit(id), model.is_hit(kept), "id {}", kept.id);
    }
    for id in 0..model.next + 2 {
        let earlier = hits.partition_point(|hit| *hit < id);
        prop_assert_eq!(
            store.hits_before(MessageId(id)),
            earlier as u64,
            "id {}",
            id
        );
        let older = earlier.checked_sub(1).map(|index| hits[index]);
        let newer = hits.iter().find(|hit| **hit > id).copied();
        for (toward, hit) in [(Toward::Older, older), (Toward::Newer, newer)] {
            let found = store.next_hit(MessageId(id), toward);
            prop_assert_eq!(found, hit.map(MessageId), "{:?} of {}", toward, id);
        }
    }
    Ok(())
}
