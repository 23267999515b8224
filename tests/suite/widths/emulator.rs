//! A small terminal whose table of widths is given: what real ones disagree about.

use unicode_width::UnicodeWidthChar;

/// How many cells a terminal takes for a character; none: it belongs to the one before it.
pub type Table = Box<dyn Fn(char) -> usize>;

/// Each code point on its own, in one cell.
pub fn one_each() -> Table {
    Box::new(|_| 1)
}

/// As `wcwidth` has it, which knows no clusters.
pub fn wcwidth() -> Table {
    Box::new(|c| c.width().unwrap_or(1))
}

/// Any width for whatever is not beyond doubt, by a number.
pub fn arbitrary(seed: u64) -> Table {
    Box::new(move |c| {
        let text = c.to_string();
        if goingnats::text::is_one_cell(&text) {
            return 1;
        }
        let mixed = (u64::from(u32::from(c)) ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        mixed as usize % (goingnats::text::most_cells(&text) + 1)
    })
}

#[derive(Clone, Debug, Default)]
struct Cell {
    text: String,
    /// The right half of a wide character.
    is_second: bool,
}

/// The terminal. It knows what frames are made of and panics on all else.
pub struct Emulator {
    width_of: Table,
    rows: Vec<Vec<Cell>>,
    row: usize,
    column: usize,
}

impl Emulator {
    pub fn new((columns, rows): (u16, u16), width_of: Table) -> Emulator {
        Emulator {
            width_of,
            rows: vec![vec![Cell::default(); columns.into()]; rows.into()],
            row: 0,
            column: 0,
        }
    }

    /// What a cell shows.
    pub fn text(&self, row: u16, column: u16) -> &str {
        &self.rows[usize::from(row)][usize::from(column)].text
    }

    pub fn process(&mut self, bytes: &[u8]) {
        let mut text = std::str::from_utf8(bytes).expect("frames are UTF-8");
        while let Some(c) = text.chars().next() {
            text = match text.strip_prefix("\x1b[") {
                Some(rest) => self.sequence(rest),
                None => {
                    self.print(c);
                    &text[c.len_utf8()..]
                }
            };
        }
    }

    fn sequence<'a>(&mut self, text: &'a str) -> &'a str {
        let end = text
            .find(|c: char| c.is_ascii_alphabetic())
            .expect("a final byte");
        let (parameters, last) = (&text[..end], text.as_bytes()[end]);
        match (parameters, last) {
            (_, b'm') | ("?25", b'h' | b'l') | ("?2026", b'h' | b'l') => {}
            ("2", b'J') => self
                .rows
                .iter_mut()
                .flatten()
                .for_each(|cell| *cell = Cell::default()),
            (place, b'H') => {
                let (row, column) = place.split_once(';').expect("row and column");
                self.row = row.parse::<usize>().expect("a row") - 1;
                self.column = column.parse::<usize>().expect("a column") - 1;
            }
            _ => panic!("no frame holds ESC [ {}", &text[..=end]),
        }
        &text[end + 1..]
    }

    fn print(&mut self, c: char) {
        assert!(!c.is_control(), "{c:?} reached the terminal");
        let columns = self.rows[0].len();
        match (self.width_of)(c) {
            0 => {
                let Some(mut before) = self.column.checked_sub(1) else {
                    return;
                };
                if self.rows[self.row][before].is_second {
                    before -= 1;
                }
                self.rows[self.row][before].text.push(c);
            }
            width => {
                if self.column + width > columns {
                    self.wrap();
                }
                for column in self.column..self.column + width {
                    self.clear(column);
                }
                let row = &mut self.rows[self.row];
                row[self.column].text = c.to_string();
                for second in &mut row[self.column + 1..self.column + width] {
                    second.is_second = true;
                }
                self.column += width;
            }
        }
    }

    /// Empties a cell; half a wide character is none.
    fn clear(&mut self, column: usize) {
        let row = &mut self.rows[self.row];
        if row[column].is_second {
            row[column - 1] = Cell::default();
        }
        if row.get(column + 1).is_some_and(|next| next.is_second) {
            row[column + 1] = Cell::default();
        }
        row[column] = Cell::default();
    }

    fn wrap(&mut self) {
        self.column = 0;
        self.row += 1;
        if self.row == self.rows.len() {
            let first = self.rows.remove(0);
            self.rows.push(vec![Cell::default(); first.len()]);
            self.row -= 1;
        }
    }
}
