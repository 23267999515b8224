//! Where the log stands: by message, never by row number, so that eviction and filters move nothing.

use std::ops::Range;

use crate::{
    store::{MessageId, Store},
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

    /// Selects a message; the log scrolls as little as needed to show it.
    pub fn go_to(&mut self, id: MessageId) {
        let top = self.fixed.map_or(id, |fixed| fixed.top);
        self.fixed = Some(Fixed { top, selected: id });
    }

    /// Stops following, with the same rows on the screen.
    pub fn stay(&mut self, store: &Store, visible: Range<u64>, rows: u64) {
        let selected = self
            .selected(store, rows)
            .or_else(|| id_at(store, visible.end.checked_sub(1)?));
        if let (Some(top), Some(selected)) = (id_at(store, visible.start), selected) {
            self.fixed = Some(Fixed { top, selected });
        }
    }

    /// The rows on a screen of that height, out of `rows`.
    pub fn visible(&self, store: &Store, rows: u64, height: u16) -> Range<u64> {
        self.scroll(store, rows).visible(rows, height)
    }

    /// The row under the cursor.
    pub fn selected_row(&self, store: &Store, rows: u64) -> Option<u64> {
        self.scroll(store, rows).selected(rows)
    }

    /// The message under the cursor.
    pub fn selected(&self, store: &Store, rows: u64) -> Option<MessageId> {
        match self.fixed {
            Some(fixed) if store.row_of(fixed.selected).is_ok() => Some(fixed.selected),
            _ => id_at(store, self.selected_row(store, rows)?),
        }
    }

    /// Whether the first row on the screen is still kept.
    pub fn is_evicted(&self, store: &Store) -> bool {
        self.fixed
            .is_some_and(|fixed| store.get(fixed.top).is_none())
    }

    /// Takes a step.
    pub fn step(&mut self, step: Move, store: &Store, rows: u64, height: u16) {
        let mut scroll = self.scroll(store, rows);
        scroll.visible(rows, height);
        scroll.step(step, rows, height);
        if scroll.is_following() {
            self.fixed = None;
            return;
        }
        let visible = scroll.visible(rows, height);
        let selected = scroll.selected(rows).and_then(|row| id_at(store, row));
        if let (Some(top), Some(selected)) = (id_at(store, visible.start), selected) {
            self.fixed = Some(Fixed { top, selected });
        }
    }

    fn scroll(&self, store: &Store, rows: u64) -> Scroll {
        let row = |id| {
            store
                .row_of(id)
                .unwrap_or_else(|nearest| nearest)
                .min(rows.saturating_sub(1))
        };
        match self.fixed {
            None => Scroll::following(),
            Some(fixed) => Scroll::at(row(fixed.top), row(fixed.selected)),
        }
    }
}

fn id_at(store: &Store, row: u64) -> Option<MessageId> {
    store.row(row).map(|entry| entry.id())
}
