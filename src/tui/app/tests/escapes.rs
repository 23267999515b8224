//! Payloads with escape sequences of terminals, and bytes.

use ratatui::{
    buffer::Cell,
    style::{Modifier, Style},
};

use super::stage::Stage;
use crate::payload::{Colour, Paint};

/// What `cargo` and its kind print.
const COLOURED: &[u8] =
    b"\x1b[1m\x1b[32mCompiling\x1b[0m goingnats\n\x1b]0;title\x07\x1b[2J\x1b[31merror\x1b[0m: no";

/// The first cell of the last place that shows this text.
fn cell(stage: &mut Stage, text: &str) -> Cell {
    let buffer = stage.frame();
    let area = buffer.area;
    let places = area.rows().flat_map(|row| row.columns());
    let starts = |place: &ratatui::layout::Rect| {
        let cells = (place.x..area.width).map(|x| buffer[(x, place.y)].symbol());
        cells
            .zip(text.chars())
            .all(|(cell, c)| cell == c.to_string())
            && usize::from(area.width - place.x) >= text.len()
    };
    let place = places.rev().find(starts).unwrap();
    buffer[(place.x, place.y)].clone()
}

#[test]
fn coloured_text_is_text_in_details_and_in_its_row() {
    let mut stage = Stage::new(&["t"]);
    stage.received(0, "t", COLOURED).keys("k<Enter>");
    stage
        .shows("Details text")
        .shows("Compiling goingnats␊err")
        .hides("[32m")
        .hides("title");
    let painted = |text| Paint {
        text,
        ..Paint::default()
    };
    let [green, red, none] = [Some(2), Some(1), None]
        .map(|colour| painted(colour.map(Colour::Indexed)))
        .map(|paint| stage.app.theme.painted(Style::new(), paint).fg);
    for (text, colour, is_bold) in [
        ("Compiling", green, true),
        ("Compiling goingnats␊", green, true),
        ("error", red, false),
        (": no", none, false),
    ] {
        let cell = cell(&mut stage, text);
        assert_eq!(cell.fg, colour.unwrap_or_default(), "{text}");
        assert_eq!(cell.modifier.contains(Modifier::BOLD), is_bold, "{text}");
    }
}

#[test]
fn v_shows_the_sequences_themselves_where_there_are_any() {
    let mut stage = Stage::new(&["t"]);
    stage.received(0, "t", COLOURED).keys("k<Enter>");
    stage
        .shows("Details text")
        .keys("v")
        .shows("Details raw")
        .shows("␛[1m␛[32mCompiling␛[0m");
    stage.keys("v").shows("Details hex");
    stage.keys("v").keys("v").shows("Details raw");
    stage.received(0, "t", b"plain").keys("<Esc>Gk");
    stage.shows("Details raw").keys("j");
    stage.shows("Details text").hides("raw");
}

#[test]
fn long_lines_are_wrapped_with_their_sequences_as_without() {
    let line = format!("\x1b[32m{}\x1b[0m◎", "x".repeat(300));
    for (keys, form) in [("", "Details text"), ("v", "Details raw")] {
        let mut stage = Stage::new(&["t"]);
        stage.received(0, "t", line.as_bytes()).keys("k<Enter>");
        stage.shows("◎").keys(keys).shows(form).shows("◎");
        stage.keys("W").shows("Long lines are cut").hides("◎");
    }
}

#[test]
fn bytes_stand_in_rows_of_eight_sixteen_or_thirty_two() {
    let bytes: Vec<u8> = (0x80..0xc0).collect();
    let row = |count: usize| {
        let digits = bytes[..count].iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<String>()
    };
    for (keys, count) in [("k", 8), ("k<Enter>z", 32)] {
        let mut stage = Stage::new(&["t"]);
        stage.received(0, "t", &bytes).keys(keys);
        let screen = stage.screen().replace(' ', "");
        assert!(screen.contains(&row(count)), "{count}:\n{screen}");
        assert!(!screen.contains(&row(count + 1)), "{count}:\n{screen}");
    }
}
