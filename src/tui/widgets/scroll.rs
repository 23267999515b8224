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
    /// To the last row.
    End,
}

/// Where a list of `u64` rows stands. How many rows there are and how many fit the screen is told
/// with each question: both change between any two.
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

    /// With these rows at the top and selected, as they were remembered elsewhere.
    pub fn at(offset: u64, selected: u64) -> Self {
        Scroll {
            offset,
            selected,
            follow: false,
        }
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

    /// Turns following on or off. Off leaves what shows where it is.
    pub fn follow(&mut self, on: bool) {
        self.follow = on;
    }

    /// The selected row, always below `rows`; `None` where there is none.
    pub fn selected(&self, rows: u64) -> Option<u64> {
        let last = rows.checked_sub(1)?;
        Some(if self.follow {
            last
        } else {
            self.selected.min(last)
        })
    }

    /// Selects a row; stops following.
    pub fn select(&mut self, row: u64) {
        self.selected = row;
        self.follow = false;
    }

    /// Takes a step. Going up stops following; only a list that follows already stays at the end
    /// by going down. A log starts following by [`Scroll::follow`], which a plain list never needs.
    pub fn step(&mut self, step: Move, rows: u64, height: u16) {
        let Some(selected) = self.selected(rows) else {
            return;
        };
        let visible = self.visible(rows, height);
        let page = u64::from(height).saturating_sub(1).max(1);
        let half = u64::from(height / 2).max(1);
        let (selected, up) = match step {
            Move::Up => (selected.saturating_sub(1), true),
            Move::PageUp => (selected.saturating_sub(page), true),
            Move::HalfUp => (selected.saturating_sub(half), true),
            Move::Home => (0, true),
            Move::Down => (selected.saturating_add(1), false),
            Move::PageDown => (selected.saturating_add(page), false),
            Move::HalfDown => (selected.saturating_add(half), false),
            Move::End => (rows - 1, false),
        };
        self.follow &= !up;
        self.selected = selected.min(rows - 1);
        // A page takes the screen along, so that the selection keeps its line.
        self.offset = match step {
            Move::PageUp => visible.start.saturating_sub(page),
            Move::HalfUp => visible.start.saturating_sub(half),
            Move::PageDown => visible.start.saturating_add(page),
            Move::HalfDown => visible.start.saturating_add(half),
            Move::Up | Move::Down | Move::Home | Move::End => visible.start,
        };
    }

    /// Scrolls by lines, down where positive. The selection moves no further than it needs to stay
    /// on the screen. Up stops following.
    pub fn wheel(&mut self, lines: i64, rows: u64, height: u16) {
        let Some(selected) = self.selected(rows).filter(|_| !self.follow || lines < 0) else {
            return;
        };
        let visible = self.visible(rows, height);
        self.follow = false;
        let last_offset = rows.saturating_sub(height.into());
        self.offset = visible.start.saturating_add_signed(lines).min(last_offset);
        let last_shown = self
            .offset
            .saturating_add(u64::from(height).saturating_sub(1));
        self.selected = selected.clamp(self.offset, last_shown);
    }

    /// The rows on a screen of that height; moves as little as needed for the selection to show.
    pub fn visible(&mut self, rows: u64, height: u16) -> Range<u64> {
        let height = u64::from(height);
        let selected = self.selected(rows).unwrap_or(0);
        let first = selected.saturating_add(1).saturating_sub(height);
        self.selected = selected;
        // Selected, then filled: no blank lines below while rows are left above.
        self.offset = self.offset.clamp(first.min(selected), selected);
        self.offset = self.offset.min(rows.saturating_sub(height));
        self.offset..rows.min(self.offset.saturating_add(height))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_through_a_hundred_rows_ten_at_a_time() {
        use Move::*;
        for (steps, selected, shown) in [
            (&[][..], 0, 0..10),
            (&[Up], 0, 0..10),
            (&[Down], 1, 0..10),
            (&[Down; 10], 10, 1..11),
            (&[PageDown], 9, 9..19),
            (&[PageDown, PageUp], 0, 0..10),
            (&[Down, PageDown], 10, 9..19),
            (&[HalfDown, HalfDown, HalfUp], 5, 5..15),
            (&[End], 99, 90..100),
            (&[End, Up], 98, 90..100),
            (&[End, Down], 99, 90..100),
            (&[End, PageUp], 90, 81..91),
            (&[End, Home], 0, 0..10),
            (&[PageDown; 20], 99, 90..100),
        ] {
            let mut scroll = Scroll::top();
            for step in steps {
                scroll.step(*step, 100, 10);
            }
            assert_eq!(scroll.visible(100, 10), shown, "{steps:?}");
            assert_eq!(scroll.selected(100), Some(selected), "{steps:?}");
        }
    }

    #[test]
    fn following_stays_at_the_end_until_going_up() {
        let mut scroll = Scroll::following();
        assert_eq!(scroll.visible(100, 10), 90..100);
        assert_eq!(scroll.visible(150, 10), 140..150);
        scroll.step(Move::Down, 150, 10);
        assert!(scroll.is_following());
        scroll.step(Move::Up, 150, 10);
        assert!(!scroll.is_following());
        assert_eq!(scroll.visible(1000, 10), 140..150);
        assert_eq!(scroll.selected(1000), Some(148));
        scroll.step(Move::End, 1000, 10);
        assert!(!scroll.is_following());
        scroll.follow(true);
        assert_eq!(scroll.visible(1001, 10), 991..1001);
    }

    #[test]
    fn following_turned_off_holds_the_screen() {
        let mut scroll = Scroll::following();
        assert_eq!(scroll.visible(100, 10), 90..100);
        scroll.follow(false);
        assert_eq!(scroll.visible(200, 10), 90..100);
        assert_eq!(scroll.selected(200), Some(99));
    }

    #[test]
    fn the_wheel_takes_the_selection_along_only_at_the_edge() {
        let mut scroll = Scroll::top();
        scroll.select(5);
        scroll.wheel(3, 100, 10);
        assert_eq!(
            (scroll.visible(100, 10), scroll.selected(100)),
            (3..13, Some(5))
        );
        scroll.wheel(3, 100, 10);
        assert_eq!(
            (scroll.visible(100, 10), scroll.selected(100)),
            (6..16, Some(6))
        );
        scroll.wheel(-100, 100, 10);
        assert_eq!(
            (scroll.visible(100, 10), scroll.selected(100)),
            (0..10, Some(6))
        );
        scroll.wheel(1000, 100, 10);
        assert_eq!(
            (scroll.visible(100, 10), scroll.selected(100)),
            (90..100, Some(90))
        );
    }

    #[test]
    fn the_wheel_upwards_leaves_following_and_downwards_keeps_it() {
        let mut scroll = Scroll::following();
        scroll.wheel(3, 100, 10);
        assert!(scroll.is_following());
        scroll.wheel(-3, 100, 10);
        assert_eq!(
            (scroll.is_following(), scroll.visible(100, 10)),
            (false, 87..97)
        );
    }

    #[test]
    fn a_larger_screen_fills_from_above() {
        let mut scroll = Scroll::top();
        scroll.step(Move::End, 100, 10);
        assert_eq!(scroll.visible(100, 40), 60..100);
        assert_eq!(scroll.visible(5, 40), 0..5);
        assert_eq!(scroll.selected(0), None);
    }

    proptest! {
        #[test]
        fn the_selection_always_shows(
            actions in prop::collection::vec((0u8..11, any::<u64>()), 0..40),
            rows in prop_oneof![0u64..50, Just(u64::MAX)],
            height in 1u16..20,
        ) {
            use Move::*;
            let mut scroll = Scroll::following();
            for (action, value) in actions {
                match action {
                    0 => scroll.select(value),
                    1 => scroll.wheel(value as i64, rows, height),
                    2 => scroll.follow(value % 2 == 0),
                    other => {
                        let moves = [Up, Down, PageUp, PageDown, HalfUp, HalfDown, Home, End];
                        scroll.step(moves[usize::from(other) - 3], rows, height);
                    }
                }
                let shown = scroll.visible(rows, height);
                prop_assert_eq!(shown.end - shown.start, rows.min(height.into()));
                if let Some(selected) = scroll.selected(rows) {
                    prop_assert!(shown.contains(&selected), "{:?} {}", shown, selected);
                }
            }
        }

        #[test]
        fn no_height_panics(rows: u64, height: u16, row: u64, lines: i64) {
            let mut scroll = Scroll::top();
            scroll.select(row);
            scroll.wheel(lines, rows, height);
            scroll.step(Move::PageDown, rows, height);
            let shown = scroll.visible(rows, height);
            prop_assert!(shown.end <= rows);
        }
    }
}
