//! The rows of the log as they are looked at: all that show now, or those of the moment it was
//! frozen, also where their messages are evicted by now.

use std::{collections::HashMap, ops::Range};

use crate::{
    store::{Entry, Frozen, MessageId, Outcome, Store},
    tui::moment::Calendar,
};

/// A frozen log: the newest row it may show, and copies of those that are on the screen.
#[derive(Debug)]
pub struct Freeze {
    until: MessageId,
    /// The rows on the screen, safe from eviction.
    pinned: Frozen,
    /// What became of the requests among them.
    outcomes: HashMap<MessageId, Outcome>,
    /// Whether rows lie between the pinned ones and the newest.
    more_below: bool,
}

impl Freeze {
    /// Holds the log at its newest row, with nothing pinned yet; `None` where there is no message.
    pub fn new(store: &Store) -> Option<Freeze> {
        Some(Freeze {
            until: store.newest()?,
            pinned: Frozen::default(),
            outcomes: HashMap::new(),
            more_below: false,
        })
    }

    /// Pins these rows of the store in place of those pinned before.
    pub fn pin(&mut self, store: &Store, rows: Range<u64>) {
        let ids = rows.clone().filter_map(|row| Some(store.row(row)?.id()));
        self.outcomes = ids
            .filter_map(|id| Some((id, store.pair(id)?.outcome)))
            .collect();
        self.more_below = rows.end < shown_until(store, self.until);
        self.pinned = store.snapshot(rows);
    }

    /// Whether the pinned rows are these.
    pub fn holds(&self, ids: impl Iterator<Item = MessageId>) -> bool {
        let pinned = (0..self.pinned.rows()).filter_map(|row| self.pinned.row(row));
        pinned.map(|entry| entry.id()).eq(ids)
    }

    /// What became of a pinned request.
    pub fn outcome(&self, id: MessageId) -> Option<&Outcome> {
        self.outcomes.get(&id)
    }

    /// What the pinned rows occupy, in bytes.
    pub fn memory(&self) -> usize {
        self.pinned.memory()
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// A message or a marker.
    Entry(Entry<'a>),
    /// Messages stood here and are evicted.
    Evicted,
}

/// A line of the list: rows, and above some of them the day that begins there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListLine {
    /// The day of this moment, in nanoseconds since the Unix epoch.
    Day(i64),
    /// A row.
    Row(u64),
}

/// The rows, the oldest first:
///
/// ```text
/// evicted            only where pinned rows outlived their messages
/// pinned rows        those whose messages are evicted
/// evicted            only where rows below them are gone too
/// rows of the store  up to the newest at the time of the freeze
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    store: &'a Store,
    freeze: Option<&'a Freeze>,
    calendar: &'a Calendar,
    /// How many pinned rows stand for evicted messages.
    held: u64,
    /// Rows above those of the store.
    head: u64,
    total: u64,
}

impl<'a> Rows<'a> {
    /// The rows of the store, up to where it is frozen.
    pub fn of(store: &'a Store, freeze: Option<&'a Freeze>, calendar: &'a Calendar) -> Rows<'a> {
        let (mut held, mut head, mut shown) = (0, 0, store.rows());
        if let Some(freeze) = freeze {
            held = held_rows(store, &freeze.pinned);
            let gap = held == freeze.pinned.rows() && freeze.more_below;
            head = if held == 0 {
                0
            } else {
                1 + held + u64::from(gap)
            };
            shown = shown_until(store, freeze.until);
        }
        Rows {
            store,
            freeze,
            calendar,
            held,
            head,
            total: head + shown,
        }
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.total
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// How many of them stand above those of the store.
    pub fn head(&self) -> u64 {
        self.head
    }

    /// The row at `index`; 0 is the oldest.
    pub fn get(&self, index: u64) -> Option<Row<'a>> {
        if index >= self.total {
            None
        } else if index >= self.head {
            self.store.row(index - self.head).map(Row::Entry)
        } else if (1..=self.held).contains(&index) {
            self.freeze?.pinned.row(index - 1).map(Row::Entry)
        } else {
            Some(Row::Evicted)
        }
    }

    /// When the row at `index` happened, in nanoseconds since the Unix epoch.
    pub fn time(&self, index: u64) -> Option<i64> {
        match index.checked_sub(self.head).filter(|_| index < self.total) {
            Some(row) => self.store.row_time(row),
            None => match self.get(index)? {
                Row::Entry(entry) => Some(entry.at()),
                Row::Evicted => None,
            },
        }
    }

    /// The moment whose day is told above a row: where that is another one than that of the row above,
    /// and above the first row on the screen where it is not today.
    fn day_above(&self, row: u64, is_first: bool) -> Option<i64> {
        let at = self.time(row)?;
        let is_today = self.calendar.is_today(at);
        let above = row.checked_sub(1).and_then(|above| self.time(above));
        let begins = match above {
            Some(above) if is_today => !self.calendar.is_today(above),
            Some(above) => !self.calendar.day(at).contains(&above),
            None => !is_today,
        };
        (begins || (is_first && !is_today)).then_some(at)
    }

    /// Whether no day is told in these rows, which nearly always are all of today.
    fn are_of_today(&self, rows: Range<u64>) -> bool {
        (rows.start.saturating_sub(1)..rows.end)
            .filter_map(|row| self.time(row))
            .all(|at| self.calendar.is_today(at))
    }

    /// The rows from `start` on that fit a list of that height with the days above them, at least one.
    pub fn fitting_from(&self, start: u64, height: u16) -> Range<u64> {
        let end = start.saturating_add(height.into()).min(self.total);
        if self.are_of_today(start..end) {
            return start..end;
        }
        let mut left = usize::from(height);
        let fitting = (start..end).take_while(|row| {
            let lines = 1 + usize::from(self.day_above(*row, *row == start).is_some());
            let fits = lines <= left;
            left = left.saturating_sub(lines);
            fits
        });
        let count = fitting.count().max(1) as u64;
        start..(start + count).min(end)
    }

    /// The rows before `end` that fit a list of that height with the days above them, at least one.
    pub fn fitting_until(&self, end: u64, height: u16) -> Range<u64> {
        let first = end.saturating_sub(height.into());
        if self.are_of_today(first..end) {
            return first..end;
        }
        let mut start = end;
        // lines of the rows from `start` on, were it not the first one
        let mut below = 0;
        while let Some(row) = start.checked_sub(1).filter(|row| *row >= first) {
            let as_first = 1 + usize::from(self.day_above(row, true).is_some());
            if below + as_first > usize::from(height) && start < end {
                break;
            }
            below += 1 + usize::from(self.day_above(row, false).is_some());
            start = row;
        }
        start..end
    }

    /// The lines of these rows, which begin a list of that height. Where there is no room for all, the
    /// day above the first row is left out.
    pub fn lines(&self, rows: Range<u64>, height: u16) -> Vec<ListLine> {
        if self.are_of_today(rows.clone()) {
            return rows.map(ListLine::Row).collect();
        }
        let first = rows.start;
        let mut lines: Vec<ListLine> = rows
            .flat_map(|row| {
                let day = self.day_above(row, row == first).map(ListLine::Day);
                day.into_iter().chain([ListLine::Row(row)])
            })
            .collect();
        if lines.len() > usize::from(height) && matches!(lines.first(), Some(ListLine::Day(_))) {
            lines.remove(0);
        }
        lines
    }

    /// The message or marker at `index`.
    pub fn id(&self, index: u64) -> Option<MessageId> {
        match self.get(index)? {
            Row::Entry(entry) => Some(entry.id()),
            Row::Evicted => None,
        }
    }

    /// The row of a message or marker.
    ///
    /// # Errors
    /// Where it has none, the row nearest to it.
    pub fn row_of(&self, id: MessageId) -> Result<u64, u64> {
        let pinned = self.freeze.map(|freeze| freeze.pinned.row_of(id));
        if let Some(Ok(row)) = pinned.filter(|row| row.is_ok_and(|row| row < self.held)) {
            return Ok(1 + row);
        }
        let last = self.total.saturating_sub(1);
        match self.store.row_of(id) {
            Ok(row) if self.head + row < self.total => Ok(self.head + row),
            Ok(row) | Err(row) => Err((self.head + row).min(last)),
        }
    }

    /// A message or marker, shown or not.
    pub fn entry(&self, id: MessageId) -> Option<Entry<'a>> {
        let pinned = || self.freeze?.pinned.get(id);
        self.store.get(id).or_else(pinned)
    }
}

fn shown_until(store: &Store, until: MessageId) -> u64 {
    match store.row_of(until) {
        Ok(row) => row + 1,
        Err(row) => match store.row(row) {
            Some(entry) if entry.id() < until => row + 1,
            _ => row,
        },
    }
}

/// How many of the first pinned rows are not kept any more. Eviction takes the oldest first.
fn held_rows(store: &Store, pinned: &Frozen) -> u64 {
    let gone = |row: &u64| {
        pinned
            .row(*row)
            .is_some_and(|entry| store.oldest().is_none_or(|oldest| entry.id() < oldest))
    };
    (0..pinned.rows()).take_while(gone).count() as u64
}
