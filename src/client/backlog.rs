//! Entries of the data lane that the consumer has not taken: bounded by dropping the oldest batches, which
//! are counted.

use std::{collections::VecDeque, mem, sync::Arc};

use super::{Data, Dropped, Sid, held_bytes::HeldBytes};

/// Maximum bytes handed to the consumer at once, or one larger batch: what waits behind can still be
/// dropped.
const MAX_DELIVERED: usize = 4 << 20;

/// Entries of the data lane, in wire order.
#[derive(Debug)]
pub(super) struct Backlog {
    entries: VecDeque<Data>,
    /// The footprint of `entries`, in bytes.
    waiting: usize,
    held_bytes: Arc<HeldBytes>,
}

impl Backlog {
    /// Holds at most `limit` bytes of messages, and always the latest batch.
    pub fn new(limit: usize) -> Backlog {
        Backlog {
            entries: VecDeque::new(),
            waiting: 0,
            held_bytes: Arc::new(HeldBytes::new(limit)),
        }
    }

    /// How much is held, and may be.
    pub fn held_bytes(&self) -> &Arc<HeldBytes> {
        &self.held_bytes
    }

    /// Adds an entry. What must be dropped for it is dropped at `now`, nanoseconds since the Unix epoch.
    pub fn push(&mut self, mut data: Data, now: i64) {
        self.waiting += data.footprint();
        if let Some(batch) = data.batch_mut() {
            batch.count_in(&self.held_bytes);
        }
        self.entries.push_back(data);
        while self.waiting > self.held_bytes.limit() && self.drop_oldest(now) {}
    }

    /// The oldest entry, for the consumer.
    pub fn pop(&mut self) -> Option<Data> {
        let mut data = self.entries.pop_front()?;
        self.waiting -= data.footprint();
        if let Some(batch) = data.batch_mut() {
            batch.mark_delivered();
        }
        Some(data)
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the consumer must release something before it may get the oldest entry.
    pub fn is_held_up(&self) -> bool {
        let (next, delivered) = (self.entries.front(), self.held_bytes.delivered());
        let next = next.map_or(0, Data::footprint);
        next > 0 && delivered > 0 && delivered + next > MAX_DELIVERED
    }

    /// Drops the oldest batch, unless it is the last entry, and counts it in the marker that takes its
    /// place, or in the one right before it.
    fn drop_oldest(&mut self, now: i64) -> bool {
        let is_batch = |data: &Data| data.footprint() > 0;
        let Some(oldest) = self.entries.iter().position(is_batch) else {
            return false;
        };
        if oldest + 1 == self.entries.len() {
            return false;
        }
        let marker = Data::Dropped(Dropped::default());
        let data = mem::replace(&mut self.entries[oldest], marker);
        self.waiting -= data.footprint();
        let mut at = oldest;
        if let Some(before) = oldest.checked_sub(1)
            && matches!(self.entries[before], Data::Dropped(_))
        {
            self.entries.remove(oldest);
            at = before;
        }
        if let Data::Dropped(dropped) = &mut self.entries[at] {
            dropped.at = now;
            count(dropped, &data);
        }
        true
    }
}

/// Adds the messages of a dropped batch.
fn count(dropped: &mut Dropped, data: &Data) {
    let (Data::Received(batch) | Data::Sent(batch)) = data else {
        return;
    };
    let messages = batch.records.len() as u64;
    dropped.bytes += batch.bytes.len() as u64;
    if matches!(data, Data::Sent(_)) {
        dropped.sent += messages;
        return;
    }
    dropped.received += messages;
    // Neighbours mostly came on the same subscription: one look-up for each run of them.
    for run in batch.records.chunk_by(|a, b| a.sid == b.sid) {
        *dropped.by_subscription.entry(Sid(run[0].sid)).or_default() += run.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        client::{Batch, Gap, GapCause},
        protocol::Record,
    };

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
            (backlog.waiting, backlog.held_bytes.total()),
            (0, backlog.held_bytes.delivered())
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
            by_subscription: [(Sid(2), 2), (Sid(3), 2), (Sid(4), 1)].into(),
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
        let ten = backlog.held_bytes().total();
        assert!((10_000..20_000).contains(&ten), "{ten}");
        backlog.held_bytes().set_limit(ten / 5);
        backlog.push(Data::Received(batch(&[2])), 2);
        assert!(backlog.held_bytes().total() <= ten / 5);
        let rest = rest(backlog);
        assert!(matches!(&rest[0], Data::Dropped(dropped) if dropped.received >= 9));
    }

    #[test]
    fn a_batch_counts_until_it_is_released_and_a_consumer_with_enough_gets_no_more() {
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
        let all = backlog.held_bytes().total();
        let mut first = backlog.pop();
        assert_eq!(backlog.held_bytes().total(), all);
        assert!(backlog.is_held_up());
        if let Some(data) = &mut first {
            data.release();
        }
        assert!(!backlog.is_held_up());
        assert!(backlog.held_bytes().total() < all - (3 << 20));
        let (second, third) = (backlog.pop(), backlog.pop());
        assert!(!backlog.is_held_up(), "markers always go on");
        drop((second, third, backlog.pop()));
        assert_eq!(backlog.held_bytes().total(), 0);
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
