//! What was changed in a text, to be taken back and done again.

use std::ops::Range;

/// Bytes of text that are remembered. The oldest changes go when there is more.
const REMEMBERED: usize = 16 << 20;

/// One step: a part of a text replaced by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where, in bytes.
    pub at: usize,
    /// What stood there.
    pub removed: String,
    /// What stands there now.
    pub inserted: String,
    /// Where the cursor stood before.
    pub cursor: usize,
}

/// What makes changes that follow each other one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Run {
    /// Nothing: a step of its own.
    #[default]
    None,
    /// Characters typed one behind the other, up to the next word.
    Typing,
    /// Deleted to the left, one behind the other.
    Left,
    /// Deleted to the right, one behind the other.
    Right,
}

/// The steps that can be taken back, and those that were.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    done: Vec<Change>,
    undone: Vec<Change>,
    /// What the newest change may be continued by.
    run: Run,
    /// Bytes in `done`.
    bytes: usize,
}

impl Change {
    /// The part that it replaces.
    pub fn place(&self) -> Range<usize> {
        self.at..self.at + self.removed.len()
    }

    /// The part that taking it back replaces.
    pub fn undone(&self) -> Range<usize> {
        self.at..self.at + self.inserted.len()
    }

    fn bytes(&self) -> usize {
        size_of::<Change>() + self.removed.len() + self.inserted.len()
    }

    /// Takes up a change that follows; gives it back where it is a step of its own.
    fn join(&mut self, next: Change, run: Run) -> Option<Change> {
        let end = self.at + self.inserted.len();
        match run {
            Run::Typing if next.removed.is_empty() && next.at == end => {
                let ends_word = self.inserted.ends_with(char::is_whitespace);
                if ends_word && !next.inserted.starts_with(char::is_whitespace) {
                    return Some(next);
                }
                self.inserted += &next.inserted;
            }
            Run::Left if next.inserted.is_empty() && next.place().end == self.at => {
                self.at = next.at;
                self.removed = next.removed + &self.removed;
            }
            Run::Right if next.inserted.is_empty() && next.at == self.at => {
                self.removed += &next.removed;
            }
            _ => return Some(next),
        }
        None
    }
}

impl Undo {
    /// Makes the next change a step of its own.
    pub fn end_run(&mut self) {
        self.run = Run::None;
    }

    /// Remembers a change. What was taken back before it is gone.
    pub fn add(&mut self, change: Change, run: Run) {
        self.undone.clear();
        let goes_on = run != Run::None && run == self.run;
        self.run = run;
        let mut rest = Some(change);
        if let Some(newest) = self.done.last_mut().filter(|_| goes_on) {
            self.bytes -= newest.bytes();
            rest = rest.and_then(|change| newest.join(change, run));
            self.bytes += newest.bytes();
        }
        if let Some(change) = rest {
            self.done(change);
        }
        let mut surplus = 0;
        for oldest in self.done.iter().rev().skip(1).rev() {
            if self.bytes <= REMEMBERED {
                break;
            }
            self.bytes -= oldest.bytes();
            surplus += 1;
        }
        self.done.drain(..surplus);
    }

    /// The newest step that was not taken back.
    pub fn undo(&mut self) -> Option<Change> {
        let change = self.done.pop()?;
        self.bytes -= change.bytes();
        Some(change)
    }

    /// The step that was taken back last.
    pub fn redo(&mut self) -> Option<Change> {
        self.undone.pop()
    }

    /// Remembers a step as done.
    pub fn done(&mut self, change: Change) {
        self.bytes += change.bytes();
        self.done.push(change);
    }

    /// Remembers a step as taken back.
    pub fn undone(&mut self, change: Change) {
        self.undone.push(change);
    }
}
