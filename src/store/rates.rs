//! Messages and bytes by the second.

/// Rates are means over this many complete seconds.
pub const RATE_SECONDS: usize = 5;

/// How many complete seconds a sparkline can show.
pub const HISTORY_SECONDS: usize = 63;

/// Everything received and sent, by the second.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    messages: History,
    bytes: History,
}

impl Rates {
    /// Messages a second, over the last [`RATE_SECONDS`] complete seconds.
    pub fn messages(&self) -> f64 {
        self.messages.rate()
    }

    /// Payload and header bytes a second, over the last [`RATE_SECONDS`] complete seconds.
    pub fn bytes(&self) -> f64 {
        self.bytes.rate()
    }

    /// Messages in each of the last `seconds` complete seconds, oldest first; at most
    /// [`HISTORY_SECONDS`].
    pub fn history(&self, seconds: usize) -> impl Iterator<Item = u64> + '_ {
        self.messages.complete(seconds)
    }

    /// Whether nothing is left to show or to scroll away, so that the tick may stop.
    pub fn quiet(&self) -> bool {
        self.messages.is_empty()
    }

    pub(super) fn add(&mut self, second: i64, messages: u64, bytes: u64) {
        self.messages.add(second, messages);
        self.bytes.add(second, bytes);
    }

    pub(super) fn advance(&mut self, second: i64) {
        self.messages.advance(second);
        self.bytes.advance(second);
    }
}

/// The second that a time in nanoseconds belongs to.
pub(super) fn second_of(at: i64) -> i64 {
    at.div_euclid(1_000_000_000)
}

/// Enough for a sparkline.
pub(super) type History = Window<{ HISTORY_SECONDS + 1 }>;

/// Enough for a rate.
pub(super) type Recent = Window<8>;

/// A count for each of the last `N` seconds, `N` being a power of two: the newest, which is not over
/// yet, and the complete ones before it. A count stops at `u32::MAX`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window<const N: usize> {
    /// The second that counts now; `None` before the first.
    newest: Option<i64>,
    /// How many seconds lie between the first and the newest, at most `N - 1`.
    complete: u32,
    counts: [u32; N],
}

impl<const N: usize> Default for Window<N> {
    fn default() -> Self {
        const { assert!(N.is_power_of_two() && N > RATE_SECONDS) };
        Window {
            newest: None,
            complete: 0,
            counts: [0; N],
        }
    }
}

impl<const N: usize> Window<N> {
    /// Counts `n` in a second; one a little older than the newest still finds its place.
    pub fn add(&mut self, second: i64, n: u64) {
        if self.newest != Some(second) {
            self.advance(second);
        }
        let count = &mut self.counts[slot::<N>(second)];
        *count = count.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
    }

    /// Makes `second` the newest. Going back further than the window means that the clock was set:
    /// it begins again there.
    pub fn advance(&mut self, second: i64) {
        let Some(newest) = self.newest else {
            self.newest = Some(second);
            return;
        };
        if second <= newest {
            if second <= newest.saturating_sub(N as i64) {
                *self = Window::default();
                self.newest = Some(second);
            }
            return;
        }
        let steps = second.saturating_sub(newest);
        if steps >= N as i64 {
            self.counts = [0; N];
        } else {
            for passed in newest + 1..=second {
                self.counts[slot::<N>(passed)] = 0;
            }
        }
        self.newest = Some(second);
        self.complete = (i64::from(self.complete).saturating_add(steps)).min(N as i64 - 1) as u32;
    }

    /// The mean of the last complete seconds before the newest.
    pub fn rate(&self) -> f64 {
        self.newest.map_or(0.0, |newest| self.rate_at(newest))
    }

    /// The mean of the last complete seconds before `now`, which may lie after the newest.
    pub fn rate_at(&self, now: i64) -> f64 {
        let Some(newest) = self.newest else {
            return 0.0;
        };
        let now = now.max(newest);
        let known = now
            .saturating_sub(newest)
            .saturating_add(i64::from(self.complete));
        let span = known.clamp(1, RATE_SECONDS as i64);
        let oldest = (newest - i64::from(self.complete)).max(now - span);
        let sum: u64 = (oldest..now.min(newest + 1))
            .map(|second| u64::from(self.counts[slot::<N>(second)]))
            .sum();
        sum as f64 / span as f64
    }

    /// The last complete seconds, oldest first; zeros before the first.
    pub fn complete(&self, seconds: usize) -> impl Iterator<Item = u64> + '_ {
        let seconds = seconds.min(N - 1);
        (0..seconds).map(move |index| {
            let back = (seconds - index) as i64;
            match self.newest {
                Some(newest) if back <= i64::from(self.complete) => {
                    u64::from(self.counts[slot::<N>(newest - back)])
                }
                _ => 0,
            }
        })
    }

    /// Whether every second, the newest included, counts nothing.
    pub fn is_empty(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }
}

fn slot<const N: usize>(second: i64) -> usize {
    second as usize & (N - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(schedule: &[(i64, u64)]) -> History {
        let mut window = History::default();
        for (second, n) in schedule {
            window.add(*second, *n);
        }
        window
    }

    fn published(schedule: &[(i64, u64)], now: i64) -> History {
        let mut window = counted(schedule);
        window.advance(now);
        window
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
            assert_eq!(
                published(schedule, now).rate(),
                rate,
                "{schedule:?} at {now}"
            );
            assert_eq!(
                counted(schedule).rate_at(now),
                rate,
                "{schedule:?} at {now}"
            );
        }
    }

    #[test]
    fn a_sparkline_shows_complete_seconds_oldest_first() {
        let schedule = [(100, 1), (101, 2), (103, 4), (104, 5)];
        for (now, seconds, shown) in [
            (104, 6, vec![0, 0, 1, 2, 0, 4]),
            (105, 3, vec![0, 4, 5]),
            (107, 3, vec![5, 0, 0]),
            (200, 3, vec![0, 0, 0]),
        ] {
            let window = published(&schedule, now);
            assert_eq!(window.complete(seconds).collect::<Vec<_>>(), shown, "{now}");
        }
        assert_eq!(
            published(&schedule, 105).complete(1_000).count(),
            HISTORY_SECONDS
        );
    }

    #[test]
    fn it_is_quiet_when_the_last_bar_has_scrolled_away() {
        let mut rates = Rates::default();
        assert!(rates.quiet());
        rates.add(100, 3, 30);
        assert!(!rates.quiet());
        rates.advance(100 + HISTORY_SECONDS as i64);
        assert!(!rates.quiet());
        rates.advance(101 + HISTORY_SECONDS as i64);
        assert!(rates.quiet());
    }

    #[test]
    fn more_bytes_than_a_count_holds_stop_at_the_largest() {
        let mut rates = Rates::default();
        rates.add(1, 1, u64::MAX);
        rates.add(1, 1, 1);
        rates.advance(2);
        assert_eq!(rates.bytes(), f64::from(u32::MAX));
    }
}
