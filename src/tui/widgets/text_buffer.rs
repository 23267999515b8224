//! Text that is edited: cursor, selection, undo, and what each editing key does, the same in fields of
//! one line and of many.
//!
//! The cursor moves and deletes by grapheme clusters. Only right behind what was just typed may it stand
//! inside one: an emoji or a flag that comes in several characters is put together there, and stays
//! apart from what follows. Between a letter and its accent it never stands.

mod undo;

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

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

/// A place to move to, or up to which to delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    Left,
    Right,
    WordLeft,
    WordRight,
    LineStart,
    LineEnd,
    Start,
    End,
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Insert(char),
    Move(To),
    Delete(To),
    /// Deletes, and keeps it for [`Meaning::InsertCut`].
    Cut(To),
    InsertCut,
    Undo,
    Redo,
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

/// What an editing key means: those of readline, and those that are printed on the keys.
fn meaning(key: KeyEvent) -> Option<Meaning> {
    use KeyCode::{Backspace, Char, Delete, End, Home, Left, Right};
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key
        .modifiers
        .intersects(KeyModifiers::ALT | KeyModifiers::META);
    let known =
        KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::META | KeyModifiers::SHIFT;
    if !key.modifiers.difference(known).is_empty() {
        return None;
    }
    Some(match (key.code, control, alt) {
        (Char(character), false, false) if !character.is_control() => Meaning::Insert(character),
        // Ctrl-_ and Ctrl-/ are one byte, which crossterm calls Ctrl-7
        (Char('_' | '/' | '7' | '-'), true, false) => Meaning::Undo,
        (Char('_' | '/' | '7' | '-'), true, true) => Meaning::Redo,
        (Left, false, false) | (Char('b'), true, false) => Meaning::Move(To::Left),
        (Right, false, false) | (Char('f'), true, false) => Meaning::Move(To::Right),
        (Left, ..) | (Char('b'), false, true) => Meaning::Move(To::WordLeft),
        (Right, ..) | (Char('f'), false, true) => Meaning::Move(To::WordRight),
        (Home, true, _) => Meaning::Move(To::Start),
        (End, true, _) => Meaning::Move(To::End),
        (Home, false, _) | (Char('a'), true, false) => Meaning::Move(To::LineStart),
        (End, false, _) | (Char('e'), true, false) => Meaning::Move(To::LineEnd),
        (Backspace, false, false) | (Char('h'), true, false) => Meaning::Delete(To::Left),
        (Delete, false, false) | (Char('d'), true, false) => Meaning::Delete(To::Right),
        (Backspace, ..) | (Char('w'), true, false) => Meaning::Cut(To::WordLeft),
        (Delete, ..) | (Char('d'), false, true) => Meaning::Cut(To::WordRight),
        (Char('u'), true, false) => Meaning::Cut(To::LineStart),
        (Char('k'), true, false) => Meaning::Cut(To::LineEnd),
        (Char('y'), true, false) => Meaning::InsertCut,
        _ => return None,
    })
}

/// The end of the cluster that ends before a place, or in which the place is.
fn boundary_left(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0)
}

fn boundary_right(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    let next = cursor.next_boundary(text, 0).ok().flatten();
    next.unwrap_or(text.len())
}

fn is_boundary(text: &str, at: usize) -> bool {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    cursor.is_boundary(text, 0).unwrap_or(true)
}

/// The boundary of clusters at a place, else the one behind it.
pub(super) fn boundary_from(text: &str, at: usize) -> usize {
    if is_boundary(text, at) {
        at
    } else {
        boundary_right(text, at)
    }
}

/// The boundary at a place, else the one before it.
fn boundary_before(text: &str, at: usize) -> usize {
    let mut back = (0..4).map(|back| at.saturating_sub(back));
    match back.find(|at| text.is_char_boundary(*at)) {
        Some(at) if is_boundary(text, at) => at,
        at => boundary_left(text, at.unwrap_or(0)),
    }
}

/// The place, or the one behind the accents that follow there and belong to the character before.
fn behind_accents(text: &str, at: usize) -> usize {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    let is_accent = next.is_some_and(|next| {
        let behind_a_letter: String = ['a', next].iter().collect();
        behind_a_letter.graphemes(true).count() == 1
    });
    if is_accent && !is_boundary(text, at) {
        boundary_right(text, at)
    } else {
        at
    }
}

fn is_word(cluster: &str) -> bool {
    let first = cluster.chars().next();
    first.is_some_and(|first| first.is_alphanumeric() || first == '_')
}

/// The start of the word before a place: a token of a subject is one.
fn word_left(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let mut place = 0;
    let mut in_word = false;
    for (start, cluster) in before.grapheme_indices(true).rev() {
        if in_word && !is_word(cluster) {
            place = start + cluster.len();
            break;
        }
        in_word |= is_word(cluster);
    }
    place
}

/// The end of the word behind a place.
fn word_right(text: &str, at: usize) -> usize {
    let after = text.get(at..).unwrap_or_default();
    let mut in_word = false;
    for (start, cluster) in after.grapheme_indices(true) {
        if in_word && !is_word(cluster) {
            return at + start;
        }
        in_word |= is_word(cluster);
    }
    text.len()
}

#[cfg(test)]
mod tests;
