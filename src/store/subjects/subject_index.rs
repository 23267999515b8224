//! Index of subjects by hash: open addressing, one probe where nothing collides.

/// Hash → subject number; callers verify equality of the names.
#[derive(Debug)]
pub(in crate::store) struct SubjectIndex {
    /// Their number is a power of two, and at most three quarters are taken.
    slots: Vec<IndexSlot>,
    taken: usize,
}

#[derive(Clone, Copy, Debug)]
struct IndexSlot {
    /// The upper half of the hash. The lower half selects the slot.
    tag: u32,
    number: u32,
}

const NO_SUBJECT: u32 = u32::MAX;

const EMPTY_SLOT: IndexSlot = IndexSlot {
    tag: 0,
    number: NO_SUBJECT,
};

impl SubjectIndex {
    /// The approximate memory for one subject, in bytes: the table is half full on average.
    pub const BYTES_PER_SUBJECT: usize = 2 * size_of::<IndexSlot>();

    pub fn new() -> SubjectIndex {
        SubjectIndex {
            slots: vec![EMPTY_SLOT; 16],
            taken: 0,
        }
    }

    /// The number with this hash for which `is` holds.
    #[inline]
    pub fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.preferred(hash);
        loop {
            let slot = self.slots[at];
            if slot.number == NO_SUBJECT {
                return None;
            }
            if slot.tag == tag(hash) && is(slot.number) {
                return Some(slot.number);
            }
            at = self.after(at);
        }
    }

    /// Adds a number that is not in the table.
    pub fn insert(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        if (self.taken + 1) * 4 > self.slots.len() * 3 {
            self.grow(hash_of);
        }
        self.put(hash, number);
        self.taken += 1;
    }

    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let twice = vec![EMPTY_SLOT; self.slots.len() * 2];
        for slot in std::mem::replace(&mut self.slots, twice) {
            if slot.number != NO_SUBJECT {
                self.put(hash_of(slot.number), slot.number);
            }
        }
    }

    fn put(&mut self, hash: u64, number: u32) {
        let mut at = self.preferred(hash);
        while self.slots[at].number != NO_SUBJECT {
            at = self.after(at);
        }
        self.slots[at] = IndexSlot {
            tag: tag(hash),
            number,
        };
    }

    /// Removes a number, and moves entries back that probing would not reach across the hole.
    pub fn remove(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        let mut hole = self.preferred(hash);
        while self.slots[hole].number != number {
            if self.slots[hole].number == NO_SUBJECT {
                return;
            }
            hole = self.after(hole);
        }
        let mut at = self.after(hole);
        while self.slots[at].number != NO_SUBJECT {
            let preferred = self.preferred(hash_of(self.slots[at].number));
            let mask = self.slots.len() - 1;
            if at.wrapping_sub(preferred) & mask >= at.wrapping_sub(hole) & mask {
                self.slots[hole] = self.slots[at];
                hole = at;
            }
            at = self.after(at);
        }
        self.slots[hole] = EMPTY_SLOT;
        self.taken -= 1;
    }

    fn preferred(&self, hash: u64) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }

    /// The memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        self.slots.capacity() * size_of::<IndexSlot>()
    }
}

fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_finds_what_a_map_finds(steps in proptest::collection::vec((0u64..40, any::<bool>()), 0..300)) {
            // Few homes and equal tags: nearly everything collides.
            let hash_of = |number: u32| u64::from(number % 5) * 7;
            let mut numbers = SubjectIndex::new();
            let mut map = HashMap::new();
            for (key, add) in steps {
                let number = key as u32;
                if add && !map.contains_key(&number) {
                    map.insert(number, ());
                    numbers.insert(hash_of(number), number, hash_of);
                } else if !add && map.remove(&number).is_some() {
                    numbers.remove(hash_of(number), number, hash_of);
                }
                for number in 0..40 {
                    let found = numbers.find(hash_of(number), |found| found == number);
                    prop_assert_eq!(found.is_some(), map.contains_key(&number));
                }
            }
        }
    }
}
