//! The rate of everything, and what a chart of it is drawn from.

use super::traffic::RecentSeconds;
use crate::store::{HISTORY_SECONDS, Rate, Timeline, Traffic};

/// Everything received and sent, by the second.
#[derive(Clone, Debug)]
pub struct Rates {
    meter: TrafficMeter,
    rate: Rate,
}

/// After so many seconds without traffic nothing on a screen has a bar left that would move.
const QUIET_AFTER: i64 = 63;

impl Default for Rates {
    fn default() -> Self {
        Rates {
            meter: TrafficMeter::new(HISTORY_SECONDS),
            rate: Rate::default(),
        }
    }
}

impl Rates {
    /// Messages a second, as of the last tick.
    pub fn messages(&self) -> f64 {
        self.rate.messages
    }

    /// Payload and header bytes a second, as of the last tick.
    pub fn bytes(&self) -> f64 {
        self.rate.bytes
    }

    /// Messages and bytes a second, as of the last tick.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Messages in each of the last `seconds` complete seconds, oldest first, and zeros before the
    /// first.
    pub fn history(&self, seconds: usize) -> impl Iterator<Item = u64> + '_ {
        self.meter.timeline.messages(seconds)
    }

    /// The last minutes, by the second.
    pub fn timeline(&self) -> &Timeline {
        &self.meter.timeline
    }

    /// Whether nothing is left to show or to scroll away, so that the tick may stop.
    pub fn quiet(&self) -> bool {
        self.meter.recent.is_empty() && self.meter.timeline.quiet_for() >= QUIET_AFTER
    }

    pub(in crate::store) fn add(&mut self, second: i64, messages: u64, bytes: u64) {
        self.meter.add(second, Traffic::new(messages, bytes));
    }

    /// Moves on to a second; what comes back is how many seconds rates are the means of.
    pub(in crate::store) fn tick(&mut self, second: i64) -> u32 {
        self.meter.advance(second);
        let span = self.meter.recent.span();
        self.rate = self.meter.recent.rate(span);
        span
    }
}

/// The last seconds, for the rate, and the last minutes, for a chart.
#[derive(Clone, Debug)]
pub(in crate::store) struct TrafficMeter {
    pub recent: RecentSeconds,
    pub timeline: Timeline,
}

impl TrafficMeter {
    /// One that remembers so many seconds.
    pub fn new(seconds: usize) -> TrafficMeter {
        TrafficMeter {
            recent: RecentSeconds::default(),
            timeline: Timeline::new(seconds),
        }
    }

    /// Counts in a second.
    #[inline]
    pub fn add(&mut self, second: i64, traffic: Traffic) {
        if !self.recent.is_at(second) {
            self.advance(second);
        }
        self.recent.add(second, traffic);
    }

    /// Makes `second` the newest, with everything before it remembered.
    pub fn advance(&mut self, second: i64) {
        self.timeline.follow(&self.recent, second);
        self.recent.advance(second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_quiet_when_the_last_bar_has_scrolled_away() {
        let mut rates = Rates::default();
        assert!(rates.quiet());
        rates.add(100, 3, 30);
        assert!(!rates.quiet());
        rates.tick(100 + QUIET_AFTER);
        assert!(!rates.quiet());
        rates.tick(101 + QUIET_AFTER);
        assert!(rates.quiet());
    }

    #[test]
    fn more_bytes_than_a_count_holds_stop_at_the_largest() {
        let mut rates = Rates::default();
        rates.add(1, 1, u64::MAX);
        rates.add(1, 1, 1);
        rates.tick(2);
        assert_eq!(rates.bytes(), f64::from(u32::MAX));
    }
}
