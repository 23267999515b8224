//! Finds the subscriptions that match a subject: a trie with one level for each token of the patterns.
//!
//! The cost of a lookup depends on the number of tokens and of wildcards on the way, not on the number
//! of subscriptions. The nodes are kept in one vector, so that removing a pattern with thousands of
//! tokens does not recurse.

use std::collections::HashMap;

/// Identifies a subscription. Never reused.
pub(super) type SubId = u64;

/// Index of a node in the trie.
pub(super) type NodeId = usize;

const ROOT: NodeId = 0;

/// The trie of all subscriptions.
#[derive(Debug)]
pub(super) struct Interest {
    nodes: Vec<Node>,
    free: Vec<NodeId>,
}

/// The subscriptions of one pattern.
#[derive(Debug, Default)]
pub(super) struct Leaf {
    /// Subscriptions without a queue group: each gets a copy.
    pub plain: Vec<SubId>,
    /// Members of queue groups by name: one of each group gets a copy.
    pub queues: Vec<(Box<[u8]>, Vec<SubId>)>,
}

#[derive(Debug, Default)]
struct Node {
    parent: NodeId,
    /// The token that leads here from the parent.
    token: Box<[u8]>,
    literal: HashMap<Box<[u8]>, NodeId>,
    /// The child for `*`.
    star: Option<NodeId>,
    /// The child for `>`, which has no children.
    tail: Option<NodeId>,
    leaf: Leaf,
}

impl Leaf {
    fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.queues.is_empty()
    }
}

impl Node {
    fn is_empty(&self) -> bool {
        self.leaf.is_empty()
            && self.literal.is_empty()
            && self.star.is_none()
            && self.tail.is_none()
    }

    fn child(&self, token: &[u8]) -> Option<NodeId> {
        match token {
            b"*" => self.star,
            b">" => self.tail,
            _ => self.literal.get(token).copied(),
        }
    }

    fn set_child(&mut self, token: &[u8], child: Option<NodeId>) {
        match (token, child) {
            (b"*", _) => self.star = child,
            (b">", _) => self.tail = child,
            (_, Some(child)) => {
                self.literal.insert(token.into(), child);
            }
            (_, None) => {
                self.literal.remove(token);
            }
        }
    }
}

impl Interest {
    pub(super) fn new() -> Interest {
        Interest {
            nodes: vec![Node::default()],
            free: Vec::new(),
        }
    }

    /// Adds a subscription and returns its node. The pattern must be valid.
    pub(super) fn insert(&mut self, pattern: &[u8], queue: Option<&[u8]>, id: SubId) -> NodeId {
        let mut at = ROOT;
        for token in pattern.split(|byte| *byte == b'.') {
            at = match self.nodes[at].child(token) {
                Some(child) => child,
                None => self.grow(at, token),
            };
        }
        let leaf = &mut self.nodes[at].leaf;
        match queue {
            None => leaf.plain.push(id),
            Some(name) => match leaf.queues.iter_mut().find(|(queue, _)| **queue == *name) {
                Some((_, members)) => members.push(id),
                None => leaf.queues.push((name.into(), vec![id])),
            },
        }
        at
    }

    /// Removes a subscription from the node that `insert` returned, and the nodes that are empty then.
    pub(super) fn remove(&mut self, mut at: NodeId, id: SubId) {
        let leaf = &mut self.nodes[at].leaf;
        leaf.plain.retain(|sub| *sub != id);
        for (_, members) in &mut leaf.queues {
            members.retain(|sub| *sub != id);
        }
        leaf.queues.retain(|(_, members)| !members.is_empty());
        while at != ROOT && self.nodes[at].is_empty() {
            let Node { parent, token, .. } = std::mem::take(&mut self.nodes[at]);
            self.nodes[parent].set_child(&token, None);
            self.free.push(at);
            at = parent;
        }
    }

    /// Calls `visit` once for each pattern that matches a published subject. A subject with an empty
    /// token matches nothing, not even `>` (nats-server `sublist.go`, `match`).
    pub(super) fn each_match<'a>(&'a self, subject: &[u8], visit: &mut impl FnMut(&'a Leaf)) {
        if subject.split(|byte| *byte == b'.').any(<[u8]>::is_empty) {
            return;
        }
        self.walk(ROOT, subject, visit);
    }

    /// Recurses for `*` only: the depth is bounded by the wildcards of the longest pattern.
    fn walk<'a>(&'a self, mut at: NodeId, mut subject: &[u8], visit: &mut impl FnMut(&'a Leaf)) {
        loop {
            let node = &self.nodes[at];
            if let Some(rest) = node.tail {
                visit(&self.nodes[rest].leaf);
            }
            let (token, behind) = match memchr::memchr(b'.', subject) {
                Some(dot) => (&subject[..dot], Some(&subject[dot + 1..])),
                None => (subject, None),
            };
            if let Some(one) = node.star {
                match behind {
                    Some(behind) => self.walk(one, behind, visit),
                    None => visit(&self.nodes[one].leaf),
                }
            }
            let Some(next) = node.literal.get(token) else {
                return;
            };
            match behind {
                Some(behind) => (at, subject) = (*next, behind),
                None => return visit(&self.nodes[*next].leaf),
            }
        }
    }

    fn grow(&mut self, parent: NodeId, token: &[u8]) -> NodeId {
        let node = Node {
            parent,
            token: token.into(),
            ..Node::default()
        };
        let id = match self.free.pop() {
            Some(id) => {
                self.nodes[id] = node;
                id
            }
            None => {
                self.nodes.push(node);
                self.nodes.len() - 1
            }
        };
        self.nodes[parent].set_child(token, Some(id));
        id
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::subject;

    fn of(patterns: &[&str]) -> Interest {
        let mut interest = Interest::new();
        for (id, pattern) in patterns.iter().enumerate() {
            interest.insert(pattern.as_bytes(), None, id as SubId);
        }
        interest
    }

    fn found(interest: &Interest, subject: &[u8]) -> Vec<SubId> {
        let mut found = Vec::new();
        interest.each_match(subject, &mut |leaf| found.extend(&leaf.plain));
        found.sort_unstable();
        found
    }

    #[test]
    fn subjects_reach_their_patterns() {
        let patterns = [
            "a", "a.b", "a.*", "*.b", "a.>", ">", "*", "a.b.c", "a.*.c", "a*",
        ];
        let interest = of(&patterns);
        for (subject, expected) in [
            ("a", vec![0, 5, 6]),
            ("a.b", vec![1, 2, 3, 4, 5]),
            ("a.x", vec![2, 4, 5]),
            ("a.b.c", vec![4, 5, 7, 8]),
            ("x", vec![5, 6]),
            ("x.b", vec![3, 5]),
            ("a*", vec![5, 6, 9]),
            // Wildcards in a published subject are plain tokens (nats-server accepts them unless pedantic).
            ("a.*", vec![2, 4, 5]),
            ("a.>", vec![2, 4, 5]),
            ("a..b", vec![]),
            (".a", vec![]),
            ("a.", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(
                found(&interest, subject.as_bytes()),
                expected,
                "{subject:?}"
            );
        }
    }

    #[test]
    fn a_removed_subscription_leaves_no_node_behind() {
        let mut interest = Interest::new();
        let kept = interest.insert(b"a.b", None, 1);
        let deep = interest.insert(b"a.b.*.d.>", None, 2);
        let queued = interest.insert(b"a.b.*.d.>", Some(b"q"), 3);
        interest.remove(deep, 2);
        interest.remove(queued, 3);
        assert_eq!(interest.nodes.len() - interest.free.len(), 3);
        assert_eq!(found(&interest, b"a.b"), [1]);
        interest.remove(kept, 1);
        assert_eq!(interest.nodes.len() - interest.free.len(), 1);
    }

    #[test]
    fn freed_nodes_are_used_again() {
        let mut interest = Interest::new();
        for id in 0..1_000 {
            let at = interest.insert(format!("inbox.{id}").as_bytes(), None, id);
            interest.remove(at, id);
        }
        assert!(interest.nodes.len() <= 3);
    }

    #[test]
    fn a_queue_group_is_shown_with_its_members() {
        let mut interest = Interest::new();
        interest.insert(b"jobs.*", Some(b"q"), 1);
        interest.insert(b"jobs.*", Some(b"q"), 2);
        interest.insert(b"jobs.*", Some(b"other"), 3);
        let mut groups = Vec::new();
        interest.each_match(b"jobs.1", &mut |leaf| groups.extend(leaf.queues.clone()));
        assert_eq!(
            groups,
            [((*b"q").into(), vec![1, 2]), ((*b"other").into(), vec![3])]
        );
    }

    #[test]
    fn the_longest_patterns_are_found_and_removed() {
        let mut interest = Interest::new();
        let stars = ["*"; 2_048].join(".");
        let words = ["x"; 2_048].join(".");
        let first = interest.insert(stars.as_bytes(), None, 1);
        let second = interest.insert(words.as_bytes(), None, 2);
        assert_eq!(found(&interest, words.as_bytes()), [1, 2]);
        interest.remove(first, 1);
        interest.remove(second, 2);
        assert_eq!(interest.nodes.len() - interest.free.len(), 1);
    }

    fn tokens(of: &'static str) -> impl Strategy<Value = String> {
        proptest::collection::vec(
            proptest::sample::select(of.split(' ').collect::<Vec<_>>()),
            1..5,
        )
        .prop_map(|tokens| tokens.join("."))
    }

    proptest! {
        #[test]
        fn the_trie_agrees_with_matching_one_by_one(
            patterns in proptest::collection::vec((tokens("a b c * a*"), any::<bool>()), 0..12),
            subject in tokens("a b c a* d"),
            removed in proptest::collection::vec(any::<bool>(), 12),
        ) {
            let mut interest = Interest::new();
            let mut expected = Vec::new();
            for (id, (pattern, tail)) in patterns.iter().enumerate() {
                let pattern = if *tail { format!("{pattern}.>") } else { pattern.clone() };
                let at = interest.insert(pattern.as_bytes(), None, id as SubId);
                if removed[id] {
                    interest.remove(at, id as SubId);
                } else if subject::matches(pattern.as_bytes(), subject.as_bytes()) {
                    expected.push(id as SubId);
                }
            }
            prop_assert_eq!(found(&interest, subject.as_bytes()), expected);
        }
    }
}
