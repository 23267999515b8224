//! Where everything stands, for every size of the terminal.
//!
//! ```text
//! wide, 140 columns and more          medium, 80 and more          narrow
//! ┌ status ───────────────────────┐   ┌ status ──────────────┐     ┌ status ──────┐
//! │ Subscrip │ Messages │ Details │   │ Subscrip │ Messages  │     │ tabs         │
//! │──────────│          │         │   │──────────│           │     │ one pane     │
//! │ Subjects │          │         │   │ Subjects │───────────│     │              │
//! │──────────│          │         │   │──────────│ Details   │     │              │
//! │ Guide    │          │         │   │ Guide    │           │     │              │
//! │──────────┴──────────┴─────────│   │──────────┴───────────│     │              │
//! │ Request                       │   │ Request              │     │              │
//! └ hints ────────────────────────┘   └ hints ───────────────┘     └ hints ───────┘
//! ```
//!
//! Toasts stand at the right end of the hints; those that are too long, on lines between panes and hints.
//! Under 40×8 a line says what size is needed. While disconnected, a line under the status says so.

use ratatui::layout::{Margin, Rect};

use super::app::{Focus, View};

/// The smallest screen that shows anything, in columns and lines.
pub const SMALLEST: (u16, u16) = (40, 8);

/// Lines that a pane needs at least.
const LEAST_PANE: u16 = 5;

/// What the places depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// What fills the screen.
    pub view: View,
    /// The pane with the keys; on a narrow screen the only one.
    pub focus: Focus,
    /// Whether that pane is shown alone.
    pub zoom: bool,
    /// Whether a line under the status tells of the connection.
    pub banner: bool,
    /// Rows in Subscriptions.
    pub subscriptions: u16,
    /// Lines of the guide, 0 where there is none.
    pub guide: u16,
    /// Whether there is a composer.
    pub composer: bool,
    /// Lines the composer's body would like.
    pub body: u16,
    /// Lines above the log with the filters that have a name.
    pub filters: u16,
    /// Columns of the toasts, and lines that they need above the hints; 0 where they have room beside them.
    pub toasts: (u16, u16),
    /// Lines at the foot of the log that something is typed in, 0 where nothing is.
    pub line: u16,
}

/// Where everything stands. What is not on the screen has no area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // named as on the screen
pub struct Layout {
    pub screen: Rect,
    pub too_small: bool,
    pub status: Rect,
    pub banner: Rect,
    pub tabs: Rect,
    pub subscriptions: Rect,
    pub subjects: Rect,
    pub guide: Rect,
    pub messages: Rect,
    pub filters: Rect,
    pub line: Rect,
    pub details: Rect,
    pub request: Rect,
    pub history: Rect,
    pub hints: Rect,
    pub toasts: Rect,
    /// Where boxes over the panes have room: they cover no status, no hint and no toast.
    pub popups: Rect,
}

impl Layout {
    /// Places everything.
    pub fn of(wanted: &Wanted) -> Layout {
        let (width, height) = wanted.size;
        let screen = Rect::new(0, 0, width, height);
        if width < SMALLEST.0 || height < SMALLEST.1 {
            return Layout {
                screen,
                too_small: true,
                ..Layout::default()
            };
        }
        let (status, rest) = top(screen, 1);
        let (banner, rest) = top(rest, u16::from(wanted.banner));
        let (rest, hints) = bottom(rest, 1);
        let (columns, lines) = wanted.toasts;
        let spare = rest.height.saturating_sub(LEAST_PANE);
        let (rest, hints, toasts) = if lines == 0 || spare == 0 {
            let (hints, toasts) = left(hints, hints.width - columns.min(hints.width));
            (rest, hints, toasts)
        } else {
            let (rest, toasts) = bottom(rest, lines.min(spare));
            (rest, hints, toasts)
        };
        // what is in the middle of the screen stays there, whatever comes below
        let below = height - rest.bottom();
        let popups = screen.inner(Margin::new(0, below));
        let mut layout = Layout {
            screen,
            status,
            banner,
            hints,
            toasts,
            popups,
            ..Layout::default()
        };
        if width < 80 {
            layout.narrow(wanted, rest);
        } else if wanted.zoom {
            *layout.place(wanted.focus) = rest;
        } else {
            layout.panes(wanted, rest);
        }
        layout.cut_log(wanted);
        layout
    }

    /// The area of a pane; empty where it is not on the screen.
    pub fn area(&self, focus: Focus) -> Rect {
        match focus {
            Focus::Subscriptions => self.subscriptions,
            Focus::Subjects => self.subjects,
            Focus::Messages => self.messages,
            Focus::Details => self.details,
            Focus::Request => self.request,
            Focus::History => self.history,
        }
    }

    /// Where the rows of a pane stand: inside its border, below a field or tabs at its head and above a
    /// line at its foot.
    pub fn list(&self, focus: Focus) -> Rect {
        if focus == Focus::History {
            return self.history_parts().0;
        }
        self.inside(focus)
    }

    /// The list of the history, and beside it or below it the request that is looked at; that has no area
    /// where there is no room for it.
    pub fn history_parts(&self) -> (Rect, Rect) {
        let inside = self.inside(Focus::History);
        if inside.width >= 102 {
            let (list, looked) = left(inside, inside.width - inside.width * 2 / 5);
            let (_, looked) = left(looked, 1);
            (list, looked)
        } else if inside.height >= 12 {
            let (list, looked) = bottom(inside, inside.height * 3 / 5);
            let (_, looked) = top(looked, 1);
            (list, looked)
        } else {
            (inside, Rect::default())
        }
    }

    fn inside(&self, focus: Focus) -> Rect {
        let area = self.area(focus);
        let (head, foot) = match focus {
            Focus::Messages => (self.filters.height, self.line.height),
            Focus::History => (1, 0),
            _ => (0, 0),
        };
        Rect {
            x: area.x + 1,
            y: area.y + 1 + head,
            width: area.width.saturating_sub(2),
            height: area.height.saturating_sub(2 + head + foot),
        }
    }

    /// How many rows of a pane show.
    pub fn rows(&self, focus: Focus) -> u16 {
        self.list(focus).height
    }

    /// Cuts the line that is typed off the foot of the log, inside its border, and the filters off its
    /// head; one row of the log stays in any case.
    fn cut_log(&mut self, wanted: &Wanted) {
        let log = self.messages;
        let inside = Rect {
            x: log.x + 2,
            y: log.y + 1,
            width: log.width.saturating_sub(4),
            height: log.height.saturating_sub(2),
        };
        let spare = inside.height.saturating_sub(1);
        (_, self.line) = bottom(inside, wanted.line.min(spare));
        let spare = spare - self.line.height;
        (self.filters, _) = top(inside, wanted.filters.min(spare));
    }

    fn place(&mut self, focus: Focus) -> &mut Rect {
        match focus {
            Focus::Subscriptions => &mut self.subscriptions,
            Focus::Subjects => &mut self.subjects,
            Focus::Messages => &mut self.messages,
            Focus::Details => &mut self.details,
            Focus::Request => &mut self.request,
            Focus::History => &mut self.history,
        }
    }

    fn narrow(&mut self, wanted: &Wanted, rest: Rect) {
        let (tabs, rest) = top(rest, 1);
        let guide = if rest.height > wanted.guide + 14 {
            wanted.guide
        } else {
            wanted.guide.min(1)
        };
        let (rest, guide) = bottom(rest, guide);
        (self.tabs, self.guide) = (tabs, guide);
        *self.place(wanted.focus) = rest;
    }

    fn panes(&mut self, wanted: &Wanted, rest: Rect) {
        let wide = rest.width >= 140;
        let wished = 4 + wanted.body.clamp(2, if wide { 12 } else { 8 });
        let composer = wished.min(rest.height / 3).max(5.min(rest.height / 2));
        let (upper, request) = bottom(rest, if wanted.composer { composer } else { 0 });
        self.request = request;
        if wanted.view == View::History {
            self.history = upper;
            return;
        }
        let side = (rest.width * 6 / 25).clamp(26, 40);
        let (side, middle) = left(upper, side);
        let (side, guide) = bottom(
            side,
            if side.height >= wanted.guide + 9 {
                wanted.guide
            } else {
                0
            },
        );
        let most = (side.height / 2).max(3);
        let (subscriptions, subjects) = top(side, (wanted.subscriptions.max(2) + 2).min(most));
        (self.subscriptions, self.subjects, self.guide) = (subscriptions, subjects, guide);
        (self.messages, self.details) = if wide {
            left(middle, middle.width - (middle.width * 9 / 25).clamp(40, 70))
        } else {
            top(middle, middle.height - (middle.height * 2 / 5).max(3))
        };
    }
}

fn top(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    let rest = Rect {
        y: area.y + height,
        height: area.height - height,
        ..area
    };
    (Rect { height, ..area }, rest)
}

fn bottom(area: Rect, height: u16) -> (Rect, Rect) {
    let (rest, bottom) = top(area, area.height - height.min(area.height));
    (rest, bottom)
}

fn left(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    let rest = Rect {
        x: area.x + width,
        width: area.width - width,
        ..area
    };
    (Rect { width, ..area }, rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wanted(width: u16, height: u16) -> Wanted {
        Wanted {
            size: (width, height),
            view: View::Messages,
            focus: Focus::Messages,
            zoom: false,
            banner: false,
            subscriptions: 3,
            guide: 0,
            composer: true,
            body: 2,
            filters: 0,
            toasts: (0, 0),
            line: 0,
        }
    }

    fn shown(layout: &Layout) -> Vec<Focus> {
        let panes = Focus::ring(View::Messages, true).iter().copied();
        panes
            .filter(|pane| !layout.area(*pane).is_empty())
            .collect()
    }

    #[test]
    fn wide_and_medium_show_all_panes_narrow_one_tiny_none() {
        for (width, height, panes) in [
            (200, 50, 5),
            (160, 45, 5),
            (100, 30, 5),
            (60, 20, 1),
            (30, 6, 0),
        ] {
            assert_eq!(
                shown(&Layout::of(&wanted(width, height))).len(),
                panes,
                "{width}×{height}"
            );
        }
    }

    #[test]
    fn zoom_shows_the_focus_alone() {
        let layout = Layout::of(&Wanted {
            zoom: true,
            focus: Focus::Details,
            ..wanted(160, 45)
        });
        assert_eq!(shown(&layout), [Focus::Details]);
    }

    proptest! {
        #[test]
        fn nothing_overlaps_and_nothing_leaves_the_screen(
            width in 0u16..300, height in 0u16..120, zoom: bool, banner: bool, history: bool, composer: bool,
            subscriptions in 0u16..2000, guide in 0u16..20, body in 0u16..1000, filters in 0u16..2,
            line in 0u16..3, toasts in (0u16..300, 0u16..9),
        ) {
            let view = if history { View::History } else { View::Messages };
            let focus = Focus::ring(view, composer)[0];
            let layout = Layout::of(&Wanted {
                size: (width, height), view, focus, zoom, banner, subscriptions, guide, composer,
                body, filters, toasts, line,
            });
            let areas = [
                layout.status, layout.banner, layout.tabs, layout.subscriptions, layout.subjects,
                layout.guide, layout.messages, layout.details, layout.request, layout.history,
                layout.hints, layout.toasts,
            ];
            for other in [layout.status, layout.hints, layout.toasts] {
                prop_assert!(layout.popups.intersection(other).is_empty());
            }
            for part in [layout.line, layout.filters].iter().filter(|part| !part.is_empty()) {
                prop_assert_eq!(part.intersection(layout.messages), *part);
            }
            prop_assert!(layout.line.intersection(layout.filters).is_empty());
            for (n, area) in areas.iter().enumerate().filter(|(_, area)| !area.is_empty()) {
                prop_assert_eq!(area.intersection(layout.screen), *area);
                for other in &areas[n + 1..] {
                    prop_assert!(area.intersection(*other).is_empty(), "{area:?} and {other:?}");
                }
            }
        }
    }
}
