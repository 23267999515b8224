//! What the editing keys mean.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A place to move to, or up to which to delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
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
pub enum Meaning {
    Insert(char),
    Move(To),
    Delete(To),
    /// Deletes, and keeps it for [`Meaning::InsertCut`].
    Cut(To),
    InsertCut,
    Undo,
    Redo,
}

/// What an editing key means: those of readline, and those that are printed on the keys.
pub fn meaning(key: KeyEvent) -> Option<Meaning> {
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
