//! Which kept messages are shown.

use crate::filter::Filter;
use crate::store::log::EntryFlags;

/// Which kept messages are shown. Markers always are; messages of muted subscriptions never.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// Only what a subscription to this pattern would receive.
    pub subject: Option<Vec<u8>>,
    /// Only what this filter means. What is kept is judged by [`Store::next_scan`](crate::store::Store::next_scan),
    /// newest first, and hidden until it is.
    pub filter: Option<Filter>,
    /// Copies too; hidden by default.
    pub copies: bool,
    /// `_INBOX.>` and `$…` traffic too, where it is not ours; hidden by default. It is shown in any
    /// case where `subject`, or the subscription it came in on, asks for it by its first token.
    pub inboxes: bool,
}

/// Whether a subject or pattern begins as inboxes and the server's own subjects do.
pub(in crate::store) fn is_internal(subject: &[u8]) -> bool {
    subject.starts_with(b"$") || subject.split(|byte| *byte == b'.').next() == Some(b"_INBOX")
}

/// What becomes of one message in a view, its filter left aside: that comes last. Where more than one
/// reason hides it, the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Verdict {
    Shown,
    Muted,
    Copy,
    Inbox,
    Filtered,
}

/// Why a message that is kept is not shown. Where more than one reason hides it, the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// Its subscription is muted.
    Muted,
    /// It is a copy.
    Copy,
    /// It is `_INBOX.>` or `$…` traffic that is not ours.
    Inbox,
    /// Its subject is not the one that alone is shown.
    Subject,
    /// The filter does not mean it, or has not judged it yet.
    Filter,
}

/// What a verdict depends on besides the view.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Traits {
    pub flags: EntryFlags,
    pub muted: bool,
    /// Whether the subject is an inbox's or the server's own.
    pub internal: bool,
    /// Whether the subject matches the pattern of the view.
    pub matches: bool,
}

impl View {
    /// Whether internal subjects are shown whoever sent them.
    fn shows_internal(&self) -> bool {
        self.inboxes || self.subject.as_deref().is_some_and(is_internal)
    }

    /// The verdict on one message.
    pub(in crate::store) fn verdict(&self, of: Traits) -> Verdict {
        if of.muted {
            Verdict::Muted
        } else if of.flags.has(EntryFlags::COPY) && !self.copies {
            Verdict::Copy
        } else if of.internal && !of.flags.has(EntryFlags::OURS) && !self.shows_internal() {
            Verdict::Inbox
        } else if !of.matches {
            Verdict::Filtered
        } else {
            Verdict::Shown
        }
    }
}

/// How many messages of a stretch of the log have which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct VerdictCounts([u64; 5]);

impl VerdictCounts {
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.0[verdict as usize]
    }

    pub fn count(&mut self, verdict: Verdict) {
        self.0[verdict as usize] += 1;
    }

    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    pub fn add(&mut self, other: &VerdictCounts) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    pub fn subtract(&mut self, other: &VerdictCounts) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine -= theirs;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inboxes_and_subjects_of_the_server_are_internal() {
        for (subject, internal) in [
            (&b"_INBOX.a.b"[..], true),
            (b"_INBOX", true),
            (b"$SYS.REQ", true),
            (b"$JS", true),
            (b"_INBOXES.a", false),
            (b"a._INBOX.b", false),
            (b"a.$b", false),
            (b">", false),
        ] {
            assert_eq!(is_internal(subject), internal);
        }
    }

    #[test]
    fn the_first_reason_to_hide_a_message_counts() {
        let all = Traits {
            flags: EntryFlags::COPY,
            muted: true,
            internal: true,
            matches: false,
        };
        let view = View::default();
        for (of, verdict) in [
            (all, Verdict::Muted),
            (
                Traits {
                    muted: false,
                    ..all
                },
                Verdict::Copy,
            ),
            (
                Traits {
                    muted: false,
                    flags: EntryFlags::default(),
                    ..all
                },
                Verdict::Inbox,
            ),
            (
                Traits {
                    muted: false,
                    flags: EntryFlags::OURS,
                    ..all
                },
                Verdict::Filtered,
            ),
            (
                Traits {
                    muted: false,
                    flags: EntryFlags::OURS,
                    matches: true,
                    ..all
                },
                Verdict::Shown,
            ),
        ] {
            assert_eq!(view.verdict(of), verdict, "{of:?}");
        }
    }

    #[test]
    fn a_view_of_an_inbox_shows_it_whoever_sent_it() {
        let view = View {
            subject: Some(b"_INBOX.>".to_vec()),
            ..View::default()
        };
        let of = Traits {
            flags: EntryFlags::default(),
            muted: false,
            internal: true,
            matches: true,
        };
        assert_eq!(view.verdict(of), Verdict::Shown);
    }
}
