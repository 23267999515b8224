//! Subjects as a tree of tokens, flattened to the rows of a pane.

/// Names a node of the tree for as long as the node is there; keep the prefix to find it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub(super) u32);

/// One visible row of the tree. Siblings are in the order of their bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeRow<'a> {
    /// Which node; for [`Subjects::toggle`](super::Subjects::toggle).
    pub node: NodeId,
    /// How many tokens stand before it: 0 for the first token of a subject.
    pub depth: usize,
    /// Its own token.
    pub token: &'a [u8],
    /// All tokens up to its own, with dots.
    pub prefix: Vec<u8>,
    /// Whether messages came on exactly `prefix`.
    pub is_subject: bool,
    /// Whether longer subjects were seen.
    pub has_children: bool,
    /// Whether its children are folded away.
    pub folded: bool,
    /// Messages on it and below, forgotten subjects included.
    pub count: u64,
    /// Bytes of their headers and payloads.
    pub bytes: u64,
    /// Messages a second on it and below, as of the last tick.
    pub rate: f64,
}
