//! `goingnats replay`

use goingnats::{client::Client, demo};

use super::{Home, server};

const REQUESTS: &str = r#"{"v":1,"id":"1","name":"sum","kind":"request","subject":"add","payload":"[1, 2, 3]"}
{"v":1,"id":"2","kind":"request","subject":"add","payload":"not saved under a name"}
{"v":1,"id":"3","name":"nobody there","kind":"request","subject":"stock.check"}
{"v":1,"id":"4","name":"note","kind":"publish","subject":"notes","payload":"\u001b[2J"}
{"v":1,"id":"5","name":"impatient","kind":"request","subject":"today","timeout_ms":50}
{"v":1,"id":"6","name":"sum again","kind":"request","subject":"add","payload":"[4]"}
"#;

#[test]
fn given_saved_requests_then_all_are_sent_in_order_and_the_first_failure_is_the_code() {
    let (home, server) = (Home::new(), server());
    let _participants = demo::start(&server.url()).unwrap();
    let listener = Client::connect("listener", &server.url()).unwrap();
    listener.subscribe("notes").unwrap();
    let file = home.file("requests.jsonl", REQUESTS);

    let ended = home.run(&["replay", &file, "-s", &server.url()]);

    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let [sum, nobody, note, impatient, again] = lines.as_slice() else {
        panic!("{lines:#?}");
    };
    assert!(
        sum.starts_with("sum  replied in ") && sum.ends_with("  6"),
        "{sum}"
    );
    assert!(
        nobody.starts_with("nobody there  no responders"),
        "{nobody}"
    );
    assert_eq!(*note, "note  published");
    assert!(
        impatient.starts_with("impatient  no answer") && impatient.contains("50ms"),
        "{impatient}"
    );
    // `today` is still being thought about.
    assert!(
        again.starts_with("sum again  replied in ") && again.ends_with("  4"),
        "{again}"
    );
    assert_eq!(listener.get().unwrap()[0].payload, b"\x1b[2J");
}

#[test]
fn given_a_name_then_only_what_matches_is_sent() {
    let (home, server) = (Home::new(), server());
    let _participants = demo::start(&server.url()).unwrap();
    let file = home.file("requests.jsonl", REQUESTS);

    let ended = home.run(&["replay", &file, "--name", "sum*", "-s", &server.url()]);
    let none = home.run(&["replay", &file, "--name", "x*", "-s", &server.url()]);

    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout.lines().count(), 2);
    none.assert_failed(2, &[&file, "x*"]);
}

#[test]
fn given_a_timeout_on_the_command_line_then_it_holds_for_all() {
    let (home, server) = (Home::new(), server());
    let _participants = demo::start(&server.url()).unwrap();
    let file = home.file("requests.jsonl", REQUESTS);

    let ended = home.run(&[
        "replay",
        &file,
        "--name",
        "impatient",
        "--timeout",
        "10s",
        "-s",
        &server.url(),
    ]);

    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stdout.starts_with("impatient  replied in 2."),
        "{}",
        ended.stdout
    );
}

#[test]
fn given_lines_that_cannot_be_read_then_they_are_named_and_the_rest_is_sent() {
    let (home, server) = (Home::new(), server());
    let _participants = demo::start(&server.url()).unwrap();
    let file = home.file("requests.jsonl", &format!("not a request\n{REQUESTS}"));

    let ended = home.run(&["replay", &file, "--name", "sum", "-s", &server.url()]);

    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains(&format!("{file}:1: ")),
        "{}",
        ended.stderr
    );
    assert!(ended.stdout.ends_with("  6\n"), "{}", ended.stdout);
}

#[test]
fn given_a_header_that_was_not_written_then_the_request_is_not_sent() {
    let (home, server) = (Home::new(), server());
    let file = home.file(
        "requests.jsonl",
        r#"{"v":1,"name":"secret","subject":"a","kind":"publish","headers":{"X-Token":["<hidden>"]}}"#,
    );

    let ended = home.run(&["replay", &file, "-s", &server.url()]);

    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stdout.contains("\"X-Token\" was not written"),
        "{}",
        ended.stdout
    );
}

#[test]
fn given_requests_on_stdin_then_they_are_sent() {
    let (home, server) = (Home::new(), server());
    let _participants = demo::start(&server.url()).unwrap();
    let replay = ["replay", "-", "--name", "sum*", "-s", &server.url()];

    let requests = format!("not a request\n{REQUESTS}");
    let ended = home.run_with_stdin(&replay, requests.as_bytes());
    let none = home.run_with_stdin(&replay, b"");

    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert_eq!(ended.stdout.lines().count(), 2, "{}", ended.stdout);
    assert!(ended.stderr.contains("stdin:1: "), "{}", ended.stderr);
    none.assert_failed(2, &["stdin", "sum*"]);
}

#[test]
fn given_no_such_file_then_the_code_is_2() {
    Home::new()
        .run(&["replay", "/nowhere/requests.jsonl"])
        .assert_failed(2, &["/nowhere/requests.jsonl"]);
}
