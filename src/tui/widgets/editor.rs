//! Text of several lines that is typed: a payload.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_segmentation::UnicodeSegmentation;

use super::{
    field::{FieldStyle, column},
    fit::{fit, visible, width, window},
    text_buffer::TextBuffer,
};

/// The most bytes that an editor takes: a payload that is larger belongs in a file.
pub const LIMIT: usize = 1024 * 1024;

/// Text with a cursor and undo.
#[derive(Clone, Debug)]
pub struct Editor {
    pub(super) buffer: TextBuffer,
    /// The cell that going up and down keeps to, as long as nothing else is done.
    wished: Option<usize>,
    /// First line and first cell on the screen, as drawn last.
    top: usize,
    left: usize,
    /// Lines on the screen, as drawn last: a page.
    page: u16,
}

/// Text that was not taken, because the editor would hold more than [`LIMIT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than 1 MB: write it to a file and send that")]
pub struct TooLarge;

impl Default for Editor {
    fn default() -> Self {
        Editor {
            buffer: TextBuffer::lines(LIMIT),
            wished: None,
            top: 0,
            left: 0,
            page: 1,
        }
    }
}

impl Editor {
    /// The text, its lines parted by `\n`.
    pub fn text(&self) -> &str {
        self.buffer.text()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// How often the text was changed.
    pub fn changes(&self) -> u64 {
        self.buffer.changes()
    }

    /// Replaces the text, as one step of undo; the cursor stands behind it.
    ///
    /// # Errors
    /// [`TooLarge`]; the text is as it was.
    pub fn set_text(&mut self, text: &str) -> Result<(), TooLarge> {
        self.wished = None;
        taken(self.buffer.set_text(text))
    }

    /// Puts the cursor before the text.
    pub fn go_to_start(&mut self) {
        self.wished = None;
        self.buffer.move_to(0);
    }

    /// Selects everything, so that typing replaces it.
    pub fn select_all(&mut self) {
        self.buffer.select_all();
    }

    /// Ends a selection, where there is one.
    pub fn deselect(&mut self) {
        self.buffer.end_run();
    }

    /// Whether everything is selected.
    pub fn is_selected(&self) -> bool {
        self.buffer.is_selected()
    }

    /// Takes an editing key: says whether it was one. Enter is a new line, `Ctrl-A` selects everything,
    /// `Ctrl-_` (on many terminals also Ctrl-/) undoes; Tab, Esc and function keys are not taken.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let plain = key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        let vertical = match key.code {
            KeyCode::Up if plain => Some((true, 1)),
            KeyCode::Down if plain => Some((false, 1)),
            KeyCode::PageUp => Some((true, self.page)),
            KeyCode::PageDown => Some((false, self.page)),
            _ => None,
        };
        if let Some((up, lines)) = vertical {
            self.go_vertically(up, usize::from(lines));
            return true;
        }
        self.wished = None;
        match (key.code, key.modifiers) {
            (KeyCode::Enter, _) if plain => _ = self.buffer.insert("\n"),
            (KeyCode::Char('a'), KeyModifiers::CONTROL) => self.buffer.select_all(),
            _ => return self.buffer.key(key),
        }
        true
    }

    /// Goes so many lines up or down, to the cell that was wished for. From the first line and the last
    /// one there is nowhere to go.
    fn go_vertically(&mut self, up: bool, lines: usize) {
        let text = self.buffer.text();
        let (start, line) = self.line();
        let cell = self
            .wished
            .unwrap_or_else(|| column(line, self.buffer.cursor() - start));
        let mut place = start..start + line.len();
        for _ in 0..lines {
            place = match up {
                true if place.start > 0 => self.buffer.line_at(place.start - 1),
                false if place.end < text.len() => self.buffer.line_at(place.end + 1),
                _ => break,
            };
        }
        let at = if place.start == start {
            self.buffer.cursor()
        } else {
            place.start + byte_at(text.get(place.clone()).unwrap_or_default(), cell)
        };
        self.buffer.move_to(at);
        self.wished = Some(cell);
    }

    /// Where the line of the cursor begins, and the line.
    fn line(&self) -> (usize, &str) {
        let line = self.buffer.line_at(self.buffer.cursor());
        let text = self.buffer.text().get(line.clone()).unwrap_or_default();
        (line.start, text)
    }

    /// Inserts a paste as one step of undo.
    ///
    /// # Errors
    /// [`TooLarge`]; nothing is inserted.
    pub fn paste(&mut self, text: &str) -> Result<(), TooLarge> {
        self.wished = None;
        taken(self.buffer.insert(text))
    }

    /// Draws the lines around the cursor. The cursor's place, where the editor has the focus.
    pub fn draw(
        &mut self,
        placeholder: &str,
        focused: bool,
        style: FieldStyle,
        area: Rect,
        buffer: &mut Buffer,
    ) -> Option<Position> {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return None;
        }
        let (cells, rows) = (usize::from(area.width), usize::from(area.height));
        self.page = area.height;
        if self.is_empty() {
            buffer.set_string(area.x, area.y, fit(placeholder, cells), style.placeholder);
            return focused.then_some(area.as_position());
        }
        let (start, line) = self.line();
        let before = self.text().get(..start).unwrap_or_default();
        let row = memchr::memchr_iter(b'\n', before.as_bytes()).count();
        let column = column(line, self.buffer.cursor() - start);
        self.top = self.top.clamp((row + 1).saturating_sub(rows), row);
        self.left = self.left.clamp((column + 1).saturating_sub(cells), column);
        // without the focus the beginning shows
        let (top, left) = if focused {
            (self.top, self.left)
        } else {
            (0, 0)
        };
        let lines = self.text().split('\n').enumerate().skip(top);
        for (y, (n, line)) in (area.y..area.bottom()).zip(lines) {
            let line = visible(line);
            // what is cut is marked, but not under the cursor
            let marked = |cell: usize| cells > 2 && (n, left + cell) != (row, column);
            let before = usize::from(left > 0 && !line.is_empty() && marked(0));
            let behind = usize::from(fit(&line, left + cells) != line && marked(cells - 1));
            let shown = window(&line, left + before, cells - before - behind);
            let text_style = if self.is_selected() {
                // an empty line and a text without width have their selection shown, too
                buffer.set_style(Rect::new(area.x, y, 1, 1), style.selected);
                style.selected
            } else {
                style.text
            };
            buffer.set_string(area.x + before as u16, y, shown, text_style);
            if before > 0 {
                buffer.set_string(area.x, y, "…", style.placeholder);
            }
            if behind > 0 {
                buffer.set_string(area.right() - 1, y, "…", style.placeholder);
            }
        }
        let (x, y) = ((column - self.left) as u16, (row - self.top) as u16);
        focused.then(|| Position::new(area.x + x, area.y + y))
    }
}

fn taken(fits: bool) -> Result<(), TooLarge> {
    if fits { Ok(()) } else { Err(TooLarge) }
}

/// The byte at which the cluster in that cell of a line begins; its end where it has fewer cells.
fn byte_at(line: &str, cell: usize) -> usize {
    let mut end = 0;
    for (start, cluster) in line.grapheme_indices(true) {
        end += width(&visible(cluster));
        if end > cell {
            return start;
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NONE: KeyModifiers = KeyModifiers::NONE;
    const CONTROL: KeyModifiers = KeyModifiers::CONTROL;

    fn given(text: &str) -> Editor {
        let mut editor = Editor::default();
        editor.set_text(text).unwrap();
        editor
    }

    fn press(editor: &mut Editor, code: KeyCode, modifiers: KeyModifiers) -> bool {
        editor.key(KeyEvent::new(code, modifiers))
    }

    fn shown(editor: &mut Editor, columns: u16, rows: u16) -> (Vec<String>, Option<(u16, u16)>) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
        let area = buffer.area;
        let style = FieldStyle::default();
        let cursor = editor.draw("payload", true, style, area, &mut buffer);
        let line = |y| {
            (0..columns)
                .map(|x| buffer[(x, y)].symbol())
                .collect::<String>()
        };
        let lines = (0..rows).map(|y| line(y).trim_end().to_owned()).collect();
        (lines, cursor.map(|position| (position.x, position.y)))
    }

    #[test]
    fn typing_makes_lines_and_undo_takes_them_back() {
        let mut editor = Editor::default();
        for code in [KeyCode::Char('a'), KeyCode::Enter, KeyCode::Char('b')] {
            assert!(press(&mut editor, code, NONE));
        }
        assert_eq!(editor.text(), "a\nb");
        assert!(press(&mut editor, KeyCode::Char('7'), CONTROL));
        assert_eq!(editor.text(), "a\n");
        assert!(press(&mut editor, KeyCode::Backspace, NONE));
        assert_eq!(editor.text(), "a");
    }

    #[test]
    fn a_paste_is_one_step_of_undo() {
        let mut editor = given("<>");
        press(&mut editor, KeyCode::Left, NONE);
        editor.paste("one\ntwo").unwrap();
        assert_eq!(editor.text(), "<one\ntwo>");
        press(&mut editor, KeyCode::Char('7'), CONTROL);
        assert_eq!(editor.text(), "<>");
    }

    #[test]
    fn keys_of_the_form_are_left_to_it() {
        let mut editor = given("{}");
        for code in [KeyCode::Tab, KeyCode::Esc, KeyCode::F(5)] {
            assert!(!press(&mut editor, code, NONE), "{code:?}");
        }
        assert!(!press(&mut editor, KeyCode::Enter, KeyModifiers::ALT));
        assert!(!press(&mut editor, KeyCode::Enter, CONTROL));
        assert_eq!(editor.text(), "{}");
    }

    #[test]
    fn a_text_comes_back_as_it_was_set() {
        for text in ["", "a", "a\r\nb\r\n", "\n\n", "日\t\x1b[31m", "%Y%m%d"] {
            assert_eq!(given(text).text(), text, "{text:?}");
        }
    }

    #[test]
    fn more_than_the_limit_is_refused_and_nothing_changes() {
        let mut editor = given("a");
        assert_eq!(editor.set_text(&"x".repeat(LIMIT + 1)), Err(TooLarge));
        assert_eq!(editor.paste(&"x".repeat(LIMIT)), Err(TooLarge));
        assert_eq!(editor.text(), "a");
        editor.set_text(&"x".repeat(LIMIT)).unwrap();
        assert!(press(&mut editor, KeyCode::Char('y'), NONE));
        assert!(press(&mut editor, KeyCode::Enter, NONE));
        assert_eq!(editor.text().len(), LIMIT);
    }

    #[test]
    fn the_lines_around_the_cursor_show() {
        let mut editor = given("one\ntwo\nthree");
        let lines = |lines: &[&str]| {
            lines
                .iter()
                .map(|line| line.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            shown(&mut editor, 8, 2),
            (lines(&["two", "three"]), Some((5, 1)))
        );
        press(&mut editor, KeyCode::Home, CONTROL);
        assert_eq!(shown(&mut editor, 8, 2).0, lines(&["one", "two"]));
        press(&mut editor, KeyCode::PageDown, NONE);
        assert_eq!(shown(&mut editor, 8, 2).0, lines(&["two", "three"]));
        assert_eq!(
            shown(&mut Editor::default(), 8, 1),
            (lines(&["payload"]), Some((0, 0)))
        );
    }

    #[test]
    fn up_and_down_keep_to_the_cell_and_end_a_selection() {
        use KeyCode::{Down, Left, Up};
        let mut editor = given("0123\na\n日本語\n\n");
        for (code, cursor) in [
            (Up, 17),
            (Left, 16),
            (Up, 6),
            // the cells of the line that was come from
            (Up, 4),
            (Down, 6),
            (Down, 16),
            (Up, 6),
            (Left, 5),
            (Down, 7),
            (Up, 5),
        ] {
            press(&mut editor, code, NONE);
            assert_eq!(editor.buffer.cursor(), cursor, "{code:?}");
        }
        for code in [Up, Down, Left] {
            editor.select_all();
            assert!(editor.is_selected());
            press(&mut editor, code, NONE);
            assert!(!editor.is_selected(), "{code:?}");
        }
    }

    #[test]
    fn a_long_line_is_scrolled_to_the_cursor() {
        let mut editor = given("0123456789日");
        assert_eq!(
            shown(&mut editor, 6, 1),
            (vec!["…89日".into()], Some((5, 0)))
        );
        press(&mut editor, KeyCode::Home, NONE);
        assert_eq!(
            shown(&mut editor, 6, 1),
            (vec!["01234…".into()], Some((0, 0)))
        );
        // nothing is marked under the cursor
        for _ in 0..5 {
            press(&mut editor, KeyCode::Right, NONE);
        }
        assert_eq!(
            shown(&mut editor, 6, 1),
            (vec!["012345".into()], Some((5, 0)))
        );
    }

    #[test]
    fn control_characters_show_and_count_as_a_cell() {
        let mut editor = given("a\x1b[2J\r\tb");
        assert_eq!(
            shown(&mut editor, 12, 1),
            (vec!["a␛[2J␍␉b".into()], Some((8, 0)))
        );
    }

    proptest! {
        #[test]
        fn the_cursor_is_inside_whatever_is_typed(
            keys in prop::collection::vec((0usize..14, any::<bool>()), 0..60),
            columns in 0u16..12,
            rows in 0u16..5,
        ) {
            use KeyCode::*;
            let codes = [
                Char('a'), Char('日'), Enter, Backspace, Delete, Left, Right, Up, Down, Home, End,
                PageUp, PageDown, Char('7'),
            ];
            let mut editor = Editor::default();
            for (key, control) in keys {
                press(&mut editor, codes[key], if control { CONTROL } else { NONE });
                let mut buffer = Buffer::empty(Rect::new(3, 2, columns, rows));
                let area = buffer.area;
                let cursor = editor.draw("", true, FieldStyle::default(), area, &mut buffer);
                prop_assert!(cursor.is_none_or(|cursor| area.contains(cursor)), "{cursor:?}");
            }
        }
    }
}
