//! Text that is edited: cursor, selection, undo, and what each editing key does, the same in fields of
//! one line and of many.
//!
//! The cursor moves and deletes by grapheme clusters. Only right behind what was just typed may it stand
//! inside one: an emoji or a flag that comes in several characters is put together there, and stays
//! apart from what follows. Between a letter and its accent it never stands.

mod clusters;
mod keys;
mod undo;

pub use clusters::boundary_from;

use std::ops::Range;

use crossterm::event::KeyEvent;

use clusters::{
    behind_accents, boundary_before, boundary_left, boundary_right, word_left, word_right,
};
use keys::{Meaning, To, meaning};
use undo::{Change, Run, Undo};

/// Text with a cursor.
#[derive(Clone, Debug)]
pub struct TextBuffer {
    text: String,
    /// In bytes.
    cursor: usize,
    /// Whether all of the text is selected.
    selected: bool,
    /// Whether line feeds part it into lines that have ends of their own.
    has_lines: bool,
    /// The most bytes of the text.
    limit: usize,
    undo: Undo,
    /// What was cut last, to be inserted again.
    cut: String,
    /// Whether the last key cut, so that another cut joins it.
    cutting: bool,
    changes: u64,
}

impl TextBuffer {
    /// A text of one line, the cursor behind it.
    pub fn line(text: impl Into<String>) -> TextBuffer {
        let text = text.into();
        TextBuffer {
            cursor: text.len(),
            text,
            selected: false,
            has_lines: false,
            limit: usize::MAX,
            undo: Undo::default(),
            cut: String::new(),
            cutting: false,
            changes: 0,
        }
    }

    /// An empty text of many lines that takes at most so many bytes.
    pub fn lines(limit: usize) -> TextBuffer {
        TextBuffer {
            has_lines: true,
            limit,
            ..TextBuffer::line("")
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor stands, in bytes.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether all of the text is selected.
    pub fn is_selected(&self) -> bool {
        self.selected
    }

    /// How often the text was changed.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Selects everything, so that typing replaces it; the cursor stands behind it.
    pub fn select_all(&mut self) {
        self.move_to(self.text.len());
        self.selected = !self.text.is_empty();
    }

    /// Puts the cursor at the boundary at or before a place in the text; ends a selection.
    pub fn move_to(&mut self, at: usize) {
        self.cursor = boundary_before(&self.text, at.min(self.text.len()));
        self.end_run();
    }

    /// Ends a selection. What is typed next is a step of undo of its own.
    pub fn end_run(&mut self) {
        self.selected = false;
        self.cutting = false;
        self.undo.end_run();
    }

    /// Replaces the whole text, as one step of undo; the cursor stands behind it. Whether that fits.
    pub fn set_text(&mut self, text: &str) -> bool {
        self.replace(0..self.text.len(), text)
    }

    /// Replaces a part of the text, in bytes, as one step of undo; the cursor stands behind what stands
    /// there now. Nothing changes where that does not fit, or where the part ends inside a character.
    pub fn replace(&mut self, part: Range<usize>, text: &str) -> bool {
        self.end_run();
        self.change(part, text, Run::None)
    }

    /// Inserts a text in place of what is selected, as one step of undo. Whether that fits.
    pub fn insert(&mut self, text: &str) -> bool {
        let place = self.selection();
        text.is_empty() || self.replace(place, text)
    }

    /// Does what an editing key means; says whether it is one. Enter, Tab, Esc, up and down and function
    /// keys are not.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let Some(meaning) = meaning(key) else {
            return false;
        };
        match meaning {
            Meaning::Insert(character) => {
                let place = self.selection();
                self.selected = false;
                self.cutting = false;
                self.change(place, character.encode_utf8(&mut [0; 4]), Run::Typing);
            }
            Meaning::Move(to) => self.move_to(self.place(to)),
            Meaning::Delete(to) => _ = self.delete(to),
            Meaning::Cut(to) => {
                let was_cutting = self.cutting;
                let Some((removed, before_cursor)) = self.delete(to) else {
                    return true;
                };
                self.cut = match (was_cutting, before_cursor) {
                    (false, _) => removed,
                    (true, true) => removed + &self.cut,
                    (true, false) => std::mem::take(&mut self.cut) + &removed,
                };
                self.cutting = true;
            }
            Meaning::InsertCut => {
                let cut = self.cut.clone();
                self.insert(&cut);
            }
            Meaning::Undo => {
                self.end_run();
                if let Some(change) = self.undo.undo() {
                    self.apply(change.undone(), &change.removed);
                    self.cursor = change.cursor;
                    self.undo.undone(change);
                }
            }
            Meaning::Redo => {
                self.end_run();
                if let Some(change) = self.undo.redo() {
                    self.apply(change.place(), &change.inserted);
                    self.undo.done(change);
                }
            }
        }
        true
    }

    /// What typing replaces.
    fn selection(&self) -> Range<usize> {
        if self.selected {
            0..self.text.len()
        } else {
            self.cursor..self.cursor
        }
    }

    /// Deletes what is selected, else up to a place. What was removed, and whether it stood before the
    /// cursor; nothing where there was nothing.
    fn delete(&mut self, to: To) -> Option<(String, bool)> {
        let before_cursor = matches!(to, To::Left | To::WordLeft | To::LineStart);
        let (part, run) = if self.selected {
            (self.selection(), Run::None)
        } else {
            self.reach(to)
        };
        self.selected = false;
        self.cutting = false;
        if part.is_empty() {
            return None;
        }
        let removed = self.text.get(part.clone())?.to_owned();
        self.change(part, "", run);
        Some((removed, before_cursor))
    }

    /// What deleting up to a place removes. What stands on the other side of the cursor is left alone, even
    /// where the two make up one cluster. A line that has nothing more on that side loses its line feed.
    fn reach(&self, to: To) -> (Range<usize>, Run) {
        let at = self.cursor;
        let (before, after) = self.text.split_at_checked(at).unwrap_or_default();
        let left = boundary_left(before, at)..at;
        let right = at..at + boundary_right(after, 0);
        let place = self.place(to);
        match to {
            To::Left => (left, Run::Left),
            To::Right => (right, Run::Right),
            To::LineStart if place == at => (left, Run::None),
            To::LineEnd if place == at => (right, Run::None),
            _ => (place.min(at)..place.max(at), Run::None),
        }
    }

    /// Changes the text and remembers how to undo that; whether it fits.
    fn change(&mut self, part: Range<usize>, text: &str, run: Run) -> bool {
        let part = part.start..part.end.max(part.start);
        let Some(removed) = self.text.get(part.clone()) else {
            return false;
        };
        if removed == text {
            self.cursor = part.end;
            return true;
        }
        let kept = self.text.len() - removed.len();
        if kept.saturating_add(text.len()) > self.limit {
            return false;
        }
        let change = Change {
            at: part.start,
            removed: removed.to_owned(),
            inserted: text.to_owned(),
            cursor: self.cursor,
        };
        self.apply(part, text);
        self.undo.add(change, run);
        true
    }

    fn apply(&mut self, part: Range<usize>, text: &str) {
        let end = part.start + text.len();
        self.text.replace_range(part, text);
        self.cursor = behind_accents(&self.text, end);
        self.changes += 1;
    }

    /// The line that holds a place, in bytes, without its line feed.
    pub fn line_at(&self, at: usize) -> Range<usize> {
        if !self.has_lines {
            return 0..self.text.len();
        }
        let (before, after) = self.text.split_at_checked(at).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |feed| feed + 1);
        let end = memchr::memchr(b'\n', after.as_bytes());
        start..end.map_or(self.text.len(), |feed| at + feed)
    }

    /// Where a movement from the cursor leads.
    fn place(&self, to: To) -> usize {
        let (text, at) = (self.text.as_str(), self.cursor);
        match to {
            To::Left => boundary_left(text, at),
            To::Right => boundary_right(text, at),
            To::WordLeft => word_left(text, at),
            To::WordRight => word_right(text, at),
            To::LineStart => self.line_at(at).start,
            // before a carriage return that belongs to the line feed, unless the cursor stands behind it
            To::LineEnd => boundary_before(text, self.line_at(at).end).max(at),
            To::Start => 0,
            To::End => text.len(),
        }
    }
}

#[cfg(test)]
mod tests;
