//! `goingnats sub`

use std::{process::Stdio, time::Duration};

use goingnats::{client::Client, protocol::Headers, recording::Line};
use rustix::process::{Pid, Signal, kill_process};

use super::{BYTES, Home, server, told_of, wait_until_subscribed};
use crate::support::{NatsServer, wait_until};

#[test]
fn given_messages_then_each_is_a_line_and_the_count_ends_it() {
    let (home, server) = (Home::new(), server());
    let client = Client::connect("test", &server.url()).unwrap();
    let sub = home.subscribe(&server.url(), &["--count", "3", "orders.*", "time.>"]);

    client.publish("orders.eu", "first").unwrap();
    client.publish("elsewhere", "not this").unwrap();
    client
        .publish_with("time.time", Some("back"), Headers::new(), "second")
        .unwrap();

    assert!(sub.line().ends_with(" orders.eu  first"));
    assert!(sub.line().ends_with(" time.time (reply back)  second"));
    sub.ended().assert(0, "");
}

#[test]
fn given_json_then_each_line_is_the_documented_object() {
    let (home, server) = (Home::new(), server());
    let client = Client::connect("test", &server.url()).unwrap();
    let sub = home.subscribe(&server.url(), &["--json", "a"]);
    let mut headers = Headers::new();
    headers.append("A", "1").unwrap();
    headers.append("A", "2").unwrap();

    client.publish_with("a", Some("r"), headers, "%Y").unwrap();
    client.publish("a", b"\xff\x00").unwrap();

    let text = sub.line();
    let (at, rest) = text.split_once(',').unwrap();
    assert!(
        at.starts_with(r#"{"at":"20"#) && at.ends_with("Z\""),
        "{at}"
    );
    assert_eq!(
        rest,
        r#""dir":"in","subject":"a","reply":"r","headers":{"A":["1","2"]},"size":2,"data":"%Y"}"#
    );
    let bytes = sub.line();
    assert!(
        bytes.ends_with(r#""subject":"a","size":2,"data_base64":"/wA="}"#),
        "{bytes}"
    );
    assert_eq!(Line::read(&bytes).unwrap().payload.as_ref(), b"\xff\x00");
}

#[test]
fn given_raw_then_payloads_come_as_they_are() {
    let (home, server) = (Home::new(), server());
    let client = Client::connect("test", &server.url()).unwrap();
    let sub = home.subscribe(&server.url(), &["--raw", "--count", "3", "a"]);

    client.publish("a", "PING\r\nMSG a 1 3\r\n").unwrap();
    client.publish("a", "").unwrap();

    sub.ended().assert(0, "PING\r\nMSG a 1 3\r\n\n\n");
}

#[test]
fn given_bytes_of_any_kind_then_a_program_gets_them_as_they_are() {
    let (home, server) = (Home::new(), NatsServer::start());
    let client = Client::connect("test", &server.url()).unwrap();
    let lines = BYTES.map(|bytes| [bytes, b"\n"].concat()).concat();
    for (form, expected) in [
        ("--raw", &lines),
        ("-r", &lines),
        ("--raw0", &BYTES.concat()),
    ] {
        let sub = home.start(&["sub", "a", form, "--count", "4", "-s", &server.url()]);
        wait_until_subscribed(&server);
        for bytes in BYTES {
            client.publish("a", bytes).unwrap();
        }
        let ended = sub.ended();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let shown = ended.bytes.escape_ascii();
        assert_eq!(ended.bytes, *expected, "{form}: {shown}");
        wait_until("its goodbye", || {
            told_of(&server, "subscriptions").is_none()
        });
    }
}

#[test]
fn given_hostile_bytes_then_json_shows_them_without_acting_on_a_terminal() {
    let (home, server) = (Home::new(), server());
    let client = Client::connect("test", &server.url()).unwrap();
    let sub = home.subscribe(&server.url(), &["--json", "a"]);
    for bytes in BYTES {
        client.publish("a", bytes).unwrap();

        let line = sub.line();

        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert_eq!(Line::read(&line).unwrap().payload.as_ref(), bytes);
    }
}

#[test]
fn given_no_form_then_a_program_gets_a_line_with_the_exact_payload() {
    let (home, server) = (Home::new(), server());
    let client = Client::connect("test", &server.url()).unwrap();
    for bytes in BYTES {
        let sub = home.subscribe(&server.url(), &["--count", "2", "a"]);

        client.publish("a", bytes).unwrap();

        let ended = sub.ended();
        let line = [b" a  ", bytes, b"\n"].concat();
        assert!(
            ended.bytes.ends_with(&line),
            "{}",
            ended.bytes.escape_ascii()
        );
    }
}

#[test]
fn given_silence_then_the_wait_ends_it_well_unless_messages_are_owed() {
    let (home, server) = (Home::new(), server());
    let url = server.url();

    let enough = home.run(&["sub", "a", "--wait", "50ms", "-s", &url]);
    let owed = home.run(&["sub", "a", "--wait", "50ms", "--count", "1", "-s", &url]);

    enough.assert(0, "");
    owed.assert_failed(4, &["nothing came for 50.0 ms", "1 more"]);
}

#[test]
fn given_a_queue_group_then_each_message_reaches_one_member() {
    let (home, server) = (Home::new(), server());
    let client = Client::connect("test", &server.url()).unwrap();
    let members = ["one", "two"].map(|_| {
        home.start(&[
            "sub",
            "jobs",
            "--queue",
            "workers",
            "--raw",
            "-s",
            &server.url(),
        ])
    });
    for member in &members {
        wait_until("a member", || {
            client.publish("jobs", "probe").unwrap();
            member.line_within(Duration::from_millis(20)).is_some()
        });
    }

    for number in 0..20 {
        client.publish("jobs", format!("job {number}")).unwrap();
    }
    let mut jobs = Vec::new();
    wait_until("every job", || {
        let soon = Duration::from_millis(5);
        let lines = members.iter().filter_map(|member| member.line_within(soon));
        jobs.extend(lines.filter(|line| line.starts_with("job")));
        jobs.len() == 20
    });

    jobs.sort();
    jobs.dedup();
    assert_eq!(jobs.len(), 20);
}

#[test]
fn given_a_reader_that_leaves_then_it_ends_quietly() {
    let (home, server) = (Home::new(), server());
    let client = Client::connect("test", &server.url()).unwrap();
    let mut sub = home.command(&["sub", "a", "-s", &server.url()]);
    let mut sub = sub
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(sub.stdout.take());

    wait_until("its end", || {
        client.publish("a", "anybody?").unwrap();
        sub.try_wait().unwrap().is_some()
    });

    let ended = sub.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
fn given_a_signal_then_it_says_goodbye_and_ends_with_its_number() {
    let (home, server) = (Home::new(), server());
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let sub = home.subscribe(&server.url(), &["a"]);
        sub.signal(signal);
        sub.ended().assert(code, "");
        wait_until("its goodbye", || server.clients() == 0);
    }
}

#[test]
fn given_a_signal_while_nobody_reads_then_it_ends_all_the_same() {
    let (home, server) = (Home::new(), server());
    let client = Client::connect("test", &server.url()).unwrap();
    let arguments = ["sub", "flood", "-s", &server.url()];
    let mut sub = home
        .command(&arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let flood = vec![b'x'; 64 << 10];
    wait_until("a subscription", || server.clients() == 2);
    // Far more than a pipe holds.
    for _ in 0..100 {
        client.publish("flood", &flood).unwrap();
    }
    client.flush().unwrap();

    kill_process(Pid::from_child(&sub), Signal::TERM).unwrap();

    wait_until("its end", || sub.try_wait().unwrap().is_some());
    assert_eq!(sub.wait().unwrap().code(), Some(143));
}

#[test]
fn given_a_server_that_is_restarted_then_it_says_what_may_be_missing_and_goes_on() {
    let (home, mut server) = (Home::new(), NatsServer::start());
    let client = Client::connect("test", &server.url()).unwrap();
    let sub = home.subscribe(&server.url(), &["--raw", "a"]);

    server.stop();
    server.start_again();
    wait_until("a message after the restart", || {
        let _ = client.publish("a", "again");
        sub.line_within(Duration::from_millis(50)).is_some()
    });

    sub.signal(Signal::INT);
    let stderr = sub.ended().stderr;
    assert!(stderr.contains("trying to reconnect"), "{stderr}");
    assert!(stderr.contains("messages may be missing here"), "{stderr}");
}

#[test]
fn given_a_subject_that_cannot_be_then_it_is_named_before_anything_is_dialed() {
    let home = Home::new();
    for subject in ["a..b", "a b", "", ">.a"] {
        let ended = home.run(&["sub", subject, "-s", "127.0.0.1:1"]);
        ended.assert_failed(2, &[subject]);
    }
}

#[test]
fn c128_given_a_reader_that_stops_then_the_cut_is_named_and_the_connection_comes_back() {
    let home = Home::new();
    let server = NatsServer::with_config("max_pending: 200000\nmax_payload: 100000");
    let client = Client::connect("test", &server.url()).unwrap();
    let sub = home.subscribe(&server.url(), &["--raw", "flood"]);

    sub.signal(Signal::STOP);
    wait_until("the server to have cut it", || {
        for _ in 0..20 {
            client.publish("flood", vec![b'x'; 90_000]).unwrap();
        }
        client.flush().unwrap();
        let cut = server.monitor("/varz")["slow_consumers"] != 0;
        cut && server.monitor("/connz")["num_connections"] == 1
    });
    sub.signal(Signal::CONT);
    wait_until("it to be back", || {
        server.monitor("/connz")["num_connections"] == 2
    });

    sub.signal(Signal::TERM);
    let ended = sub.ended();
    assert!(
        ended.stderr.contains("likely as a slow consumer"),
        "{}",
        ended.stderr
    );
}
