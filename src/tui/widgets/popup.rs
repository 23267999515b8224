//! A box over the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::{Pane, width};

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
    blank_halves(area, buffer);
    pane.draw(area, buffer)
}

/// Blanks the wide characters whose right half the box covers: a terminal cannot show the left one
/// alone, and what is drawn under the right one is skipped as a part of the character.
fn blank_halves(area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let Some(left) = area.x.checked_sub(1) else {
        return;
    };
    for y in area.y..area.bottom() {
        if let Some(cell) = buffer
            .cell_mut((left, y))
            .filter(|cell| width(cell.symbol()) > 1)
        {
            cell.set_symbol(" ");
        }
    }
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

    #[test]
    fn a_wide_character_that_is_half_covered_goes() {
        let mut buffer = Buffer::with_lines(["字字字字"; 3]);
        draw(&Pane::default(), Rect::new(1, 0, 4, 3), &mut buffer);
        let mut expected = Buffer::with_lines([" ╭──╮ 字", " │  │ 字", " ╰──╯ 字"]);
        // the second halves of characters that were covered
        for y in 0..3 {
            expected[(5, y)] = buffer[(5, y)].clone();
        }
        assert_eq!(buffer, expected);
        assert_eq!(buffer[(5, 0)].symbol(), " ");
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
