//! The arithmetic of a long list: which rows show, which one is selected, whether the newest is
//! followed. Every step costs the same, however long the list.

use std::ops::Range;

/// A step through a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// A screen less one row up.
    PageUp,
    /// A screen less one row down.
    PageDown,
    /// Half a screen up.
    HalfUp,
    /// Half a screen down.
    HalfDown,
    /// To the first row.
    Home,
    /// To the last row; follows from now on.
    End,
}

/// Where a list of `u64` rows stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    offset: u64,
    selected: u64,
    follow: bool,
}

impl Scroll {
    /// At the top.
    pub fn top() -> Self {
        Scroll::default()
    }

    /// At the end, and staying there.
    pub fn following() -> Self {
        Scroll {
            follow: true,
            ..Scroll::default()
        }
    }

    /// Whether the last row stays selected when rows come.
    pub fn is_following(&self) -> bool {
        self.follow
    }

    /// Turns following on or off.
    pub fn follow(&mut self, _on: bool) {
        todo!()
    }

    /// The selected row, always below `rows`; `None` where there is none.
    pub fn selected(&self, _rows: u64) -> Option<u64> {
        todo!()
    }

    /// Selects a row; stops following.
    pub fn select(&mut self, _row: u64) {
        todo!()
    }

    /// Takes a step. Up, pages and Home stop following; End, and reaching the last row, does not
    /// start it except for [`Move::End`].
    pub fn step(&mut self, _step: Move, _rows: u64, _height: u16) {
        todo!()
    }

    /// Scrolls by lines without moving the selection further than needed to stay visible.
    pub fn wheel(&mut self, _lines: i32, _rows: u64, _height: u16) {
        todo!()
    }

    /// The rows on a screen of that height; moves as little as needed for the selection to show.
    pub fn visible(&mut self, _rows: u64, _height: u16) -> Range<u64> {
        todo!()
    }

    /// Rows were taken away before the first: every number is that much smaller.
    pub fn evicted(&mut self, _rows: u64) {
        todo!()
    }
}
