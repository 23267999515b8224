//! Texts that complete what is typed, in a box above the field.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{Pane, fit, popup, width};

/// Texts on offer; one of them may be highlighted.
#[derive(Clone, Debug, Default)]
pub struct Suggestions {
    texts: Vec<String>,
    highlighted: Option<usize>,
}

/// How the box looks.
#[derive(Clone, Copy, Debug)]
pub struct SuggestionStyle {
    /// The border and its words.
    pub border: Style,
    /// A text.
    pub text: Style,
    /// The highlighted one.
    pub chosen: Style,
}

impl Suggestions {
    /// These texts, none highlighted.
    pub fn new(texts: Vec<String>) -> Self {
        Suggestions {
            texts,
            highlighted: None,
        }
    }

    /// Whether nothing is on offer.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Whether one of them is highlighted.
    pub fn has_highlight(&self) -> bool {
        self.highlighted.is_some()
    }

    /// Offers nothing any more.
    pub fn forget(&mut self) {
        *self = Suggestions::default();
    }

    /// Highlights the next text, or the one before; around at both ends.
    pub fn highlight(&mut self, down: bool) {
        let count = self.texts.len();
        self.highlighted = match self.highlighted {
            _ if count == 0 => None,
            None => Some(if down { 0 } else { count - 1 }),
            Some(n) if down => Some((n + 1) % count),
            Some(n) => Some((n + count - 1) % count),
        };
    }

    /// Takes the highlighted text; nothing is on offer then.
    pub fn take(&mut self) -> Option<String> {
        let taken = self.texts.swap_remove(self.highlighted?);
        self.forget();
        Some(taken)
    }

    /// Draws the box, its lower left corner right above `field`, as far as `area` has room.
    pub fn draw(
        &self,
        name: &str,
        style: SuggestionStyle,
        field: Position,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        if self.is_empty() {
            return;
        }
        let longest = self.texts.iter().map(|text| width(text)).max().unwrap_or(0);
        let wide = (longest as u16)
            .saturating_add(4)
            .clamp(42, 60)
            .min(area.width);
        let above = field.y.saturating_sub(area.y);
        let high = (self.texts.len() as u16).saturating_add(2).min(above);
        let place = Rect {
            x: field.x.min(area.right().saturating_sub(wide)),
            y: field.y - high,
            width: wide,
            height: high,
        };
        let pane = Pane {
            name,
            status: match self.highlighted {
                Some(_) => "Tab takes it",
                None => "↓ chooses one",
            },
            border_style: style.border,
            name_style: style.border,
            status_style: style.border,
            ..Pane::default()
        };
        let inside = popup::draw(&pane, place, buffer);
        let rows = self.texts.iter().zip(inside.y..inside.bottom());
        for (n, (text, y)) in rows.enumerate() {
            let style = if self.highlighted == Some(n) {
                style.chosen
            } else {
                style.text
            };
            let text = fit(text, usize::from(inside.width).saturating_sub(1));
            buffer.set_string(inside.x + 1, y, text, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highlighting_goes_around_and_taking_ends_the_offer() {
        let mut offer = Suggestions::new(vec!["a".into(), "b".into()]);
        assert_eq!(offer.take(), None);
        for (down, taken) in [(true, "a"), (false, "b")] {
            let mut offer = offer.clone();
            offer.highlight(down);
            assert_eq!(offer.take().as_deref(), Some(taken));
            assert!(offer.is_empty());
        }
        offer.highlight(true);
        offer.highlight(true);
        offer.highlight(true);
        assert_eq!(offer.take().as_deref(), Some("a"));
        assert_eq!(offer.take(), None);
    }

    #[test]
    fn the_box_stands_above_the_field_and_inside_the_area() {
        let offer = Suggestions::new(vec!["orders.>".into()]);
        let style = SuggestionStyle {
            border: Style::new(),
            text: Style::new(),
            chosen: Style::new(),
        };
        for (x, y, rows) in [(0, 5, 3), (39, 5, 3), (0, 1, 1), (0, 0, 0)] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 50, 8));
            let area = buffer.area;
            offer.draw("seen", style, Position::new(x, y), area, &mut buffer);
            let blank = Buffer::empty(area);
            let drawn = (0..8u16).filter(|row| {
                (0..50u16).any(|column| buffer[(column, *row)] != blank[(column, *row)])
            });
            let drawn: Vec<u16> = drawn.collect();
            assert_eq!(drawn, (y - rows..y).collect::<Vec<u16>>(), "{x} {y}");
        }
    }
}
