//! Text of several lines that is typed: a payload.
//!
//! Editing, undo and the cursor are ratatui-textarea's; the drawing is ours, since a payload may
//! hold control characters and they are to be seen.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui_textarea::{CursorMove, DataCursor, TextArea};

use super::fit::{fit, visible, width, window};

/// The most bytes that an editor takes: a payload that is larger belongs in a file.
pub const LIMIT: usize = 1024 * 1024;

/// Text with a cursor and undo.
#[derive(Clone, Debug)]
pub struct Editor {
    area: TextArea<'static>,
    /// Bytes of the text, so that a key need not count them.
    bytes: usize,
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
            area: TextArea::default(),
            bytes: 0,
            top: 0,
            left: 0,
            page: 1,
        }
    }
}

impl Editor {
    /// The text, lines joined with `\n`.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Replaces the text; the cursor stands behind it, undo starts anew.
    ///
    /// # Errors
    /// [`TooLarge`]; the text is as it was.
    pub fn set_text(&mut self, text: &str) -> Result<(), TooLarge> {
        if text.len() > LIMIT {
            return Err(TooLarge);
        }
        // Not by inserting: that would take a carriage return for a part of the line's end.
        let mut area = TextArea::new(text.split('\n').map(String::from).collect());
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        *self = Editor {
            area,
            bytes: text.len(),
            page: self.page,
            ..Editor::default()
        };
        Ok(())
    }

    /// Selects everything, so that typing replaces it.
    pub fn select_all(&mut self) {
        self.area.select_all();
    }

    /// Takes an editing key: says whether it was one. Enter is a new line; Tab, Esc and function
    /// keys are not taken. `Ctrl-_` (on many terminals also Ctrl-/) undoes.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let area = &mut self.area;
        match (key.code, control, alt) {
            (KeyCode::Char(character), false, false) => {
                if self.bytes + character.len_utf8() > LIMIT || character.is_control() {
                    return true;
                }
                area.insert_char(character);
            }
            (KeyCode::Enter, false, false) if self.bytes < LIMIT => area.insert_newline(),
            (KeyCode::Enter, false, false) => return true,
            // Ctrl-_ and Ctrl-/ are one byte, which crossterm calls Ctrl-7.
            (KeyCode::Char('_' | '/' | '7'), true, false) => _ = area.undo(),
            (KeyCode::Char('_' | '/' | '7'), true, true) => _ = area.redo(),
            (KeyCode::Backspace, false, false) | (KeyCode::Char('h'), true, false) => {
                area.delete_char();
            }
            (KeyCode::Char('w'), true, false) | (KeyCode::Backspace, _, _) => {
                area.delete_word();
            }
            (KeyCode::Delete, false, false) | (KeyCode::Char('d'), true, false) => {
                area.delete_next_char();
            }
            (KeyCode::Delete, _, _) | (KeyCode::Char('d'), false, true) => {
                area.delete_next_word();
            }
            (KeyCode::Char('k'), true, false) => _ = area.delete_line_by_end(),
            (KeyCode::Char('u'), true, false) => _ = area.delete_line_by_head(),
            _ => return self.move_cursor(key.code, control, alt),
        }
        self.bytes = self
            .area
            .lines()
            .iter()
            .map(|line| line.len() + 1)
            .sum::<usize>()
            - 1;
        true
    }

    fn move_cursor(&mut self, code: KeyCode, control: bool, alt: bool) -> bool {
        let (step, times) = match (code, control, alt) {
            (KeyCode::Left, false, false) => (CursorMove::Back, 1),
            (KeyCode::Right, false, false) => (CursorMove::Forward, 1),
            (KeyCode::Left, _, _) | (KeyCode::Char('b'), false, true) => (CursorMove::WordBack, 1),
            (KeyCode::Right, _, _) | (KeyCode::Char('f'), false, true) => {
                (CursorMove::WordForward, 1)
            }
            (KeyCode::Up, false, false) => (CursorMove::Up, 1),
            (KeyCode::Down, false, false) => (CursorMove::Down, 1),
            (KeyCode::PageUp, _, _) => (CursorMove::Up, self.page),
            (KeyCode::PageDown, _, _) => (CursorMove::Down, self.page),
            (KeyCode::Home, true, _) => (CursorMove::Top, 1),
            (KeyCode::End, true, _) => (CursorMove::Bottom, 1),
            (KeyCode::Home, false, _) | (KeyCode::Char('a'), true, false) => (CursorMove::Head, 1),
            (KeyCode::End, false, _) | (KeyCode::Char('e'), true, false) => (CursorMove::End, 1),
            _ => return false,
        };
        for _ in 0..times {
            self.area.move_cursor(step);
        }
        true
    }

    /// Inserts a paste as one step of undo.
    ///
    /// # Errors
    /// [`TooLarge`]; nothing is inserted.
    pub fn paste(&mut self, text: &str) -> Result<(), TooLarge> {
        if self.bytes.saturating_add(text.len()) > LIMIT {
            return Err(TooLarge);
        }
        self.area.insert_str(text);
        self.bytes = self
            .area
            .lines()
            .iter()
            .map(|line| line.len() + 1)
            .sum::<usize>()
            - 1;
        Ok(())
    }

    /// Draws the lines around the cursor. The cursor's place, where the editor has the focus.
    pub fn draw(
        &mut self,
        placeholder: &str,
        focused: bool,
        text: Style,
        dim: Style,
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
            buffer.set_string(area.x, area.y, fit(placeholder, cells), dim);
            return focused.then_some(area.as_position());
        }
        let DataCursor(row, characters) = self.area.cursor();
        let column = self
            .area
            .lines()
            .get(row)
            .map_or(0, |line| column(line, characters));
        self.top = self.top.clamp((row + 1).saturating_sub(rows), row);
        self.left = self.left.clamp((column + 1).saturating_sub(cells), column);
        for (y, line) in (area.y..area.bottom()).zip(self.area.lines().iter().skip(self.top)) {
            let shown = window(&visible(line), self.left, cells);
            buffer.set_string(area.x, y, shown, text);
        }
        let (x, y) = ((column - self.left) as u16, (row - self.top) as u16);
        focused.then(|| Position::new(area.x + x, area.y + y))
    }
}

/// The cell in which the character of that number starts.
fn column(line: &str, characters: usize) -> usize {
    let end = line
        .char_indices()
        .nth(characters)
        .map_or(line.len(), |(at, _)| at);
    width(&visible(line.get(..end).unwrap_or(line)))
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
        let cursor = editor.draw(
            "payload",
            true,
            Style::new(),
            Style::new(),
            area,
            &mut buffer,
        );
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
    fn a_long_line_is_scrolled_to_the_cursor() {
        let mut editor = given("0123456789日");
        assert_eq!(
            shown(&mut editor, 6, 1),
            (vec!["789日".into()], Some((5, 0)))
        );
        press(&mut editor, KeyCode::Home, NONE);
        assert_eq!(
            shown(&mut editor, 6, 1),
            (vec!["012345".into()], Some((0, 0)))
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
                let cursor = editor.draw("", true, Style::new(), Style::new(), area, &mut buffer);
                prop_assert!(cursor.is_none_or(|cursor| area.contains(cursor)), "{cursor:?}");
                prop_assert_eq!(editor.text().len(), editor.bytes);
            }
        }
    }
}
