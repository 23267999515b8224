//! Text into cells. ratatui segments whatever it is given into graphemes; nearly all of it is plain,
//! and a full screen of it is most of the cost of a frame.

use ratatui::{buffer::Buffer, style::Style, text::Line};

use super::fit::split_plain;

/// Puts a line, as [`Buffer::set_line`] does.
pub fn line(buffer: &mut Buffer, x: u16, y: u16, line: &Line<'_>, width: u16) {
    let (mut x, mut room) = (x, width);
    for span in line {
        let style = line.style.patch(span.style);
        let next = text(buffer, x, y, &span.content, room, style);
        room -= next.saturating_sub(x).min(room);
        x = next;
    }
}

/// Puts a text into at most so many cells, as [`Buffer::set_stringn`] does; where the next one begins.
pub fn text(buffer: &mut Buffer, x: u16, y: u16, text: &str, width: u16, style: Style) -> u16 {
    let (plain, rest) = split_plain(text);
    let room = buffer.area.right().saturating_sub(x).min(width);
    let mut next = x;
    for (column, byte) in (x..x + room).zip(plain.bytes()) {
        buffer[(column, y)].set_char(byte.into()).set_style(style);
        next = column + 1;
    }
    let left = usize::from(room - (next - x));
    if left > 0 && !rest.is_empty() {
        (next, _) = buffer.set_stringn(next, y, rest, left, style);
    }
    next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::{layout::Rect, style::Color, text::Span};

    use super::*;

    proptest! {
        #[test]
        fn it_puts_what_ratatui_puts(
            texts in proptest::collection::vec("[ a-z]{0,9}[a\u{301}日🦀\u{200d}\r\n…]{0,4}[a-z]{0,3}", 0..4),
            x in 0u16..24,
            width in 0u16..24,
        ) {
            let spans = texts.iter().zip([Color::Red, Color::Blue, Color::Green]);
            let spans = spans.map(|(text, colour)| Span::styled(text.as_str(), Style::new().fg(colour)));
            let given = Line::from_iter(spans).style(Style::new().bg(Color::Gray));
            let mut ours = Buffer::filled(Rect::new(0, 0, 20, 1), ratatui::buffer::Cell::new("x"));
            let mut theirs = ours.clone();
            line(&mut ours, x, 0, &given, width);
            theirs.set_line(x, 0, &given, width);
            prop_assert_eq!(ours, theirs);
        }
    }
}
