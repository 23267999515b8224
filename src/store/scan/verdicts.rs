//! What becomes of every message kept, looked up where asking for each would be felt.

use super::view::{Traits, Verdict, View};
use crate::store::{
    log::{Flags, Kept},
    subjects::{Subject, Subjects, Subscriptions},
};

/// The verdicts of a view by all that they depend on. Messages are judged by the million at one key:
/// beside the records themselves this is all that is read, some bytes for each subject.
#[derive(Debug)]
pub(in crate::store) struct Verdicts {
    /// By the place of a subscription.
    muted: Vec<bool>,
    /// By the number of a subject, and by [`Flags::judged`].
    others: Vec<[Verdict; 4]>,
}

impl Verdicts {
    /// Those of a view now.
    pub fn new(view: &View, subjects: &Subjects, subscriptions: &Subscriptions) -> Verdicts {
        let verdicts = |subject: &Subject| {
            Flags::JUDGED.map(|flags| {
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
    pub fn of(&self, record: &Kept) -> Verdict {
        if self.muted[usize::from(record.subscription)] {
            Verdict::Muted
        } else {
            self.others[record.subject as usize][record.flags.judged()]
        }
    }
}
