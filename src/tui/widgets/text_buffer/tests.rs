//! Random keys against a model of a plain editor, in a field of one line and in an editor of many.

mod plain;

use crossterm::event::{KeyCode, KeyModifiers};
use plain::Plain;
use proptest::{collection::vec, prelude::*, sample::select};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};
use unicode_segmentation::UnicodeSegmentation;

use super::{
    clusters::{is_boundary, is_word},
    *,
};
use crate::tui::widgets::{Editor, Field, field::FieldStyle};

/// Letters, blanks, and what makes up clusters: accents, joiners, flags, skin tones, jamo, controls.
const CHARACTERS: [char; 20] = [
    'a',
    'e',
    'Z',
    '7',
    '_',
    '.',
    ' ',
    '日',
    '👩',
    '💻',
    '🎉',
    '🇫',
    '🇷',
    '\u{301}',
    '\u{200d}',
    '\u{fe0f}',
    '\u{1f3fd}',
    'ก',
    '\u{e33}',
    'ᄀ',
];

#[derive(Clone, Debug)]
enum Key {
    Type(char),
    Newline,
    Paste(&'static str),
    Press(KeyCode, KeyModifiers),
    Vertical(KeyCode),
    SelectAll,
    Undo,
    Redo,
}

fn keys() -> impl Strategy<Value = Vec<Key>> {
    use KeyCode::{Backspace, Char, Delete, End, Home, Left, Right};
    let (none, control, alt) = (KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT);
    let moves = [
        (Left, none),
        (Right, none),
        (Home, none),
        (End, none),
        (Left, control),
        (Right, alt),
        (Home, control),
        (End, control),
    ];
    let deletes = [
        (Backspace, none),
        (Delete, none),
        (Char('w'), control),
        (Char('d'), alt),
        (Char('u'), control),
        (Char('k'), control),
    ];
    let press = |keys: &[(KeyCode, KeyModifiers)]| {
        select(keys.to_vec()).prop_map(|(code, modifiers)| Key::Press(code, modifiers))
    };
    const VERTICAL: [KeyCode; 4] = [
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::PageUp,
        KeyCode::PageDown,
    ];
    const PASTES: [&str; 6] = ["one two", "\u{301}", "🇫🇷", "e\u{301}", "x\ny", "\u{1b}"];
    let key = prop_oneof![
        8 => select(&CHARACTERS[..]).prop_map(Key::Type),
        1 => Just(Key::Newline),
        1 => select(&PASTES[..]).prop_map(Key::Paste),
        5 => press(&moves),
        4 => press(&deletes),
        2 => select(&VERTICAL[..]).prop_map(Key::Vertical),
        1 => Just(Key::Press(Char('y'), control)),
        1 => Just(Key::SelectAll),
        1 => Just(Key::Undo),
        1 => Just(Key::Redo),
    ];
    vec(key, 0..60)
}

/// A field or an editor, as its owner sees it.
trait Widget {
    const LINES: bool;
    fn with(text: &str) -> Self;
    fn key(&mut self, key: KeyEvent) -> bool;
    fn paste(&mut self, text: &str);
    fn select_all(&mut self);
    fn draw(&mut self, area: Rect, buffer: &mut Buffer);
    fn buffer(&self) -> &TextBuffer;
}

const STYLE: FieldStyle = FieldStyle {
    text: Style::new(),
    placeholder: Style::new(),
    selected: Style::new().add_modifier(Modifier::REVERSED),
};

impl Widget for Field {
    const LINES: bool = false;
    fn with(text: &str) -> Field {
        Field::new(text)
    }
    fn key(&mut self, key: KeyEvent) -> bool {
        Field::key(self, key)
    }
    fn paste(&mut self, text: &str) {
        Field::paste(self, text);
    }
    fn select_all(&mut self) {
        Field::select_all(self);
    }
    fn draw(&mut self, area: Rect, buffer: &mut Buffer) {
        let cursor = Field::draw(self, "empty", true, STYLE, area, buffer);
        assert!(cursor.is_some_and(|cursor| area.contains(cursor)));
    }
    fn buffer(&self) -> &TextBuffer {
        &self.buffer
    }
}

impl Widget for Editor {
    const LINES: bool = true;
    fn with(text: &str) -> Editor {
        let mut editor = Editor::default();
        editor.set_text(text).unwrap();
        editor.buffer.undo = Undo::default();
        editor
    }
    fn key(&mut self, key: KeyEvent) -> bool {
        Editor::key(self, key)
    }
    fn paste(&mut self, text: &str) {
        Editor::paste(self, text).unwrap();
    }
    fn select_all(&mut self) {
        let all = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::CONTROL);
        assert!(Editor::key(self, all));
    }
    fn draw(&mut self, area: Rect, buffer: &mut Buffer) {
        let cursor = Editor::draw(self, "empty", true, STYLE, area, buffer);
        assert!(cursor.is_some_and(|cursor| area.contains(cursor)));
    }
    fn buffer(&self) -> &TextBuffer {
        &self.buffer
    }
}

fn shown(widget: &mut impl Widget, columns: u16, rows: u16) -> Buffer {
    let area = Rect::new(2, 1, columns, rows);
    let mut buffer = Buffer::empty(area);
    widget.draw(area, &mut buffer);
    buffer
}

/// Whether a cluster that has an accent is cut in two.
fn cuts_an_accent(text: &str, at: usize) -> bool {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    let joins = |next: char| format!("a{next}").graphemes(true).count() == 1;
    !is_boundary(text, at) && next.is_some_and(joins)
}

fn undo_key(modifiers: KeyModifiers) -> KeyEvent {
    KeyEvent::new(KeyCode::Char('7'), KeyModifiers::CONTROL | modifiers)
}

fn against_a_plain_editor<W: Widget>(start: &str, keys: &[Key], columns: u16, rows: u16) {
    let mut widget = W::with(start);
    let mut plain = Plain {
        before: start.to_owned(),
        after: String::new(),
        selected: false,
        lines: W::LINES,
        cut: String::new(),
        cutting: false,
        past: vec![start.to_owned()],
    };
    for key in keys {
        let before = widget.buffer().text().to_owned();
        let was_shown = is_shown_selected(&shown(&mut widget, columns, rows));
        match key {
            Key::Type(character) => {
                let shift = KeyModifiers::SHIFT;
                assert!(widget.key(KeyEvent::new(KeyCode::Char(*character), shift)));
                plain.insert(&character.to_string());
                plain.cutting = false;
            }
            Key::Newline => {
                let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
                assert_eq!(widget.key(enter), W::LINES);
                if W::LINES {
                    plain.insert("\n");
                    plain.cutting = false;
                }
            }
            Key::Paste(text) => {
                widget.paste(text);
                let text = if W::LINES {
                    (*text).to_owned()
                } else {
                    text.replace('\n', " ").replace('\u{1b}', "")
                };
                if !text.is_empty() {
                    plain.cutting = false;
                }
                plain.insert(&text);
            }
            Key::Press(KeyCode::Char('y'), modifiers) => {
                assert!(widget.key(KeyEvent::new(KeyCode::Char('y'), *modifiers)));
                let cut = plain.cut.clone();
                if !cut.is_empty() {
                    plain.cutting = false;
                }
                plain.insert(&cut);
            }
            Key::Press(code, modifiers) => {
                assert!(widget.key(KeyEvent::new(*code, *modifiers)));
                plain.press(*code, *modifiers);
            }
            // which line and which cell is tested with the editor
            Key::Vertical(code) => {
                let taken = widget.key(KeyEvent::new(*code, KeyModifiers::NONE));
                assert_eq!(taken, W::LINES);
                if taken {
                    plain.go(widget.buffer().cursor());
                    assert!(plain.boundaries().contains(&plain.before.len()));
                    (plain.selected, plain.cutting) = (false, false);
                }
            }
            Key::SelectAll => {
                widget.select_all();
                let end = plain.text().len();
                plain.go(end);
                (plain.selected, plain.cutting) = (end > 0, false);
            }
            // which keys make one step is the widget's own; each leads to a text that there was
            Key::Undo | Key::Redo => {
                let redo = matches!(key, Key::Redo);
                let modifiers = if redo {
                    KeyModifiers::ALT
                } else {
                    KeyModifiers::NONE
                };
                assert!(widget.key(undo_key(modifiers)));
                let text = widget.buffer().text();
                assert!(plain.past.iter().any(|past| past == text), "{text:?}");
                (plain.before, plain.after) = (text.to_owned(), String::new());
                plain.go(widget.buffer().cursor());
                (plain.selected, plain.cutting) = (false, false);
            }
        }
        let buffer = widget.buffer();
        let (text, cursor) = (buffer.text().to_owned(), buffer.cursor());
        let state = (text.as_str(), cursor, buffer.is_selected());
        let expected = plain.text();
        assert_eq!(
            state,
            (expected.as_str(), plain.before.len(), plain.selected),
            "{key:?} in {before:?}"
        );
        assert!(
            !cuts_an_accent(&text, cursor),
            "{key:?}: {text:?} at {cursor}"
        );
        let selected = widget.buffer().is_selected();
        let drawn = shown(&mut widget, columns, rows);
        assert_eq!(is_shown_selected(&drawn), selected, "{key:?}: {text:?}");
        if matches!(key, Key::Type(_) | Key::Paste(_) | Key::Newline) && text.len() < before.len() {
            assert!(
                was_shown,
                "{key:?} took {before:?} away, which was not shown as selected"
            );
        }
        plain.past.push(text);
    }
    let last = widget.buffer().text().to_owned();
    for _ in 0..=keys.len() {
        widget.key(undo_key(KeyModifiers::NONE));
    }
    assert_eq!(widget.buffer().text(), start, "all is taken back");
    for _ in 0..=keys.len() {
        widget.key(undo_key(KeyModifiers::ALT));
    }
    assert!(
        widget.buffer().text() == last || keys.iter().any(|key| matches!(key, Key::Undo)),
        "all is done again"
    );
}

fn is_shown_selected(buffer: &Buffer) -> bool {
    let mut cells = buffer.content.iter();
    cells.any(|cell| cell.modifier.contains(Modifier::REVERSED))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_field_is_a_plain_editor(start in "[a-c. 🇫🎉\u{301}\u{200d}]{0,8}", keys in keys(), columns in 1u16..12) {
        against_a_plain_editor::<Field>(&start, &keys, columns, 1);
    }

    #[test]
    fn an_editor_is_a_plain_editor(
        start in "[a-c. 🇫🎉\u{301}\u{200d}\r\n]{0,12}", keys in keys(), columns in 1u16..12, rows in 1u16..5,
    ) {
        against_a_plain_editor::<Editor>(&start, &keys, columns, rows);
    }
}

/// Types keys into a field: `<` left, `>` right, `^` backspace, `~` delete.
fn typed(start: &str, keys: &str) -> (String, usize) {
    let mut field = Field::new(start);
    for key in keys.chars() {
        let code = match key {
            '<' => KeyCode::Left,
            '>' => KeyCode::Right,
            '^' => KeyCode::Backspace,
            '~' => KeyCode::Delete,
            character => KeyCode::Char(character),
        };
        assert!(field.key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
    (field.text().to_owned(), field.buffer.cursor())
}

#[test]
fn keys_take_clusters_whole() {
    for (start, keys, expected) in [
        ("e\u{301}", "^", ""),
        ("xe\u{301}", "<~", "x"),
        ("e\u{301}", "<x", "xe\u{301}"),
        ("🇫🇷🇩🇪", "^", "🇫🇷"),
        ("👩\u{200d}💻!", "<^", "!"),
        ("👍🏽", "<x", "x👍🏽"),
        ("กำ", "^", ""),
        // nothing lands between a letter and its accent
        ("\u{301}", "<ex", "e\u{301}x"),
        ("e.\u{301}", "<<x", "xe.\u{301}"),
        // what comes in several characters is put together in front of another
        ("🇩🇪", "<🇫🇷", "🇫🇷🇩🇪"),
        ("🎉", "<👩\u{200d}💻", "👩\u{200d}💻🎉"),
        ("🇩🇪", "<🇫^", "🇩🇪"),
    ] {
        assert_eq!(typed(start, keys).0, expected, "{keys} in {start:?}");
    }
}

#[test]
fn words_are_tokens_and_what_was_cut_comes_back() {
    let control = |field: &mut Field, key| {
        let key = KeyEvent::new(KeyCode::Char(key), KeyModifiers::CONTROL);
        assert!(field.key(key));
    };
    let mut field = Field::new("orders.eu.created");
    control(&mut field, 'w');
    assert_eq!(field.text(), "orders.eu.");
    control(&mut field, 'w');
    assert_eq!(field.text(), "orders.");
    control(&mut field, 'y');
    assert_eq!(field.text(), "orders.eu.created");
    control(&mut field, '_');
    assert_eq!(field.text(), "orders.");
}

#[test]
fn a_word_typed_is_one_step_of_undo() {
    let mut field = Field::new("");
    for character in "one two".chars() {
        field.key(KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE));
    }
    for expected in ["one ", "", ""] {
        field.key(undo_key(KeyModifiers::NONE));
        assert_eq!(field.text(), expected);
    }
    field.key(undo_key(KeyModifiers::ALT));
    assert_eq!(field.text(), "one ");
}

#[test]
fn what_is_remembered_is_bounded_and_the_newest_stays() {
    let mut field = Field::new("");
    for letter in ["a", "b", "c", "d"] {
        field.set_text(letter.repeat(6 << 20));
    }
    for _ in 0..2 {
        field.key(undo_key(KeyModifiers::NONE));
        assert!(field.text().starts_with('c'));
    }
}
