//! The border around a pane: `╭─ Messages FOLLOW ───── 48 210 shown ╮`.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Widget};

use super::fit::{fit, width};

/// A pane's border with what stands in it.
#[derive(Clone, Debug, Default)]
pub struct Pane<'a> {
    /// The name, at the left; drawn with `name_style`.
    pub name: &'a str,
    /// What follows the name, with blanks between; what does not fit leaves from the end.
    pub extra: Vec<Span<'a>>,
    /// What stands at the right; it leaves first where the room is short.
    pub status: &'a str,
    /// The style of the border: the accent where the pane has the focus.
    pub border_style: Style,
    /// The style of the name.
    pub name_style: Style,
    /// The style of the status.
    pub status_style: Style,
}

impl Pane<'_> {
    /// Draws the border; what comes back is the room inside.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) -> Rect {
        let area = area.intersection(buffer.area);
        let border = Block::bordered().border_type(BorderType::Rounded);
        border.border_style(self.border_style).render(area, buffer);
        // Corners and the one dash before the name.
        if area.width > 3 && area.height > 0 {
            self.draw_titles(
                Rect {
                    x: area.x + 2,
                    width: area.width - 3,
                    height: 1,
                    ..area
                },
                buffer,
            );
        }
        area.inner(Margin::new(1, 1))
    }

    /// ` name extra … ──── status `
    fn draw_titles(&self, room: Rect, buffer: &mut Buffer) {
        let free = usize::from(room.width);
        let name = if self.name.is_empty() {
            "".into()
        } else {
            fit(self.name, free.saturating_sub(2))
        };
        let mut titles = Vec::with_capacity(1 + self.extra.len());
        let mut used = 1;
        for title in std::iter::once(&Span::styled(name, self.name_style)).chain(&self.extra) {
            let title_width = width(&title.content);
            if title_width > 0 && used + title_width < free {
                used += title_width + 1;
                titles.push(title.clone());
            }
        }
        let mut x = room.x;
        for title in &titles {
            (x, _) = buffer.set_stringn(x, room.y, " ", 1, self.border_style);
            let rest = usize::from(room.right() - x);
            (x, _) = buffer.set_stringn(x, room.y, &title.content, rest, title.style);
        }
        if !titles.is_empty() && x < room.right() {
            (x, _) = buffer.set_stringn(x, room.y, " ", 1, self.border_style);
        }
        // A dash at least stays between the two.
        let status = whole_parts(self.status, usize::from(room.right() - x).saturating_sub(3));
        if !status.is_empty() {
            let x = room.right() - width(status) as u16 - 2;
            buffer.set_string(x, room.y, " ", self.border_style);
            buffer.set_string(x + 1, room.y, status, self.status_style);
            buffer.set_string(room.right() - 1, room.y, " ", self.border_style);
        }
    }
}

/// As many of the parts between ` · ` as fit, from the first.
fn whole_parts(status: &str, cells: usize) -> &str {
    let mut fits = status;
    while width(fits) > cells {
        fits = fits.rsplit_once(" · ").map_or("", |(first, _)| first);
    }
    fits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::{Modifier, Stylize};

    use super::*;

    fn top(pane: &Pane, columns: u16) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, 3));
        let area = buffer.area;
        pane.draw(area, &mut buffer);
        (0..columns)
            .map(|x| buffer[(x, 0)].symbol().to_owned())
            .collect()
    }

    #[test]
    fn the_border_holds_name_and_status_as_long_as_they_fit() {
        let pane = Pane {
            name: "Subscriptions",
            status: "4",
            ..Pane::default()
        };
        for (columns, expected) in [
            (28, "╭─ Subscriptions ─────── 4 ╮"),
            (22, "╭─ Subscriptions ─ 4 ╮"),
            (21, "╭─ Subscriptions ───╮"),
            (18, "╭─ Subscriptions ╮"),
            (17, "╭─ Subscriptio… ╮"),
            (6, "╭─ … ╮"),
            (5, "╭───╮"),
            (2, "╭╮"),
        ] {
            assert_eq!(top(&pane, columns), expected);
        }
    }

    #[test]
    fn extras_follow_the_name_and_leave_from_the_end() {
        let extra = vec!["FOLLOW".into(), "& subject:!audit.>".into()];
        let pane = Pane {
            name: "Messages",
            extra,
            status: "9 shown",
            ..Pane::default()
        };
        for (columns, expected) in [
            (52, "╭─ Messages FOLLOW & subject:!audit.> ──── 9 shown ╮"),
            (40, "╭─ Messages FOLLOW & subject:!audit.> ─╮"),
            (36, "╭─ Messages FOLLOW ─────── 9 shown ╮"),
            (16, "╭─ Messages ───╮"),
        ] {
            assert_eq!(top(&pane, columns), expected);
        }
    }

    #[test]
    fn each_part_has_its_style() {
        let pane = Pane {
            name: "Name",
            extra: vec!["on".italic()],
            status: "4",
            border_style: Style::new().blue(),
            name_style: Style::new().bold(),
            status_style: Style::new().dim(),
        };
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 3));
        let area = buffer.area;
        assert_eq!(pane.draw(area, &mut buffer), Rect::new(1, 1, 18, 1));
        assert_eq!(buffer[(0, 0)].fg, ratatui::style::Color::Blue);
        assert_eq!(buffer[(3, 0)].modifier, Modifier::BOLD);
        assert_eq!(buffer[(8, 0)].modifier, Modifier::ITALIC);
        assert_eq!(buffer[(17, 0)].modifier, Modifier::DIM);
    }

    proptest! {
        #[test]
        fn no_area_panics(x in 0u16..12, y in 0u16..6, columns in 0u16..30, rows in 0u16..6, name in "[a-z日]{0,12}") {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 4));
            let extra = vec!["日本".into(), "x".into()];
            let pane = Pane { name: &name, extra, status: "4 日", ..Pane::default() };
            pane.draw(Rect::new(x, y, columns, rows), &mut buffer);
        }
    }
}
