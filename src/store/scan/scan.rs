//! A piece of searching or filtering, for another thread.

use std::{ops::Range, sync::Arc};

use super::{passing::Remainders, passing::passing};
use crate::store::{
    MessageId, Query, Toward,
    log::{Bits, ScanKind, Segment},
};

/// A piece of searching or filtering, to be done on another thread: nothing it reads changes, and no
/// lock is held.
#[derive(Debug)]
pub struct Scan {
    pub(in crate::store) generation: u64,
    pub(in crate::store) question: ScanTask,
    pub(in crate::store) stretches: Vec<ScanRange>,
    /// How many bytes are read before `enough` is called again.
    pub(in crate::store) piece: usize,
}

/// What to find.
#[derive(Debug)]
pub(in crate::store) enum ScanTask {
    /// Messages that pass the filter.
    Passes {
        filter: Remainders,
        /// Round trip times of replies, in nanoseconds; sorted before use.
        rtts: Vec<(MessageId, i64)>,
    },
    /// Hits of the search.
    Hit(Query),
}

/// Entries of one segment, to be scanned in this direction.
#[derive(Debug)]
pub(in crate::store) struct ScanRange {
    pub segment: Arc<Segment>,
    pub entries: Range<usize>,
    pub toward: Toward,
}

/// What a [`Scan`] found: for [`Store::scanned`](crate::store::Store::scanned).
#[derive(Debug)]
pub struct Scanned {
    pub(in crate::store) generation: u64,
    pub(in crate::store) kind: ScanKind,
    pub(in crate::store) found: Vec<FoundEntries>,
    /// How many bytes were looked at, and whether it was enough before the end.
    pub(in crate::store) looked_at: usize,
    pub(in crate::store) stopped: bool,
    /// For the next scan.
    pub(in crate::store) remainders: Option<Remainders>,
}

/// Which of the entries with these ids were found, the first of them being 0.
#[derive(Debug)]
pub(in crate::store) struct FoundEntries {
    pub ids: Range<u64>,
    pub bits: Bits,
}

impl Scan {
    /// Runs the scan until `enough`, which is called after every 256 KiB or one larger message. With a time
    /// limit of a few milliseconds in `enough`, results come to the screen piece by piece, and a new search
    /// need not wait for an old one. The store also learns from the result how much it may scan on the thread
    /// that draws.
    pub fn run(mut self, mut enough: impl FnMut() -> bool) -> Scanned {
        if let ScanTask::Passes { rtts, .. } = &mut self.question {
            rtts.sort_unstable();
        }
        let mut found = Vec::with_capacity(self.stretches.len());
        let (mut looked_at, mut stopped) = (0, false);
        let pieces = self.stretches.iter().flat_map(|it| it.pieces(self.piece));
        let mut pieces = pieces.peekable();
        while let Some((segment, entries)) = pieces.next() {
            found.push(FoundEntries {
                ids: segment.ids(&entries),
                bits: self.question.ask(segment, entries.clone()),
            });
            looked_at += segment.bytes_of(entries).len();
            stopped = enough() && pieces.peek().is_some();
            if stopped {
                break;
            }
        }
        let (kind, remainders) = match self.question {
            ScanTask::Passes { filter, .. } => (ScanKind::Filter, Some(filter)),
            ScanTask::Hit(_) => (ScanKind::Search, None),
        };
        Scanned {
            generation: self.generation,
            kind,
            found,
            looked_at,
            stopped,
            remainders,
        }
    }
}

impl ScanTask {
    /// Which of these entries are found.
    fn ask(&mut self, segment: &Segment, entries: Range<usize>) -> Bits {
        match self {
            ScanTask::Hit(query) => query.hits(segment, entries, true),
            ScanTask::Passes { filter, rtts } => {
                let rtt = |id, _: &[u8]| {
                    let index = rtts.binary_search_by_key(&id, |(reply, _)| *reply).ok()?;
                    Some(rtts[index].1)
                };
                passing(segment, entries, true, rtt, |number, message| {
                    filter.pass(number, message)
                })
            }
        }
    }
}

impl ScanRange {
    /// Its entries in pieces of at most `bytes`, or of one larger message.
    fn pieces(&self, bytes: usize) -> impl Iterator<Item = (&Segment, Range<usize>)> {
        let mut left = self.entries.clone();
        std::iter::from_fn(move || {
            let piece = self.segment.next_of(left.clone(), self.toward, bytes, 1);
            match self.toward {
                Toward::Newer => left.start = piece.end,
                Toward::Older => left.end = piece.start,
            }
            (!piece.is_empty()).then_some((&*self.segment, piece))
        })
    }
}
