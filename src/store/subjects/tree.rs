//! Subjects as a tree of tokens, flattened to the rows of a pane.

use std::ops::Range;

use super::{
    allocation::{ALLOCATION, reserve_gently},
    siblings::{ChildInfo, ChildPosition, Siblings},
};
use crate::store::{Rate, scan::is_internal};

/// Names a node of the tree for as long as the node is there; keep the prefix to find it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub(in crate::store) u32);

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
    /// How much comes in on it and below, as of the last tick.
    pub rate: Rate,
}

/// Deeper tokens stay together in the last one: a subject may have thousands.
const MAX_DEPTH: usize = 32;

/// The node above all first tokens.
const ROOT: u32 = 0;

/// The parent of a node that is not there any more.
const REMOVED: u32 = u32::MAX;

/// The tree. Counts and rates of a node hold everything below it.
#[derive(Debug)]
pub(in crate::store) struct Tree {
    nodes: Vec<TreeNode>,
    free: Vec<u32>,
    /// Bytes of the tokens, and of who stands below whom.
    owned: usize,
    /// Which tick the rates belong to.
    tick: u64,
}

#[derive(Debug)]
struct TreeNode {
    token: Box<[u8]>,
    parent: u32,
    children: Siblings,
    /// The interned subject that ends here.
    subject: Option<u32>,
    folded: bool,
    /// How many rows its children and what is unfolded below them have, whether folded itself or not.
    below: usize,
    count: u64,
    bytes: u64,
    rate: Rate,
    rated: u64,
}

impl Tree {
    pub fn new() -> Tree {
        Tree {
            nodes: vec![TreeNode::new(b"", ROOT)],
            free: Vec::new(),
            owned: 0,
            tick: 0,
        }
    }

    /// The node of a subject that is now known under a number.
    pub fn insert(&mut self, subject: &[u8], number: u32) -> u32 {
        let mut node = ROOT;
        let mut rest = tokens(subject);
        while let Some(token) = rest.next() {
            match self.child(node, token) {
                Ok((_, child)) => node = child,
                Err(place) => {
                    node = self.add_branch(node, place, token, rest);
                    break;
                }
            }
        }
        self.nodes[node as usize].subject = Some(number);
        node
    }

    /// A child by its token, or the place where it would stand.
    fn child(&self, node: u32, token: &[u8]) -> Result<(ChildPosition, u32), ChildPosition> {
        let children = &self.nodes[node as usize].children;
        children.find(token, |child| self.child_info(child))
    }

    fn child_info(&self, node: u32) -> ChildInfo<'_> {
        ChildInfo {
            token: &self.nodes[node as usize].token,
            rows_of_subtree: self.rows_of_subtree(node),
        }
    }

    /// Adds a child, and the others below it one by one; gives the last.
    fn add_branch<'a>(
        &mut self,
        parent: u32,
        place: ChildPosition,
        token: &[u8],
        below: impl Iterator<Item = &'a [u8]>,
    ) -> u32 {
        let top = self.add(parent, token);
        let mut last = top;
        for token in below {
            let node = self.add(last, token);
            self.nodes[last as usize].children = Siblings::One(node);
            last = node;
        }
        let mut at = last;
        for rows in 1.. {
            if at == top {
                break;
            }
            at = self.nodes[at as usize].parent;
            self.nodes[at as usize].below = rows;
        }
        let chunk = self.change_children(parent, |siblings, tree| {
            siblings.insert(place, top, |node| tree.child_info(node))
        });
        self.add_rows_above(top, chunk, self.rows_of_subtree(top) as isize);
        last
    }

    fn add(&mut self, parent: u32, token: &[u8]) -> u32 {
        self.owned += token.len() + ALLOCATION;
        let node = TreeNode::new(token, parent);
        match self.free.pop() {
            Some(id) => {
                self.nodes[id as usize] = node;
                id
            }
            None => {
                reserve_gently(&mut self.nodes);
                self.nodes.push(node);
                (self.nodes.len() - 1) as u32
            }
        }
    }

    fn change_children<T>(
        &mut self,
        node: u32,
        change: impl FnOnce(&mut Siblings, &Tree) -> T,
    ) -> T {
        let mut children = std::mem::take(&mut self.nodes[node as usize].children);
        self.owned -= children.memory();
        let changed = change(&mut children, self);
        self.owned += children.memory();
        self.nodes[node as usize].children = children;
        changed
    }

    /// Tells the nodes above, as far as that can be seen, that a node has so many rows more, or less;
    /// `chunk` is where it stands among its siblings.
    fn add_rows_above(&mut self, node: u32, mut chunk: usize, by: isize) {
        let mut at = self.nodes[node as usize].parent;
        loop {
            let here = &mut self.nodes[at as usize];
            here.children.add_rows(chunk, by);
            here.below = here.below.wrapping_add_signed(by);
            if at == ROOT || here.folded {
                return;
            }
            let here = &self.nodes[at as usize];
            let siblings = &self.nodes[here.parent as usize].children;
            chunk = siblings.chunk_of(&here.token, |node| self.child_info(node));
            at = here.parent;
        }
    }

    /// Forgets the subject that ends at a node. Its totals stay counted in the nodes above.
    pub fn remove(&mut self, node: u32) {
        self.nodes[node as usize].subject = None;
        let mut at = node;
        while let Some((parent, place)) = self.place_of(at) {
            let here = &self.nodes[at as usize];
            if here.subject.is_some() || !here.children.is_empty() {
                return;
            }
            self.owned -= here.token.len() + ALLOCATION;
            self.add_rows_above(at, place.chunk, -1);
            self.change_children(parent, |siblings, _| siblings.remove(place));
            self.nodes[at as usize] = TreeNode::new(b"", REMOVED);
            self.free.push(at);
            at = parent;
        }
    }

    /// The node above, and the place among its children; `None` for the root, and for a node that is not
    /// there any more.
    fn place_of(&self, node: u32) -> Option<(u32, ChildPosition)> {
        let parent = self.parent_of(node)?;
        let (place, _) = self.child(parent, &self.nodes[node as usize].token).ok()?;
        Some((parent, place))
    }

    /// Counts messages at a node and everywhere above.
    pub fn count(&mut self, node: u32, count: u64, bytes: u64) {
        let mut at = node;
        loop {
            let node = &mut self.nodes[at as usize];
            node.count += count;
            node.bytes += bytes;
            if at == ROOT {
                return;
            }
            at = node.parent;
        }
    }

    /// Sets all rates to zero.
    pub fn begin_rates(&mut self) {
        self.tick += 1;
    }

    /// Adds to the rate of a node and everything above.
    pub fn rate(&mut self, node: u32, rate: Rate) {
        let mut at = node;
        loop {
            let node = &mut self.nodes[at as usize];
            if node.rated != self.tick {
                node.rated = self.tick;
                node.rate = Rate::default();
            }
            node.rate.add(rate);
            if at == ROOT {
                return;
            }
            at = node.parent;
        }
    }

    /// The rate of a node and of everything below it.
    pub fn rate_of(&self, node: u32) -> Rate {
        let node = &self.nodes[node as usize];
        if node.rated == self.tick {
            node.rate
        } else {
            Rate::default()
        }
    }

    /// How many rows there are as it is folded now.
    pub fn rows(&self) -> usize {
        self.nodes[ROOT as usize].below
    }

    /// The rows of a window, cut to those that are there.
    pub fn window(&self, rows: Range<usize>) -> Vec<TreeRow<'_>> {
        let wanted = rows.end.min(self.rows()).saturating_sub(rows.start);
        let mut window = TreeWalk {
            tree: self,
            skip: rows.start,
            wanted,
            rows: Vec::with_capacity(wanted),
        };
        window.walk(ROOT, 0, &mut Vec::new());
        window.rows
    }

    /// The node that whole tokens lead to.
    pub fn find(&self, prefix: &[u8]) -> Option<u32> {
        tokens(prefix).try_fold(ROOT, |node, token| {
            let (_, child) = self.child(node, token).ok()?;
            Some(child)
        })
    }

    /// The row a node is on.
    pub fn row_of(&self, node: NodeId) -> Option<usize> {
        let mut at = node.0;
        let mut row = 0;
        while at != ROOT {
            let (parent, place) = self.place_of(at)?;
            let above = &self.nodes[parent as usize];
            if above.folded {
                return None;
            }
            row += above
                .children
                .rows_before(place, |node| self.child_info(node));
            row += usize::from(parent != ROOT);
            at = parent;
        }
        (node.0 != ROOT).then_some(row)
    }

    /// How many rows a node and what is unfolded below it have.
    fn rows_of_subtree(&self, node: u32) -> usize {
        let node = &self.nodes[node as usize];
        if node.folded { 1 } else { 1 + node.below }
    }

    /// The node above; `None` for a node that is not there any more.
    fn parent_of(&self, node: u32) -> Option<u32> {
        let parent = self.nodes.get(node as usize)?.parent;
        (node != ROOT && parent != REMOVED).then_some(parent)
    }

    /// The node above, where it has a row.
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.parent_of(node.0)
            .filter(|parent| *parent != ROOT)
            .map(NodeId)
    }

    /// Whether a node's children are folded away; `None` where it is not there.
    pub fn is_folded(&self, node: NodeId) -> Option<bool> {
        self.parent_of(node.0)?;
        Some(self.nodes[node.0 as usize].folded)
    }

    /// Folds or unfolds a node that has children.
    pub fn fold(&mut self, node: NodeId, folded: bool) {
        let Some((_, place)) = self.place_of(node.0) else {
            return;
        };
        let here = &mut self.nodes[node.0 as usize];
        if here.folded == folded || here.children.is_empty() {
            return;
        }
        here.folded = folded;
        let below = here.below as isize;
        self.add_rows_above(node.0, place.chunk, if folded { -below } else { below });
    }

    /// The subjects known, in the order of the rows.
    pub fn subjects(&self) -> impl Iterator<Item = u32> {
        let mut stack = vec![ROOT];
        std::iter::from_fn(move || {
            loop {
                let node = &self.nodes[stack.pop()? as usize];
                let waiting = stack.len();
                stack.extend(node.children.from(ChildPosition::default()));
                stack[waiting..].reverse();
                if node.subject.is_some() {
                    return node.subject;
                }
            }
        })
    }

    /// What it occupies, in bytes.
    pub fn memory(&self) -> usize {
        self.nodes.capacity() * size_of::<TreeNode>()
            + self.free.capacity() * size_of::<u32>()
            + self.owned
    }

    /// As [`Tree::memory`], without the places of nodes that are gone.
    pub fn memory_in_use(&self) -> usize {
        (self.nodes.len() - self.free.len()) * size_of::<TreeNode>() + self.owned
    }
}

impl TreeNode {
    fn new(token: &[u8], parent: u32) -> TreeNode {
        TreeNode {
            token: token.into(),
            parent,
            children: Siblings::None,
            subject: None,
            folded: parent == ROOT && is_internal(token),
            below: 0,
            count: 0,
            bytes: 0,
            rate: Rate::default(),
            rated: 0,
        }
    }
}

/// The tokens of a subject, those too deep in one piece.
fn tokens(subject: &[u8]) -> impl Iterator<Item = &[u8]> {
    subject.splitn(MAX_DEPTH, |byte| *byte == b'.')
}

/// A walk over the tree that steps over what lies before the window.
struct TreeWalk<'a> {
    tree: &'a Tree,
    skip: usize,
    wanted: usize,
    rows: Vec<TreeRow<'a>>,
}

impl<'a> TreeWalk<'a> {
    fn walk(&mut self, above: u32, depth: usize, prefix: &mut Vec<u8>) {
        let tree = self.tree;
        let children = &tree.nodes[above as usize].children;
        let first = children.at_row(&mut self.skip, |child| tree.child_info(child));
        for child in children.from(first) {
            if self.rows.len() == self.wanted {
                return;
            }
            let len = prefix.len();
            if depth > 0 {
                prefix.push(b'.');
            }
            prefix.extend_from_slice(&tree.nodes[child as usize].token);
            if self.skip == 0 {
                self.rows.push(tree.row(child, depth, prefix.clone()));
            } else {
                self.skip -= 1;
            }
            if tree.rows_of_subtree(child) > 1 {
                self.walk(child, depth + 1, prefix);
            }
            prefix.truncate(len);
        }
    }
}

impl Tree {
    fn row(&self, id: u32, depth: usize, prefix: Vec<u8>) -> TreeRow<'_> {
        let node = &self.nodes[id as usize];
        TreeRow {
            node: NodeId(id),
            depth,
            token: &node.token,
            prefix,
            is_subject: node.subject.is_some(),
            has_children: !node.children.is_empty(),
            folded: node.folded && !node.children.is_empty(),
            count: node.count,
            bytes: node.bytes,
            rate: self.rate_of(id),
        }
    }
}
