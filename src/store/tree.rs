//! Subjects as a tree of tokens, flattened to the rows of a pane.

use std::{collections::BTreeMap, ops::Range};

use super::{Rate, view::is_internal};

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
    /// How much comes in on it and below, as of the last tick.
    pub rate: Rate,
}

/// Deeper tokens stay together in the last one: a subject may have thousands.
const DEPTH: usize = 32;

/// The node above all first tokens.
const ROOT: u32 = 0;

/// The parent of a node that is not there any more.
const GONE: u32 = u32::MAX;

/// What a child costs besides its node: its token twice over, and its share of a map, in bytes.
const CHILD: usize = 64;

/// The tree. Counts and rates of a node hold everything below it.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    free: Vec<u32>,
    /// Bytes of the tokens.
    tokens: usize,
    /// Which tick the rates belong to.
    tick: u64,
}

#[derive(Debug)]
struct Node {
    parent: u32,
    children: BTreeMap<Box<[u8]>, u32>,
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
            nodes: vec![Node::new(ROOT, false)],
            free: Vec::new(),
            tokens: 0,
            tick: 0,
        }
    }

    /// The node of a subject that is now known under a number.
    pub fn insert(&mut self, subject: &[u8], number: u32) -> u32 {
        let mut node = ROOT;
        for token in tokens(subject) {
            node = match self.nodes[node as usize].children.get(token) {
                Some(child) => *child,
                None => self.grow(node, token),
            };
        }
        self.nodes[node as usize].subject = Some(number);
        node
    }

    fn grow(&mut self, parent: u32, token: &[u8]) -> u32 {
        let node = Node::new(parent, parent == ROOT && is_internal(token));
        let id = match self.free.pop() {
            Some(id) => {
                self.nodes[id as usize] = node;
                id
            }
            None => {
                super::subjects::reserve_gently(&mut self.nodes);
                self.nodes.push(node);
                (self.nodes.len() - 1) as u32
            }
        };
        self.tokens += token.len() + CHILD;
        self.nodes[parent as usize]
            .children
            .insert(token.into(), id);
        self.change_rows(parent, |below| below + 1);
        id
    }

    /// Changes how many rows are below a node, and above it as far as that can be seen.
    fn change_rows(&mut self, node: u32, change: impl Fn(usize) -> usize) {
        let mut at = node;
        loop {
            let node = &mut self.nodes[at as usize];
            node.below = change(node.below);
            if at == ROOT || node.folded {
                return;
            }
            at = node.parent;
        }
    }

    /// Forgets the subject that ends at a node. Its totals stay counted in the nodes above.
    pub fn remove(&mut self, node: u32, subject: &[u8]) {
        self.nodes[node as usize].subject = None;
        let mut path: Vec<&[u8]> = tokens(subject).collect();
        let mut at = node;
        while let Some(token) = path.pop() {
            let here = &self.nodes[at as usize];
            if here.subject.is_some() || !here.children.is_empty() {
                return;
            }
            let parent = here.parent;
            self.nodes[parent as usize].children.remove(token);
            self.tokens -= token.len() + CHILD;
            self.change_rows(parent, |below| below - 1);
            self.nodes[at as usize].parent = GONE;
            self.free.push(at);
            at = parent;
        }
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
        let mut window = Window {
            tree: self,
            skip: rows.start,
            wanted,
            rows: Vec::with_capacity(wanted),
        };
        window.walk(ROOT, 0, &[]);
        window.rows
    }

    /// The node that whole tokens lead to.
    pub fn find(&self, prefix: &[u8]) -> Option<u32> {
        tokens(prefix).try_fold(ROOT, |node, token| {
            self.nodes[node as usize].children.get(token).copied()
        })
    }

    /// The row a node is on.
    pub fn row_of(&self, node: NodeId) -> Option<usize> {
        let mut at = node.0;
        let mut row = 0;
        while at != ROOT {
            let parent = self.parent_of(at)?;
            let above = &self.nodes[parent as usize];
            if above.folded {
                return None;
            }
            let before = above.children.values().take_while(|child| **child != at);
            row += before.map(|child| self.height(*child)).sum::<usize>();
            row += usize::from(parent != ROOT);
            at = parent;
        }
        (node.0 != ROOT).then_some(row)
    }

    /// How many rows a node and what is unfolded below it have.
    fn height(&self, node: u32) -> usize {
        let node = &self.nodes[node as usize];
        if node.folded { 1 } else { 1 + node.below }
    }

    /// The node above; `None` for a node that is not there any more.
    fn parent_of(&self, node: u32) -> Option<u32> {
        let parent = self.nodes.get(node as usize)?.parent;
        (node != ROOT && parent != GONE).then_some(parent)
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
        let Some(parent) = self.parent_of(node.0) else {
            return;
        };
        let here = &mut self.nodes[node.0 as usize];
        if here.folded == folded || here.children.is_empty() {
            return;
        }
        here.folded = folded;
        let below = here.below;
        self.change_rows(
            parent,
            |rows| if folded { rows - below } else { rows + below },
        );
    }

    /// The subjects known, in the order of the rows.
    pub fn subjects(&self) -> impl Iterator<Item = u32> {
        let mut stack = vec![ROOT];
        std::iter::from_fn(move || {
            loop {
                let node = &self.nodes[stack.pop()? as usize];
                stack.extend(node.children.values().rev());
                if node.subject.is_some() {
                    return node.subject;
                }
            }
        })
    }

    /// What it occupies, in bytes.
    pub fn memory(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
            + self.free.capacity() * size_of::<u32>()
            + self.tokens
    }

    /// As [`Tree::memory`], without the places of nodes that are gone.
    pub fn memory_in_use(&self) -> usize {
        (self.nodes.len() - self.free.len()) * size_of::<Node>() + self.tokens
    }
}

impl Node {
    fn new(parent: u32, folded: bool) -> Node {
        Node {
            parent,
            children: BTreeMap::new(),
            subject: None,
            folded,
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
    subject.splitn(DEPTH, |byte| *byte == b'.')
}

/// A walk over the tree that steps over what lies before the window.
struct Window<'a> {
    tree: &'a Tree,
    skip: usize,
    wanted: usize,
    rows: Vec<TreeRow<'a>>,
}

impl<'a> Window<'a> {
    fn walk(&mut self, above: u32, depth: usize, prefix: &[u8]) {
        for (token, child) in &self.tree.nodes[above as usize].children {
            if self.rows.len() == self.wanted {
                return;
            }
            let height = self.tree.height(*child);
            if self.skip >= height {
                self.skip -= height;
                continue;
            }
            let mut here = prefix.to_vec();
            if depth > 0 {
                here.push(b'.');
            }
            here.extend_from_slice(token);
            if self.skip == 0 {
                self.rows
                    .push(self.tree.row(*child, depth, token, here.clone()));
            } else {
                self.skip -= 1;
            }
            if height > 1 {
                self.walk(*child, depth + 1, &here);
            }
        }
    }
}

impl Tree {
    fn row<'a>(&'a self, id: u32, depth: usize, token: &'a [u8], prefix: Vec<u8>) -> TreeRow<'a> {
        let node = &self.nodes[id as usize];
        TreeRow {
            node: NodeId(id),
            depth,
            token,
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
