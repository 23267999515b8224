//! Subjects seen: interned, counted, and shown as a tree.

use std::ops::Range;

use super::{NodeId, TreeRow};

/// What was seen on one subject.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SubjectStats {
    /// Messages, copies not counted twice.
    pub count: u64,
    /// Bytes of their headers and payloads.
    pub bytes: u64,
    /// How many of them are in the log now, copies included.
    pub kept: u64,
    /// Messages a second, over the last [`RATE_SECONDS`](super::RATE_SECONDS) complete seconds.
    pub rate: f64,
}

/// Every subject seen, each once.
#[derive(Debug, Default)]
pub struct Subjects {}

impl Subjects {
    /// How many subjects are known.
    pub fn len(&self) -> usize {
        todo!()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was seen on one subject.
    pub fn get(&self, _subject: &[u8]) -> Option<SubjectStats> {
        todo!()
    }

    /// Every subject known, in the order of the tree: for completion.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::empty()
    }

    /// How many rows the tree has as it is folded now.
    pub fn rows(&self) -> usize {
        todo!()
    }

    /// The rows of a window on the tree, cut to those that are there.
    pub fn window(&self, _rows: Range<usize>) -> Vec<TreeRow<'_>> {
        todo!()
    }

    /// The node of a subject or of the beginning of one, by whole tokens.
    pub fn find(&self, _prefix: &[u8]) -> Option<NodeId> {
        todo!()
    }

    /// The row a node is on; `None` while a node above it is folded, or once it is forgotten.
    pub fn row_of(&self, _node: NodeId) -> Option<usize> {
        todo!()
    }

    /// Folds or unfolds a node. Tokens that begin with `_INBOX` or `$` start folded.
    pub fn fold(&mut self, _node: NodeId, _folded: bool) {
        todo!()
    }

    /// Folds what is unfolded and the other way round.
    pub fn toggle(&mut self, _node: NodeId) {
        todo!()
    }

    /// The node above, where there is one.
    pub fn parent(&self, _node: NodeId) -> Option<NodeId> {
        todo!()
    }
}
