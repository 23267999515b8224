//! Watching a part of the tree of subjects: its last minutes by the second.
//!
//! Rates are kept for every subject, but minutes for one part of the tree at a time: there may be a
//! hundred thousand of them. What came before it was watched is counted anew from the messages kept.

use super::{HISTORY_SECONDS, Rates, Subjects, Timeline, Traffic, second_of};
use crate::store::log::{EntryFlags, Log};

/// The most messages looked at for what came before: enough to draw at once, few enough not to be felt.
const LOOK_BACK: usize = 1_000_000;

/// What came on the watched subjects, as far as the messages that are kept reach back.
pub(in crate::store) fn past_of_watched(log: &Log, rates: &Rates, subjects: &Subjects) -> Timeline {
    let mut timeline = Timeline::new(HISTORY_SECONDS);
    let Some(newest) = rates.timeline().newest() else {
        return timeline;
    };
    let oldest = newest - (HISTORY_SECONDS as i64 - 1);
    timeline.begin(newest);
    // the second that is reached last was perhaps not seen whole
    let mut whole_since = newest + 1;
    let mut whole_log = log.ids().start == 1;
    for (looked_at, (segment, record)) in log.newest_first().enumerate() {
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
        let counted = !record.flags.has(EntryFlags::MARKER) && !record.flags.has(EntryFlags::COPY);
        if counted && second <= newest && subjects.at(record.subject).watched {
            timeline.count(second, Traffic::new(1, record.size()));
        }
    }
    timeline.begin_at(if whole_log { oldest } else { whole_since });
    timeline
}
