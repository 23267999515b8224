//! `goingnats history`

use std::fs;

use goingnats::demo;

use super::{Home, server};

#[test]
fn given_what_was_sent_then_it_is_listed_newest_first() {
    let (home, server) = (Home::new(), server());
    let _participants = demo::start(&server.url()).unwrap();
    let url = server.url();
    home.run(&["request", "add", "[1]", "--history", "-s", &url])
        .assert(0, "1");
    home.run(&["pub", "a", "\x1b[2J", "--history", "-s", &url])
        .assert(0, "");
    home.run(&["pub", "a", "not recorded", "-s", &url])
        .assert(0, "");

    let listed = home.run(&["history"]);

    let lines: Vec<&str> = listed.stdout.lines().collect();
    let [newest, oldest] = lines.as_slice() else {
        panic!("{lines:#?}");
    };
    assert!(newest.ends_with(" publish a  ␛[2J  published"), "{newest}");
    assert!(
        oldest.contains(" request add  [1]  replied in "),
        "{oldest}"
    );
    assert!(oldest.ends_with("  1"), "{oldest}");
}

#[test]
fn given_json_then_its_output_can_be_saved_and_replayed() {
    let (home, server) = (Home::new(), server());
    let _participants = demo::start(&server.url()).unwrap();
    home.run(&["request", "add", "[1]", "--history", "-s", &server.url()])
        .assert(0, "1");

    let listed = home.run(&["history", "--json"]);

    assert_eq!(listed.stdout.lines().count(), 1);
    let saved = listed.stdout.replace("\"name\":null", "\"name\":\"sum\"");
    let file = home.file("saved.jsonl", &saved);
    let replayed = home.run(&["replay", &file, "-s", &server.url()]);
    assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);
    assert!(replayed.stdout.ends_with("  1\n"), "{}", replayed.stdout);
}

#[test]
fn given_lines_that_cannot_be_read_then_they_are_named_and_given_no_file_it_fails() {
    let home = Home::new();
    fs::create_dir(home.path("data")).unwrap();
    let file = home.file("data/history.jsonl", "torn {\n");
    home.run(&["history"])
        .assert_failed(0, &[&format!("{file}:1: ")]);

    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    home.run(&["history"]).assert_failed(1, &[&file]);
}

#[test]
fn given_nothing_sent_then_nothing_is_listed() {
    Home::new().run(&["history"]).assert(0, "");
}
