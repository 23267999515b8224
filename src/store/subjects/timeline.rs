//! What came in each second of the last minutes: what charts are drawn from.

use std::collections::VecDeque;

use super::traffic::{RecentSeconds, SECONDS};
use crate::store::Traffic;

/// How many complete seconds are remembered of everything, of a subscription, and of a subject that is
/// watched: a quarter of an hour, and a minute more, so that the first column of a chart of it is whole.
pub const HISTORY_SECONDS: usize = 960;

/// Complete seconds, one behind the other, the newest last.
///
/// It takes its numbers from the window that counts, a little while after they were counted: a batch
/// that is read in one second and kept in the next still finds its place.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The newest second, in seconds since the Unix epoch.
    newest: i64,
    seconds: VecDeque<Traffic>,
    /// The newest second with traffic.
    last_traffic: i64,
    /// How many seconds it remembers.
    limit: usize,
}

impl Timeline {
    /// One that remembers so many seconds.
    pub(in crate::store) fn new(limit: usize) -> Timeline {
        Timeline {
            newest: 0,
            seconds: VecDeque::new(),
            last_traffic: 0,
            limit,
        }
    }

    /// The newest complete second, in seconds since the Unix epoch; `None` where nothing came lately.
    pub fn newest(&self) -> Option<i64> {
        (!self.seconds.is_empty()).then_some(self.newest)
    }

    /// The first second that is remembered, in seconds since the Unix epoch.
    pub fn first(&self) -> Option<i64> {
        (!self.seconds.is_empty()).then(|| self.newest + 1 - self.seconds.len() as i64)
    }

    /// What came in one second, given since the Unix epoch; nothing where it is not remembered.
    pub fn at(&self, second: i64) -> Traffic {
        self.place(second)
            .and_then(|place| self.seconds.get(place))
            .copied()
            .unwrap_or_default()
    }

    /// Messages in each of the last `count` complete seconds, oldest first, and zeros before the first.
    pub fn messages(&self, count: usize) -> impl Iterator<Item = u64> + '_ {
        (0..count as i64).rev().map(|back| {
            let second = self.newest.saturating_sub(back);
            u64::from(self.at(second).messages)
        })
    }

    fn place(&self, second: i64) -> Option<usize> {
        let back = usize::try_from(self.newest.checked_sub(second)?).ok()?;
        self.seconds.len().checked_sub(back)?.checked_sub(1)
    }

    /// For how many seconds nothing came.
    pub(in crate::store) fn quiet_for(&self) -> i64 {
        match self.newest() {
            Some(newest) => newest - self.last_traffic,
            None => i64::MAX,
        }
    }

    /// Takes what the window knows of the seconds before `now`, which goes on being counted. What was
    /// silent from beginning to end is forgotten.
    pub(in crate::store) fn follow(&mut self, recent: &RecentSeconds, now: i64) {
        self.extend(now.saturating_sub(1), recent.is_empty());
        for (second, traffic) in recent.seconds().filter(|(second, _)| *second < now) {
            self.set(second, traffic);
        }
        if self.quiet_for() >= self.limit as i64 {
            self.seconds = VecDeque::new();
        }
    }

    /// Makes `newest` the newest second. A clock that was set back begins it again.
    fn extend(&mut self, newest: i64, silent: bool) {
        if self.seconds.is_empty() {
            if !silent {
                self.begin(newest);
            }
            return;
        }
        let steps = newest.saturating_sub(self.newest);
        if steps >= self.limit as i64 || steps < -(SECONDS as i64) {
            return self.begin(newest);
        }
        for _ in 0..steps {
            self.push(Traffic::default());
        }
    }

    /// Begins with one silent second.
    pub(in crate::store) fn begin(&mut self, second: i64) {
        self.seconds.clear();
        self.newest = second.saturating_sub(1);
        self.last_traffic = second.saturating_sub(self.limit as i64);
        self.push(Traffic::default());
    }

    fn push(&mut self, traffic: Traffic) {
        if self.seconds.len() == self.limit {
            self.seconds.pop_front();
        }
        self.newest += 1;
        self.seconds.push_back(traffic);
    }

    fn set(&mut self, second: i64, traffic: Traffic) {
        // the window may know seconds before the one it began with
        if self.first().is_some_and(|first| second < first) {
            self.begin_at(second);
        }
        let place = self.place(second);
        if let Some(place) = place.and_then(|place| self.seconds.get_mut(place)) {
            *place = traffic;
            if !traffic.is_none() {
                self.last_traffic = self.last_traffic.max(second);
            }
        }
    }

    /// Counts a message that was kept before it was watched, where its second is remembered.
    pub(in crate::store) fn count(&mut self, second: i64, traffic: Traffic) {
        let mut sum = self.at(second);
        sum.add(traffic);
        self.set(second, sum);
    }

    /// Makes a second the first that is remembered.
    pub(in crate::store) fn begin_at(&mut self, second: i64) {
        while self.first().is_some_and(|first| first < second) {
            self.seconds.pop_front();
        }
        while self.first().is_some_and(|first| first > second) && self.seconds.len() < self.limit {
            self.seconds.push_front(Traffic::default());
        }
    }

    /// What it occupies, in bytes.
    pub(in crate::store) fn memory(&self) -> usize {
        self.seconds.capacity() * size_of::<Traffic>()
    }
}
