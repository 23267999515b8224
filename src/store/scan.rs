//! A piece of searching or filtering, done on another thread.

use std::{ops::Range, sync::Arc};

use super::{
    MessageId, Query, bits::Bits, passing::Remainders, passing::passing, rows::Layer,
    segment::Segment,
};

/// A piece of searching or filtering, to be done on another thread: nothing it reads changes, and no
/// lock is held.
#[derive(Debug)]
pub struct Scan {
    pub(super) generation: u64,
    pub(super) question: Question,
    pub(super) stretches: Vec<Stretch>,
}

/// What is asked of each message.
#[derive(Debug)]
pub(super) enum Question {
    /// Whether it passes the filter.
    Passes {
        filter: Remainders,
        /// How long replies took, in nanoseconds; sorted before they are asked for.
        rtts: Vec<(MessageId, i64)>,
    },
    /// Whether it is a hit.
    Hit(Query),
}

/// Entries of one segment.
#[derive(Debug)]
pub(super) struct Stretch {
    pub segment: Arc<Segment>,
    pub entries: Range<usize>,
}

/// What a [`Scan`] found: for [`Store::scanned`](super::Store::scanned).
#[derive(Debug)]
pub struct Scanned {
    pub(super) generation: u64,
    pub(super) layer: Layer,
    pub(super) found: Vec<Found>,
    /// For the next scan.
    pub(super) remainders: Option<Remainders>,
}

/// Which of the entries with these ids were found, the first of them being 0.
#[derive(Debug)]
pub(super) struct Found {
    pub ids: Range<u64>,
    pub bits: Bits,
}

impl Scan {
    /// Does it, or the newest part of it: `enough` is asked after each segment (1 MiB, or one larger
    /// message). With a clock in `enough`, a few milliseconds at a time, what is found comes to the
    /// screen piece by piece, and a new search waits for no old one.
    pub fn run(mut self, mut enough: impl FnMut() -> bool) -> Scanned {
        if let Question::Passes { rtts, .. } = &mut self.question {
            rtts.sort_unstable();
        }
        let mut found = Vec::with_capacity(self.stretches.len());
        for stretch in &self.stretches {
            found.push(Found {
                ids: stretch.ids(),
                bits: self.question.ask(stretch),
            });
            if enough() {
                break;
            }
        }
        let (layer, remainders) = match self.question {
            Question::Passes { filter, .. } => (Layer::Filter, Some(filter)),
            Question::Hit(_) => (Layer::Search, None),
        };
        Scanned {
            generation: self.generation,
            layer,
            found,
            remainders,
        }
    }
}

impl Question {
    /// Which entries of a stretch are found.
    fn ask(&mut self, of: &Stretch) -> Bits {
        let (segment, entries) = (&of.segment, of.entries.clone());
        match self {
            Question::Hit(query) => query.hits(segment, entries),
            Question::Passes { filter, rtts } => {
                let rtt = |id, _: &[u8]| {
                    let index = rtts.binary_search_by_key(&id, |(reply, _)| *reply).ok()?;
                    Some(rtts[index].1)
                };
                passing(segment, entries, rtt, |number, message| {
                    filter.pass(number, message)
                })
            }
        }
    }
}

impl Stretch {
    fn ids(&self) -> Range<u64> {
        let id = |index: usize| self.segment.id(index).0;
        id(self.entries.start)..id(self.entries.end)
    }
}
