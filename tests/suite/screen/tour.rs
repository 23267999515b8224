//! The five minutes with the demo, as the README tells them, key by key.

use goingnats::{
    broker::{Broker, Settings},
    demo,
    tui::event_loop::End,
};

use super::harness::Given;

const README: &str = include_str!("../../../README.md");

/// What is to be seen after each step.
const SEEN: [&[&str]; 6] = [
    &["today  ✓ replied in 2.0", "today ↩"],
    &["Messages FOLLOW"],
    &["Messages FOLLOW"],
    &["● >"],
    &["add  ✓ replied in", "   6", "Messages "],
    &["╭─ History ", "2 of 2", "▸ add", "▸ today"],
];

/// The keys of each step: what stands in code within its bold words.
fn steps() -> Vec<String> {
    let (_, tour) = README.split_once("## Five minutes with the demo").unwrap();
    let (tour, _) = tour.split_once("\n## ").unwrap();
    let text = tour.replace('\n', " ");
    let bold = text.split("**").skip(1).step_by(2);
    let key = |code: &str| match code {
        "F5" | "Space" | "Enter" | "Esc" | "Tab" | "Ctrl-A" => format!("<{code}>"),
        typed => typed.to_owned(),
    };
    bold.map(|step| step.split('`').skip(1).step_by(2).map(key).collect())
        .collect()
}

#[test]
fn the_tour_of_the_readme_is_true() {
    let broker = Broker::start(Settings::default()).unwrap();
    let _participants = demo::start(&broker.url()).unwrap();
    let given = Given::new().subscribed(&["time.time"]);
    let mut screen = given.draft("today", "%Y%m%d").open(&broker.url());
    screen.shows("◂ time.time");
    let steps = steps();
    assert_eq!(steps.len(), SEEN.len(), "{steps:?}");
    for (keys, seen) in steps.iter().zip(SEEN) {
        screen.keys(keys);
        for text in seen {
            screen.shows(text);
        }
    }
    // out again, with nothing that was typed left over
    assert_eq!(screen.keys("<Esc>q").ends(), End::Quit);
}
