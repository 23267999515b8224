//! What came in on each subscription.

use std::collections::HashMap;

use super::{rates::TrafficMeter, timeline::HISTORY_SECONDS};
use crate::store::{Rate, Timeline, Traffic, scan::is_internal};

/// What came in on one subscription.
#[derive(Clone, Debug)]
pub struct SubscriptionStats {
    /// What it is subscribed to.
    pub subject: Vec<u8>,
    /// Messages, copies included, dropped ones not.
    pub count: u64,
    /// Bytes of their headers and payloads.
    pub bytes: u64,
    /// How many of them were copies of another message.
    pub copies: u64,
    /// How many never reached the store.
    pub dropped: u64,
    /// Whether its messages are hidden.
    pub muted: bool,
    meter: TrafficMeter,
    rate: Rate,
}

impl SubscriptionStats {
    /// How much comes in on it, as of the last tick.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Messages in each of the last `seconds` complete seconds, oldest first, and zeros before the
    /// first.
    pub fn spark(&self, seconds: usize) -> impl Iterator<Item = u64> + '_ {
        self.meter.timeline.messages(seconds)
    }

    /// The last minutes, by the second; the last one alone where very many subscriptions were made.
    pub fn timeline(&self) -> &Timeline {
        &self.meter.timeline
    }
}

/// The subscription that stands for what we send.
pub(in crate::store) const SENT: u16 = 0;
/// The subscription that replies to our own requests come in on.
pub(in crate::store) const INBOX: u16 = 1;

/// How many subscriptions have a timeline of [`HISTORY_SECONDS`], and what the others have.
const LONG_TIMELINES: usize = 1_024;
const SHORT_TIMELINE: usize = 60;

/// Every subscription that is there, and removed ones while messages of them are kept. Records name
/// them by their place here.
#[derive(Debug)]
pub(in crate::store) struct Subscriptions {
    slots: Vec<SubscriptionSlot>,
    by_sid: HashMap<u64, u16>,
    /// The answer to the last question: batches come mostly from few subscriptions.
    last: (u64, u16),
    /// Bytes of the timelines.
    timelines: usize,
}

/// One subscription.
#[derive(Debug)]
pub(in crate::store) struct SubscriptionSlot {
    pub sid: u64,
    pub stats: SubscriptionStats,
    /// Whether its pattern asks for inboxes or the server's subjects by name.
    pub internal: bool,
    live: bool,
    kept: u64,
}

impl Subscriptions {
    /// [`SENT`] and [`INBOX`] alone.
    pub fn new() -> Subscriptions {
        let mut subscriptions = Subscriptions {
            slots: Vec::new(),
            by_sid: HashMap::new(),
            last: (0, SENT),
            timelines: 0,
        };
        subscriptions.add(u64::from(SENT), b"");
        subscriptions.add(u64::from(INBOX), b"");
        subscriptions
    }

    /// Adds one, or revives one that was removed; `None` where 65 536 are there.
    pub fn add(&mut self, sid: u64, subject: &[u8]) -> Option<u16> {
        let place = match self.by_sid.get(&sid) {
            Some(place) => *place,
            None => self.take_place(sid)?,
        };
        let slot = &mut self.slots[place as usize];
        slot.live = true;
        slot.internal = is_internal(subject);
        slot.stats.subject = subject.to_vec();
        Some(place)
    }

    fn take_place(&mut self, sid: u64) -> Option<u16> {
        let long = self.slots.len() < LONG_TIMELINES;
        let slot = SubscriptionSlot::new(
            sid,
            if long {
                HISTORY_SECONDS
            } else {
                SHORT_TIMELINE
            },
        );
        let place = match u16::try_from(self.slots.len()) {
            Ok(place) => {
                self.slots.push(slot);
                place
            }
            Err(_) => {
                let unused = |slot: &SubscriptionSlot| !slot.live && slot.kept == 0;
                let place = self.slots.iter().position(unused)?;
                self.by_sid.retain(|_, named| usize::from(*named) != place);
                self.timelines -= self.slots[place].stats.timeline().memory();
                self.slots[place] = slot;
                self.last = (0, SENT);
                place as u16
            }
        };
        self.by_sid.insert(sid, place);
        Some(place)
    }

    /// Gives one another number; it is found by the former one too.
    pub fn rename(&mut self, before: u64, sid: u64) {
        if let Some(place) = self.by_sid.get(&before).copied() {
            self.by_sid.insert(sid, place);
            self.slots[usize::from(place)].sid = sid;
        }
    }

    /// Removes one; its place stays taken while messages of it are kept.
    pub fn remove(&mut self, sid: u64) {
        if let Some(slot) = self.by_sid(sid) {
            slot.live = false;
        }
    }

    /// One by its number, removed or not.
    pub fn by_sid(&mut self, sid: u64) -> Option<&mut SubscriptionSlot> {
        let place = *self.by_sid.get(&sid)?;
        self.slots.get_mut(place as usize)
    }

    /// What came in on one.
    pub fn stats(&self, sid: u64) -> Option<&SubscriptionStats> {
        let place = *self.by_sid.get(&sid)?;
        self.slots.get(place as usize).map(|slot| &slot.stats)
    }

    /// Where a message that came belongs; `None` where it is late.
    pub fn place_of(&mut self, sid: u64) -> Option<u16> {
        if self.last.0 != sid {
            self.last = (sid, *self.by_sid.get(&sid)?);
        }
        let place = self.last.1;
        let slot = &self.slots[place as usize];
        slot.live.then_some(place)
    }

    /// One by its place in a record.
    pub fn at(&self, place: u16) -> &SubscriptionSlot {
        &self.slots[place as usize]
    }

    /// Whether each is muted, by its place.
    pub fn muted(&self) -> impl Iterator<Item = bool> {
        self.slots.iter().map(|slot| slot.stats.muted)
    }

    /// Whether there is one at a place, and it was not removed.
    pub fn is_live(&self, place: u16) -> bool {
        self.slots.get(usize::from(place)).is_some_and(|it| it.live)
    }

    /// Counts a message that is now kept.
    pub fn count(&mut self, place: u16, bytes: u64, is_copy: bool, second: i64) {
        let slot = &mut self.slots[place as usize];
        slot.kept += 1;
        slot.stats.count += 1;
        slot.stats.bytes += bytes;
        slot.stats.copies += u64::from(is_copy);
        if !slot.stats.meter.recent.is_at(second) {
            self.timelines -= slot.stats.timeline().memory();
            slot.stats.meter.advance(second);
            self.timelines += slot.stats.timeline().memory();
        }
        slot.stats.meter.add(second, Traffic::new(1, bytes));
    }

    /// Counts a message that is no longer kept.
    pub fn release(&mut self, place: u16) {
        self.slots[place as usize].kept -= 1;
    }

    /// Moves rates on; they are means of `span` seconds.
    pub fn tick(&mut self, second: i64, span: u32) {
        self.timelines = 0;
        for slot in &mut self.slots {
            slot.stats.meter.advance(second);
            self.timelines += slot.stats.timeline().memory();
            slot.stats.rate = slot.stats.meter.recent.rate(span);
        }
    }

    /// What it occupies, in bytes.
    pub fn memory(&self) -> usize {
        self.slots.capacity() * size_of::<SubscriptionSlot>()
            + self.by_sid.capacity() * size_of::<(u64, u16)>()
            + self.timelines
    }
}

impl SubscriptionSlot {
    fn new(sid: u64, seconds: usize) -> SubscriptionSlot {
        SubscriptionSlot {
            sid,
            stats: SubscriptionStats {
                subject: Vec::new(),
                count: 0,
                bytes: 0,
                copies: 0,
                dropped: 0,
                muted: false,
                meter: TrafficMeter::new(seconds),
                rate: Rate::default(),
            },
            internal: false,
            live: true,
            kept: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_a_removed_subscription_its_messages_are_late_until_it_is_back() {
        let mut subscriptions = Subscriptions::new();
        let place = subscriptions.add(7, b"a");
        assert_eq!(subscriptions.place_of(7), place);
        subscriptions.remove(7);
        assert_eq!(subscriptions.place_of(7), None);
        assert!(subscriptions.stats(7).is_some());
        assert_eq!(subscriptions.add(7, b"a"), place);
        assert_eq!(subscriptions.place_of(7), place);
        assert_eq!(subscriptions.place_of(8), None);
    }

    #[test]
    fn given_another_number_a_subscription_is_found_by_both() {
        let mut subscriptions = Subscriptions::new();
        let place = subscriptions.add(7, b"a");
        subscriptions.rename(7, 9);
        subscriptions.rename(8, 10);
        assert_eq!(subscriptions.place_of(9), place);
        assert_eq!(subscriptions.place_of(7), place);
        assert_eq!(subscriptions.place_of(10), None);
        subscriptions.remove(9);
        assert_eq!(subscriptions.place_of(7), None);
    }

    #[test]
    fn given_every_place_taken_one_without_messages_is_used_again() {
        let mut subscriptions = Subscriptions::new();
        for sid in 2..65_536 {
            assert!(subscriptions.add(sid, b"a").is_some());
        }
        assert_eq!(subscriptions.add(70_000, b"b"), None);
        let kept = subscriptions.place_of(9).expect("added");
        subscriptions.count(kept, 1, false, 0);
        subscriptions.remove(9);
        assert_eq!(subscriptions.add(70_000, b"b"), None);
        subscriptions.remove(12);
        let place = subscriptions.add(70_000, b"b");
        assert_eq!(place, Some(12));
        assert_eq!(subscriptions.place_of(70_000), place);
        assert_eq!(subscriptions.place_of(12), None);
    }
}
