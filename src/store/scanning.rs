//! Searching and filtering what is kept, newest first, a piece at a time.
//!
//! ```text
//! Store::search, set_view ──► nothing is looked at yet; the newest few messages are, at once
//! Store::next_scan ──► Scan ──► run, on another thread ──► Scanned ──► Store::scanned
//! Store::append ──► new messages are looked at, as far as time allows; the rest waits for a scan
//! ```
//!
//! A scan holds the segments it reads, so that evicting goes on meanwhile, and only few of them, so
//! that the budget means something. What it reads of the open segment is copied.

use std::{iter, ops::Range};

use super::{
    MessageId, Query, Store, Toward,
    log::{Bits, Layer},
    scan::{Question, Scan, Scanned, Stretch, passing},
};

/// The share of the budget that one scan may hold, and the most of it. What is evicted meanwhile is not
/// counted as long as the scan holds it: to evict more in its place would free nothing.
const SCAN_SHARE: usize = 8;
const SCAN_MOST: usize = 32 << 20;

/// How far a search or a filter has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Entries of the log looked at.
    pub done: u64,
    /// Entries in the log.
    pub total: u64,
}

impl Store {
    /// Searches for something else, or for nothing. Takes no time: the log is searched by
    /// [`Store::next_scan`], newest first, and new messages as they come.
    pub fn search(&mut self, query: Option<Query>) {
        if query == self.questions.query {
            return;
        }
        self.questions.query = query;
        self.log.forget_hits();
        self.begin(Layer::Search);
    }

    /// Filters by the view's filter from now on.
    pub(super) fn begin_filter(&mut self) {
        let filter = self.view.filter.as_ref();
        let filter = filter.filter(|filter| !filter.is_everything());
        self.questions.filter = filter.map(|filter| filter.by_subject());
        self.questions.remainders = None;
        self.log.filter(filter.is_some());
        self.subjects.forget_remainders();
        self.begin(Layer::Filter);
    }

    fn begin(&mut self, layer: Layer) {
        self.questions.begin(layer, self.log.ids().end);
        self.judge_at_once(layer, Toward::Older);
    }

    /// What is searched for.
    pub fn query(&self) -> Option<&Query> {
        self.questions.query.as_ref()
    }

    /// How many messages shown are hits, as far as the log was searched.
    pub fn hits(&self) -> u64 {
        self.log.hits()
    }

    /// How many of the hits shown are older than this entry: the number of the hit it is, from 0.
    pub fn hits_before(&self, id: MessageId) -> u64 {
        self.log.hits_before(id)
    }

    /// Whether a message is a hit, shown or not.
    pub fn is_hit(&self, id: MessageId) -> bool {
        self.log.is_hit(id)
    }

    /// How far the search has come; `None` where nothing is left to search.
    pub fn searching(&self) -> Option<Progress> {
        self.progress(Layer::Search)
    }

    /// How far the filter of the view has come; `None` where nothing is left to judge. What is not
    /// judged yet is hidden and counted in
    /// [`hidden_by_filter`](super::Counters::hidden_by_filter).
    pub fn filtering(&self) -> Option<Progress> {
        self.progress(Layer::Filter)
    }

    /// The newest entry up to which the filter of the view has judged all that is kept; `None` where
    /// older ones are left, or there is none.
    pub fn judged_until(&self) -> Option<MessageId> {
        let kept = self.log.ids();
        let judged = if self.questions.is_asked(Layer::Filter) {
            self.questions.covered(Layer::Filter, &kept)
        } else {
            kept.clone()
        };
        (judged.start == kept.start && !judged.is_empty()).then(|| MessageId(judged.end - 1))
    }

    fn progress(&self, layer: Layer) -> Option<Progress> {
        let kept = self.log.ids();
        let left = self.questions.left(layer, &kept);
        let total = kept.end - kept.start;
        let done = total - left;
        (left > 0).then_some(Progress { done, total })
    }

    /// What is to be done next, for another thread; `None` where nothing is left. It holds at most an
    /// eighth of the budget and 32 MiB, or one larger message. Ask after each [`Store::scanned`], after
    /// each batch, and after a new search or filter, while no other is under way: two would do the same.
    pub fn next_scan(&mut self) -> Option<Scan> {
        let kept = self.log.ids();
        let left = |layer| self.questions.left(layer, &kept);
        let (filter, search) = (left(Layer::Filter), left(Layer::Search));
        if filter == 0 && search == 0 {
            return None;
        }
        if self.log.seal_oversized() {
            self.trim();
        }
        // Where both have far to go they take turns, for the one behind has more left.
        self.scan(if filter >= search {
            Layer::Filter
        } else {
            Layer::Search
        })
    }

    fn scan(&mut self, layer: Layer) -> Option<Scan> {
        let forgotten = self.subjects.forgotten();
        let question = match layer {
            Layer::Filter => Question::Passes {
                filter: self.questions.take_remainders(forgotten)?,
                rtts: self.pairs.rtts().collect(),
            },
            Layer::Search => Question::Hit(self.questions.query.clone()?),
        };
        Some(Scan {
            generation: self.questions.coverage[layer as usize].generation,
            question,
            stretches: self.stretches(self.questions.covered(layer, &self.log.ids())),
            piece: self.questions.piece,
        })
    }

    /// What lies next to what was looked at: behind it, then before it.
    fn stretches(&self, covered: Range<u64>) -> Vec<Stretch> {
        let mut room = (self.budget / SCAN_SHARE).min(SCAN_MOST);
        let mut stretches = Vec::new();
        for (toward, mut id) in [(Toward::Newer, covered.end), (Toward::Older, covered.start)] {
            let least = |stretches: &Vec<Stretch>| usize::from(stretches.is_empty());
            while let Some(ids) = self.log.stretch(id, toward, room, least(&stretches)) {
                id = far_end(&ids, toward);
                let (segment, entries) = self.log.share(&ids);
                room = room.saturating_sub(segment.bytes_of(entries.clone()).len());
                stretches.push(Stretch {
                    segment,
                    entries,
                    toward,
                });
            }
        }
        stretches
    }

    /// Takes what was found; `false` where something else is asked by now.
    pub fn scanned(&mut self, scanned: Scanned) -> bool {
        let coverage = &mut self.questions.coverage[scanned.layer as usize];
        if scanned.generation != coverage.generation {
            return false;
        }
        for found in &scanned.found {
            coverage.add(&found.ids);
        }
        self.questions.learn(&scanned);
        if let Some(remainders) = scanned.remainders {
            self.questions.remainders = Some(remainders);
        }
        let found = scanned.found.iter();
        let found = found.map(|found| (found.ids.start, &found.bits));
        self.log.found(scanned.layer, found);
        self.trim();
        true
    }

    /// Looks at what was appended, as far as time allows.
    pub(super) fn judge_new(&mut self) {
        self.judge_at_once(Layer::Filter, Toward::Newer);
        self.judge_at_once(Layer::Search, Toward::Newer);
    }

    fn judge_at_once(&mut self, layer: Layer, toward: Toward) {
        if !self.questions.is_asked(layer) {
            return;
        }
        let kept = self.log.ids();
        let covered = self.questions.covered(layer, &kept);
        let mut id = match toward {
            Toward::Older => covered.start,
            Toward::Newer => covered.end,
        };
        let mut room = self.questions.at_once(layer);
        while let Some(ids) = self.log.stretch(id, toward, room, 0) {
            let Some((bits, bytes)) = self.judge(layer, &ids) else {
                return;
            };
            id = far_end(&ids, toward);
            room = room.saturating_sub(bytes);
            self.questions.coverage[layer as usize].add(&ids);
            self.log.found(layer, iter::once((ids.start, &bits)));
        }
    }

    /// Looks at entries of one segment: which are found, and how many bytes that took.
    fn judge(&mut self, layer: Layer, ids: &Range<u64>) -> Option<(Bits, usize)> {
        let Store {
            log,
            pairs,
            subjects,
            questions,
            ..
        } = self;
        let (segment, entries) = log.entries(ids);
        let bytes = segment.bytes_of(entries.clone()).len();
        let bits = match layer {
            Layer::Search => questions.query.as_ref()?.hits(segment, entries, false),
            Layer::Filter => {
                let filter = questions.filter.as_mut()?;
                let seed = subjects.seed();
                let rtt = |id, subject: &[u8]| pairs.rtt(seed.hash(subject), id);
                passing(segment, entries, false, rtt, |number, message| {
                    subjects.pass(number, filter, message)
                })
            }
        };
        Some((bits, bytes))
    }

    /// Looks again at a reply whose time from its request is told more exactly than before.
    pub(super) fn judge_again(&mut self, id: MessageId) {
        let covered = self.questions.covered(Layer::Filter, &self.log.ids());
        if !covered.contains(&id.0) {
            return;
        }
        if let Some((bits, _)) = self.judge(Layer::Filter, &(id.0..id.0 + 1)) {
            self.log.pass(id, bits.has(0));
        }
    }
}

fn far_end(ids: &Range<u64>, toward: Toward) -> u64 {
    match toward {
        Toward::Older => ids.start,
        Toward::Newer => ids.end,
    }
}
