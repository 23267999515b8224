//! A piece of searching or filtering, done on another thread.

use std::{ops::Range, sync::Arc};

use super::{passing::Remainders, passing::passing};
use crate::store::{
    MessageId, Query, Toward,
    log::{Bits, Layer, Segment},
};

/// A piece of searching or filtering, to be done on another thread: nothing it reads changes, and no
/// lock is held.
#[derive(Debug)]
pub struct Scan {
    pub(in crate::store) generation: u64,
    pub(in crate::store) question: Question,
    pub(in crate::store) stretches: Vec<Stretch>,
    /// How many bytes are looked at between two questions whether it is enough.
    pub(in crate::store) piece: usize,
}

/// What is asked of each message.
#[derive(Debug)]
pub(in crate::store) enum Question {
    /// Whether it passes the filter.
    Passes {
        filter: Remainders,
        /// How long replies took, in nanoseconds; sorted before they are asked for.
        rtts: Vec<(MessageId, i64)>,
    },
    /// Whether it is a hit.
    Hit(Query),
}

/// Entries of one segment, to be looked at in this direction.
#[derive(Debug)]
pub(in crate::store) struct Stretch {
    pub segment: Arc<Segment>,
    pub entries: Range<usize>,
    pub toward: Toward,
}

/// What a [`Scan`] found: for [`Store::scanned`](super::Store::scanned).
#[derive(Debug)]
pub struct Scanned {
    pub(in crate::store) generation: u64,
    pub(in crate::store) layer: Layer,
    pub(in crate::store) found: Vec<Found>,
    /// How many bytes were looked at, and whether it was enough before the end.
    pub(in crate::store) looked_at: usize,
    pub(in crate::store) stopped: bool,
    /// For the next scan.
    pub(in crate::store) remainders: Option<Remainders>,
}

/// Which of the entries with these ids were found, the first of them being 0.
#[derive(Debug)]
pub(in crate::store) struct Found {
    pub ids: Range<u64>,
    pub bits: Bits,
}

impl Scan {
    /// Does it, or the newest part of it: `enough` is asked after every 256 KiB, or one larger message.
    /// With a clock in `enough`, a few milliseconds at a time, what is found comes to the screen piece by
    /// piece, and a new search waits for no old one. How far it came in this time tells the store how
    /// much it may look at where a frame waits.
    pub fn run(mut self, mut enough: impl FnMut() -> bool) -> Scanned {
        if let Question::Passes { rtts, .. } = &mut self.question {
            rtts.sort_unstable();
        }
        let mut found = Vec::with_capacity(self.stretches.len());
        let (mut looked_at, mut stopped) = (0, false);
        let pieces = self.stretches.iter().flat_map(|it| it.pieces(self.piece));
        let mut pieces = pieces.peekable();
        while let Some((segment, entries)) = pieces.next() {
            found.push(Found {
                ids: segment.ids(&entries),
                bits: self.question.ask(segment, entries.clone()),
            });
            looked_at += segment.bytes_of(entries).len();
            stopped = enough() && pieces.peek().is_some();
            if stopped {
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
            looked_at,
            stopped,
            remainders,
        }
    }
}

impl Question {
    /// Which of these entries are found.
    fn ask(&mut self, segment: &Segment, entries: Range<usize>) -> Bits {
        match self {
            Question::Hit(query) => query.hits(segment, entries, true),
            Question::Passes { filter, rtts } => {
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

impl Stretch {
    /// Its entries in pieces of so many bytes, or of one larger message.
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
