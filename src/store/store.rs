//! The store: its settings and its queries.

use std::{fmt, ops::Range, time::Duration};

use super::{
    Counters, Direction, Entry, Frozen, Marker, MarkerKind, Message, MessageId, Outcome, Pair,
    Rates, Subjects, SubscriptionStats, Toward, View,
    conversations::{Copies, Pairs, share_of},
    log::{EntryFlags, EntryRecord, Log, Rows, Segment},
    scan::{Hidden, ScanState, Traits, Verdict, Verdicts},
    subjects::{Subscriptions, past_of_watched, second_of},
};

/// The budget where none is given: 256 MiB.
pub const DEFAULT_BUDGET: usize = 256 << 20;

/// Another holder of bytes of the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Batches waiting to be appended.
    Backlog,
    /// Copied rows: [`Frozen::memory`].
    Frozen,
    /// Batches on their way to a file.
    Recording,
}

/// The messages kept.
///
/// Memory stays under the budget, counting capacities: segments, rows, subjects, pairs and what others
/// [`reserve`](Store::reserve). Only the newest segment may exceed it, so that the newest message is always
/// stored.
pub struct Store {
    pub(super) budget: usize,
    pub(super) reserved: [usize; 3],
    pub(super) log: Log,
    pub(super) subjects: Subjects,
    pub(super) subscriptions: Subscriptions,
    pub(super) copies: Copies,
    pub(super) pairs: Pairs,
    pub(super) rates: Rates,
    pub(super) view: View,
    pub(super) scan_state: ScanState,
    pub(super) totals: Totals,
}

/// Shows how much there is, not what.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("counters", &self.counters())
            .field("memory", &self.memory())
            .finish_non_exhaustive()
    }
}

/// Totals since the start. The log counts what is stored now.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub received: u64,
    pub sent: u64,
    pub evicted: u64,
    pub cleared: u64,
    pub dropped: u64,
    pub late: u64,
    pub markers_gone: u64,
}

impl Store {
    /// An empty store. `budget` is in bytes; see [`DEFAULT_BUDGET`].
    pub fn new(budget: usize) -> Store {
        Store {
            budget,
            reserved: [0; 3],
            log: Log::new(budget),
            subjects: Subjects::new(),
            subscriptions: Subscriptions::new(),
            copies: Copies::new(),
            pairs: Pairs::new(share_of(budget)),
            rates: Rates::default(),
            view: View::default(),
            scan_state: ScanState::default(),
            totals: Totals::default(),
        }
    }

    /// Appends a marker.
    pub fn mark(&mut self, marker: Marker) {
        if let MarkerKind::Dropped {
            received,
            sent,
            by_subscription,
            ..
        } = &marker.kind
        {
            // A recording may state any number: the totals are capped, and what is beyond the cap is not
            // counted as dropped either.
            const MOST: u64 = u64::MAX / 4;
            let room = |total: u64| MOST.saturating_sub(total);
            let totals = &mut self.totals;
            let received = room(totals.received).min(*received);
            let sent = room(totals.sent).min(*sent);
            totals.received += received;
            totals.sent += sent;
            totals.dropped += received + sent;
            for (sid, messages) in by_subscription {
                if let Some(slot) = self.subscriptions.by_sid(*sid) {
                    slot.stats.dropped = slot.stats.dropped.saturating_add(*messages);
                }
            }
        }
        if let MarkerKind::Switched { .. } = marker.kind {
            // an equal message from another place is no copy
            self.copies = Copies::new();
        }
        self.make_room(marker.at, 0);
        self.log.push_marker(marker);
        self.trim();
    }

    /// Clears the log. Ids, totals and rates continue.
    pub fn clear(&mut self) {
        self.log.seal();
        while let Some(messages) = self.take_oldest() {
            self.totals.cleared += messages;
        }
    }

    /// Counts what comes in on `sid` from now on. 0 (sent) and 1 (the inbox of our requests) are there
    /// from the beginning; naming the inbox's pattern tells our requests from publishes with a reply
    /// subject where inboxes do not begin with `_INBOX`.
    pub fn add_subscription(&mut self, sid: u64, subject: &[u8]) {
        if let Some(place) = self.subscriptions.add(sid, subject) {
            self.copies.begin(place);
        }
        self.trim();
    }

    /// From now on `sid` stands for the subscription that `before` was: one of the same subject, on
    /// another connection. What comes in on either is counted on the same one, muted or not as it was.
    pub fn continue_subscription(&mut self, before: u64, sid: u64) {
        self.subscriptions.rename(before, sid);
        self.trim();
    }

    /// Counts messages on `sid` as late from now on. Stored ones stay.
    pub fn remove_subscription(&mut self, sid: u64) {
        self.subscriptions.remove(sid);
    }

    /// Hides what came in on `sid`, or shows it again.
    pub fn mute(&mut self, sid: u64, muted: bool) {
        if let Some(slot) = self.subscriptions.by_sid(sid)
            && slot.stats.muted != muted
        {
            slot.stats.muted = muted;
            self.update_verdicts();
            self.trim();
        }
    }

    /// What came in on one subscription; also after it was removed, while messages of it are kept.
    pub fn subscription(&self, sid: u64) -> Option<&SubscriptionStats> {
        self.subscriptions.stats(sid)
    }

    /// Updates rates to `now`, in nanoseconds since the Unix epoch. To be called once a second until
    /// [`Rates::quiet`].
    pub fn tick(&mut self, now: i64) {
        let second = second_of(now);
        let span = self.rates.tick(second);
        self.subscriptions.tick(second, span);
        self.subjects.tick(second, span);
        self.trim();
    }

    /// Everything received and sent, by the second.
    pub fn rates(&self) -> &Rates {
        &self.rates
    }

    /// Remembers from now on what comes on a subject and below it, by the second, in place of what was
    /// watched before; read it by [`Subjects::timeline`]. What came before is counted from the messages
    /// that are kept, as far back as the newest million of them reach.
    pub fn watch(&mut self, prefix: &[u8]) {
        if self.subjects.timeline(prefix).is_none() {
            self.subjects.watch(prefix);
            let past = past_of_watched(&self.log, &self.rates, &self.subjects);
            self.subjects.remember(past);
        }
    }

    /// Changes which messages are shown. With another filter, what is kept is judged by
    /// [`Store::next_scan`], newest first, and hidden until it is.
    pub fn set_view(&mut self, view: View) {
        let before = std::mem::replace(&mut self.view, view);
        let View {
            subject,
            copies,
            inboxes,
            filter,
        } = &self.view;
        let refilter = before.filter != *filter;
        if (&before.subject, before.copies, before.inboxes) != (subject, *copies, *inboxes) {
            self.subjects.set_view(&self.view);
            self.update_verdicts();
        }
        if refilter {
            self.begin_filter();
        }
        self.trim();
    }

    /// Which messages are shown.
    pub fn view(&self) -> &View {
        &self.view
    }

    fn update_verdicts(&mut self) {
        let verdicts = Verdicts::new(&self.view, &self.subjects, &self.subscriptions);
        self.log.update_verdicts(&verdicts);
    }

    /// How many rows are shown, markers included.
    pub fn rows(&self) -> u64 {
        self.log.rows()
    }

    /// The row at `index`; 0 is the oldest.
    pub fn row(&self, index: u64) -> Option<Entry<'_>> {
        self.get(self.log.row(index)?)
    }

    /// When the entry of a row happened, in nanoseconds since the Unix epoch.
    pub fn row_time(&self, index: u64) -> Option<i64> {
        let (segment, record) = self.log.get(self.log.row(index)?)?;
        Some(match segment.marker(record) {
            Some(marker) => marker.at,
            None => segment.at(record),
        })
    }

    /// The row of an entry.
    ///
    /// # Errors
    /// Where it is not shown, the row of the next entry that is, or the last row.
    pub fn row_of(&self, id: MessageId) -> Result<u64, u64> {
        self.log.row_of(id)
    }

    /// The nearest message on the same subject that is shown; `None` where there is none, or where `id`
    /// is no message that is kept. `id` itself need not be shown.
    pub fn next_on_subject(&self, id: MessageId, toward: Toward) -> Option<MessageId> {
        let (_, record) = self.log.get(id)?;
        if record.is_marker() || self.subjects.kept(record.subject) < 2 {
            return None;
        }
        let same = |other: &EntryRecord| other.subject == record.subject && !other.is_marker();
        self.log.nearest(id, toward, Rows::word, same)
    }

    /// The first row that happened at this time or later, in nanoseconds since the Unix epoch; the last
    /// row where all happened before. Rows stand as they arrived: where a clock was set back, rows
    /// behind it may be earlier.
    pub fn row_at_time(&self, at: i64) -> u64 {
        let kept_to = at.saturating_sub(at.rem_euclid(1_000));
        let row = self.log.row_at_time(kept_to);
        row.unwrap_or(self.rows().saturating_sub(1))
    }

    /// The nearest hit of the search that is shown, `id` itself not counted; it need be neither a hit
    /// nor shown. What is not searched yet holds none.
    pub fn next_hit(&self, id: MessageId, toward: Toward) -> Option<MessageId> {
        self.log.nearest(id, toward, Rows::hits_word, |_| true)
    }

    /// Why a message that is kept is not shown; `None` where it is shown or not kept.
    pub fn hidden(&self, id: MessageId) -> Option<Hidden> {
        let (_, record) = self.log.get(id)?;
        if record.is_marker() || self.log.row_of(id).is_ok() {
            return None;
        }
        let verdicts = Verdicts::new(&self.view, &self.subjects, &self.subscriptions);
        Some(match verdicts.of(record) {
            Verdict::Muted => Hidden::Muted,
            Verdict::Copy => Hidden::Copy,
            Verdict::Inbox => Hidden::Inbox,
            Verdict::Filtered => Hidden::Subject,
            Verdict::Shown => Hidden::Filter,
        })
    }

    /// An entry that is kept, shown or not.
    pub fn get(&self, id: MessageId) -> Option<Entry<'_>> {
        let (segment, record) = self.log.get(id)?;
        Some(match segment.marker(record) {
            Some(marker) => Entry::Marker { id, marker },
            None => Entry::Message(self.message(id, segment, record)),
        })
    }

    fn message<'a>(
        &'a self,
        id: MessageId,
        segment: &'a Segment,
        record: &EntryRecord,
    ) -> Message<'a> {
        let bytes = &segment.bytes;
        let out = record.flags.has(EntryFlags::OUT);
        let sid = |place| self.subscriptions.at(place).sid;
        let home = self.subjects.at(record.subject).home;
        let home = self.subscriptions.is_live(home).then_some(home);
        Message {
            id,
            at: segment.at(record),
            direction: if out { Direction::Out } else { Direction::In },
            sid: sid(record.subscription),
            home: sid(home.unwrap_or(record.subscription)),
            subject: record.subject_of(bytes),
            reply: record.reply_of(bytes),
            header: record.header_of(bytes),
            payload: record.payload_of(bytes),
            missing: 0,
            is_copy: record.flags.has(EntryFlags::COPY),
            answers: self.answered(id, segment, record),
        }
    }

    /// The request that a message replies to, and its subject.
    fn answered(
        &self,
        id: MessageId,
        segment: &Segment,
        record: &EntryRecord,
    ) -> Option<(MessageId, &[u8])> {
        if !record.flags.has(EntryFlags::ANSWERS) {
            return None;
        }
        let inbox = self.subjects.hash(record.subject_of(&segment.bytes));
        let (request, _) = self.pairs.get(inbox)?;
        let subject = match &request.subject {
            Some(subject) => subject,
            None => {
                let (segment, record) = self.log.get(request.id)?;
                record.subject_of(&segment.bytes)
            }
        };
        (request.id < id).then_some((request.id, subject))
    }

    /// The messages kept, shown or not, the newest first.
    pub fn newest_messages(&self) -> impl Iterator<Item = Message<'_>> {
        let ids = self.log.ids().rev();
        ids.filter_map(|id| self.get(MessageId(id))?.message())
    }

    /// The oldest entry kept, shown or not.
    pub fn oldest(&self) -> Option<MessageId> {
        let kept = self.log.ids();
        (!kept.is_empty()).then_some(MessageId(kept.start))
    }

    /// The newest entry kept, shown or not.
    pub fn newest(&self) -> Option<MessageId> {
        let kept = self.log.ids();
        (!kept.is_empty()).then(|| MessageId(kept.end - 1))
    }

    /// How long the log is: from its oldest entry to its newest, whether they are shown or not.
    pub fn span(&self) -> Duration {
        let at = |id: Option<MessageId>| Some(self.get(id?)?.at());
        let span = at(self.newest()).zip(at(self.oldest()));
        let nanos = span.map_or(0, |(newest, oldest)| newest.saturating_sub(oldest));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
    }

    /// Where every message went.
    pub fn counters(&self) -> Counters {
        let tally = self.log.tally();
        let shown = self.log.rows() - self.log.markers();
        Counters {
            received: self.totals.received,
            sent: self.totals.sent,
            kept: tally.total(),
            evicted: self.totals.evicted,
            cleared: self.totals.cleared,
            dropped: self.totals.dropped,
            shown,
            hidden_by_mute: tally.of(Verdict::Muted),
            hidden_copies: tally.of(Verdict::Copy),
            hidden_inboxes: tally.of(Verdict::Inbox),
            hidden_by_filter: tally.of(Verdict::Filtered) + tally.of(Verdict::Shown) - shown,
            late: self.totals.late,
            markers: self.log.markers(),
            markers_gone: self.totals.markers_gone,
        }
    }

    /// The subjects seen.
    pub fn subjects(&self) -> &Subjects {
        &self.subjects
    }

    /// The subjects seen, to fold and unfold their tree.
    pub fn subjects_mut(&mut self) -> &mut Subjects {
        &mut self.subjects
    }

    /// The other leg of a request or a reply, and what became of the request. `None` for a message
    /// that is neither, or whose other leg was never seen; our own requests always have one.
    pub fn pair(&self, id: MessageId) -> Option<Pair> {
        let (segment, record) = self.log.get(id)?;
        let asked = record.reply_of(&segment.bytes).and_then(|reply| {
            let (request, _) = self.pairs.get(self.subjects.hash(reply))?;
            (request.id == id && request.has_outcome()).then(|| Pair {
                other: request.reply,
                outcome: request.outcome.clone(),
            })
        });
        asked.or_else(|| {
            self.answered(id, segment, record)?;
            let inbox = self.subjects.hash(record.subject_of(&segment.bytes));
            let (request, _) = self.pairs.get(inbox)?;
            Some(Pair {
                other: Some(request.id),
                outcome: request.outcome.clone(),
            })
        })
    }

    /// Sets the exact outcome of a request of ours, by its reply subject, before or after the request itself
    /// is appended.
    pub fn set_outcome(&mut self, inbox: &[u8], outcome: Outcome) {
        let reply = self.pairs.set_outcome(self.subjects.hash(inbox), outcome);
        if let Some(reply) = reply {
            self.rescan(reply);
        }
        self.trim();
    }

    /// Copies rows, so that they stay when they are evicted; at most [`Frozen::LIMIT`] bytes.
    pub fn snapshot(&self, rows: Range<u64>) -> Frozen {
        Frozen::copy(rows.map_while(|row| self.row(row)))
    }
}

/// The verdict on a message in a view, apart from its filter; see [`ScanKind`](super::log::ScanKind).
#[inline]
pub(super) fn verdict(
    record: &EntryRecord,
    view: &View,
    subjects: &Subjects,
    subscriptions: &Subscriptions,
) -> Verdict {
    let subject = subjects.at(record.subject);
    view.verdict(Traits {
        flags: record.flags,
        muted: subscriptions.at(record.subscription).stats.muted,
        internal: subject.internal,
        matches: subject.matches,
    })
}
