//! The cells that differ from the last frame, as escape sequences.
//!
//! Terminals disagree on how many cells a cluster takes: with or without its marks, as one emoji or as
//! several, by one table or another. So no place on a row is taken from what was printed before it,
//! except behind a cluster that [every terminal draws in one cell](is_one_cell):
//!
//! * behind any other cluster the cursor is moved to where the next cell is;
//! * its cells are blanked before it is printed, so that a terminal that draws it narrower leaves
//!   nothing of before;
//! * a row that holds such a cluster, or held one, is written whole when anything in it changes, so that
//!   whatever a terminal that draws it wider left in the cells behind it is written over;
//! * where it could reach over the right edge, and so into the next row, it is cut.
//!
//! Rows of plain text cost what differs, and nothing more.

use crossterm::{
    cursor::MoveTo,
    queue,
    style::{Attribute, Colors, Print, SetAttribute, SetColors},
};
use ratatui::{
    backend::IntoCrossterm,
    buffer::{Buffer, Cell, CellWidth},
    style::Modifier,
};

use crate::text::{is_one_cell, most_cells};

/// What turns a terminal that shows `before` into one that shows `after`. Nothing where it does already.
/// Both have the same size.
pub fn difference(before: &Buffer, after: &Buffer) -> Vec<u8> {
    let mut pen = Pen::default();
    let columns = usize::from(after.area.width).max(1);
    let rows = before
        .content
        .chunks(columns)
        .zip(after.content.chunks(columns));
    for (y, (before, after)) in (0..).zip(rows) {
        if before == after {
            continue;
        }
        if before
            .iter()
            .chain(after)
            .all(|cell| is_one_cell(cell.symbol()))
        {
            for (x, (_, cell)) in changed(before, after) {
                pen.plain(x, y, cell, cell.symbol());
            }
        } else {
            whole_row(&mut pen, y, after);
        }
    }
    pen.finish()
}

/// The cells that differ, each with its column.
fn changed<'a>(
    before: &'a [Cell],
    after: &'a [Cell],
) -> impl Iterator<Item = (u16, (&'a Cell, &'a Cell))> {
    (0..)
        .zip(before.iter().zip(after))
        .filter(|(_, (before, after))| before != after)
}

/// Writes every cell of the row, from left to right.
fn whole_row(pen: &mut Pen, y: u16, cells: &[Cell]) {
    let mut rest = cells;
    while let Some(cell) = rest.first() {
        let x = (cells.len() - rest.len()) as u16;
        let symbol = cell.symbol();
        if is_one_cell(symbol) {
            pen.plain(x, y, cell, symbol);
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let width = usize::from(symbol.cell_width()).max(1);
        // what another pane drew over the right half of it comes first
        let free = rest.iter().skip(1).take_while(|cell| cell.symbol() == " ");
        let free = 1 + free.take(width - 1).count();
        for (column, cell) in (x..).zip(rest.iter().take(free)) {
            // a terminal gives both halves of a wide character the same colours
            let style = if column == x || free < width {
                cell
            } else {
                &rest[0]
            };
            pen.plain(column, y, style, " ");
        }
        if free == width {
            pen.cluster(x, y, cell, within(symbol, rest.len()));
        }
        rest = rest.get(free..).unwrap_or_default();
    }
}

/// As much of the cluster as no terminal draws wider than so many cells, cut between characters.
/// Nothing of what would act on the terminal: a widget that puts that into a cell has a fault.
fn within(cluster: &str, cells: usize) -> &str {
    if cluster.contains(char::is_control) {
        return "";
    }
    if most_cells(cluster) <= cells {
        return cluster;
    }
    let ends = cluster.char_indices().map(|(at, _)| at);
    let fitting = ends
        .filter_map(|end| cluster.get(..end))
        .take_while(|head| most_cells(head) <= cells);
    fitting.last().unwrap_or_default()
}

/// Writes cells, and remembers where the cursor and how the colours are.
#[derive(Default)]
struct Pen {
    bytes: Vec<u8>,
    /// Where the cursor is on every terminal.
    at: Option<(u16, u16)>,
    style: Cell,
}

const IN_MEMORY: &str = "writing to memory does not fail";

impl Pen {
    /// Writes what takes one cell everywhere.
    fn plain(&mut self, x: u16, y: u16, style: &Cell, symbol: &str) {
        self.print(x, y, style, symbol);
        self.at = Some((x + 1, y));
    }

    /// Writes what takes nobody knows how many cells.
    fn cluster(&mut self, x: u16, y: u16, style: &Cell, symbol: &str) {
        if !symbol.is_empty() {
            self.print(x, y, style, symbol);
            self.at = None;
        }
    }

    fn print(&mut self, x: u16, y: u16, style: &Cell, symbol: &str) {
        if self.at != Some((x, y)) {
            queue!(self.bytes, MoveTo(x, y)).expect(IN_MEMORY);
        }
        if self.style.modifier != style.modifier {
            self.change(self.style.modifier, style.modifier);
            self.style.modifier = style.modifier;
        }
        if (self.style.fg, self.style.bg) != (style.fg, style.bg) {
            let colours = Colors::new(style.fg.into_crossterm(), style.bg.into_crossterm());
            queue!(self.bytes, SetColors(colours)).expect(IN_MEMORY);
            (self.style.fg, self.style.bg) = (style.fg, style.bg);
        }
        queue!(self.bytes, Print(symbol)).expect(IN_MEMORY);
    }

    fn change(&mut self, from: Modifier, to: Modifier) {
        let removed = from - to;
        let mut added = to - from;
        for (modifiers, off) in OFF {
            if removed.intersects(*modifiers) {
                self.set(*off);
                // bold and dim end together, blinking of both speeds too
                added |= to & *modifiers;
            }
        }
        for (modifier, on) in ON {
            if added.contains(*modifier) {
                self.set(*on);
            }
        }
    }

    fn set(&mut self, attribute: Attribute) {
        queue!(self.bytes, SetAttribute(attribute)).expect(IN_MEMORY);
    }

    /// Everything that was written; the colours are those of before.
    fn finish(mut self) -> Vec<u8> {
        let plain = Cell::default();
        let style = (self.style.fg, self.style.bg, self.style.modifier);
        if style != (plain.fg, plain.bg, plain.modifier) {
            self.set(Attribute::Reset);
        }
        self.bytes
    }
}

const ON: &[(Modifier, Attribute)] = &[
    (Modifier::REVERSED, Attribute::Reverse),
    (Modifier::BOLD, Attribute::Bold),
    (Modifier::ITALIC, Attribute::Italic),
    (Modifier::UNDERLINED, Attribute::Underlined),
    (Modifier::DIM, Attribute::Dim),
    (Modifier::CROSSED_OUT, Attribute::CrossedOut),
    (Modifier::SLOW_BLINK, Attribute::SlowBlink),
    (Modifier::RAPID_BLINK, Attribute::RapidBlink),
];

const OFF: &[(Modifier, Attribute)] = &[
    (Modifier::REVERSED, Attribute::NoReverse),
    (
        Modifier::BOLD.union(Modifier::DIM),
        Attribute::NormalIntensity,
    ),
    (Modifier::ITALIC, Attribute::NoItalic),
    (Modifier::UNDERLINED, Attribute::NoUnderline),
    (Modifier::CROSSED_OUT, Attribute::NotCrossedOut),
    (
        Modifier::SLOW_BLINK.union(Modifier::RAPID_BLINK),
        Attribute::NoBlink,
    ),
];

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use proptest::prelude::*;
    use ratatui::{
        backend::{Backend, CrosstermBackend},
        layout::Rect,
        style::{Color, Style},
    };

    use super::*;

    fn row(text: &str, style: Style) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        buffer.set_string(0, 0, text, style);
        buffer
    }

    fn bytes(before: &str, after: &str) -> String {
        let bytes = difference(&row(before, Style::new()), &row(after, Style::new()));
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn plain_text_costs_what_differs() {
        assert_eq!(bytes("abc", "abc"), "");
        assert_eq!(bytes("abcd", "aXcY"), "\x1b[1;2HX\x1b[1;4HY");
        assert_eq!(bytes("", "a─…b"), "\x1b[1;1Ha─…b");
    }

    #[test]
    fn behind_a_cluster_of_any_width_the_cursor_is_moved() {
        assert_eq!(
            bytes("abcdefgh", "e\u{301}x"),
            "\x1b[1;1H \x1b[1;1He\u{301}\x1b[1;2Hx      "
        );
        assert_eq!(
            bytes("กำ", "x"),
            "\x1b[1;1Hx       ",
            "what the cluster left is written over"
        );
        assert_eq!(bytes("日", "日"), "");
    }

    #[test]
    fn nothing_reaches_over_the_right_edge() {
        let family = "👨\u{200d}👩";
        let near = format!("abcdef{family}");
        let shown = bytes("", &near);
        assert!(shown.ends_with("\x1b[1;7H👨"), "{shown:?}");
    }

    #[test]
    fn what_lies_over_half_of_a_wide_character_shows() {
        let mut popup = row("日本", Style::new());
        popup[(1, 0)].set_symbol("│");
        let shown = difference(&row("", Style::new()), &popup);
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.starts_with("\x1b[1;1H │  \x1b[1;3H本"), "{shown:?}");
    }

    #[test]
    fn a_control_character_in_a_cell_never_reaches_the_terminal() {
        let mut buffer = row("", Style::new());
        buffer[(0, 0)].set_symbol("\x1b[2J\u{9b}");
        let shown = difference(&row("a", Style::new()), &buffer);
        let shown = String::from_utf8(shown).unwrap();
        assert!(
            !shown.contains("[2J") && !shown.contains('\u{9b}'),
            "{shown:?}"
        );
    }

    #[test]
    fn bold_stays_where_dim_ends_and_the_colours_end_with_the_frame() {
        let both = Style::new().bold().dim().fg(Color::Red);
        let mut after = row("ab", both);
        after[(1, 0)].set_style(Style::new().not_dim());
        let shown = difference(&row("", Style::new()), &after);
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.contains("a\x1b[22m\x1b[1mb"), "{shown:?}");
        assert!(shown.ends_with("\x1b[0m"), "{shown:?}");
    }

    fn plain_frame() -> impl Strategy<Value = Buffer> {
        let styles = prop::sample::select(vec![
            Style::new(),
            Style::new().bold(),
            Style::new().dim().reversed(),
            Style::new().fg(Color::Red).bg(Color::DarkGray),
        ]);
        prop::collection::vec(("[ -~─│…]{0,8}", styles), 3).prop_map(|rows| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 3));
            for (y, (text, style)) in (0..).zip(rows) {
                buffer.set_string(0, y, text, style);
            }
            buffer
        })
    }

    proptest! {
        /// Beside ratatui's own way.
        #[test]
        fn plain_frames_cost_no_more_and_look_the_same(before in plain_frame(), after in plain_frame()) {
            let ours = difference(&before, &after);
            let mut theirs = Vec::new();
            CrosstermBackend::new(&mut theirs).draw(before.diff_iter(&after)).unwrap();
            prop_assert!(ours.len() <= theirs.len());
            let blank = Buffer::empty(before.area);
            let shown = |frame: &[u8]| {
                let mut terminal = vt100::Parser::new(NonZero::new(3).unwrap(), NonZero::new(8).unwrap(), 0);
                terminal.process(&difference(&blank, &before));
                terminal.process(frame);
                terminal.screen().contents_formatted()
            };
            prop_assert_eq!(shown(&ours), shown(&[&theirs[..], b"\x1b[m"].concat()));
        }
    }
}
