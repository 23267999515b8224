//! A box over the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::Pane;

/// A box of that size in the middle of `area`, never larger than it.
pub fn centred(width: u16, height: u16, area: Rect) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

/// Clears the box and draws its border; what comes back is the room inside.
pub fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) -> Rect {
    Clear.render(area, buffer);
    pane.draw(area, buffer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_box_covers_what_was_there() {
        let mut buffer = Buffer::with_lines(["xxxxxxx"; 5]);
        let area = centred(5, 3, buffer.area);
        let inside = draw(&Pane::default(), area, &mut buffer);
        assert_eq!(inside, Rect::new(2, 2, 3, 1));
        let expected = ["xxxxxxx", "x╭───╮x", "x│   │x", "x╰───╯x", "xxxxxxx"];
        assert_eq!(buffer, Buffer::with_lines(expected));
    }

    proptest! {
        #[test]
        fn a_box_is_inside_its_area(width: u16, height: u16, x in 0u16..100, y in 0u16..100, w in 0u16..100, h in 0u16..100) {
            let area = Rect::new(x, y, w, h);
            let inner = centred(width, height, area);
            prop_assert_eq!(inner.intersection(area), inner);
        }

        #[test]
        fn no_area_panics(x in 0u16..12, y in 0u16..6, w in 0u16..30, h in 0u16..6) {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 4));
            draw(&Pane { name: "name", ..Pane::default() }, Rect::new(x, y, w, h), &mut buffer);
        }
    }
}
