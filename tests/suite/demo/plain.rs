//! `goingnats demo --plain`

use std::process::Stdio;

use rustix::process::Signal;

use crate::commands::{Home, Running, server};

/// Holds a line against `time.time  SECONDS`.
#[track_caller]
fn seconds(line: &str) -> f64 {
    let (subject, time) = line.split_once("  ").expect("two columns");
    assert_eq!(subject, "time.time");
    let (_, fraction) = time.split_once('.').expect("a fraction");
    assert!(!fraction.is_empty(), "{line}");
    time.parse().expect("a number")
}

/// The date in the environment that the tests give to commands.
fn today() -> String {
    jiff::Timestamp::now().strftime("%Y%m%d").to_string()
}

#[test]
fn the_scenario_runs_from_beginning_to_end() {
    let home = Home::new();
    let before = today();

    // A variable that leads elsewhere leads nobody astray.
    let mut command = home.command(&["demo", "--plain"]);
    let ended = Running::spawn(command.env("NATS_URL", "nats://127.0.0.1:1")).ended();

    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let [
        one,
        first,
        second,
        third,
        date,
        hijack,
        more,
        most,
        sum,
        timeout,
    ] = lines.as_slice()
    else {
        panic!("{lines:#?}");
    };
    let times = [one, first, second, third, more, most].map(|line| seconds(line));
    assert!(times.is_sorted() && times[5] - times[1] < 60.0, "{times:?}");
    let dates = [before, today()].map(|date| format!("today  {date}"));
    assert!(dates.contains(&(*date).to_owned()), "{date}");
    assert_eq!(*hijack, "time.time  hijack");
    assert_eq!(*sum, "add  6");
    assert_eq!(*timeout, "today  no answer within 100 ms");
}

#[test]
fn given_a_server_of_ones_own_then_it_runs_there_and_names_the_host() {
    let (home, server) = (Home::new(), server());
    let demo = home.start(&["demo", "--plain", "-s", &server.url()]);

    seconds(&demo.line());

    assert!(server.clients() >= 2);
    demo.signal(Signal::TERM);
    let ended = demo.ended();
    assert_eq!(ended.code, Some(143));
    assert!(ended.stderr.contains(&server.url()), "{}", ended.stderr);
}

#[test]
fn given_a_reader_that_leaves_then_it_ends_quietly() {
    let home = Home::new();
    let mut demo = home.command(&["demo"]);
    let mut demo = demo
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(demo.stdout.take());

    let ended = demo.wait_with_output().unwrap();

    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}
