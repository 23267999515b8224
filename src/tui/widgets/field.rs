//! A line of text that is typed.

use std::ops::Range;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{
    fit::{fit, visible, width, window},
    text_buffer::{TextBuffer, boundary_from},
};

/// A line of text with a cursor.
#[derive(Clone, Debug)]
pub struct Field {
    pub(super) buffer: TextBuffer,
}

/// How a field or an editor looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct FieldStyle {
    /// The text.
    pub text: Style,
    /// The placeholder where there is no text.
    pub placeholder: Style,
    /// The text while all of it is selected.
    pub selected: Style,
}

impl Default for Field {
    fn default() -> Self {
        Field::new("")
    }
}

impl Field {
    /// A field with a text, the cursor behind it.
    pub fn new(text: impl Into<String>) -> Self {
        Field {
            buffer: TextBuffer::line(text),
        }
    }

    /// What is typed.
    pub fn text(&self) -> &str {
        self.buffer.text()
    }

    /// What is typed before the cursor, for completing it.
    pub fn before_cursor(&self) -> &str {
        let text = self.text();
        text.get(..self.buffer.cursor()).unwrap_or(text)
    }

    /// How often the text was changed.
    pub fn changes(&self) -> u64 {
        self.buffer.changes()
    }

    /// Replaces a part of the text, in bytes, as one step of undo; the cursor stands behind what stands
    /// there now. Nothing changes where the part ends inside a character.
    pub fn replace(&mut self, part: Range<usize>, text: &str) {
        self.buffer.replace(part, text);
    }

    /// Sets the text, as one step of undo; the cursor stands behind it.
    pub fn set_text(&mut self, text: impl AsRef<str>) {
        self.buffer.set_text(text.as_ref());
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

    /// Takes an editing key: says whether it was one. Enter, Tab, Esc and function keys are not.
    /// `Ctrl-_` (on many terminals also Ctrl-/) undoes.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        self.buffer.key(key)
    }

    /// Inserts a paste, as one step of undo: line ends inside become blanks, those around it and other
    /// control characters are left out.
    pub fn paste(&mut self, text: &str) {
        let pasted: String = text
            .trim_matches(['\r', '\n'])
            .replace("\r\n", " ")
            .replace(['\r', '\n', '\t'], " ")
            .replace(char::is_control, "");
        self.buffer.insert(&pasted);
    }

    /// Styles a part of the text, in bytes, where [`draw`](Field::draw) puts it with the focus. A part
    /// without length is shown as the cell where it begins.
    pub fn mark(&self, part: Range<usize>, style: Style, area: Rect, buffer: &mut Buffer) {
        let cells = usize::from(area.width);
        let column = |at: usize| width(&visible(self.text().get(..at).unwrap_or(self.text())));
        let skipped = self.skipped(cells);
        let from = column(part.start).saturating_sub(skipped);
        let to = column(part.end).saturating_sub(skipped).max(from + 1);
        let place = Rect {
            x: area.x.saturating_add(from.min(cells) as u16),
            width: (to.min(cells) - from.min(cells)) as u16,
            height: 1.min(area.height),
            ..area
        };
        buffer.set_style(place.intersection(buffer.area), style);
    }

    /// The cells at the left that are scrolled away so that the cursor shows.
    fn skipped(&self, cells: usize) -> usize {
        (self.column() + 1).saturating_sub(cells)
    }

    /// The cell of the cursor. Inside a cluster it is shown behind it.
    fn column(&self) -> usize {
        column(self.text(), self.buffer.cursor())
    }

    /// Draws the line, scrolled so that the cursor shows. The cursor's place, where the field has
    /// the focus.
    pub fn draw(
        &self,
        placeholder: &str,
        focused: bool,
        style: FieldStyle,
        area: Rect,
        buffer: &mut Buffer,
    ) -> Option<Position> {
        self.draw_as(self.text(), placeholder, focused, style, area, buffer)
    }

    /// As [`Field::draw`], with `text` in place of what is typed: cell for cell the same, but for what
    /// nobody should read.
    pub fn draw_as(
        &self,
        text: &str,
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
        let cells = usize::from(area.width);
        if self.text().is_empty() {
            buffer.set_string(area.x, area.y, fit(placeholder, cells), style.placeholder);
            return focused.then_some(area.as_position());
        }
        // Without the focus the start shows, and that something is cut.
        let skipped = if focused { self.skipped(cells) } else { 0 };
        let text = visible(text);
        let shown = if focused {
            window(&text, skipped, cells)
        } else {
            fit(&text, cells).into()
        };
        if self.is_selected() {
            buffer.set_string(area.x, area.y, &shown, style.selected);
            // a text without width has its selection shown, too
            let first = Rect::new(area.x, area.y, 1, 1);
            buffer.set_style(first, style.selected);
        } else {
            buffer.set_string(area.x, area.y, &shown, style.text);
        }
        focused.then(|| Position::new(area.x + (self.column() - skipped) as u16, area.y))
    }
}

/// The cell in which a cursor at that byte of a line is shown: behind the cluster that it is inside of.
pub(super) fn column(line: &str, cursor: usize) -> usize {
    let behind = boundary_from(line, cursor.min(line.len()));
    width(&visible(line.get(..behind).unwrap_or(line)))
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};
    use proptest::prelude::*;
    use ratatui::style::Modifier;

    use super::*;

    fn press(field: &mut Field, code: KeyCode) -> bool {
        field.key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn shown(field: &Field, columns: u16, focused: bool) -> (String, Option<u16>) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, 1));
        let area = buffer.area;
        let cursor = field.draw("subject", focused, FieldStyle::default(), area, &mut buffer);
        let text: String = (0..columns)
            .map(|x| buffer[(x, 0)].symbol().to_owned())
            .collect();
        (
            text.trim_end().to_owned(),
            cursor.map(|position| position.x),
        )
    }

    #[test]
    fn typing_moving_and_deleting() {
        let mut field = Field::new("today");
        for (code, expected) in [
            (KeyCode::Char('!'), "today!"),
            (KeyCode::Backspace, "today"),
            (KeyCode::Home, "today"),
            (KeyCode::Char('x'), "xtoday"),
            (KeyCode::Delete, "xoday"),
            (KeyCode::Right, "xoday"),
            (KeyCode::Char('日'), "xo日day"),
        ] {
            assert!(press(&mut field, code));
            assert_eq!(field.text(), expected, "{code:?}");
        }
        assert_eq!(field.before_cursor(), "xo日");
    }

    #[test]
    fn keys_of_the_form_are_left_to_it() {
        let mut field = Field::new("today");
        for code in [
            KeyCode::Enter,
            KeyCode::Tab,
            KeyCode::Esc,
            KeyCode::F(5),
            KeyCode::Up,
        ] {
            assert!(!press(&mut field, code), "{code:?}");
        }
        assert_eq!(field.text(), "today");
    }

    #[test]
    fn typing_replaces_what_is_selected() {
        for (code, expected) in [
            (KeyCode::Char('x'), "x"),
            (KeyCode::Backspace, ""),
            (KeyCode::Delete, ""),
            (KeyCode::Left, "today"),
            (KeyCode::End, "today"),
        ] {
            let mut field = Field::new("today");
            field.select_all();
            press(&mut field, code);
            assert_eq!(
                (field.text(), field.is_selected()),
                (expected, false),
                "{code:?}"
            );
        }
        let mut field = Field::new("today");
        field.select_all();
        field.paste("orders.>");
        assert_eq!(field.text(), "orders.>");
    }

    #[test]
    fn a_paste_stays_one_line() {
        let mut field = Field::new("ac");
        press(&mut field, KeyCode::Left);
        field.paste("\none\r\ntwo\t\x1b[2J\n");
        assert_eq!(field.text(), "aone two [2Jc");
        press(&mut field, KeyCode::Char('!'));
        assert_eq!(field.text(), "aone two [2J!c");
    }

    #[test]
    fn the_cursor_always_shows() {
        let field = Field::new("orders.created");
        assert_eq!(shown(&field, 20, true), ("orders.created".into(), Some(14)));
        assert_eq!(shown(&field, 8, true), ("created".into(), Some(7)));
        assert_eq!(shown(&field, 8, false), ("orders.…".into(), None));
        assert_eq!(
            shown(&Field::new("日本語"), 4, true),
            (" 語".into(), Some(3))
        );
        assert_eq!(
            shown(&Field::default(), 20, true),
            ("subject".into(), Some(0))
        );
        assert_eq!(shown(&Field::default(), 4, false), ("sub…".into(), None));
    }

    #[test]
    fn a_control_character_that_was_loaded_shows() {
        assert_eq!(
            shown(&Field::new("a\x1bb"), 8, true),
            ("a␛b".into(), Some(3))
        );
    }

    #[test]
    fn the_selection_has_its_style() {
        let mut field = Field::new("today");
        field.select_all();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        let area = buffer.area;
        let selected = Style::new().add_modifier(Modifier::REVERSED);
        let style = FieldStyle {
            selected,
            ..FieldStyle::default()
        };
        field.draw("", true, style, area, &mut buffer);
        assert_eq!(buffer[(0, 0)].modifier, Modifier::REVERSED);
        assert_eq!(buffer[(6, 0)].modifier, Modifier::empty());
    }

    proptest! {
        #[test]
        fn no_area_panics_and_the_cursor_is_inside(
            x in 0u16..12, y in 0u16..6, w in 0u16..30, h in 0u16..6, text in "[a-z日🦀\x1b]{0,20}",
        ) {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 4));
            let area = Rect::new(x, y, w, h);
            let field = Field::new(text);
            if let Some(cursor) = field.draw("", true, FieldStyle::default(), area, &mut buffer) {
                prop_assert!(area.intersection(buffer.area).contains(cursor));
            }
        }
    }
}
