//! A field over the rows it finds: typing narrows them down, best first.

use std::{borrow::Cow, ops::Range};

use crossterm::event::KeyEvent;
use ratatui::{Frame, buffer::Buffer, layout::Rect, style::Style, text::Line};

use super::{
    find::find,
    widgets::{Field, Scroll, field::FieldStyle, list, scroll::Move, width},
};

/// What is typed, which rows that finds, and the one under the cursor. The rows themselves are its
/// owner's, who has [`Finder::search`] look at their texts whenever these or what is typed changed.
#[derive(Debug, Default)]
pub struct Finder {
    /// What is typed.
    pub query: Field,
    found: Vec<usize>,
    scroll: Scroll,
}

/// How the field looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// In front of it.
    pub label: &'static str,
    /// The label's style.
    pub label_style: Style,
    /// What stands there while it is empty.
    pub placeholder: &'static str,
    /// The style of what is typed.
    pub field: FieldStyle,
    /// Whether it has the keys.
    pub focused: bool,
    /// What is shown for what is typed, cell for cell.
    pub shown: for<'a> fn(&'a str) -> Cow<'a, str>,
}

/// What is typed, as it is: nothing in it is hidden.
pub fn as_typed(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

impl Finder {
    /// Takes an editing key; whether it was one.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        self.query.key(key)
    }

    /// Finds among the texts of all rows; the cursor stays where it is.
    pub fn search<'a>(&mut self, texts: impl Iterator<Item = &'a str>) {
        self.found = find(self.query.text(), texts);
    }

    /// Finds no row, whatever is typed.
    pub fn find_nothing(&mut self) {
        self.found.clear();
    }

    /// Puts the cursor on the first row.
    pub fn to_top(&mut self) {
        self.scroll = Scroll::top();
    }

    /// Puts the cursor on this one of all rows, where it is found.
    pub fn select(&mut self, row: usize) {
        if let Some(place) = self.found.iter().position(|found| *found == row) {
            self.scroll.select(place as u64);
        }
    }

    /// Takes a step, on a screen of so many rows.
    pub fn step(&mut self, step: Move, height: u16) {
        self.scroll.step(step, self.found.len() as u64, height);
        self.scroll.follow(false);
    }

    /// Scrolls by lines, down where positive, on a screen of so many rows.
    pub fn wheel(&mut self, lines: i64, height: u16) {
        self.scroll.wheel(lines, self.found.len() as u64, height);
    }

    /// The places of the rows found that show on a screen of so many rows.
    pub fn visible(&self, height: u16) -> Range<u64> {
        self.scroll.clone().visible(self.found.len() as u64, height)
    }

    /// Puts the cursor on the row that shows on a line, on a screen of so many rows; whether it was
    /// there already.
    pub fn click(&mut self, line: u16, height: u16) -> bool {
        let visible = self.visible(height);
        let place = visible.start + u64::from(line);
        if !visible.contains(&place) {
            return false;
        }
        let total = self.found.len() as u64;
        let again = self.scroll.selected(total) == Some(place);
        // what shows stays where it is
        self.scroll.visible(total, height);
        self.scroll.select(place);
        again
    }

    /// How many rows are found.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// Which of all rows is under the cursor.
    pub fn selected(&self) -> Option<usize> {
        let place = self.scroll.selected(self.found.len() as u64)?;
        self.found.get(usize::try_from(place).ok()?).copied()
    }

    /// Draws the field into the first line of the area; the rest is for the rows.
    pub fn draw_field(&self, look: &Look, area: Rect, frame: &mut Frame) -> Rect {
        let line = Rect {
            height: area.height.min(1),
            ..area
        };
        let buffer = frame.buffer_mut();
        buffer.set_stringn(
            line.x,
            line.y,
            look.label,
            usize::from(line.width) * usize::from(line.height),
            look.label_style,
        );
        let label = (width(look.label) as u16).min(line.width);
        let field = Rect {
            x: line.x + label,
            width: line.width - label,
            ..line
        };
        let text = (look.shown)(self.query.text());
        let cursor = self.query.draw_as(
            &text,
            look.placeholder,
            look.focused,
            look.field,
            field,
            buffer,
        );
        if let Some(position) = cursor {
            frame.set_cursor_position(position);
        }
        Rect {
            y: area.y + line.height,
            height: area.height - line.height,
            ..area
        }
    }

    /// Draws the rows found, each made by `row` from its place among all rows and whether it is under
    /// the cursor. Which of those found show, for a scrollbar.
    pub fn draw_rows<'a>(
        &self,
        highlight: Style,
        area: Rect,
        buffer: &mut Buffer,
        mut row: impl FnMut(usize, bool) -> Line<'a>,
    ) -> Range<u64> {
        let total = self.found.len() as u64;
        let mut scroll = self.scroll.clone();
        let visible = scroll.visible(total, area.height);
        let selected = scroll.selected(total);
        list::draw(
            visible.clone(),
            selected,
            highlight,
            area,
            buffer,
            |place| match self.found.get(place as usize) {
                Some(found) => row(*found, selected == Some(place)),
                None => Line::default(),
            },
        );
        visible
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [&str; 3] = ["orders", "today", "stock"];

    fn typed(text: &str) -> Finder {
        let mut finder = Finder::default();
        finder.query.set_text(text);
        finder.search(ROWS.into_iter());
        finder
    }

    #[test]
    fn the_cursor_is_on_a_row_that_is_found() {
        assert_eq!(typed("").selected(), Some(0));
        assert_eq!(typed("to").selected(), Some(1));
        assert_eq!(typed("xyz").selected(), None);
        let mut finder = typed("");
        finder.select(2);
        assert_eq!(finder.selected(), Some(2));
        finder.step(Move::Up, 3);
        assert_eq!(finder.selected(), Some(1));
    }

    #[test]
    fn the_field_is_over_the_rows_it_finds() {
        let mut terminal =
            ratatui::Terminal::new(ratatui::backend::TestBackend::new(9, 3)).unwrap();
        let look = Look {
            label: "find ",
            label_style: Style::new(),
            placeholder: "",
            field: FieldStyle::default(),
            focused: true,
            shown: as_typed,
        };
        let draw = |frame: &mut Frame| {
            let finder = typed("to");
            let rest = finder.draw_field(&look, frame.area(), frame);
            let highlight = Style::new();
            let visible = finder.draw_rows(highlight, rest, frame.buffer_mut(), |row, selected| {
                format!("{}{}", if selected { ">" } else { " " }, ROWS[row]).into()
            });
            assert_eq!(visible, 0..2);
        };
        terminal.draw(draw).unwrap();
        terminal
            .backend()
            .assert_buffer_lines(["find to  ", ">today   ", " stock   "]);
    }
}
