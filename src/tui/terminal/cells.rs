//! The cells that differ from the last frame, as escape sequences.
//!
//! Terminals disagree on how many cells a cluster takes: with or without its marks, as one emoji or as
//! several, by one table or another. So no place on a row is taken from what was printed before it,
//! except behind a cluster that [every terminal draws in one cell](is_one_cell):
//!
//! * behind any other cluster the cursor is moved to where the next cell is;
//! * its cells are blanked before it is printed, so that a terminal that draws it narrower leaves
//!   nothing of before;
//! * the part of a row that such clusters reach, or reached, is written whole when anything in it changes, so
//!   that whatever a terminal that draws them wider left in the cells behind is written over;
//! * where it could reach over the right edge, and so into the next row, it is cut.
//!
//! Rows of plain text cost what differs, and nothing more.

use std::ops::Range;

use crossterm::{
    cursor::MoveTo,
    queue,
    style::{Attribute, Colors, Print, SetAttribute, SetColors},
};
use ratatui::{
    backend::IntoCrossterm,
    buffer::{Buffer, Cell, CellWidth},
    layout::{Position, Rect, Size},
    style::Modifier,
};

use crate::text::{is_one_cell, most_cells};

/// What a terminal shows.
#[derive(Debug, Default)]
pub struct Shown {
    cells: Buffer,
    /// Whether every terminal draws each cell of a row in one cell.
    is_plain: Vec<bool>,
}

impl Shown {
    /// A terminal of that size that was cleared.
    pub fn nothing(size: Size) -> Shown {
        Shown {
            cells: Buffer::empty(Rect::from((Position::ORIGIN, size))),
            is_plain: vec![true; size.height.into()],
        }
    }

    /// What makes the terminal show a frame of the same size. Nothing where it does already. The frame
    /// is kept, and what it was before is given in exchange.
    pub fn change(&mut self, frame: &mut Buffer) -> Vec<u8> {
        let mut pen = Pen::default();
        let columns = usize::from(frame.area.width).max(1);
        let before = self.cells.content.chunks(columns);
        let rows = before.zip(frame.content.chunks(columns));
        for (y, ((before, after), is_plain)) in (0..).zip(rows.zip(&mut self.is_plain)) {
            *is_plain = match *is_plain {
                true => what_differs(&mut pen, y, before, after),
                false if before == after => false,
                false => with_care(&mut pen, y, before, after),
            };
        }
        std::mem::swap(&mut self.cells, frame);
        pen.finish()
    }
}

/// Writes the cells that differ from those of a plain row; says whether the row is still plain.
fn what_differs(pen: &mut Pen, y: u16, before: &[Cell], after: &[Cell]) -> bool {
    let begin = pen.mark();
    if difference(pen, y, before, after, 0..after.len()) {
        return true;
    }
    pen.go_back(begin);
    with_care(pen, y, before, after)
}

/// Writes the cells of a part that differ; stops where one is not plain, and says whether there was none.
fn difference(pen: &mut Pen, y: u16, before: &[Cell], after: &[Cell], part: Range<usize>) -> bool {
    let pairs = before.iter().zip(after).zip(0..);
    for ((before, cell), x) in pairs.take(part.end).skip(part.start) {
        if before == cell {
            continue;
        }
        let symbol = cell.symbol();
        if !is_one_cell(symbol) {
            return false;
        }
        pen.plain(x, y, cell, symbol);
    }
    true
}

/// Writes what differs in a row that is not plain, or was not; says whether it is plain now. The part that
/// anything not plain may reach, now or before, is written whole when anything in it differs.
fn with_care(pen: &mut Pen, y: u16, before: &[Cell], after: &[Cell]) -> bool {
    let (was, is) = (reach(before), reach(after));
    let is_plain = is.is_empty();
    // a terminal may have joined a mark to the cell before
    let start = was.start.min(is.start).saturating_sub(1).min(after.len());
    let ends = [&was, &is].map(|reach| if reach.is_empty() { 0 } else { reach.end });
    let end = ends[0].max(ends[1]).clamp(start, after.len());
    difference(pen, y, before, after, 0..start);
    if before.get(start..end) != after.get(start..end) {
        whole(pen, y, after, start..end);
    }
    difference(pen, y, before, after, end..after.len());
    is_plain
}

/// The cells that clusters of doubtful width may reach on any terminal; empty, and far right, where there
/// are none.
fn reach(cells: &[Cell]) -> Range<usize> {
    let mut reach = usize::MAX..usize::MAX;
    for (x, cell) in cells.iter().enumerate() {
        let symbol = cell.symbol();
        if !is_one_cell(symbol) {
            let end = x + most_cells(symbol).max(usize::from(symbol.cell_width()));
            reach = match reach.is_empty() {
                true => x..end,
                false => reach.start..reach.end.max(end),
            };
        }
    }
    reach
}

/// Writes every cell of a part of the row, from left to right.
fn whole(pen: &mut Pen, y: u16, cells: &[Cell], part: Range<usize>) {
    let mut rest = cells.get(part.start..).unwrap_or_default();
    while let Some(cell) = rest.first()
        && cells.len() - rest.len() < part.end
    {
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
    state: State,
}

/// The cursor and the colours of a terminal.
#[derive(Clone, Default)]
struct State {
    /// Where the cursor is on every terminal.
    at: Option<(u16, u16)>,
    style: Cell,
}

const IN_MEMORY: &str = "writing to memory does not fail";

impl Pen {
    /// A place to go back to.
    fn mark(&self) -> (usize, State) {
        (self.bytes.len(), self.state.clone())
    }

    fn go_back(&mut self, (len, state): (usize, State)) {
        self.bytes.truncate(len);
        self.state = state;
    }

    /// Writes what takes one cell everywhere.
    fn plain(&mut self, x: u16, y: u16, style: &Cell, symbol: &str) {
        self.print(x, y, style, symbol);
        self.state.at = Some((x + 1, y));
    }

    /// Writes what takes nobody knows how many cells.
    fn cluster(&mut self, x: u16, y: u16, style: &Cell, symbol: &str) {
        if !symbol.is_empty() {
            self.print(x, y, style, symbol);
            self.state.at = None;
        }
    }

    fn print(&mut self, x: u16, y: u16, style: &Cell, symbol: &str) {
        if self.state.at != Some((x, y)) {
            queue!(self.bytes, MoveTo(x, y)).expect(IN_MEMORY);
        }
        if self.state.style.modifier != style.modifier {
            self.change(self.state.style.modifier, style.modifier);
            self.state.style.modifier = style.modifier;
        }
        if (self.state.style.fg, self.state.style.bg) != (style.fg, style.bg) {
            let colours = Colors::new(style.fg.into_crossterm(), style.bg.into_crossterm());
            queue!(self.bytes, SetColors(colours)).expect(IN_MEMORY);
            (self.state.style.fg, self.state.style.bg) = (style.fg, style.bg);
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
        let style = (
            self.state.style.fg,
            self.state.style.bg,
            self.state.style.modifier,
        );
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

    fn change(before: &Buffer, after: &Buffer) -> Vec<u8> {
        let mut shown = Shown::nothing(after.area.as_size());
        let _ = shown.change(&mut before.clone());
        shown.change(&mut after.clone())
    }

    fn bytes(before: &str, after: &str) -> String {
        let bytes = change(&row(before, Style::new()), &row(after, Style::new()));
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
            "\x1b[1;1Hx ",
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
        let shown = change(&row("", Style::new()), &popup);
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.starts_with("\x1b[1;1H │  \x1b[1;3H本"), "{shown:?}");
    }

    #[test]
    fn a_control_character_in_a_cell_never_reaches_the_terminal() {
        let mut buffer = row("", Style::new());
        buffer[(0, 0)].set_symbol("\x1b[2J\u{9b}");
        let shown = change(&row("a", Style::new()), &buffer);
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
        let shown = change(&row("", Style::new()), &after);
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
            let ours = change(&before, &after);
            let mut theirs = Vec::new();
            CrosstermBackend::new(&mut theirs).draw(before.diff_iter(&after)).unwrap();
            prop_assert!(ours.len() <= theirs.len());
            let blank = Buffer::empty(before.area);
            let shown = |frame: &[u8]| {
                let mut terminal = vt100::Parser::new(NonZero::new(3).unwrap(), NonZero::new(8).unwrap(), 0);
                terminal.process(&change(&blank, &before));
                terminal.process(frame);
                terminal.screen().contents_formatted()
            };
            prop_assert_eq!(shown(&ours), shown(&[&theirs[..], b"\x1b[m"].concat()));
        }
    }
}
