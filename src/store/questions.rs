//! What is asked of every message kept.

use std::ops::Range;

use super::{Query, coverage::Coverage, passing::Remainders, rows::Layer};
use crate::filter::BySubject;

/// How many bytes of messages are looked at where a frame waits: some tenths of a millisecond for the
/// slowest of filters.
const AT_ONCE: usize = 32 << 10;

/// What is asked of every message kept, and how far that has come.
#[derive(Debug)]
pub(super) struct Questions {
    pub filter: Option<BySubject>,
    pub query: Option<Query>,
    pub coverage: [Coverage; 2],
    /// What the last scan worked out, for the next.
    pub remainders: Option<Remainders>,
    /// [`AT_ONCE`]; less in tests.
    pub at_once: usize,
}

impl Default for Questions {
    fn default() -> Questions {
        Questions {
            filter: None,
            query: None,
            coverage: Default::default(),
            remainders: None,
            at_once: AT_ONCE,
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
