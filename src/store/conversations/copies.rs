//! Recognizes copies of a message, from overlapping subscriptions or as the echo of our own publish.

use crate::store::MessageId;

/// How many messages back an original is searched.
const WINDOW: usize = 16;

/// The last originals. A message is a copy of the oldest of them that is equal, came on another
/// subscription, and has no copy on this subscription yet.
#[derive(Debug)]
pub(in crate::store) struct Copies {
    shapes: [u64; WINDOW],
    places: [u16; WINDOW],
    ids: [u64; WINDOW],
    /// The subscriptions that have their copy, as bits of their places modulo 64. Where two share a bit, a
    /// copy may be taken for an original, never the reverse.
    taken: [u64; WINDOW],
    next: usize,
    len: usize,
    /// The subscription of the newest originals, and how many in a row came on it.
    run: (u16, usize),
}

impl Copies {
    pub fn new() -> Copies {
        Copies {
            shapes: [0; WINDOW],
            places: [0; WINDOW],
            ids: [0; WINDOW],
            taken: [0; WINDOW],
            next: 0,
            len: 0,
            run: (0, 0),
        }
    }

    /// Whether a message of this shape on this subscription is a copy. `equal`: whether an original has the
    /// same bytes.
    pub fn is_copy(&mut self, shape: u64, place: u16, equal: impl Fn(MessageId) -> bool) -> bool {
        if self.run.0 == place && self.run.1 >= self.len {
            return false;
        }
        let bit = 1 << (place % 64);
        let oldest = if self.len < WINDOW { 0 } else { self.next };
        for step in 0..self.len {
            let index = (oldest + step) % WINDOW;
            if self.shapes[index] == shape
                && self.places[index] != place
                && self.taken[index] & bit == 0
                && equal(MessageId(self.ids[index]))
            {
                self.taken[index] |= bit;
                return true;
            }
        }
        false
    }

    /// Adds an original.
    pub fn remember(&mut self, shape: u64, place: u16, id: MessageId) {
        self.shapes[self.next] = shape;
        self.places[self.next] = place;
        self.ids[self.next] = id.0;
        self.taken[self.next] = 0;
        self.next = (self.next + 1) % WINDOW;
        self.len = (self.len + 1).min(WINDOW);
        self.run = if self.run.0 == place {
            (place, (self.run.1 + 1).min(WINDOW))
        } else {
            (place, 1)
        };
    }

    /// A subscription begins: no earlier original can have a copy on it.
    pub fn begin(&mut self, place: u16) {
        for taken in &mut self.taken {
            *taken |= 1 << (place % 64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays (subscription, content) and says which are copies.
    fn played(messages: &[(u16, u64)]) -> Vec<bool> {
        let mut copies = Copies::new();
        let contents: Vec<u64> = messages.iter().map(|(_, content)| *content).collect();
        let mut verdicts = Vec::new();
        for (index, (place, content)) in messages.iter().enumerate() {
            let copy = copies.is_copy(1, *place, |id| contents[id.0 as usize] == *content);
            if !copy {
                copies.remember(1, *place, MessageId(index as u64));
            }
            verdicts.push(copy);
        }
        verdicts
    }

    #[test]
    fn each_message_has_one_copy_on_each_other_subscription() {
        for (messages, copies) in [
            (&[(2, 5), (3, 5)][..], &[false, true][..]),
            (&[(2, 5), (2, 5)], &[false, false]),
            (&[(2, 5), (3, 6)], &[false, false]),
            (&[(2, 5), (3, 5), (3, 5)], &[false, true, false]),
            (&[(2, 5), (3, 5), (4, 5)], &[false, true, true]),
            (&[(0, 5), (2, 5), (3, 5)], &[false, true, true]),
            (
                &[(2, 5), (3, 5), (2, 5), (3, 5)],
                &[false, true, false, true],
            ),
            (
                &[(2, 5), (2, 5), (3, 5), (3, 5)],
                &[false, false, true, true],
            ),
        ] {
            assert_eq!(played(messages), copies, "{messages:?}");
        }
    }

    #[test]
    fn an_original_is_looked_for_sixteen_messages_back() {
        for (between, copy) in [(15, true), (16, false)] {
            let mut messages = vec![(2, 5)];
            messages.extend((0..between).map(|n| (3, 100 + n)));
            messages.push((3, 5));
            assert_eq!(played(&messages).last(), Some(&copy), "{between}");
        }
    }

    #[test]
    fn what_was_sent_before_a_subscription_does_not_come_back_on_it() {
        let mut copies = Copies::new();
        copies.remember(1, 0, MessageId(1));
        copies.begin(2);
        assert!(!copies.is_copy(1, 2, |_| true));
        assert!(copies.is_copy(1, 3, |_| true));
    }
}
