//! Where everything stands in the box. What the list and the facts have no room for is scrolled to.

use ratatui::layout::Rect;

use super::{facts, list::Columns};
use crate::tui::{app::App, widgets::popup};

/// Columns of the box, where the screen has that many and some more.
const WIDTH: u16 = 124;
/// Below this many columns inside, what stands on one line otherwise takes two.
const ROOMY: u16 = 80;
/// Lines that the list and the facts have before anything else grows.
const LEAST_LIST: u16 = 3;
const LEAST_FACTS: u16 = 3;
/// A list of so many is not made shorter for the facts.
const SHORT_LIST: u16 = 6;
/// Border and blank at both sides.
const SIDES: u16 = 4;
const BORDERS: u16 = 2;

/// The box, and what is in it from top to bottom.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places {
    pub popup: Rect,
    pub headline: Rect,
    pub list: Rect,
    /// The sentence of the selected server, where one did not fit its row.
    pub complaint: Rect,
    pub round_trips: Rect,
    pub facts: Rect,
}

impl Places {
    /// The places on the screen as it is: between the lines on top and the line of hints.
    pub fn of(app: &App) -> Places {
        let layout = &app.layout;
        let top = layout.status.bottom().max(layout.banner.bottom());
        let area = Rect {
            y: top,
            height: layout.popups.bottom().saturating_sub(top),
            ..layout.screen
        };
        let width = if area.width >= 100 {
            WIDTH.min(area.width - SIDES)
        } else {
            area.width
        };
        let inside = width.saturating_sub(SIDES);
        let columns = Columns::of(app, inside.into());
        let mut pool = app.servers.pool().iter();
        let cut = pool.any(|entry| columns.cut_complaint(entry).is_some());
        let narrow = inside < ROOMY;
        let two_if = |two: bool| if two { 2 } else { 1 };
        let heights = Heights {
            headline: two_if(narrow),
            servers: u16::try_from(app.servers.pool().len())
                .unwrap_or(u16::MAX)
                .max(1),
            complaint: if cut { two_if(narrow) + 1 } else { 0 },
            round_trips: two_if(narrow && app.phase.is_connected()),
            facts: u16::try_from(facts::height(app, inside.into())).unwrap_or(u16::MAX),
        };
        let popup = popup::centred(width, heights.all().saturating_add(BORDERS), area);
        heights.place(popup)
    }
}

/// Lines that each part would like.
struct Heights {
    headline: u16,
    servers: u16,
    complaint: u16,
    round_trips: u16,
    facts: u16,
}

/// Blank lines: below the headline, above the round trips, above the facts.
const GAPS: u16 = 3;

impl Heights {
    fn all(&self) -> u16 {
        [self.complaint, self.round_trips, self.facts, GAPS]
            .into_iter()
            .fold(
                self.headline.saturating_add(self.servers),
                u16::saturating_add,
            )
    }

    /// Where the room is short the blank lines leave, then lines of a long list, then facts.
    fn place(&self, popup: Rect) -> Places {
        let mut rest = popup.height.saturating_sub(BORDERS);
        let mut take = |wanted: u16| {
            let taken = wanted.min(rest);
            rest -= taken;
            taken
        };
        let headline = take(self.headline);
        let mut list = take(self.servers.min(LEAST_LIST));
        let complaint = take(self.complaint);
        let round_trips = take(self.round_trips);
        let mut facts = take(self.facts.min(LEAST_FACTS));
        list += take(self.servers.min(SHORT_LIST) - list);
        facts += take(self.facts - facts);
        list += take(self.servers - list);
        let [above_facts, above_round_trips, below_headline] = [take(1), take(1), take(1)];
        let mut y = popup.y + 1;
        let mut down = |height: u16, gap: u16| {
            let place = Rect {
                x: popup.x + SIDES / 2,
                y: y + gap,
                width: popup.width.saturating_sub(SIDES),
                height,
            };
            y = place.bottom();
            place
        };
        Places {
            popup,
            headline: down(headline, 0),
            list: down(list, below_headline),
            complaint: down(complaint, 0),
            round_trips: down(round_trips, above_round_trips),
            facts: down(facts, above_facts),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_parts_stand_below_each_other_inside_the_box(
            headline in 1u16..3, servers in 1u16..2000, complaint in 0u16..4, round_trips in 1u16..3,
            facts in 0u16..40, width in 0u16..200, height in 0u16..80,
        ) {
            let heights = Heights { headline, servers, complaint, round_trips, facts };
            let popup = Rect::new(3, 2, width, height);
            let places = heights.place(popup);
            let parts = [
                places.headline, places.list, places.complaint, places.round_trips, places.facts,
            ];
            let mut y = popup.y + 1;
            for part in parts.into_iter().filter(|part| part.height > 0) {
                prop_assert!(part.y >= y && part.bottom() < popup.bottom(), "{places:?}");
                y = part.bottom();
            }
            let all = heights.all().saturating_add(BORDERS);
            if height >= all {
                let shown: u16 = parts.iter().map(|part| part.height).sum();
                prop_assert_eq!(shown + GAPS + BORDERS, all);
            }
        }
    }
}
