//! The verdicts of a view in tables, for judging all stored messages at once.

use super::view::{Traits, Verdict, View};
use crate::store::{
    log::{EntryFlags, EntryRecord},
    subjects::{Subject, Subjects, Subscriptions},
};

/// The verdicts of a view by all that they depend on. One key press may judge millions of messages: beside
/// the records only these tables are read, a few bytes for each subject.
#[derive(Debug)]
pub(in crate::store) struct Verdicts {
    /// By the place of a subscription.
    muted: Vec<bool>,
    /// By the number of a subject, and by [`EntryFlags::judged`].
    others: Vec<[Verdict; 4]>,
}

impl Verdicts {
    /// The verdicts of a view now.
    pub fn new(view: &View, subjects: &Subjects, subscriptions: &Subscriptions) -> Verdicts {
        let verdicts = |subject: &Subject| {
            EntryFlags::JUDGED.map(|flags| {
                view.verdict(Traits {
                    flags,
                    muted: false,
                    internal: subject.internal,
                    matches: subject.matches,
                })
            })
        };
        Verdicts {
            muted: subscriptions.muted().collect(),
            others: subjects.all().map(verdicts).collect(),
        }
    }

    /// The verdict on a message.
    #[inline]
    pub fn of(&self, record: &EntryRecord) -> Verdict {
        if self.muted[usize::from(record.subscription)] {
            Verdict::Muted
        } else {
            self.others[record.subject as usize][record.flags.judged()]
        }
    }
}
