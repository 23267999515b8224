//! Frames of random text.

use goingnats::{text::visible, tui::terminal::Screen};
use proptest::prelude::*;
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect, Size},
    style::{Modifier, Style},
};

use super::{SCRIPTS, Terminals};

const SIZE: (u16, u16) = (14, 3);

/// A text at a place, drawn as panes draw it.
type Put = (u16, u16, String, bool);

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(SCRIPTS), 0..4).prop_map(|texts| texts.concat())
}

fn put() -> impl Strategy<Value = Put> {
    (0..SIZE.0, 0..SIZE.1, text(), any::<bool>())
}

fn draw(puts: &[Put], buffer: &mut Buffer) {
    for (x, y, text, reversed) in puts {
        let style = match reversed {
            true => Style::new().add_modifier(Modifier::REVERSED),
            false => Style::new(),
        };
        buffer.set_string(*x, *y, visible(text.as_bytes()), style);
    }
}

#[test]
fn a_reply_in_thai_leaves_nothing_behind() {
    let screens = ["กำ", "x"].map(|text| vec![(0, 0, text.to_owned(), false)]);
    assert_eq!(seen(&screens, 0), None);
}

/// Shows one frame after the other; the first wrong cell.
fn seen(frames: &[Vec<Put>], seed: u64) -> Option<String> {
    let mut screen = Screen::new(Size::new(SIZE.0, SIZE.1));
    let mut terminals = Terminals::new(SIZE, seed);
    frames.iter().find_map(|puts| {
        let mut shown = Buffer::empty(Rect::from((Position::ORIGIN, Size::from(SIZE))));
        draw(puts, &mut shown);
        let bytes = screen.draw(|frame| draw(puts, frame.buffer_mut()));
        terminals.process(&bytes);
        terminals.wrong(&shown)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_cell_shows_what_the_newest_frame_does_not_hold(
        frames in prop::collection::vec(prop::collection::vec(put(), 0..5), 1..6),
        seed: u64,
    ) {
        prop_assert_eq!(seen(&frames, seed), None);
    }
}
