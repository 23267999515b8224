//! The mouse on the panes: each test names the place by what stands there.

use super::stage::Stage;
use crate::{
    settings::SavedFilter,
    tui::{
        app::{Focus, JobDone, View, ingest},
        terminal::input::MouseKind::{Click, WheelDown, WheelUp},
    },
};

/// A hundred messages on `t.0` to `t.9`, with the mouse on.
fn hundred() -> Stage {
    let mut stage = Stage::new(&["t.>", "u"]);
    for n in 0..100 {
        let (subject, payload) = (format!("t.{}", n % 10), format!("payload-{n:02}"));
        stage.received(0, &subject, payload.as_bytes());
    }
    stage.keys("M").pass(10_000).shows("B  payload-99");
    stage.asked.clear();
    stage
}

#[test]
fn it_is_off_until_turned_on_and_off_again() {
    let mut stage = Stage::new(&[]);
    stage.click("Details");
    assert_eq!(stage.app.focus, Focus::Messages);
    stage.keys("M").click("Details");
    assert_eq!(stage.app.focus, Focus::Details);
    stage.keys("M").click("Messages FOLLOW");
    assert_eq!(stage.app.focus, Focus::Details);
    assert_eq!(stage.asked, ["mouse(true)", "mouse(false)"]);
    assert_eq!(stage.toasts().len(), 2);
}

#[test]
fn the_wheel_scrolls_what_lies_under_the_pointer_and_moves_no_focus() {
    let mut stage = hundred();
    let (x, y) = stage.place_of("B  payload-99");
    stage
        .mouse(WheelUp, x, y)
        .hides("B  payload-99")
        .shows("READING +3 below");
    stage.mouse(WheelDown, x, y).shows("B  payload-99");
    assert_eq!(stage.app.focus, Focus::Messages);
    let before = stage.place_of("▾ t");
    stage.app.size = (160, 20);
    let (x, y) = stage.place_of("Subjects");
    stage.mouse(WheelDown, x, y + 1);
    assert!(stage.screen().lines().nth(usize::from(before.1)).is_some());
    assert_eq!(stage.app.focus, Focus::Messages);
}

#[test]
fn a_click_selects_the_row_where_it_stands() {
    let mut stage = hundred();
    let (x, y) = stage.place_of("B  payload-90");
    stage.mouse(Click, x, y).shows("READING");
    assert_eq!(stage.place_of("B  payload-90"), (x, y));
    stage.screen();
    assert_eq!(stage.app.details.payload().unwrap().1, b"payload-90");
}

#[test]
fn a_click_means_the_row_it_is_on_below_tabs_and_above_a_line_that_is_typed() {
    let mut stage = hundred();
    let saved = SavedFilter {
        name: "named".into(),
        expression: "payload".into(),
    };
    let now = stage.now();
    ingest::job(&mut stage.app, JobDone::Filters(Ok(vec![saved])), now);
    stage.keys("/zebra");
    let (x, y) = stage.place_of("B  payload-90");
    stage.mouse(Click, x, y).screen();
    assert_eq!(stage.app.details.payload().unwrap().1, b"payload-90");
    let (x, y) = stage.place_of("/ zebra");
    stage.mouse(Click, x, y).screen();
    assert_eq!(stage.app.details.payload().unwrap().1, b"payload-90");
}

#[test]
fn tabs_can_be_clicked_and_the_chosen_one_is_there_however_many_they_are() {
    let mut stage = hundred();
    let saved = |n: usize| SavedFilter {
        name: format!("a filter with number {n}"),
        expression: format!("payload-{n}"),
    };
    let now = stage.now();
    let all = (0..20).map(saved).collect();
    ingest::job(&mut stage.app, JobDone::Filters(Ok(all)), now);
    stage.click(" a filter with number 1 ").shows("& payload-1");
    stage.hides("number 9").keys("<<><<><<>");
    stage
        .shows(" a filter with number 19 ")
        .shows("& payload-19");
    stage
        .click(" a filter with number 18 ")
        .shows("& payload-18");
    stage.keys(&">".repeat(3)).shows(" all ").hides("number 19");
}

#[test]
fn a_click_on_a_triangle_folds_and_beside_it_selects() {
    let mut stage = hundred();
    let (x, y) = stage.place_of("▾ t");
    stage.mouse(Click, x + 2, y).shows("▾ t");
    assert_eq!(stage.app.focus, Focus::Subjects);
    stage.mouse(Click, x, y).shows("▸ t").hides("▾ t");
    stage.mouse(Click, x, y).shows("▾ t");
}

#[test]
fn a_click_on_the_scrollbar_goes_there_and_at_its_ends_to_the_ends() {
    let mut stage = hundred();
    stage.screen();
    let area = stage.app.layout.messages;
    let bar = area.right() - 1;
    stage
        .mouse(Click, bar, area.y + 1)
        .shows("B  payload-00")
        .shows("READING");
    stage
        .mouse(Click, bar, area.y + area.height / 2)
        .hides("B  payload-00")
        .hides("B  payload-99");
    stage
        .mouse(Click, bar, area.bottom() - 2)
        .shows("B  payload-99")
        .shows("FOLLOW");
}

#[test]
fn frozen_the_end_of_the_scrollbar_is_the_end_of_what_is_frozen() {
    let mut stage = hundred();
    stage.keys(" g").received(0, "t.0", b"after");
    let area = stage.app.layout.messages;
    stage
        .mouse(Click, area.right() - 1, area.bottom() - 2)
        .shows("FROZEN +1 behind")
        .shows("B  payload-99")
        .hides("after");
}

#[test]
fn views_hints_and_rows_of_the_palette_can_be_clicked() {
    let mut stage = hundred();
    stage.click("2 History");
    assert_eq!(stage.app.view, View::History);
    assert_eq!(stage.asked, ["load history"]);
    stage.click("1 Messages");
    assert_eq!(stage.app.view, View::Messages);
    stage
        .click("freeze")
        .shows("FROZEN")
        .click("go on")
        .shows("FOLLOW");
    stage.click("commands").shows("Commands");
    let (x, y) = stage.place_of("Subscribe to a subject");
    stage.mouse(Click, x, y).shows("Commands");
    stage.mouse(Click, x, y).shows("subject [queue group]");
    stage
        .keys("<Esc>?")
        .shows("Help")
        .mouse(Click, 0, 5)
        .hides("Help");
}

#[test]
fn in_what_lies_over_the_panes_the_wheel_goes_up_and_down() {
    let mut stage = hundred();
    stage
        .keys("b")
        .shows("last 1 min")
        .mouse(WheelDown, 60, 20)
        .shows("last 5 min");
    stage
        .mouse(WheelUp, 60, 20)
        .shows("last 1 min")
        .keys("b?")
        .shows("Look at the selected message");
    stage
        .mouse(WheelDown, 60, 20)
        .hides("Look at the selected message");
}

#[test]
fn subscriptions_and_history_are_lists_as_well() {
    let mut stage = hundred();
    stage.click("○ t.>");
    assert_eq!(stage.app.focus, Focus::Subscriptions);
    assert_eq!(stage.app.subscriptions.selected().unwrap().subject, b"t.>");
    stage.click("○ u");
    assert_eq!(stage.app.subscriptions.selected().unwrap().subject, b"u");
    stage.keys("rfirst<Enter>").answered(Ok("1"));
    stage.keys("<Esc>rsecond<Enter>").answered(Ok("2"));
    stage.keys("<Esc>h").click("▸ first");
    assert_eq!(stage.app.history.selected().unwrap().subject, b"first");
}

#[test]
fn on_a_narrow_screen_tabs_can_be_clicked() {
    let mut stage = hundred();
    stage.app.size = (60, 20);
    stage.click(" Details ");
    assert_eq!(stage.app.focus, Focus::Details);
    stage.click(" Subscriptions ");
    assert_eq!(stage.app.focus, Focus::Subscriptions);
}

#[test]
fn details_scroll_by_wheel_and_scrollbar() {
    let mut stage = hundred();
    let lines: Vec<String> = (0..200).map(|n| format!("line {n}.")).collect();
    stage.received(1, "u", lines.join("\n").as_bytes());
    stage
        .keys("k")
        .pass(2_000)
        .keys("G")
        .pass(2_000)
        .shows("│ line 0.");
    let area = stage.app.layout.details;
    let (bar, middle) = (area.right() - 1, area.y + area.height / 2);
    stage
        .mouse(WheelDown, area.x + 5, middle)
        .hides("subject  u");
    stage
        .mouse(Click, bar, area.bottom() - 2)
        .shows("│ line 199.");
    stage
        .mouse(Click, bar, middle)
        .hides("│ line 199.")
        .hides("│ line 0.");
    stage.mouse(Click, bar, area.y + 1).shows("subject  u");
}
