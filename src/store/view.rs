//! Which kept messages are shown.

use super::record::Flags;

/// Which kept messages are shown. Markers always are; messages of muted subscriptions never.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Only what a subscription to this pattern would receive.
    pub subject: Option<Vec<u8>>,
    /// Copies too; hidden by default.
    pub copies: bool,
    /// `_INBOX.>` and `$…` traffic too, where it is not ours; hidden by default. It is shown in any
    /// case where `subject`, or the subscription it came in on, asks for it by its first token.
    pub inboxes: bool,
}

/// Whether a subject or pattern begins as inboxes and the server's own subjects do.
pub(super) fn is_internal(subject: &[u8]) -> bool {
    subject.starts_with(b"$") || subject.split(|byte| *byte == b'.').next() == Some(b"_INBOX")
}

/// What becomes of one message in a view. Where more than one reason hides it, the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Shown,
    Muted,
    Copy,
    Inbox,
    Filtered,
}

/// What a verdict depends on besides the view.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits {
    pub flags: Flags,
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
    pub(super) fn verdict(&self, of: Traits) -> Verdict {
        if of.muted {
            Verdict::Muted
        } else if of.flags.has(Flags::COPY) && !self.copies {
            Verdict::Copy
        } else if of.internal && !of.flags.has(Flags::OURS) && !self.shows_internal() {
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
pub(super) struct Tally([u64; 5]);

impl Tally {
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.0[verdict as usize]
    }

    pub fn count(&mut self, verdict: Verdict) {
        self.0[verdict as usize] += 1;
    }

    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    pub fn add(&mut self, other: &Tally) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    pub fn subtract(&mut self, other: &Tally) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine -= theirs;
        }
    }
}

/// The rows that one segment shows: a bit for each of its entries.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// How many rows all segments before it ever showed in this view.
    pub start: u64,
    pub tally: Tally,
    entries: usize,
    shown: usize,
    words: Vec<u64>,
}

impl Rows {
    /// Decides on the next entry: `None` for a marker, which is always shown.
    pub fn push(&mut self, verdict: Option<Verdict>) {
        let bit = self.entries % 64;
        if bit == 0 {
            self.words.push(0);
        }
        self.entries += 1;
        if let Some(verdict) = verdict {
            self.tally.count(verdict);
        }
        if matches!(verdict, None | Some(Verdict::Shown)) {
            if let Some(word) = self.words.last_mut() {
                *word |= 1 << bit;
            }
            self.shown += 1;
        }
    }

    /// Forgets every decision; `start` is where the rows of the segment begin from now on.
    pub fn reset(&mut self, start: u64) {
        self.start = start;
        self.tally = Tally::default();
        self.entries = 0;
        self.shown = 0;
        self.words.clear();
    }

    /// Where the rows of the next segment begin.
    pub fn end(&self) -> u64 {
        self.start + self.shown as u64
    }

    /// Whether an entry is shown.
    pub fn is_shown(&self, index: usize) -> bool {
        self.words
            .get(index / 64)
            .is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    /// How many entries before this one are shown.
    pub fn rank(&self, index: usize) -> usize {
        let whole = &self.words[..index / 64];
        let part = match self.words.get(index / 64) {
            Some(word) => (word & ((1 << (index % 64)) - 1)).count_ones(),
            None => 0,
        };
        whole.iter().map(|word| word.count_ones()).sum::<u32>() as usize + part as usize
    }

    /// The entry that is shown behind `rank` others.
    pub fn select(&self, rank: usize) -> Option<usize> {
        let mut left = u32::try_from(rank).ok()?;
        for (number, word) in self.words.iter().enumerate() {
            let ones = word.count_ones();
            if left < ones {
                let mut rest = *word;
                for _ in 0..left {
                    rest &= rest - 1;
                }
                return Some(number * 64 + rest.trailing_zeros() as usize);
            }
            left -= ones;
        }
        None
    }

    /// What it occupies, in bytes.
    pub fn memory(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
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
            flags: Flags::COPY,
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
                    flags: Flags::default(),
                    ..all
                },
                Verdict::Inbox,
            ),
            (
                Traits {
                    muted: false,
                    flags: Flags::OURS,
                    ..all
                },
                Verdict::Filtered,
            ),
            (
                Traits {
                    muted: false,
                    flags: Flags::OURS,
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
            flags: Flags::default(),
            muted: false,
            internal: true,
            matches: true,
        };
        assert_eq!(view.verdict(of), Verdict::Shown);
    }

    #[test]
    fn rank_and_select_agree_with_counting() {
        let mut rows = Rows::default();
        let shown = |index: usize| index.is_multiple_of(3) || (64..128).contains(&index);
        for index in 0..300 {
            rows.push(Some(if shown(index) {
                Verdict::Shown
            } else {
                Verdict::Muted
            }));
        }
        let expected: Vec<usize> = (0..300).filter(|index| shown(*index)).collect();
        for (rank, index) in expected.iter().enumerate() {
            assert_eq!(rows.select(rank), Some(*index));
            assert_eq!(rows.rank(*index), rank);
        }
        assert_eq!(rows.select(expected.len()), None);
        assert_eq!(rows.end(), expected.len() as u64);
        assert_eq!(rows.tally.total(), 300);
    }
}
