//! Whatever a terminal's widths are, no cell shows what the newest frame does not hold: the real
//! output, read by terminals of different tables.
#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test that cannot set its scene is to fail"
)]

mod emulator;
mod explorer;
mod frames;

use std::num::NonZeroU16;

use emulator::{Emulator, Table, arbitrary, one_each, wcwidth};
use ratatui::buffer::{Buffer, CellWidth};

/// Terminals that see the same bytes.
struct Terminals {
    vt100: vt100::Parser,
    others: Vec<(&'static str, Emulator)>,
}

impl Terminals {
    fn new(size: (u16, u16), seed: u64) -> Terminals {
        let cells = |count| NonZeroU16::new(count).unwrap();
        let tables: [(&str, Table); 3] = [
            ("one each", one_each()),
            ("wcwidth", wcwidth()),
            ("arbitrary", arbitrary(seed)),
        ];
        Terminals {
            vt100: vt100::Parser::new(cells(size.1), cells(size.0), 0),
            others: tables
                .into_iter()
                .map(|(name, table)| (name, Emulator::new(size, table)))
                .collect(),
        }
    }

    fn process(&mut self, bytes: &[u8]) {
        self.vt100.process(bytes);
        for (_, emulator) in &mut self.others {
            emulator.process(bytes);
        }
    }

    /// The first cell of any of them that shows what the frame does not hold there, as a sentence.
    fn wrong(&self, frame: &Buffer) -> Option<String> {
        let screen = self.vt100.screen();
        let shown = |row, column| screen.cell(row, column).map_or("", vt100::Cell::contents);
        let of_vt100 = wrong(frame, shown).map(|wrong| format!("vt100: {wrong}"));
        of_vt100.or_else(|| {
            self.others.iter().find_map(|(name, emulator)| {
                let wrong = wrong(frame, |row, column| emulator.text(row, column));
                wrong.map(|wrong| format!("{name}: {wrong}"))
            })
        })
    }
}

/// A cell may show what is plain, exactly; a part of the cluster that the frame has there; nothing; and
/// marks of the cluster behind it, which a terminal may take for its own.
fn wrong<'a>(frame: &Buffer, shown: impl Fn(u16, u16) -> &'a str) -> Option<String> {
    let columns = frame.area.width;
    for row in 0..frame.area.height {
        let mut column = 0;
        while column < columns {
            let symbol = frame[(column, row)].symbol();
            // what lies over the right half of something wide begins there
            let wide = (column + 1..column + symbol.cell_width().max(1))
                .take_while(|at| *at < columns && frame[(*at, row)].symbol() == " ");
            let next = wide.last().unwrap_or(column) + 1;
            let behind = match next < columns {
                true => frame[(next, row)].symbol(),
                false => "",
            };
            for at in column..next.min(columns) {
                let text = shown(row, at);
                let wrong = match goingnats::text::is_one_cell(symbol) {
                    true => {
                        let text = if text.is_empty() { " " } else { text };
                        let marks = text.strip_prefix(symbol);
                        marks.is_none_or(|marks| !marks.chars().all(|c| behind.contains(c)))
                    }
                    false => !text
                        .chars()
                        .all(|c| c == ' ' || symbol.contains(c) || behind.contains(c)),
                };
                if wrong {
                    return Some(format!(
                        "row {row}, column {at} shows {text:?}, and the frame has {symbol:?}"
                    ));
                }
            }
            column = next;
        }
    }
    None
}

/// Texts whose clusters terminals disagree about, in all scripts.
const SCRIPTS: &[&str] = &[
    "กำลังน้ำ",
    "ກຳເຈົ້າ",
    "हिन्दी क्षि",
    "தமிழ் கொ",
    "বাংলা ক্ষ",
    "ខ្មែរ",
    "မြန်မာ",
    "🇩🇪🇫🇷",
    "👍🏽👋🏿",
    "ｶﾞﾊﾟｻﾞ",
    "👨\u{200d}👩\u{200d}👧\u{200d}👦",
    "👩🏽\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨🏽",
    "❤\u{fe0f}✔☀",
    "日本語",
    "한글\u{1112}\u{1161}\u{11ab}",
    "e\u{301}o\u{308}\u{304}",
    "می\u{200c}خواهم",
    "שָׁלוֹם",
    "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "plain text",
    "größe …─│",
    "x",
    "  ",
    "\u{202e}\x1b[31m",
];
