//! What is asked of every message kept.

use std::ops::Range;

use super::{coverage::Coverage, passing::Remainders};
use crate::filter::BySubject;
use crate::store::{Query, Scanned, log::Layer};

/// How many bytes of messages are looked at where a frame waits: some tenths of a millisecond for all
/// filters but some regular expressions, which take a hundred times as long.
const AT_ONCE: usize = 32 << 10;
/// What part of that a scan does in its time may be done where a frame waits.
const SHARE: usize = 16;
/// How far a scan is believed to come in its time while a regular expression was not tried yet.
const UNTRIED: usize = 32 << 10;
/// How many bytes a scan looks at before it asks whether that is enough.
const PIECE: usize = 256 << 10;

/// What is asked of every message kept, and how far that has come.
#[derive(Debug)]
pub(in crate::store) struct Questions {
    pub filter: Option<BySubject>,
    pub query: Option<Query>,
    pub coverage: [Coverage; 2],
    /// What the last scan worked out, for the next.
    pub remainders: Option<Remainders>,
    /// How many bytes scans look at in their time, as far as that is known.
    paces: [usize; 2],
    /// [`AT_ONCE`]; less in tests.
    pub at_once: usize,
    /// [`PIECE`]; less in tests.
    pub piece: usize,
}

impl Default for Questions {
    fn default() -> Questions {
        Questions {
            filter: None,
            query: None,
            coverage: Default::default(),
            remainders: None,
            paces: [usize::MAX; 2],
            at_once: AT_ONCE,
            piece: PIECE,
        }
    }
}

impl Questions {
    pub fn is_asked(&self, layer: Layer) -> bool {
        match layer {
            Layer::Filter => self.filter.is_some(),
            Layer::Search => self.query.is_some(),
        }
    }

    /// Begins to ask something else; `next` is the id behind the newest.
    pub fn begin(&mut self, layer: Layer, next: u64) {
        self.coverage[layer as usize].begin(next);
        let untried = match layer {
            Layer::Filter => self.filter.as_ref().is_some_and(BySubject::has_regex),
            Layer::Search => self.query.as_ref().is_some_and(Query::is_regex),
        };
        self.paces[layer as usize] = if untried { UNTRIED } else { usize::MAX };
    }

    /// How many bytes may be looked at where a frame waits.
    pub fn at_once(&self, layer: Layer) -> usize {
        self.at_once.min(self.paces[layer as usize] / SHARE)
    }

    /// Learns from a scan how fast messages are looked at.
    pub fn learn(&mut self, scanned: &Scanned) {
        let pace = &mut self.paces[scanned.layer as usize];
        *pace = match scanned.stopped {
            true => scanned.looked_at,
            false => scanned.looked_at.max(*pace),
        };
    }

    /// What was looked at of the ids that are kept.
    pub fn covered(&self, layer: Layer, kept: &Range<u64>) -> Range<u64> {
        self.coverage[layer as usize].of(kept)
    }

    /// What the filter leaves to ask of each subject, as far as it is known.
    pub fn take_remainders(&mut self, forgotten: u64) -> Option<Remainders> {
        let known = self.remainders.take();
        let known = known.filter(|known| known.forgotten == forgotten);
        known.or_else(|| Some(Remainders::new(self.filter.clone()?, forgotten)))
    }

    /// What is remembered between scans, in bytes.
    pub fn memory(&self) -> usize {
        self.remainders.as_ref().map_or(0, Remainders::memory)
    }

    pub fn left(&self, layer: Layer, kept: &Range<u64>) -> u64 {
        if self.is_asked(layer) {
            self.coverage[layer as usize].left(kept)
        } else {
            0
        }
    }
}
