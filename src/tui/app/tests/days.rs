//! Days: lines that part them, the day that a time without a date means, and the zone.

use proptest::prelude::*;

use super::stage::Stage;
use crate::{
    protocol::Direction,
    recording::{Chunk, Entry, Line, Progress},
    tui::{
        app::{Focus, recordings},
        panes::messages::{self, ListLine},
        tapes::Read,
    },
};

/// Noon of 23 November 2026, in seconds since the Unix epoch.
const NOON: i64 = 1_795_435_200;
const HOUR: i64 = 3_600;

/// A recording with a message at each of these seconds, `n0`, `n1` and so on.
fn recorded(seconds: &[i64]) -> Stage {
    let mut stage = Stage::unconnected(16 << 20);
    recordings::open(&mut stage.app);
    let mut chunk = Chunk::default();
    for (n, at) in seconds.iter().enumerate() {
        let payload = format!("n{n}");
        let at = at * 1_000_000_000;
        let line = Line::new(at, Direction::In, b"t", None, b"", payload.as_bytes());
        chunk.push(Entry::Message(line));
    }
    let progress = Progress {
        done: 1,
        total: Some(1),
    };
    let held = 0;
    let part = Read::Chunk {
        chunk,
        progress,
        held,
    };
    recordings::read(&mut stage.app, part);
    stage
}

/// Every six hours from the 21st, 18:00, to the 23rd, 12:00.
fn three_days() -> Stage {
    let times: Vec<i64> = (-7..=0).map(|n| NOON + n * 6 * HOUR).collect();
    recorded(&times)
}

/// The payload under the cursor.
fn selected(stage: &mut Stage) -> String {
    stage.screen();
    let (_, payload) = stage.app.details.payload().expect("a message");
    String::from_utf8_lossy(payload).into_owned()
}

/// What the lines of the log begin with.
fn log(stage: &mut Stage) -> Vec<String> {
    let screen = stage.screen();
    let area = stage.app.layout.list(Focus::Messages);
    let lines = screen.lines().skip(area.y.into()).take(area.height.into());
    lines
        .map(|line| {
            let inside = line.chars().skip(usize::from(area.x) + 1);
            let text: String = inside.take(usize::from(area.width) - 2).collect();
            text.trim_matches(['─', ' ']).chars().take(15).collect()
        })
        .filter(|line: &String| !line.is_empty())
        .collect()
}

#[test]
fn days_are_parted_by_a_line_with_the_date() {
    let expected = [
        "Sat 21 Nov 2026",
        "18:00:00.000 ◂ ",
        "Sun 22 Nov 2026",
        "00:00:00.000 ◂ ",
        "06:00:00.000 ◂ ",
        "12:00:00.000 ◂ ",
        "18:00:00.000 ◂ ",
        "Mon 23 Nov 2026",
        "00:00:00.000 ◂ ",
        "06:00:00.000 ◂ ",
        "12:00:00.000 ◂ ",
    ];
    assert_eq!(log(&mut three_days()), expected);
}

#[test]
fn a_list_that_is_too_short_tells_the_day_of_its_first_row_and_loses_no_row() {
    let mut stage = three_days();
    stage.app.size = (160, 9);
    let all: Vec<Vec<String>> = (0..9)
        .map(|_| {
            let lines = log(&mut stage);
            stage.keys("k");
            lines
        })
        .collect();
    let height = usize::from(stage.app.layout.rows(Focus::Messages));
    for lines in &all {
        assert!(lines[0].ends_with("Nov 2026"), "{lines:?}");
        assert!(lines.len() <= height);
    }
    assert_eq!(all[0].last().unwrap(), "12:00:00.000 ◂ ");
    assert_eq!(all[8][..2], ["Sat 21 Nov 2026", "18:00:00.000 ◂ "]);
}

#[test]
fn today_has_no_line_until_another_day_comes() {
    let mut stage = Stage::new(&["t"]);
    stage.pass(23 * 3_600_000).received(0, "t", b"old");
    stage.hides("1970, ").hides("Jan 1970");
    stage.pass(2 * 3_600_000).received(0, "t", b"new");
    let expected = [
        "Thu 01 Jan 1970",
        "23:00:00.000 ◂ ",
        "Fri 02 Jan 1970",
        "01:00:00.000 ◂ ",
    ];
    assert_eq!(log(&mut stage), expected);
    stage.shows("Fri 02 Jan 1970, today");
}

#[test]
fn a_click_is_for_the_row_that_is_drawn_there() {
    let mut stage = three_days();
    stage.keys("M").click("06:00:00.000");
    assert_eq!(selected(&mut stage), "n2");
    stage.click("Sun 22 Nov 2026");
    assert_eq!(selected(&mut stage), "n2");
}

#[test]
fn details_tell_date_and_zone() {
    three_days().shows("date     Mon 2026-11-23, UTC");
    Stage::new(&["t"])
        .received(0, "t", b"x")
        .shows("date     Thu 1970-01-01, UTC");
}

#[test]
fn a_time_without_a_date_is_of_the_day_one_stands_on() {
    for (keys, at) in [
        ("t06:00<Enter>", "n6"),
        ("t-6h<Enter>", "n6"),
        ("tyesterday 06:00<Enter>", "n2"),
        ("kkkt06:00<Enter>", "n2"),
        ("gt18:00<Enter>", "n0"),
        ("gjt6:00<Enter>t18:00<Enter>", "n4"),
        ("gt2026-11-23 06:00<Enter>", "n6"),
    ] {
        assert_eq!(selected(three_days().keys(keys)), at, "{keys}");
    }
    three_days()
        .keys("gt09:00")
        .shows("Sat 21 Nov 2026 09:00:00. The log begins at Sat 21 Nov")
        .keys("<Esc>Gt13:00")
        .shows("Mon 23 Nov 2026 13:00:00. The log ends at Mon 23 Nov");
}

#[test]
fn since_and_until_mean_the_day_one_stands_on_when_they_are_typed() {
    for (keys, shown) in [
        ("&since:06:00<Enter>", &["n6", "n7"][..]),
        ("&until:06:00<Enter>", &["n0", "n1", "n2", "n3", "n4", "n5"]),
        (
            "kkk&since:06:00<Enter>",
            &["n2", "n3", "n4", "n5", "n6", "n7"],
        ),
        ("kkk&since:06:00 until:18:00<Enter>", &["n2", "n3"]),
        ("&since:6h<Enter>", &["n6", "n7"]),
    ] {
        let mut stage = three_days();
        let screen = stage.keys(keys).screen();
        let all = (0..8).map(|n| format!("n{n}"));
        let area = stage.app.layout.area(Focus::Messages);
        let log: String = screen
            .lines()
            .flat_map(|line| line.chars().skip(area.x.into()).take(area.width.into()))
            .collect();
        let found: Vec<String> = all.filter(|payload| log.contains(payload)).collect();
        assert_eq!(found, shown, "{keys}");
    }
}

#[test]
fn live_a_time_is_of_today_or_where_that_is_to_come_of_yesterday() {
    let mut stage = Stage::new(&["t"]);
    stage.pass(23 * 3_600_000).received(0, "t", b"late");
    stage.pass(2 * 3_600_000).received(0, "t", b"early");
    stage.pass(60_000);
    assert_eq!(selected(stage.keys("t23:00<Enter>")), "late");
    assert_eq!(selected(stage.keys("Gt01:00<Enter>")), "early");
    assert_eq!(selected(stage.keys("gt01:00<Enter>")), "late");
}

#[test]
fn the_zone_is_chosen_in_the_palette_and_everything_follows_it() {
    let mut stage = three_days();
    stage
        .keys(":another zone<Enter>")
        .shows("Show times in a zone");
    stage
        .keys("nowhere")
        .shows("\"nowhere\" is no zone: local, UTC");
    stage.keys("<Enter>").shows("Show times in a zone");
    stage.keys("<Ctrl-U>+13:00").shows("It is Thu 13:00 there.");
    stage.keys("<Enter>");
    assert_eq!(stage.toasts(), ["Times are shown in +13:00."]);
    stage
        .shows("Sun 22 Nov 2026, +13:00")
        .shows("time     01:00:00.000  received")
        .shows("date     Tue 2026-11-24, +13:00");
    assert_eq!(selected(stage.keys("t01:00<Enter>")), "n7");
    assert_eq!(selected(stage.keys("t2026-11-23T19:00<Enter>")), "n6");
    stage.keys(":another zone<Enter><Ctrl-U>local<Enter>");
    stage.shows("date     Mon 2026-11-23, UTC");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the days are and whatever is pressed: the selected row shows, no line stays blank as
    /// long as rows are left above, and the days told are those of the rows below them.
    #[test]
    fn every_row_can_be_reached_and_has_its_day(
        gaps in proptest::collection::vec(prop_oneof![3 => 0i64..HOUR, 1 => 0i64..60 * HOUR, 1 => -30 * HOUR..0], 1..40),
        keys in proptest::collection::vec(proptest::sample::select(vec!["k", "j", "g", "G", "<PgUp>", "<PgDn>", "<Ctrl-U>", "<Ctrl-D>"]), 0..30),
        lines in 10u16..24,
    ) {
        let mut at = NOON;
        let times: Vec<i64> = gaps.iter().map(|gap| { at += gap; at }).collect();
        let mut stage = recorded(&times);
        stage.app.size = (160, lines);
        stage.screen();
        for key in keys {
            stage.keys(key);
            let height = stage.app.layout.rows(Focus::Messages);
            prop_assert!(height > 0);
            let rows = messages::rows(&stage.app);
            let visible = stage.app.messages.place.visible(&rows, height);
            let shown = rows.lines(visible.clone(), height);
            let selected = stage.app.messages.place.selected_row(&rows).unwrap();
            prop_assert!(visible.contains(&selected), "{visible:?} {selected}");
            prop_assert!(shown.len() <= usize::from(height).max(1), "{shown:?}");
            if let Some(above) = visible.start.checked_sub(1) {
                // with the row above there would be too many lines
                let more = rows.lines(above..visible.end, 100);
                let room = usize::from(height);
                prop_assert!(visible.end < rows.len() || more.len() > room, "{shown:?}");
            }
            let mut day = None;
            for line in &shown {
                match line {
                    ListLine::Day(at) => day = Some(stage.app.calendar.day(*at)),
                    ListLine::Row(row) if height > 1 => {
                        let at = rows.time(*row).unwrap();
                        prop_assert!(day.as_ref().is_some_and(|day| day.contains(&at)), "{shown:?}");
                    }
                    ListLine::Row(_) => {}
                }
            }
        }
        // by single steps from the first row every other one comes under the cursor
        stage.keys("g");
        for n in 0..times.len() {
            let rows = messages::rows(&stage.app);
            prop_assert_eq!(stage.app.messages.place.selected_row(&rows), Some(n as u64));
            stage.keys("j");
        }
    }
}
