//! Finds the number of a subject by its hash: open addressing, one probe where nothing collides.

/// From hashes to numbers. Who asks compares the names.
#[derive(Debug)]
pub(in crate::store) struct Numbers {
    /// A power of two of them, at most three quarters taken.
    slots: Vec<Slot>,
    taken: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The upper half of the hash; the lower half chose the slot.
    tag: u32,
    number: u32,
}

const EMPTY: u32 = u32::MAX;

const NOTHING: Slot = Slot {
    tag: 0,
    number: EMPTY,
};

impl Numbers {
    /// What a number costs about, in bytes: the table is half full in the mean.
    pub const EACH: usize = 2 * size_of::<Slot>();

    pub fn new() -> Numbers {
        Numbers {
            slots: vec![NOTHING; 16],
            taken: 0,
        }
    }

    /// The number with this hash for which `is` holds.
    #[inline]
    pub fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.home(hash);
        loop {
            let slot = self.slots[at];
            if slot.number == EMPTY {
                return None;
            }
            if slot.tag == tag(hash) && is(slot.number) {
                return Some(slot.number);
            }
            at = self.after(at);
        }
    }

    /// Adds a number that is not there.
    pub fn insert(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        if (self.taken + 1) * 4 > self.slots.len() * 3 {
            self.grow(hash_of);
        }
        self.put(hash, number);
        self.taken += 1;
    }

    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let twice = vec![NOTHING; self.slots.len() * 2];
        for slot in std::mem::replace(&mut self.slots, twice) {
            if slot.number != EMPTY {
                self.put(hash_of(slot.number), slot.number);
            }
        }
    }

    fn put(&mut self, hash: u64, number: u32) {
        let mut at = self.home(hash);
        while self.slots[at].number != EMPTY {
            at = self.after(at);
        }
        self.slots[at] = Slot {
            tag: tag(hash),
            number,
        };
    }

    /// Removes a number, and moves those behind it that would not be found past the hole.
    pub fn remove(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        let mut hole = self.home(hash);
        while self.slots[hole].number != number {
            if self.slots[hole].number == EMPTY {
                return;
            }
            hole = self.after(hole);
        }
        let mut at = self.after(hole);
        while self.slots[at].number != EMPTY {
            let home = self.home(hash_of(self.slots[at].number));
            let mask = self.slots.len() - 1;
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(hole) & mask {
                self.slots[hole] = self.slots[at];
                hole = at;
            }
            at = self.after(at);
        }
        self.slots[hole] = NOTHING;
        self.taken -= 1;
    }

    fn home(&self, hash: u64) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }

    /// What it occupies, in bytes.
    pub fn memory(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>()
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
            let mut numbers = Numbers::new();
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
