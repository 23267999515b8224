//! The children of one node of the tree, in the order of their tokens, however many there are.

use std::cmp::Ordering;

/// Children in order. Most nodes have one; many stand in chunks that know how many rows theirs have
/// together, so that neither finding one nor counting the rows before it looks at all of them.
#[derive(Debug, Default)]
pub(in crate::store) enum Siblings {
    #[default]
    None,
    One(u32),
    /// No chunk is empty.
    Many(Vec<ChildChunk>),
}

/// Children that stand one behind the other.
#[derive(Debug)]
pub(in crate::store) struct ChildChunk {
    nodes: Vec<Child>,
    rows: usize,
}

/// A child, and how its token begins: most are told apart without a look at the tokens themselves.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Child {
    prefix: u64,
    node: u32,
}

/// Where a child stands, or would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct ChildPosition {
    pub chunk: usize,
    index: usize,
}

/// What is to be known of a node: its token, and how many rows it and what is below it have.
pub(in crate::store) struct ChildInfo<'a> {
    pub token: &'a [u8],
    pub rows_of_subtree: usize,
}

/// The most children of a chunk.
const MAX_CHUNK: usize = 256;

impl Siblings {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Siblings::None)
    }

    /// The child with this token, and its place.
    ///
    /// # Errors
    /// The place where it would stand.
    pub fn find<'a>(
        &self,
        token: &[u8],
        of: impl Fn(u32) -> ChildInfo<'a>,
    ) -> Result<(ChildPosition, u32), ChildPosition> {
        if let Siblings::One(node) = self {
            return match of(*node).token.cmp(token) {
                Ordering::Equal => Ok((ChildPosition::default(), *node)),
                order => Err(ChildPosition {
                    chunk: 0,
                    index: usize::from(order == Ordering::Less),
                }),
            };
        }
        let chunk = self.chunk_of(token, &of);
        let nodes = self.chunks().get(chunk).map_or(&[][..], |it| &it.nodes);
        let prefix = prefix_of(token);
        match nodes.binary_search_by(|child| child.order(prefix, token, &of)) {
            Ok(index) => Ok((ChildPosition { chunk, index }, nodes[index].node)),
            Err(index) => Err(ChildPosition { chunk, index }),
        }
    }

    /// The chunk in which a token stands, or would: the last that begins at or before it.
    pub fn chunk_of<'a>(&self, token: &[u8], of: impl Fn(u32) -> ChildInfo<'a>) -> usize {
        let chunks = self.chunks();
        if chunks.len() < 2 {
            return 0;
        }
        let prefix = prefix_of(token);
        let first = |chunk: &ChildChunk| chunk.nodes[0].order(prefix, token, &of);
        let behind = chunks.partition_point(|chunk| first(chunk) != Ordering::Greater);
        behind.saturating_sub(1)
    }

    fn chunks(&self) -> &[ChildChunk] {
        match self {
            Siblings::Many(chunks) => chunks,
            Siblings::None | Siblings::One(_) => &[],
        }
    }

    /// Adds a child where [`Siblings::find`] did not find its token, and gives the chunk it is in. Its rows
    /// are added by [`Siblings::add_rows`].
    pub fn insert<'a>(
        &mut self,
        place: ChildPosition,
        node: u32,
        of: impl Fn(u32) -> ChildInfo<'a>,
    ) -> usize {
        let child = |node| Child {
            prefix: prefix_of(of(node).token),
            node,
        };
        let ChildPosition { chunk, index } = place;
        match self {
            Siblings::None => *self = Siblings::One(node),
            Siblings::One(other) => {
                let mut nodes = vec![child(*other)];
                nodes.insert(index, child(node));
                let rows = of(*other).rows_of_subtree;
                *self = Siblings::Many(vec![ChildChunk { nodes, rows }]);
            }
            Siblings::Many(chunks) if chunks[chunk].nodes.len() < MAX_CHUNK => {
                chunks[chunk].nodes.insert(index, child(node));
            }
            Siblings::Many(chunks) => {
                let here = &mut chunks[chunk];
                let mut nodes = here.nodes.split_off(MAX_CHUNK / 2);
                let rows = nodes
                    .iter()
                    .map(|child| of(child.node).rows_of_subtree)
                    .sum();
                here.rows -= rows;
                let behind = index.checked_sub(MAX_CHUNK / 2);
                match behind {
                    Some(index) => nodes.insert(index, child(node)),
                    None => here.nodes.insert(index, child(node)),
                }
                chunks.insert(chunk + 1, ChildChunk { nodes, rows });
                return chunk + usize::from(behind.is_some());
            }
        }
        chunk
    }

    /// Takes a child out that has no rows left.
    pub fn remove(&mut self, place: ChildPosition) {
        if let Siblings::Many(chunks) = self {
            let nodes = &mut chunks[place.chunk].nodes;
            nodes.remove(place.index);
            if nodes.is_empty() {
                chunks.remove(place.chunk);
            }
            if !chunks.is_empty() {
                return;
            }
        }
        *self = Siblings::None;
    }

    /// Notes that a child in this chunk has so many rows more, or less.
    pub fn add_rows(&mut self, chunk: usize, by: isize) {
        if let Siblings::Many(chunks) = self {
            let rows = &mut chunks[chunk].rows;
            *rows = rows.wrapping_add_signed(by);
        }
    }

    /// How many rows stand before a child.
    pub fn rows_before<'a>(
        &self,
        place: ChildPosition,
        of: impl Fn(u32) -> ChildInfo<'a>,
    ) -> usize {
        let chunks = self.chunks();
        let Some(here) = chunks.get(place.chunk) else {
            return 0;
        };
        let earlier = chunks[..place.chunk].iter().map(|chunk| chunk.rows);
        let near = here.nodes[..place.index].iter();
        earlier.sum::<usize>()
            + near
                .map(|child| of(child.node).rows_of_subtree)
                .sum::<usize>()
    }

    /// The child that has this row, or the end; of `row` is left how many rows of it come before.
    pub fn at_row<'a>(&self, row: &mut usize, of: impl Fn(u32) -> ChildInfo<'a>) -> ChildPosition {
        let mut is_behind = |rows: usize| {
            let left = row.checked_sub(rows);
            *row = left.unwrap_or(*row);
            left.is_some()
        };
        if let Siblings::One(node) = self {
            return ChildPosition {
                chunk: 0,
                index: usize::from(is_behind(of(*node).rows_of_subtree)),
            };
        }
        let mut chunks = self.chunks().iter();
        let mut place = ChildPosition::default();
        let here = chunks.find(|chunk| {
            let behind = is_behind(chunk.rows);
            place.chunk += usize::from(behind);
            !behind
        });
        let mut nodes = here.into_iter().flat_map(|chunk| &chunk.nodes);
        let index = nodes.position(|child| !is_behind(of(child.node).rows_of_subtree));
        place.index = index.unwrap_or_default();
        place
    }

    /// The children from a place on.
    pub fn from(&self, place: ChildPosition) -> impl Iterator<Item = u32> {
        let one = match self {
            Siblings::One(node) => Some(*node),
            Siblings::None | Siblings::Many(_) => None,
        };
        let many = self.chunks().iter().skip(place.chunk);
        let many = many.flat_map(|chunk| &chunk.nodes).map(|child| child.node);
        one.into_iter().chain(many).skip(place.index)
    }

    /// What it occupies besides itself, in bytes: every chunk as a full one where there are several.
    pub fn memory(&self) -> usize {
        let Siblings::Many(chunks) = self else {
            return 0;
        };
        let nodes = match chunks.as_slice() {
            [only] => only.nodes.capacity(),
            several => several.len() * MAX_CHUNK,
        };
        chunks.capacity() * size_of::<ChildChunk>() + nodes * size_of::<Child>()
    }
}

impl Child {
    fn order<'a>(self, prefix: u64, token: &[u8], of: impl Fn(u32) -> ChildInfo<'a>) -> Ordering {
        let order = self.prefix.cmp(&prefix);
        order.then_with(|| of(self.node).token.cmp(token))
    }
}

/// How a token begins, as a number of the same order.
fn prefix_of(token: &[u8]) -> u64 {
    let mut first = [0; 8];
    let len = token.len().min(8);
    first[..len].copy_from_slice(&token[..len]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        /// Half of the tokens begin as another does.
        #[test]
        fn given_any_children_they_answer_as_a_sorted_list(
            steps in prop::collection::vec((0u32..3_000, 0..8u8), 1..4_000),
            rows in prop::collection::vec(0usize..12_000, 20),
        ) {
            let tokens: Vec<String> = (0..3_000u32).map(|n| format!("t{:07}{}", n / 2, n % 2)).collect();
            let mut siblings = Siblings::default();
            let mut list: Vec<u32> = Vec::new();
            let mut heights = vec![1usize; 3_000];
            for (node, action) in steps {
                let of = |node: u32| ChildInfo {
                    token: tokens[node as usize].as_bytes(),
                    rows_of_subtree: heights[node as usize],
                };
                let token = tokens[node as usize].as_bytes();
                match (siblings.find(token, of), action) {
                    (Ok((place, _)), 0) => {
                        siblings.add_rows(place.chunk, -(heights[node as usize] as isize));
                        siblings.remove(place);
                        heights[node as usize] = 1;
                        list.retain(|other| *other != node);
                    }
                    (Ok((place, _)), _) => {
                        prop_assert_eq!(siblings.chunk_of(token, of), place.chunk);
                        siblings.add_rows(place.chunk, 2);
                        heights[node as usize] += 2;
                    }
                    (Err(place), _) => {
                        let chunk = siblings.insert(place, node, of);
                        siblings.add_rows(chunk, 1);
                        list.insert(list.partition_point(|other| *other < node), node);
                    }
                }
            }
            let of = |node: u32| ChildInfo {
                token: tokens[node as usize].as_bytes(),
                rows_of_subtree: heights[node as usize],
            };
            prop_assert_eq!(siblings.from(ChildPosition::default()).collect::<Vec<_>>(), list.clone());
            prop_assert_eq!(siblings.is_empty(), list.is_empty());
            let mut of_rows = Vec::new();
            for node in &list {
                let ChildInfo { token, rows_of_subtree } = of(*node);
                let (place, found) = siblings.find(token, of).expect("added");
                prop_assert_eq!(found, *node);
                prop_assert_eq!(siblings.rows_before(place, of), of_rows.len());
                of_rows.extend((0..rows_of_subtree).map(|row| (*node, row)));
            }
            for row in rows {
                let mut left = row;
                let place = siblings.at_row(&mut left, of);
                let found = of_rows.get(row).copied();
                prop_assert_eq!(found.is_some(), row < of_rows.len());
                if found.is_some() {
                    prop_assert_eq!(siblings.from(place).next().map(|node| (node, left)), found);
                }
            }
        }
    }
}
