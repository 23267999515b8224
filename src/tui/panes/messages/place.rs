//! Where the log stands: by message, never by row number, so that eviction and filters move nothing.

use std::ops::Range;

use super::rows::Rows;
use crate::{
    store::MessageId,
    tui::widgets::scroll::{Move, Scroll},
};

/// Which rows show, and which one is selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// `None` follows the newest.
    fixed: Option<Fixed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fixed {
    top: MessageId,
    selected: MessageId,
}

impl Place {
    /// Whether the newest row is followed.
    pub fn is_following(&self) -> bool {
        self.fixed.is_none()
    }

    /// Selects a message. Where it does not show already, a third of the rows on the screen stand above
    /// it.
    pub fn go_to(&mut self, id: MessageId, rows: &Rows, height: u16) {
        let row = rows.row_of(id).unwrap_or_else(|nearest| nearest);
        let visible = self.visible(rows, height);
        let top = if visible.contains(&row) {
            visible.start
        } else {
            row.saturating_sub(u64::from(height / 3))
        };
        let top = (top..=row).find_map(|row| rows.id(row)).unwrap_or(id);
        self.fixed = Some(Fixed { top, selected: id });
    }

    /// Stops following, with the same rows on the screen.
    pub fn stay(&mut self, rows: &Rows, height: u16) {
        let visible = self.visible(rows, height);
        let selected = self.selected(rows);
        if let (Some(top), Some(selected)) = (rows.id(visible.start), selected) {
            self.fixed = Some(Fixed { top, selected });
        }
    }

    /// Takes the first row on the screen for the one to stay there, where another screen moved it.
    pub fn settle(&mut self, rows: &Rows, height: u16) {
        let top = rows.id(self.visible(rows, height).start);
        if let (Some(fixed), Some(top)) = (&mut self.fixed, top) {
            fixed.top = top;
        }
    }

    /// The rows on a screen of that height, on which the days between them have lines too.
    pub fn visible(&self, rows: &Rows, height: u16) -> Range<u64> {
        let total = rows.len();
        let Some((top, selected)) = self.top_and_selected(rows) else {
            return rows.fitting_until(total, height);
        };
        let (Some(last), 1..) = (total.checked_sub(1), height) else {
            return 0..0;
        };
        // the selected row shows, and no line below stays blank while rows are left above
        let selected = selected.min(last);
        let from_top = rows.fitting_from(top.min(selected), height);
        let end = if from_top.contains(&selected) {
            from_top.end
        } else {
            selected + 1
        };
        let to_end = rows.fitting_until(end, height);
        if end == total || !from_top.contains(&selected) {
            to_end
        } else {
            from_top
        }
    }

    /// The row under the cursor.
    pub fn selected_row(&self, rows: &Rows) -> Option<u64> {
        self.scroll(rows).selected(rows.len())
    }

    /// The message under the cursor, or the marker.
    pub fn selected(&self, rows: &Rows) -> Option<MessageId> {
        rows.id(self.selected_row(rows)?)
    }

    /// Takes a step. Rows of evicted messages are stepped over.
    pub fn step(&mut self, step: Move, rows: &Rows, height: u16) {
        if step == Move::End {
            self.fixed = None;
            return;
        }
        let (mut scroll, height) = self.scrolling(rows, height);
        scroll.step(step, rows.len(), height);
        let up = matches!(step, Move::Up | Move::PageUp | Move::HalfUp | Move::Home);
        self.take(scroll, up, rows, height);
    }

    /// Scrolls by lines, down where positive; the cursor moves no further than it needs to show.
    pub fn wheel(&mut self, lines: i64, rows: &Rows, height: u16) {
        let (mut scroll, height) = self.scrolling(rows, height);
        scroll.wheel(lines, rows.len(), height);
        self.take(scroll, lines < 0, rows, height);
    }

    /// Takes rows over as messages. Where a row names none, the one beside it counts.
    fn take(&mut self, mut scroll: Scroll, up: bool, rows: &Rows, height: u16) {
        if scroll.is_following() {
            self.fixed = None;
            return;
        }
        let Some(row) = scroll.selected(rows.len()) else {
            return;
        };
        let beside = if up {
            [row.checked_sub(1), row.checked_add(1)]
        } else {
            [row.checked_add(1), row.checked_sub(1)]
        };
        let candidates = [Some(row), beside[0], beside[1]].into_iter().flatten();
        let named = |row| Some((row, rows.id(row)?));
        let Some((row, selected)) = candidates.filter_map(named).next() else {
            return;
        };
        scroll.select(row);
        let visible = scroll.visible(rows.len(), height);
        let top = visible.clone().find_map(|row| rows.id(row));
        if let Some(top) = top {
            self.fixed = Some(Fixed { top, selected });
        }
    }

    /// The arithmetic of a step from here, and the height that it counts with: as many rows as show.
    fn scrolling(&self, rows: &Rows, height: u16) -> (Scroll, u16) {
        let visible = self.visible(rows, height);
        let mut scroll = match self.top_and_selected(rows) {
            Some((_, selected)) => Scroll::at(visible.start, selected),
            None => Scroll::following(),
        };
        let height = u16::try_from(visible.end - visible.start).unwrap_or(height);
        scroll.visible(rows.len(), height);
        (scroll, height)
    }

    fn scroll(&self, rows: &Rows) -> Scroll {
        match self.top_and_selected(rows) {
            Some((top, selected)) => Scroll::at(top, selected),
            None => Scroll::following(),
        }
    }

    /// The first row on the screen and the selected one; `None` where the newest is followed.
    fn top_and_selected(&self, rows: &Rows) -> Option<(u64, u64)> {
        let row = |id| rows.row_of(id).unwrap_or_else(|nearest| nearest);
        let fixed = self.fixed?;
        let (top, selected) = (row(fixed.top), row(fixed.selected));
        // at the first row of all, the line that tells what stood above it shows too
        let evicted_above = selected == top && top == 1 && rows.id(0).is_none();
        Some((if evicted_above { 0 } else { top }, selected))
    }
}
