//! What the taker has not taken yet: bounded by dropping from the oldest end, and telling of it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use super::{
    Data, Dropped, Sid,
    data::{Batch, Gap},
    load::Load,
};

/// So many bytes, or one larger batch, may be with the taker: what waits behind is still ours to drop.
const WITH_TAKER: usize = 4 << 20;

/// Entries of the data lane, in wire order.
#[derive(Debug)]
pub(super) struct Backlog {
    entries: VecDeque<Entry>,
    /// What they cost to hold, in bytes.
    here: usize,
    load: Arc<Load>,
}

#[derive(Debug)]
enum Entry {
    Received(Batch),
    Sent(Batch),
    Gap(Gap),
    Dropped(Tally),
}

/// Messages that were dropped at one place.
#[derive(Debug, Default)]
struct Tally {
    at: i64,
    received: u64,
    sent: u64,
    bytes: u64,
    by_sid: BTreeMap<u64, u64>,
}

impl Backlog {
    /// Holds at most `limit` bytes of messages, and always the latest batch.
    pub fn new(limit: usize) -> Backlog {
        Backlog {
            entries: VecDeque::new(),
            here: 0,
            load: Arc::new(Load::new(limit)),
        }
    }

    /// How much is held, and may be.
    pub fn load(&self) -> &Arc<Load> {
        &self.load
    }

    /// Adds an entry; `now` is the time of what must be dropped for it.
    pub fn push(&mut self, data: Data, now: i64) {
        let mut entry = match data {
            Data::Received(batch) => Entry::Received(batch),
            Data::Sent(batch) => Entry::Sent(batch),
            Data::Gap(gap) => Entry::Gap(gap),
            Data::Dropped(_) => unreachable!("only the backlog drops"),
        };
        self.here += entry.footprint();
        if let Some(batch) = entry.batch() {
            batch.weigh(&self.load);
        }
        self.entries.push_back(entry);
        while self.here > self.load.limit() && self.drop_oldest(now) {}
    }

    /// The oldest entry, for the taker.
    pub fn pop(&mut self) -> Option<Data> {
        let mut entry = self.entries.pop_front()?;
        self.here -= entry.footprint();
        if let Some(batch) = entry.batch() {
            batch.hand_on();
        }
        Some(match entry {
            Entry::Received(batch) => Data::Received(batch),
            Entry::Sent(batch) => Data::Sent(batch),
            Entry::Gap(gap) => Data::Gap(gap),
            Entry::Dropped(tally) => Data::Dropped(tally.into_dropped()),
        })
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the taker holds too much for the oldest entry to be given to it.
    pub fn is_held_up(&self) -> bool {
        let (next, ahead) = (self.entries.front(), self.load.ahead());
        let next = next.map_or(0, Entry::footprint);
        next > 0 && ahead > 0 && ahead + next > WITH_TAKER
    }

    /// Drops the oldest batch, unless it is the latest too, into the marker that stands before it.
    fn drop_oldest(&mut self, now: i64) -> bool {
        let is_batch = |entry: &Entry| entry.footprint() > 0;
        let Some(oldest) = self.entries.iter().position(is_batch) else {
            return false;
        };
        if oldest + 1 == self.entries.len() {
            return false;
        }
        let entry = std::mem::replace(&mut self.entries[oldest], Entry::Dropped(Tally::default()));
        self.here -= entry.footprint();
        let mut at = oldest;
        if let Some(before) = oldest.checked_sub(1)
            && matches!(self.entries[before], Entry::Dropped(_))
        {
            self.entries.remove(oldest);
            at = before;
        }
        if let Entry::Dropped(tally) = &mut self.entries[at] {
            tally.at = now;
            tally.count(&entry);
        }
        true
    }
}

impl Entry {
    fn batch(&mut self) -> Option<&mut Batch> {
        match self {
            Entry::Received(batch) | Entry::Sent(batch) => Some(batch),
            Entry::Gap(_) | Entry::Dropped(_) => None,
        }
    }

    fn footprint(&self) -> usize {
        match self {
            Entry::Received(batch) | Entry::Sent(batch) => batch.footprint(),
            Entry::Gap(_) | Entry::Dropped(_) => 0,
        }
    }
}

impl Tally {
    fn count(&mut self, entry: &Entry) {
        let (Entry::Received(batch) | Entry::Sent(batch)) = entry else {
            return;
        };
        let messages = batch.records.len() as u64;
        self.bytes += batch.bytes.len() as u64;
        if matches!(entry, Entry::Sent(_)) {
            self.sent += messages;
            return;
        }
        self.received += messages;
        // Neighbours mostly came on the same subscription: one look-up for each run of them.
        for run in batch.records.chunk_by(|a, b| a.sid == b.sid) {
            *self.by_sid.entry(run[0].sid).or_default() += run.len() as u64;
        }
    }

    fn into_dropped(self) -> Dropped {
        let by_sid = self.by_sid.into_iter();
        Dropped {
            at: self.at,
            received: self.received,
            sent: self.sent,
            bytes: self.bytes,
            by_subscription: by_sid.map(|(sid, count)| (Sid(sid), count)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{client::GapCause, protocol::Record};

    fn batch(sids: &[u64]) -> Batch {
        let record = |sid: &u64| Record {
            sid: *sid,
            ..Record::default()
        };
        Batch::new(vec![0; 1000], sids.iter().map(record).collect(), 0)
    }

    fn gap() -> Data {
        Data::Gap(Gap {
            cause: GapCause::Lost,
            at: 0,
            lasted: Duration::ZERO,
        })
    }

    fn rest(mut backlog: Backlog) -> Vec<Data> {
        let rest: Vec<Data> = std::iter::from_fn(|| backlog.pop()).collect();
        assert_eq!(
            (backlog.here, backlog.load.held()),
            (0, backlog.load.ahead())
        );
        rest
    }

    #[test]
    fn c129_the_oldest_are_dropped_and_counted_for_each_subscription() {
        let mut backlog = Backlog::new(4000);
        for sids in [&[2, 2, 3][..], &[3], &[4]] {
            backlog.push(Data::Received(batch(sids)), 0);
        }
        backlog.push(Data::Sent(batch(&[0])), 5);
        backlog.push(Data::Received(batch(&[2])), 6);
        backlog.push(Data::Received(batch(&[2])), 7);
        let rest = rest(backlog);
        let Data::Dropped(dropped) = &rest[0] else {
            panic!("{rest:?}");
        };
        let expected = Dropped {
            at: 7,
            received: 5,
            sent: 0,
            bytes: 3000,
            by_subscription: vec![(Sid(2), 2), (Sid(3), 2), (Sid(4), 1)],
        };
        assert_eq!(dropped, &expected);
        assert!(matches!(rest[1], Data::Sent(_)));
        assert_eq!(rest.len(), 4);
    }

    #[test]
    fn markers_keep_their_places() {
        let mut backlog = Backlog::new(0);
        for _ in 0..3 {
            backlog.push(Data::Received(batch(&[2])), 1);
            backlog.push(Data::Received(batch(&[2])), 2);
            backlog.push(gap(), 3);
        }
        let kinds: Vec<&str> = rest(backlog)
            .iter()
            .map(|data| match data {
                Data::Received(_) => "received",
                Data::Sent(_) => "sent",
                Data::Gap(_) => "gap",
                Data::Dropped(_) => "dropped",
            })
            .collect();
        assert_eq!(
            kinds,
            ["dropped", "gap", "dropped", "gap", "dropped", "gap"]
        );
    }

    #[test]
    fn another_limit_holds_from_the_next_batch_on() {
        let mut backlog = Backlog::new(1 << 20);
        for _ in 0..10 {
            backlog.push(Data::Received(batch(&[2])), 1);
        }
        let ten = backlog.load().held();
        assert!((10_000..20_000).contains(&ten), "{ten}");
        backlog.load().set_limit(ten / 5);
        backlog.push(Data::Received(batch(&[2])), 2);
        assert!(backlog.load().held() <= ten / 5);
        let rest = rest(backlog);
        assert!(matches!(&rest[0], Data::Dropped(dropped) if dropped.received >= 9));
    }

    #[test]
    fn a_batch_counts_until_it_is_let_go_and_a_taker_with_enough_gets_no_more() {
        let mut backlog = Backlog::new(usize::MAX);
        for size in [3 << 20, 2 << 20, 1000] {
            let record = Record {
                sid: 2,
                ..Record::default()
            };
            let batch = Batch::new(vec![0; size], vec![record], 0);
            backlog.push(Data::Received(batch), 0);
        }
        backlog.push(gap(), 0);
        let all = backlog.load().held();
        let mut first = backlog.pop();
        assert_eq!(backlog.load().held(), all);
        assert!(backlog.is_held_up());
        if let Some(data) = &mut first {
            data.let_go();
        }
        assert!(!backlog.is_held_up());
        assert!(backlog.load().held() < all - (3 << 20));
        let (second, third) = (backlog.pop(), backlog.pop());
        assert!(!backlog.is_held_up(), "markers always go on");
        drop((second, third, backlog.pop()));
        assert_eq!(backlog.load().held(), 0);
    }

    #[test]
    fn the_latest_batch_is_kept_whatever_its_size() {
        let mut backlog = Backlog::new(0);
        backlog.push(Data::Received(batch(&[2])), 1);
        backlog.push(Data::Received(batch(&[3])), 2);
        let rest = rest(backlog);
        assert!(matches!(&rest[..], [Data::Dropped(d), Data::Received(b)]
            if d.received == 1 && b.records[0].sid == 3));
    }
}
