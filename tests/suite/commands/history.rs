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
    let publish = format!(" publish a (on {url})  ␛[2J  published");
    assert!(newest.ends_with(&publish), "{newest}");
    let request = format!(" request add (on {url})  [1]  replied in ");
    assert!(oldest.contains(&request), "{oldest}");
    assert!(oldest.ends_with("  1"), "{oldest}");
}

#[test]
fn given_json_then_the_order_is_that_of_the_file_so_that_replay_keeps_it() {
    let (home, server) = (Home::new(), server());
    for subject in ["first", "second"] {
        home.run(&["pub", subject, "x", "--history", "-s", &server.url()])
            .assert(0, "");
    }

    let listed = home.run(&["history", "--json"]);

    let subjects: Vec<serde_json::Value> = listed
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["subject"].clone())
        .collect();
    assert_eq!(subjects, ["first", "second"]);
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

#[test]
fn given_a_zone_in_the_settings_then_times_are_those_of_that_zone() {
    let home = Home::new();
    let entry = r#"{"v":1,"id":"a","at":"2026-11-23T22:00:00Z","kind":"publish","subject":"a","payload":"x","server":"nats://h:1"}"#;
    fs::create_dir(home.path("data")).unwrap();
    fs::write(home.path("data/history.jsonl"), format!("{entry}\n")).unwrap();
    for (zone, time) in [
        ("UTC", "2026-11-23 22:00:00 "),
        ("+05:30", "2026-11-24 03:30:00 "),
    ] {
        fs::write(
            home.path("data/settings.toml"),
            format!("zone = '{zone}'\n"),
        )
        .unwrap();
        let listed = home.run(&["history"]);
        assert!(listed.stdout.starts_with(time), "{listed:?}");
    }
    fs::write(home.path("data/settings.toml"), "zone = 'CET'\n").unwrap();
    let refused = home.run(&["history"]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused
            .stderr
            .contains("\"CET\" is no zone: local, UTC, or an offset such as +02:00"),
        "{refused:?}"
    );
}
