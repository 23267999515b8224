//! Watching a part of the tree of subjects: its last minutes by the second.
//!
//! Rates are kept for every subject, but minutes for one part of the tree at a time: there may be a
//! hundred thousand of them. What came before it was watched is counted anew from the messages kept.

use super::{HISTORY_SECONDS, Store, Timeline, Traffic, record::Flags, traffic::second_of};

/// The most messages looked at for what came before: enough to draw at once, few enough not to be felt.
const LOOK_BACK: usize = 1_000_000;

impl Store {
    /// Remembers from now on what comes on a subject and below it, by the second, in place of what was
    /// watched before; read it by [`Subjects::timeline`](super::Subjects::timeline). What came before
    /// is counted from the messages that are kept, as far back as the newest million of them reach.
    pub fn watch(&mut self, prefix: &[u8]) {
        if self.subjects.timeline(prefix).is_none() {
            self.subjects.watch(prefix);
            let past = self.past_of_watched();
            self.subjects.remember(past);
        }
    }

    fn past_of_watched(&self) -> Timeline {
        let mut timeline = Timeline::new(HISTORY_SECONDS);
        let Some(newest) = self.rates.timeline().newest() else {
            return timeline;
        };
        let oldest = newest - (HISTORY_SECONDS as i64 - 1);
        timeline.begin(newest);
        // the second that is reached last was perhaps not seen whole
        let mut whole_since = newest + 1;
        let mut whole_log = self.log.ids().start == 1;
        for (looked_at, (segment, record)) in self.log.newest_first().enumerate() {
            let second = second_of(segment.at(record));
            if second < oldest {
                whole_log = true;
                break;
            }
            if looked_at == LOOK_BACK {
                whole_log = false;
                break;
            }
            whole_since = whole_since.min(second + 1);
            let counted = !record.flags.has(Flags::MARKER) && !record.flags.has(Flags::COPY);
            if counted && second <= newest && self.subjects.at(record.subject).watched {
                timeline.count(second, Traffic::new(1, record.size()));
            }
        }
        timeline.begin_at(if whole_log { oldest } else { whole_since });
        timeline
    }
}
