//! A frame, drawn into memory: cells that differ from the last frame become escape sequences
//! between begin and end of a synchronized update.

use std::convert::Infallible;

use ratatui::Frame;
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Rect, Size};

use super::cells::Shown;

/// Begin and end of a synchronized update (DEC private mode 2026); a terminal without it ignores
/// both.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";
/// No colours, then no text: a terminal fills what it clears with the colours of the moment.
const CLEAR: &[u8] = b"\x1b[0m\x1b[2J";

const IN_MEMORY: &str = "writing to memory does not fail";

/// The screen as it was drawn last.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<Recorder>,
    shown: Shown,
}

impl Screen {
    /// A screen of that size, with everything to be drawn.
    pub fn new(size: Size) -> Self {
        let recorder = Recorder {
            size: at_least_a_cell(size),
            ..Recorder::default()
        };
        let mut screen = Screen {
            terminal: Terminal::new(recorder).expect(IN_MEMORY),
            shown: Shown::default(),
        };
        screen.redraw_all();
        screen
    }

    /// Draws a frame; what comes back goes to the terminal in one write. Empty where the terminal
    /// shows just that already.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame)) -> Vec<u8> {
        let recorder = self.terminal.backend_mut();
        let mut drawn = std::mem::take(&mut recorder.bytes);
        let was = std::mem::take(&mut recorder.cursor);
        let mut cells = Vec::new();
        let frame = |frame: &mut Frame| {
            render(frame);
            // ratatui empties what it gets in exchange before it draws there
            cells = self.shown.change(frame.buffer_mut());
        };
        self.terminal.draw(frame).expect(IN_MEMORY);
        let cursor = self.terminal.backend_mut().cursor;
        let moved = !cells.is_empty();
        drawn.append(&mut cells);
        cursor.append(was, moved, &mut drawn);
        if drawn.is_empty() {
            drawn
        } else {
            [BEGIN, &drawn, END].concat()
        }
    }

    /// Takes the terminal's new size; the next frame draws everything.
    pub fn resize(&mut self, size: Size) {
        let size = at_least_a_cell(size);
        self.terminal.backend_mut().size = size;
        self.terminal
            .resize(Rect::from((Position::ORIGIN, size)))
            .expect(IN_MEMORY);
        self.redraw_all();
    }

    /// The next frame draws everything, whatever the terminal shows now.
    pub fn redraw_all(&mut self) {
        self.shown = Shown::nothing(self.size());
        let recorder = self.terminal.backend_mut();
        recorder.bytes = CLEAR.to_vec();
        recorder.cursor = Cursor::Unknown;
    }

    /// The size of the next frame, one cell at least.
    pub fn size(&self) -> Size {
        self.terminal.backend().size
    }
}

/// A pseudo-terminal that nobody sized says 0 × 0, and ratatui's own widgets panic on it.
fn at_least_a_cell(size: Size) -> Size {
    Size::new(size.width.max(1), size.height.max(1))
}

/// What the terminal's cursor is known to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Cursor {
    #[default]
    Unknown,
    Hidden,
    Shown(Position),
}

impl Cursor {
    /// Appends what brings the cursor here from what it did before; `moved` where cells were written
    /// since then.
    fn append(self, was: Cursor, moved: bool, bytes: &mut Vec<u8>) {
        match self {
            Cursor::Hidden if was != self => bytes.extend_from_slice(b"\x1b[?25l"),
            Cursor::Shown(Position { x, y }) if moved || was != self => {
                let sequence = format!("\x1b[{};{}H\x1b[?25h", y + 1, x + 1);
                bytes.extend_from_slice(sequence.as_bytes());
            }
            Cursor::Unknown | Cursor::Hidden | Cursor::Shown(_) => {}
        }
    }
}

/// A backend that knows its size without asking, and keeps what is wanted of the cursor. ratatui's own
/// for crossterm asks the terminal for its size before each frame, and for the cursor when it clears.
#[derive(Debug, Default)]
struct Recorder {
    /// What comes before the next frame.
    bytes: Vec<u8>,
    size: Size,
    cursor: Cursor,
}

impl Backend for Recorder {
    type Error = Infallible;

    /// The cells are written by [`Screen::draw`], which knows whole rows.
    fn draw<'a, I>(&mut self, _: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.cursor = Cursor::Hidden;
        Ok(())
    }

    /// ratatui shows the cursor before it says where; [`Recorder::set_cursor_position`] does both.
    fn show_cursor(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(match self.cursor {
            Cursor::Shown(position) => position,
            Cursor::Unknown | Cursor::Hidden => Position::ORIGIN,
        })
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.cursor = Cursor::Shown(position.into());
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    /// Asked for when the size changes; [`Screen::redraw_all`] clears.
    fn clear_region(&mut self, _: ClearType) -> Result<(), Infallible> {
        Ok(())
    }

    fn size(&self) -> Result<Size, Infallible> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use proptest::prelude::*;
    use ratatui::style::Style;
    use ratatui::text::Span;

    use super::*;

    const SIZE: Size = Size {
        width: 20,
        height: 3,
    };

    fn terminal(size: Size) -> vt100::Parser {
        let cells = |count: u16| NonZero::new(count).unwrap();
        vt100::Parser::new(cells(size.height), cells(size.width), 0)
    }

    #[test]
    fn a_frame_is_one_synchronized_update() {
        let mut screen = Screen::new(SIZE);
        let bytes = screen.draw(|frame| frame.render_widget("hello", frame.area()));
        assert!(bytes.starts_with(BEGIN) && bytes.ends_with(END));
        let mut terminal = terminal(SIZE);
        terminal.process(&bytes);
        assert_eq!(terminal.screen().contents(), "hello");
        assert!(terminal.screen().hide_cursor());
        assert!(!bytes.windows(6).any(|window| window == b"\x1b[?25h"));
    }

    #[test]
    fn the_same_frame_again_is_nothing() {
        let mut screen = Screen::new(SIZE);
        for (x, expected) in [(2, false), (2, true), (3, false)] {
            let bytes = screen.draw(|frame| {
                frame.render_widget("hello", frame.area());
                frame.set_cursor_position((x, 1));
            });
            assert_eq!(bytes.is_empty(), expected, "{x}");
        }
    }

    #[test]
    fn the_cursor_stands_where_it_was_set_whatever_was_drawn() {
        let mut screen = Screen::new(SIZE);
        let mut terminal = terminal(SIZE);
        for (text, at) in [
            ("a", Some((2, 1))),
            ("b", Some((2, 1))),
            ("c", None),
            ("d", Some((0, 0))),
        ] {
            let bytes = screen.draw(|frame| {
                frame.render_widget(text, frame.area());
                if let Some(at) = at {
                    frame.set_cursor_position(at);
                }
            });
            terminal.process(&bytes);
            assert_eq!(!terminal.screen().hide_cursor(), at.is_some(), "{text}");
            if let Some((x, y)) = at {
                assert_eq!(terminal.screen().cursor_position(), (y, x), "{text}");
            }
        }
    }

    #[test]
    fn after_redraw_all_the_next_frame_repairs_a_garbled_terminal() {
        let mut screen = Screen::new(SIZE);
        let mut terminal = terminal(SIZE);
        terminal.process(&screen.draw(|frame| frame.render_widget("hello", frame.area())));
        terminal.process(b"\x1b[31mgarbage\x1b[?25h");
        screen.redraw_all();
        terminal.process(&screen.draw(|frame| frame.render_widget("hello", frame.area())));
        assert_eq!(terminal.screen().contents(), "hello");
        assert!(terminal.screen().hide_cursor());
    }

    #[test]
    fn a_new_size_is_drawn_to_its_edges() {
        let mut screen = Screen::new(SIZE);
        let _ = screen.draw(|frame| frame.render_widget("hello", frame.area()));
        screen.resize(Size::new(8, 2));
        let bytes = screen.draw(|frame| {
            let line = "x".repeat(frame.area().width.into());
            frame.render_widget(line, frame.area());
        });
        let mut terminal = terminal(Size::new(8, 2));
        terminal.process(&bytes);
        assert_eq!(terminal.screen().contents(), "xxxxxxxx");
        assert_eq!(screen.size(), Size::new(8, 2));
    }

    #[test]
    fn modifiers_reach_the_terminal() {
        let mut screen = Screen::new(SIZE);
        let mut terminal = terminal(SIZE);
        let style = Style::new().reversed().bold();
        terminal.process(
            &screen.draw(|frame| frame.render_widget(Span::styled("x", style), frame.area())),
        );
        let cell = terminal.screen().cell(0, 0).unwrap();
        assert!(cell.inverse() && cell.bold());
    }

    proptest! {
        /// Whatever is shown, and whatever was shown before, the terminal shows the last frame.
        #[test]
        fn the_terminal_shows_the_last_frame(texts in prop::collection::vec("[ a-c]{0,20}", 1..6)) {
            let mut screen = Screen::new(SIZE);
            let mut terminal = terminal(SIZE);
            for text in &texts {
                let bytes = screen.draw(|frame| frame.render_widget(text.as_str(), frame.area()));
                terminal.process(&bytes);
                let shown = terminal.screen().rows(0, SIZE.width).next().unwrap_or_default();
                prop_assert_eq!(shown.trim_end(), text.trim_end());
            }
        }

        #[test]
        fn no_size_panics(width in 0u16..300, height in 0u16..100) {
            let mut screen = Screen::new(Size::new(width, height));
            let _ = screen.draw(|frame| frame.render_widget("hello", frame.area()));
        }
    }
}
