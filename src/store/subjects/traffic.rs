//! Messages and bytes by the second.
//!
//! A rate is the mean of the last [`RATE_SECONDS`] complete seconds **of the store**, wherever it
//! stands: what came on a subject seen only a second ago is divided by as many seconds as everything
//! else. So the rates of the parts add up to that of the whole.

/// Rates are means over this many complete seconds.
pub const RATE_SECONDS: usize = 5;

/// What came in one second, or in several. Each number stops at `u32::MAX`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages.
    pub messages: u32,
    /// Bytes of their headers and payloads.
    pub bytes: u32,
}

impl Traffic {
    /// So many messages and bytes.
    pub(in crate::store) fn new(messages: u64, bytes: u64) -> Traffic {
        let stop = |value| u32::try_from(value).unwrap_or(u32::MAX);
        Traffic {
            messages: stop(messages),
            bytes: stop(bytes),
        }
    }

    /// Whether nothing came.
    pub fn is_none(&self) -> bool {
        self.messages == 0 && self.bytes == 0
    }

    #[inline]
    pub(in crate::store) fn add(&mut self, more: Traffic) {
        self.messages = self.messages.saturating_add(more.messages);
        self.bytes = self.bytes.saturating_add(more.bytes);
    }
}

/// How much comes in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rate {
    /// Messages a second.
    pub messages: f64,
    /// Bytes of their headers and payloads a second.
    pub bytes: f64,
}

impl Rate {
    /// Whether nothing comes.
    pub fn is_none(&self) -> bool {
        self.messages <= 0.0 && self.bytes <= 0.0
    }

    pub(in crate::store) fn add(&mut self, more: Rate) {
        self.messages += more.messages;
        self.bytes += more.bytes;
    }
}

/// The second that a time in nanoseconds belongs to.
pub(in crate::store) fn second_of(at: i64) -> i64 {
    at.div_euclid(1_000_000_000)
}

/// How many seconds [`RecentSeconds`] counts; a power of two.
pub(in crate::store) const SECONDS: usize = 8;

/// What came in each of the last seconds: the newest, which is not over yet, and the complete ones
/// before it. One cache line, since it is touched for every message.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::store) struct RecentSeconds {
    /// The second that counts now; `None` before the first.
    newest: Option<i64>,
    /// How many seconds lie between the first and the newest, at most `SECONDS - 1`.
    complete: u32,
    counts: [Traffic; SECONDS],
}

const _: () = assert!(SECONDS.is_power_of_two() && SECONDS > RATE_SECONDS);

impl RecentSeconds {
    /// Whether this is the second that counts now.
    #[inline]
    pub fn is_at(&self, second: i64) -> bool {
        self.newest == Some(second)
    }

    /// Counts in a second; one a little older than the newest still finds its place.
    #[inline]
    pub fn add(&mut self, second: i64, traffic: Traffic) {
        if !self.is_at(second) {
            self.advance(second);
        }
        self.counts[slot(second)].add(traffic);
    }

    /// Makes `second` the newest. Going back further than is counted means that the clock was set:
    /// it begins again there.
    pub fn advance(&mut self, second: i64) {
        let Some(newest) = self.newest else {
            self.newest = Some(second);
            return;
        };
        if second <= newest {
            if second <= newest.saturating_sub(SECONDS as i64) {
                *self = RecentSeconds::default();
                self.newest = Some(second);
            }
            return;
        }
        let steps = second.saturating_sub(newest);
        if steps >= SECONDS as i64 {
            self.counts = Default::default();
        } else {
            for passed in newest + 1..=second {
                self.counts[slot(passed)] = Traffic::default();
            }
        }
        self.newest = Some(second);
        let complete = i64::from(self.complete).saturating_add(steps);
        self.complete = complete.min(SECONDS as i64 - 1) as u32;
    }

    /// How many of the last [`RATE_SECONDS`] seconds were counted from beginning to end, at least one.
    pub fn span(&self) -> u32 {
        self.complete.clamp(1, RATE_SECONDS as u32)
    }

    /// The mean of the last `span` complete seconds before the newest.
    pub fn rate(&self, span: u32) -> Rate {
        self.newest
            .map_or(Rate::default(), |newest| self.rate_at(newest, span))
    }

    /// The mean of the last `span` complete seconds before `now`, which may lie after the newest.
    pub fn rate_at(&self, now: i64, span: u32) -> Rate {
        let oldest = now.saturating_sub(i64::from(span));
        let mut sum = (0u64, 0u64);
        for (_, traffic) in self
            .seconds()
            .filter(|(second, _)| (oldest..now).contains(second))
        {
            sum.0 += u64::from(traffic.messages);
            sum.1 += u64::from(traffic.bytes);
        }
        Rate {
            messages: sum.0 as f64 / f64::from(span),
            bytes: sum.1 as f64 / f64::from(span),
        }
    }

    /// Every second counted, the newest last, whether it is over or not.
    pub fn seconds(&self) -> impl Iterator<Item = (i64, Traffic)> + '_ {
        let complete = i64::from(self.complete);
        self.newest.into_iter().flat_map(move |newest| {
            (newest.saturating_sub(complete)..=newest)
                .map(|second| (second, self.counts[slot(second)]))
        })
    }

    /// Adds what another window counted in the seconds that this one knows or may know.
    pub fn merge(&mut self, other: &RecentSeconds) {
        let Some(newest) = self.newest else {
            return;
        };
        let first = newest - (SECONDS as i64 - 1);
        for (second, traffic) in other.seconds() {
            if (first..=newest).contains(&second) {
                self.complete = self.complete.max((newest - second) as u32);
                self.counts[slot(second)].add(traffic);
            }
        }
    }

    /// Whether every second, the newest included, counts nothing.
    pub fn is_empty(&self) -> bool {
        self.counts.iter().all(Traffic::is_none)
    }
}

fn slot(second: i64) -> usize {
    second as usize & (SECONDS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(schedule: &[(i64, u64)]) -> RecentSeconds {
        let mut recent = RecentSeconds::default();
        for (second, n) in schedule {
            recent.add(*second, Traffic::new(*n, 10 * n));
        }
        recent
    }

    #[test]
    fn rates_are_means_of_the_last_complete_seconds() {
        let every_second: Vec<_> = (100..110).map(|second| (second, 1)).collect();
        for (schedule, now, rate) in [
            (&[][..], 100, 0.0),
            (&[(100, 9)], 100, 0.0),
            (&[(100, 9)], 101, 9.0),
            (&[(100, 9)], 103, 3.0),
            (&[(100, 10)], 105, 2.0),
            (&[(100, 10)], 106, 0.0),
            (&every_second, 110, 1.0),
            (&every_second, 112, 0.6),
            (&[(100, 1), (105, 1), (110, 1)], 111, 0.2),
            (&[(100, 1), (1_000, 5)], 1_001, 1.0),
            (&[(100, 4), (99, 4)], 101, 4.0),
            (&[(100, 4), (20, 6)], 21, 6.0),
            (&[(100, 1)], i64::MAX / 1_000_000_000, 0.0),
        ] {
            let mut recent = counted(schedule);
            recent.advance(now);
            let expected = Rate {
                messages: rate,
                bytes: 10.0 * rate,
            };
            assert_eq!(
                recent.rate(recent.span()),
                expected,
                "{schedule:?} at {now}"
            );
            let span = recent.span();
            assert_eq!(counted(schedule).rate_at(now, span), expected);
        }
    }

    #[test]
    fn what_began_late_is_divided_by_the_seconds_of_the_whole() {
        let late = counted(&[(109, 10)]);
        assert_eq!(late.rate_at(110, 5).messages, 2.0);
        assert_eq!(late.rate_at(110, 1).messages, 10.0);
    }
}
