//! The subscriptions, in a vector indexed by number: they are looked up for every message.

use crate::client::Sid;

/// One subscription, connected or not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subscription {
    pub subject: Vec<u8>,
    pub queue: Option<Vec<u8>>,
    /// How many messages may come in total.
    max: Option<u64>,
    /// Messages received on all connections.
    delivered: u64,
    /// Messages received on earlier connections: the server of this one counts from zero.
    delivered_before: u64,
    /// Whether `Subscribed` was emitted.
    pub reported: bool,
}

impl Subscription {
    /// The limit to state in UNSUB at the start of a connection; `None` without a limit.
    pub fn max_from_here(&self) -> Option<u64> {
        self.max.map(|max| max - self.delivered)
    }
}

/// All subscriptions. Numbers are never reused.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    by_sid: Vec<Option<Box<Subscription>>>,
}

/// The result of unsubscribing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unsubscribed {
    /// There is no such subscription.
    Unknown,
    /// It has ended.
    Now,
    /// It ends after this many messages, counted from the start of this connection.
    After(u64),
}

impl Subscriptions {
    pub fn insert(&mut self, sid: Sid, subject: Vec<u8>, queue: Option<Vec<u8>>) {
        let index = index(sid);
        if index >= self.by_sid.len() {
            self.by_sid.resize_with(index + 1, || None);
        }
        self.by_sid[index] = Some(Box::new(Subscription {
            subject,
            queue,
            max: None,
            delivered: 0,
            delivered_before: 0,
            reported: false,
        }));
    }

    /// Counts a message, and ends a subscription that reached its limit.
    pub fn deliver(&mut self, sid: u64) {
        let Some(slot) = usize::try_from(sid)
            .ok()
            .and_then(|index| self.by_sid.get_mut(index))
        else {
            return;
        };
        if let Some(subscription) = slot {
            subscription.delivered += 1;
            if subscription.max == Some(subscription.delivered) {
                *slot = None;
            }
        }
    }

    /// Ends one, at once or after `max` messages in total.
    pub fn unsubscribe(&mut self, sid: Sid, max: Option<u64>) -> Unsubscribed {
        let Some(subscription) = self.get_mut(sid) else {
            return Unsubscribed::Unknown;
        };
        match max {
            Some(max) if max > subscription.delivered => {
                subscription.max = Some(max);
                Unsubscribed::After(max - subscription.delivered_before)
            }
            _ => {
                self.remove(sid);
                Unsubscribed::Now
            }
        }
    }

    pub fn remove(&mut self, sid: Sid) -> Option<Box<Subscription>> {
        self.by_sid.get_mut(index(sid))?.take()
    }

    pub fn get(&self, sid: Sid) -> Option<&Subscription> {
        self.by_sid.get(index(sid))?.as_deref()
    }

    pub fn get_mut(&mut self, sid: Sid) -> Option<&mut Subscription> {
        self.by_sid.get_mut(index(sid))?.as_deref_mut()
    }

    /// A new connection begins, whose server counts from zero.
    pub fn start_over(&mut self) {
        for subscription in self.by_sid.iter_mut().flatten() {
            subscription.delivered_before = subscription.delivered;
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (Sid, &Subscription)> {
        let numbered = self.by_sid.iter().enumerate();
        numbered.filter_map(|(index, slot)| Some((Sid(index as u64), slot.as_deref()?)))
    }

    /// The newest with this subject and queue group.
    pub fn find(&self, subject: &[u8], queue: Option<&[u8]>) -> Option<Sid> {
        let fits = |subscription: &Subscription| {
            subscription.subject == subject && subscription.queue.as_deref() == queue
        };
        let last = self
            .by_sid
            .iter()
            .rposition(|slot| slot.as_deref().is_some_and(fits))?;
        Some(Sid(last as u64))
    }
}

fn index(sid: Sid) -> usize {
    usize::try_from(sid.0).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: Sid = Sid(5);

    fn one() -> Subscriptions {
        let mut subscriptions = Subscriptions::default();
        subscriptions.insert(SID, b"a".to_vec(), None);
        subscriptions
    }

    #[test]
    fn a_limit_counts_from_the_subscription_across_connections() {
        let mut subscriptions = one();
        subscriptions.deliver(5);
        subscriptions.deliver(5);
        assert_eq!(
            subscriptions.unsubscribe(SID, Some(5)),
            Unsubscribed::After(5)
        );
        subscriptions.start_over();
        let subscription = subscriptions.get(SID).unwrap();
        assert_eq!(subscription.max_from_here(), Some(3));
        subscriptions.deliver(5);
        assert_eq!(
            subscriptions.unsubscribe(SID, Some(4)),
            Unsubscribed::After(2)
        );
        subscriptions.deliver(5);
        assert_eq!(subscriptions.get(SID), None);
    }

    #[test]
    fn a_limit_already_reached_ends_at_once() {
        let mut subscriptions = one();
        subscriptions.deliver(5);
        assert_eq!(subscriptions.unsubscribe(SID, Some(1)), Unsubscribed::Now);
        assert_eq!(subscriptions.unsubscribe(SID, None), Unsubscribed::Unknown);
    }

    #[test]
    fn hostile_numbers_find_nothing() {
        let mut subscriptions = one();
        for sid in [0, 4, 6, u64::MAX] {
            subscriptions.deliver(sid);
            assert_eq!(subscriptions.get(Sid(sid)), None);
        }
    }

    #[test]
    fn found_by_subject_and_queue() {
        let mut subscriptions = one();
        subscriptions.insert(Sid(6), b"a".to_vec(), Some(b"q".to_vec()));
        subscriptions.insert(Sid(7), b"a".to_vec(), None);
        assert_eq!(subscriptions.find(b"a", None), Some(Sid(7)));
        assert_eq!(subscriptions.find(b"a", Some(b"q")), Some(Sid(6)));
        assert_eq!(subscriptions.find(b"b", None), None);
        assert_eq!(subscriptions.iter().count(), 3);
    }
}
