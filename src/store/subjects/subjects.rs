//! Subjects seen: interned, counted, and shown as a tree.

use std::{collections::VecDeque, ops::Range};

use super::{
    allocation::{ALLOCATION, reserve_gently},
    hash::HashSeed,
    subject_index::SubjectIndex,
    timeline::HISTORY_SECONDS,
    traffic::RecentSeconds,
    tree::Tree,
};
use crate::store::{
    NodeId, RATE_SECONDS, Rate, Timeline, Traffic, TreeRow,
    scan::{View, is_internal},
};
use crate::{
    filter::{BySubject, Facts, Remainder},
    protocol::subject,
};

/// Statistics of one subject.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SubjectStats {
    /// Messages, copies not counted twice.
    pub count: u64,
    /// Bytes of their headers and payloads.
    pub bytes: u64,
    /// How many of them are in the log now, copies included.
    pub kept: u64,
    /// The rate as of the last tick.
    pub rate: Rate,
}

/// Above this many, subjects with no kept message are forgotten.
const MAX_SUBJECTS: usize = 100_000;

/// The tree is updated after a batch that touched at most this many subjects, else at the next tick.
const MAX_UPDATED_AT_ONCE: usize = 64;

/// Every subject seen, each once. Above 100 000 one with no kept message is forgotten, the longest
/// unseen first; its totals stay counted in the tree above it.
#[derive(Debug)]
pub struct Subjects {
    seed: HashSeed,
    index: SubjectIndex,
    entries: Vec<Subject>,
    free: Vec<u32>,
    /// Bytes of the names, allocated one by one.
    names: usize,
    tree: Tree,
    /// Counted since the tree was brought up to date.
    touched: Vec<u32>,
    /// With a rate that may not be zero.
    active: Vec<u32>,
    /// Without a kept message at some time, longest first; some have come back since.
    unused: VecDeque<u32>,
    forgotten: u64,
    /// The second of the last tick, and of how many seconds rates are means.
    now: i64,
    span: u32,
    watched: Option<Watched>,
}

/// The part of the tree that is charted.
#[derive(Debug)]
struct Watched {
    prefix: Vec<u8>,
    timeline: Timeline,
}

/// One interned subject.
#[derive(Debug)]
pub(in crate::store) struct Subject {
    name: Box<[u8]>,
    hash: u64,
    node: u32,
    count: u64,
    bytes: u64,
    /// What of `count` and `bytes` the tree has.
    in_tree: (u64, u64),
    kept: u64,
    recent: RecentSeconds,
    /// The oldest of the subscriptions there are that it came in on, copies included, by its place.
    pub home: u16,
    /// Whether it is an inbox or one of the server's own subjects.
    pub internal: bool,
    /// Whether it matches the pattern of the view.
    pub matches: bool,
    /// The rest of the filter for its messages, once computed.
    remainder: Option<Remainder>,
    /// Whether it belongs to what is watched.
    pub watched: bool,
    lists: ListMembership,
}

/// Which lists a number stands in. It stays there when its subject is forgotten, for the next one.
#[derive(Clone, Copy, Debug, Default)]
struct ListMembership {
    touched: bool,
    active: bool,
    unused: bool,
}

impl Subjects {
    pub(in crate::store) fn new() -> Subjects {
        Subjects {
            seed: HashSeed::random(),
            index: SubjectIndex::new(),
            entries: Vec::new(),
            free: Vec::new(),
            names: 0,
            tree: Tree::new(),
            touched: Vec::new(),
            active: Vec::new(),
            unused: VecDeque::new(),
            forgotten: 0,
            now: i64::MIN,
            span: RATE_SECONDS as u32,
            watched: None,
        }
    }

    /// How many subjects are known.
    pub fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was seen on one subject.
    pub fn get(&self, subject: &[u8]) -> Option<SubjectStats> {
        let number = self.lookup(subject, self.seed.hash(subject))?;
        let entry = &self.entries[number as usize];
        Some(SubjectStats {
            count: entry.count,
            bytes: entry.bytes,
            kept: entry.kept,
            rate: entry.recent.rate_at(self.now, self.span),
        })
    }

    /// Every subject known, in the order of the tree: for completion.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.tree
            .subjects()
            .map(|number| &*self.entries[number as usize].name)
    }

    /// How many rows the tree has as it is folded now.
    pub fn rows(&self) -> usize {
        self.tree.rows()
    }

    /// The rows of a window on the tree, cut to those that are there.
    pub fn window(&self, rows: Range<usize>) -> Vec<TreeRow<'_>> {
        self.tree.window(rows)
    }

    /// The node of a subject or of the beginning of one, by whole tokens.
    pub fn find(&self, prefix: &[u8]) -> Option<NodeId> {
        self.tree.find(prefix).map(NodeId)
    }

    /// The row a node is on; `None` while a node above it is folded, or once it is forgotten.
    pub fn row_of(&self, node: NodeId) -> Option<usize> {
        self.tree.row_of(node)
    }

    /// Folds or unfolds a node with children. Tokens `_INBOX` and `$…` start folded.
    pub fn fold(&mut self, node: NodeId, folded: bool) {
        self.tree.fold(node, folded);
    }

    /// Folds what is unfolded and the other way round.
    pub fn toggle(&mut self, node: NodeId) {
        if let Some(folded) = self.tree.is_folded(node) {
            self.tree.fold(node, !folded);
        }
    }

    /// The node above, where there is one.
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.tree.parent(node)
    }

    pub(in crate::store) fn seed(&self) -> HashSeed {
        self.seed
    }

    pub(in crate::store) fn hash(&self, subject: &[u8]) -> u64 {
        self.seed.hash(subject)
    }

    pub(in crate::store) fn at(&self, number: u32) -> &Subject {
        &self.entries[number as usize]
    }

    /// Every subject by its number; forgotten ones stand there until their number is used again.
    pub(in crate::store) fn all(&self) -> impl Iterator<Item = &Subject> {
        self.entries.iter()
    }

    /// How many messages of a subject are kept.
    pub(in crate::store) fn kept(&self, number: u32) -> u64 {
        self.entries[number as usize].kept
    }

    /// The number of a subject, which stays its own while a message of it is kept.
    #[inline]
    pub(in crate::store) fn intern(&mut self, subject: &[u8], hash: u64, view: &View) -> u32 {
        match self.lookup(subject, hash) {
            Some(number) => number,
            None => self.add(subject, hash, view),
        }
    }

    fn lookup(&self, subject: &[u8], hash: u64) -> Option<u32> {
        let named = |number: u32| *self.entries[number as usize].name == *subject;
        self.index.find(hash, named)
    }

    fn add(&mut self, subject: &[u8], hash: u64, view: &View) -> u32 {
        let number = match self.free.pop() {
            Some(number) => number,
            None => self.entries.len() as u32,
        };
        let lists = match self.entries.get(number as usize) {
            Some(forgotten) => forgotten.lists,
            None => ListMembership::default(),
        };
        let entry = Subject {
            name: subject.into(),
            hash,
            node: self.tree.insert(subject, number),
            count: 0,
            bytes: 0,
            in_tree: (0, 0),
            kept: 0,
            recent: RecentSeconds::default(),
            home: u16::MAX,
            internal: is_internal(subject),
            matches: matches(view, subject),
            remainder: None,
            watched: self
                .watched
                .as_ref()
                .is_some_and(|watched| is_below(&watched.prefix, subject)),
            lists,
        };
        self.names += subject.len() + ALLOCATION;
        if number as usize == self.entries.len() {
            reserve_gently(&mut self.entries);
            self.entries.push(entry);
        } else {
            self.entries[number as usize] = entry;
        }
        let entries = &self.entries;
        self.index
            .insert(hash, number, |number| entries[number as usize].hash);
        number
    }

    /// Counts a message that is now kept; a copy is kept, but not counted again.
    #[inline]
    pub(in crate::store) fn count(&mut self, number: u32, bytes: u64, is_copy: bool, second: i64) {
        let entry = &mut self.entries[number as usize];
        entry.kept += 1;
        if is_copy {
            return;
        }
        entry.count += 1;
        entry.bytes += bytes;
        entry.recent.add(second, Traffic::new(1, bytes));
        if !entry.lists.touched {
            entry.lists.touched = true;
            self.touched.push(number);
        }
    }

    /// Notes the subscription of a message. `is_live`: whether a subscription exists.
    #[inline]
    pub(in crate::store) fn note_subscription(
        &mut self,
        number: u32,
        place: u16,
        is_live: impl Fn(u16) -> bool,
    ) {
        let home = &mut self.entries[number as usize].home;
        if place < *home || (place > *home && !is_live(*home)) {
            *home = place;
        }
    }

    /// Counts a message that is no longer kept.
    pub(in crate::store) fn release(&mut self, number: u32) {
        let entry = &mut self.entries[number as usize];
        entry.kept -= 1;
        if entry.kept == 0 && !entry.lists.unused {
            entry.lists.unused = true;
            self.unused.push_back(number);
        }
    }

    /// Ends a batch.
    pub(in crate::store) fn end_batch(&mut self) {
        if self.touched.len() <= MAX_UPDATED_AT_ONCE {
            self.update_tree();
        }
    }

    fn update_tree(&mut self) {
        for number in self.touched.drain(..) {
            let entry = &mut self.entries[number as usize];
            entry.lists.touched = false;
            entry.add_to_tree(&mut self.tree);
            if !entry.lists.active {
                entry.lists.active = true;
                self.active.push(number);
            }
        }
    }

    /// Brings the tree up to date and moves rates on; they are means of `span` seconds.
    pub(in crate::store) fn tick(&mut self, second: i64, span: u32) {
        (self.now, self.span) = (second, span);
        self.update_tree();
        self.tree.begin_rates();
        let mut of_watched = RecentSeconds::default();
        of_watched.advance(second);
        self.active.retain(|number| {
            let entry = &mut self.entries[*number as usize];
            if entry.watched {
                of_watched.merge(&entry.recent);
            }
            entry.recent.advance(second);
            entry.lists.active = !entry.recent.is_empty();
            let rate = entry.recent.rate(span);
            if !rate.is_none() {
                self.tree.rate(entry.node, rate);
            }
            entry.lists.active
        });
        if let Some(watched) = &mut self.watched {
            watched.timeline.follow(&of_watched, second);
        }
    }

    /// Watches what comes on a subject and below it, in place of what was watched before.
    pub(in crate::store) fn watch(&mut self, prefix: &[u8]) {
        for entry in &mut self.entries {
            entry.watched = is_below(prefix, &entry.name);
        }
        self.watched = Some(Watched {
            prefix: prefix.to_vec(),
            timeline: Timeline::new(HISTORY_SECONDS),
        });
    }

    /// Sets the past of the watched subjects.
    pub(in crate::store) fn remember(&mut self, timeline: Timeline) {
        if let Some(watched) = &mut self.watched {
            watched.timeline = timeline;
        }
    }

    /// How much comes in on a subject and below it, as of the last tick.
    pub fn rate(&self, prefix: &[u8]) -> Rate {
        let node = self.tree.find(prefix);
        node.map(|node| self.tree.rate_of(node)).unwrap_or_default()
    }

    /// What came on a subject and below it in the last minutes, where it is
    /// [watched](crate::store::Store::watch).
    pub fn timeline(&self, prefix: &[u8]) -> Option<&Timeline> {
        let watched = self.watched.as_ref()?;
        (watched.prefix == prefix).then_some(&watched.timeline)
    }

    /// Decides for every subject anew whether it matches the view.
    pub(in crate::store) fn set_view(&mut self, view: &View) {
        for entry in &mut self.entries {
            entry.matches = matches(view, &entry.name);
        }
    }

    /// Whether a message passes the filter, `number` being that of its subject.
    pub(in crate::store) fn pass(
        &mut self,
        number: u32,
        filter: &mut BySubject,
        message: &impl Facts,
    ) -> bool {
        let entry = &mut self.entries[number as usize];
        entry
            .remainder
            .get_or_insert_with(|| filter.of(&entry.name))
            .matches(message)
    }

    /// Clears what was computed for the previous filter.
    pub(in crate::store) fn clear_remainders(&mut self) {
        for entry in &mut self.entries {
            entry.remainder = None;
        }
    }

    /// Forgets subjects with no kept message while there are too many, in number or in bytes.
    pub(in crate::store) fn forget(&mut self, bytes: usize) {
        while self.len() > MAX_SUBJECTS || self.memory_in_use() > bytes {
            let Some(number) = self.unused.pop_front() else {
                return;
            };
            let entry = &mut self.entries[number as usize];
            entry.lists.unused = false;
            if entry.kept == 0 {
                self.forget_one(number);
            }
        }
    }

    fn forget_one(&mut self, number: u32) {
        let entry = &mut self.entries[number as usize];
        entry.add_to_tree(&mut self.tree);
        entry.recent = RecentSeconds::default();
        let name = std::mem::take(&mut entry.name);
        let (hash, node) = (entry.hash, entry.node);
        let entries = &self.entries;
        self.index
            .remove(hash, number, |number| entries[number as usize].hash);
        self.tree.remove(node);
        self.names -= name.len() + ALLOCATION;
        self.free.push(number);
        self.forgotten += 1;
    }

    /// How many subjects were forgotten so far, and their numbers set free.
    pub(in crate::store) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// What it occupies, in bytes.
    pub(in crate::store) fn memory(&self) -> usize {
        let numbers = self.free.capacity()
            + self.touched.capacity()
            + self.active.capacity()
            + self.unused.capacity();
        self.entries.capacity() * size_of::<Subject>()
            + numbers * size_of::<u32>()
            + self.names
            + self.index.memory()
            + self.tree.memory()
            + self
                .watched
                .as_ref()
                .map_or(0, |watched| watched.timeline.memory())
    }

    /// As [`Subjects::memory`], without the free places that forgotten subjects left.
    pub(in crate::store) fn memory_in_use(&self) -> usize {
        self.len() * (size_of::<Subject>() + SubjectIndex::BYTES_PER_SUBJECT)
            + self.names
            + self.tree.memory_in_use()
    }
}

impl Subject {
    /// Adds to the tree what it does not count yet.
    fn add_to_tree(&mut self, tree: &mut Tree) {
        let (count, bytes) = self.in_tree;
        if self.count > count {
            tree.count(self.node, self.count - count, self.bytes - bytes);
            self.in_tree = (self.count, self.bytes);
        }
    }
}

/// Whether a subject is this one, or begins with it by whole tokens.
fn is_below(prefix: &[u8], subject: &[u8]) -> bool {
    subject
        .strip_prefix(prefix)
        .is_some_and(|rest| matches!(rest.first(), None | Some(b'.')))
}

fn matches(view: &View, name: &[u8]) -> bool {
    let pattern = view.subject.as_deref();
    pattern.is_none_or(|pattern| subject::matches(pattern, name))
}
