//! A bit for each entry of a segment, and walking over such bits.

/// A set of entries of a segment. It is as long as its last member needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// Adds an entry.
    #[inline]
    pub fn set(&mut self, index: usize) {
        let word = index / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (index % 64);
    }

    /// Adds 64 entries from `64 * number` on, of which none is in it.
    pub fn set_word(&mut self, number: usize, word: u64) {
        if word != 0 {
            self.words.resize(self.words.len().max(number + 1), 0);
            self.words[number] |= word;
        }
    }

    /// Takes an entry out.
    pub fn unset(&mut self, index: usize) {
        if let Some(word) = self.words.get_mut(index / 64) {
            *word &= !(1 << (index % 64));
        }
    }

    pub fn has(&self, index: usize) -> bool {
        self.word(index / 64) >> (index % 64) & 1 == 1
    }

    /// Entries `64 * number` and the 63 behind it.
    #[inline]
    pub fn word(&self, number: usize) -> u64 {
        self.words.get(number).copied().unwrap_or(0)
    }

    /// How many words there are.
    pub fn words(&self) -> usize {
        self.words.len()
    }

    /// Adds what `other` has, its entry 0 being `offset` here.
    pub fn add(&mut self, other: &Bits, offset: usize) {
        let (skipped, shift) = (offset / 64, offset % 64);
        let needed = skipped + other.words.len() + usize::from(shift > 0);
        if needed > self.words.len() {
            self.words.resize(needed, 0);
        }
        for (number, word) in other.words.iter().enumerate() {
            self.words[skipped + number] |= word << shift;
            if shift > 0 {
                self.words[skipped + number + 1] |= word >> (64 - shift);
            }
        }
    }

    pub fn clear(&mut self) {
        self.words.clear();
    }

    /// What it occupies, in bytes.
    pub fn memory(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }
}

/// How many bits are set before `index`.
pub(in crate::store) fn rank(index: usize, word: impl Fn(usize) -> u64) -> usize {
    let whole: u32 = (0..index / 64)
        .map(|number| word(number).count_ones())
        .sum();
    let part = word(index / 64) & below(index % 64);
    (whole + part.count_ones()) as usize
}

/// The bit that is set behind `rank` others.
pub(in crate::store) fn select(
    rank: usize,
    words: usize,
    word: impl Fn(usize) -> u64,
) -> Option<usize> {
    let mut left = u32::try_from(rank).ok()?;
    for number in 0..words {
        let mut rest = word(number);
        let ones = rest.count_ones();
        if left < ones {
            for _ in 0..left {
                rest &= rest - 1;
            }
            return Some(number * 64 + rest.trailing_zeros() as usize);
        }
        left -= ones;
    }
    None
}

/// The bits that are set from `index` on, in order.
pub(in crate::store) fn from(
    index: usize,
    words: usize,
    word: impl Fn(usize) -> u64,
) -> impl Iterator<Item = usize> {
    let first = index / 64;
    (first..words).flat_map(move |number| {
        let kept = if number == first {
            !below(index % 64)
        } else {
            u64::MAX
        };
        let mut rest = word(number) & kept;
        std::iter::from_fn(move || {
            let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(number * 64 + bit)
        })
    })
}

/// The bits that are set before `index`, the last first.
pub(in crate::store) fn before(
    index: usize,
    word: impl Fn(usize) -> u64,
) -> impl Iterator<Item = usize> {
    let last = index / 64;
    (0..=last).rev().flat_map(move |number| {
        let kept = if number == last {
            below(index % 64)
        } else {
            u64::MAX
        };
        let mut rest = word(number) & kept;
        std::iter::from_fn(move || {
            let bit = (rest != 0).then(|| 63 - rest.leading_zeros() as usize)?;
            rest &= !(1 << bit);
            Some(number * 64 + bit)
        })
    })
}

/// A word with the lowest `bits` set, of less than 64.
fn below(bits: usize) -> u64 {
    (1 << bits) - 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set_of(members: &[usize]) -> Bits {
        let mut bits = Bits::default();
        members.iter().for_each(|member| bits.set(*member));
        bits
    }

    proptest! {
        #[test]
        fn walking_agrees_with_a_sorted_list(
            members in prop::collection::btree_set(0usize..400, 0..200),
            index in 0usize..420,
        ) {
            let members: Vec<usize> = members.into_iter().collect();
            let bits = set_of(&members);
            let word = |number| bits.word(number);
            let earlier = members.partition_point(|member| *member < index);
            prop_assert_eq!(rank(index, word), earlier);
            prop_assert_eq!(select(index, bits.words(), word), members.get(index).copied());
            let behind: Vec<usize> = from(index, bits.words(), word).collect();
            prop_assert_eq!(&behind, &members[earlier..]);
            let mut earlier_ones: Vec<usize> = before(index, word).collect();
            earlier_ones.reverse();
            prop_assert_eq!(&earlier_ones, &members[..earlier]);
            prop_assert_eq!(bits.has(index), members.contains(&index));
        }

        #[test]
        fn adding_with_an_offset_moves_every_member(
            mine in prop::collection::vec(0usize..300, 0..50),
            theirs in prop::collection::vec(0usize..300, 0..50),
            offset in 0usize..200,
        ) {
            let mut bits = set_of(&mine);
            bits.add(&set_of(&theirs), offset);
            for index in 0..600usize {
                let moved = index.checked_sub(offset);
                let expected = mine.contains(&index) || moved.is_some_and(|it| theirs.contains(&it));
                prop_assert_eq!(bits.has(index), expected, "{}", index);
            }
        }
    }
}
