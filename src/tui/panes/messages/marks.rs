//! Marks: messages to come back to, by their ids.

use std::collections::BTreeSet;

use crate::store::MessageId;

/// More than anybody goes back to, and few enough to be looked through for each frame.
const MOST: usize = 1_000;

/// The messages marked, in the order of the log.
#[derive(Clone, Debug, Default)]
pub struct Marks(BTreeSet<MessageId>);

impl Marks {
    /// Whether a message is marked.
    pub fn has(&self, id: MessageId) -> bool {
        self.0.contains(&id)
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Marks a message, or takes its mark away.
    ///
    /// # Errors
    /// The sentence to show where there are too many.
    pub fn toggle(&mut self, id: MessageId) -> Result<(), String> {
        if self.0.remove(&id) {
            return Ok(());
        }
        if self.0.len() == MOST {
            return Err(format!(
                "{MOST} messages are marked, which is the most; m on a marked one takes its mark away."
            ));
        }
        self.0.insert(id);
        Ok(())
    }

    /// The marked messages from `id` on, itself left out: later ones, or earlier ones; and behind the
    /// last those at the other end.
    pub fn beyond(&self, id: MessageId, earlier: bool) -> Vec<MessageId> {
        let (before, after): (Vec<_>, Vec<_>) = self
            .0
            .iter()
            .filter(|mark| **mark != id)
            .partition(|mark| **mark < id);
        if earlier {
            before
                .into_iter()
                .rev()
                .chain(after.into_iter().rev())
                .collect()
        } else {
            after.into_iter().chain(before).collect()
        }
    }

    /// All of them, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = MessageId> + '_ {
        self.0.iter().copied()
    }

    /// Takes away the marks of messages that are gone, and says how many.
    pub fn forget(&mut self, is_gone: impl Fn(MessageId) -> bool) -> usize {
        let before = self.0.len();
        // eviction takes the oldest first
        while self.0.first().is_some_and(|oldest| is_gone(*oldest)) {
            self.0.pop_first();
        }
        before - self.0.len()
    }
}
