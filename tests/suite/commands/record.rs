//! `goingnats sub --record` and what `goingnats open` says before there is a screen.

use std::{fs, io::Write, net::TcpStream, os::unix::fs::PermissionsExt};

use goingnats::{
    client::Client,
    recording::{Entry, Line, Reader, Step},
    text::number::count,
};
use rustix::process::Signal;

use super::{Home, Running, server};
use crate::support::wait_until;

/// The payloads of a recording, every line of which can be read.
fn payloads(path: &str) -> Vec<String> {
    let bytes = fs::read(path).unwrap();
    assert!(bytes.last().is_none_or(|byte| *byte == b'\n'), "a cut line");
    let mut reader = Reader::new(&bytes[..], 0);
    let mut payloads = Vec::new();
    loop {
        let step = reader.step(|entry| match entry {
            Entry::Message(line) => String::from_utf8(line.payload.into_owned()).unwrap(),
            Entry::Marker(marker) => panic!("{marker:?}"),
        });
        match step.unwrap() {
            Step::Entry(payload) => payloads.push(payload),
            Step::Nothing => {}
            Step::End => break,
        }
    }
    assert_eq!(reader.problems().unreadable, 0, "{}", reader.problems());
    payloads
}

#[test]
fn given_a_count_then_the_file_holds_what_was_printed_and_is_ours_alone() {
    let (home, server) = (Home::new(), server());
    let path = home.path("r.ndjson");
    let client = Client::connect("test", &server.url()).unwrap();
    let arguments = ["--raw", "--count", "3", "--record", &path, "a"];
    let sub = home.subscribe(&server.url(), &arguments);
    for payload in ["1", "2", "3", "4"] {
        client.publish("a", payload).unwrap();
    }
    let ended = sub.ended();
    ended.assert(0, "1\n2\n");
    // the first of the three is the one that showed the subscription
    assert!(ended.stderr.contains("3 messages, "), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("are on the disk in"),
        "{}",
        ended.stderr
    );
    assert_eq!(payloads(&path), ["", "1", "2"]);
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn given_a_signal_then_the_file_is_whole() {
    let (home, server) = (Home::new(), server());
    let path = home.path("r.ndjson");
    let client = Client::connect("test", &server.url()).unwrap();
    let sub = home.subscribe(&server.url(), &["--raw", "--record", &path, "a"]);
    client.publish("a", "1").unwrap();
    assert_eq!(sub.line(), "1");
    sub.signal(Signal::INT);
    let ended = sub.ended();
    ended.assert(130, "");
    assert!(ended.stderr.contains("2 messages, "), "{}", ended.stderr);
    assert_eq!(payloads(&path), ["", "1"]);
}

#[test]
fn given_a_signal_while_messages_wait_then_the_file_holds_all_that_had_come() {
    let (home, server) = (Home::new(), server());
    let path = home.path("r.ndjson");
    let client = Client::connect("test", &server.url()).unwrap();
    let sub = home.subscribe(&server.url(), &["--raw", "--record", &path, "a"]);
    sub.signal(Signal::STOP);
    for number in 0..5_000 {
        client.publish("a", format!("{number}")).unwrap();
    }
    client.flush().unwrap();
    sub.signal(Signal::INT);
    sub.signal(Signal::CONT);
    let ended = sub.ended();
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    let printed = ended.stdout.lines().count();
    if printed < 5_000 {
        let left = format!(
            "{} messages had come and were recorded and not printed",
            count(5_000 - printed as u64)
        );
        assert!(ended.stderr.contains(&left), "{printed}: {}", ended.stderr);
    }
    let expected: Vec<String> = (0..5_000).map(|number| number.to_string()).collect();
    assert_eq!(payloads(&path)[1..], expected);
}

#[test]
fn given_a_file_that_is_there_then_only_force_writes_over_it() {
    let (home, server) = (Home::new(), server());
    let path = home.file("r.ndjson", "mine");
    let url = server.url();
    let arguments = ["sub", "a", "-s", &url, "--wait", "10ms", "--record", &path];
    let refused = home.run(&arguments);
    refused.assert_failed(2, &["r.ndjson", "exists already", "--force"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    home.run(&[&arguments[..], &["--force"]].concat())
        .assert_ended_with(0, &["0 messages, 0 B"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
}

#[test]
fn given_no_such_folder_or_no_server_then_it_says_so_and_leaves_no_file() {
    let (home, server) = (Home::new(), server());
    let path = home.path("nowhere/r.ndjson");
    home.run(&["sub", "a", "-s", &server.url(), "--record", &path])
        .assert_failed(1, &["cannot write", "nowhere/r.ndjson", "No such file"]);
    let path = home.path("r.ndjson");
    home.run(&["sub", "a", "-s", "127.0.0.1:1", "--record", &path])
        .assert_ended_with(3, &[]);
    assert!(fs::metadata(&path).is_err());
}

#[test]
fn given_a_full_disk_then_it_says_so_and_what_was_written_stays_whole() {
    let (home, server) = (Home::new(), server());
    let path = home.path("r.ndjson");
    let url = server.url();
    // a limit of the shell's stands for the size of the disk
    let mut command = std::process::Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"";
    command
        .args(["-c", script, env!("CARGO_BIN_EXE_goingnats")])
        .args(["sub", "a", "--raw", "-s", &url, "--record", &path])
        .env_clear()
        .env("HOME", home.path(""))
        .env("PATH", "/usr/bin:/bin");
    let sub = Running::spawn(&mut command);
    let client = Client::connect("test", &url).unwrap();
    let payload = "x".repeat(300);
    let mut sent = 0;
    wait_until("the disk is full", || {
        sent += 1;
        client.publish("a", payload.as_bytes()).unwrap();
        sub.line_within(std::time::Duration::from_millis(1));
        sent > 100 && fs::metadata(&path).is_ok_and(|file| file.len() > 3_000)
    });
    let ended = sub.ended();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let kept = payloads(&path);
    assert!(kept.len() > 5 && kept.len() < sent, "{}", kept.len());
    assert!(kept.iter().all(|kept| *kept == payload));
    let words = format!("it holds the {} messages before", kept.len());
    assert!(
        ended.stderr.contains("cannot write on to"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains(&words), "{} {words}", ended.stderr);
}

#[test]
fn given_record_before_another_command_then_it_says_where_it_goes() {
    let home = Home::new();
    home.run(&["--record", "f", "sub", "a"])
        .assert_failed(2, &["goingnats sub --record FILE"]);
}

#[test]
fn given_nothing_to_open_then_one_sentence_says_so() {
    let home = Home::new();
    let missing = home.path("missing.ndjson");
    home.run(&["open", &missing])
        .assert_failed(1, &["cannot open", "missing.ndjson", "No such file"]);
    home.run(&["open", &home.path("")])
        .assert_failed(1, &["holds no file such as 1.json"]);
}

#[test]
fn given_a_condition_then_it_chooses_what_is_printed_and_not_what_is_recorded() {
    let (home, server) = (Home::new(), server());
    let path = home.path("r.ndjson");
    let client = Client::connect("test", &server.url()).unwrap();
    let condition = "is.it.there | wanted";
    let arguments = [
        "--raw", "--where", condition, "--count", "2", "--record", &path, "a",
    ];
    let sub = home.subscribe(&server.url(), &arguments);
    for payload in ["other", "wanted", "late"] {
        client.publish("a", payload).unwrap();
    }
    sub.ended().assert(0, "wanted\n");
    assert_eq!(payloads(&path), ["", "other", "wanted"]);
}

#[test]
fn given_a_folded_header_then_file_and_json_tell_all_of_its_block() {
    let (home, server) = (Home::new(), server());
    let path = home.path("r.ndjson");
    let arguments = ["--json", "--count", "2", "--record", &path, "a"];
    let sub = home.subscribe(&server.url(), &arguments);
    let block = "NATS/1.0\r\nA: 1\r\n 2\r\n\r\n";
    let mut stream = TcpStream::connect(server.addr()).unwrap();
    let (header, total) = (block.len(), block.len() + 1);
    let connect = "CONNECT {\"verbose\":false,\"headers\":true}\r\n";
    write!(stream, "{connect}HPUB a {header} {total}\r\n{block}x\r\n").unwrap();

    let ended = sub.ended();

    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let line = Line::read(&ended.stdout).unwrap();
    assert_eq!(line.header().as_ref(), block.as_bytes());
    assert!(ended.stdout.contains(r#""headers":{"A":["1\r\n 2"]}"#));
    assert_eq!(payloads(&path), ["", "x"]);
}
