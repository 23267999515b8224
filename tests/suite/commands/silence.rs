//! Servers that fall silent after any of their steps: every command ends by the time that was named,
//! and says what it waits for where none was.

use std::{
    fs,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use super::Home;
use crate::{
    client::fake::{Fake, Last},
    support::{NatsServer, wait_until},
};

/// How long a command may take that was told to wait for a second: that, a second for the goodbye, and
/// what a machine under load needs.
const SOON: Duration = Duration::from_secs(8);

/// Runs a command against a server that falls silent after each of its steps, all at once. `code` says
/// how it ends once it is let in.
fn against_silence(arguments: &[&str], code: impl Fn(Last) -> i32 + Sync) {
    std::thread::scope(|scope| {
        for last in Last::ALL {
            let code = &code;
            scope.spawn(move || {
                let (home, fake) = (Home::new(), Fake::silent_after(last));
                let saved = home.file(
                    "saved.jsonl",
                    r#"{"v":1,"id":"1","at":"2026-11-23T02:00:00Z","name":"r","kind":"request","subject":"a","payload":"","timeout_ms":1000}"#,
                );
                let given = |argument: &&str| match *argument {
                    "SAVED" => saved.clone(),
                    other => other.to_owned(),
                };
                let arguments: Vec<String> = arguments.iter().map(given).collect();
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                let since = Instant::now();
                let ended = home.run(&[&arguments, &["-s", &*fake.url][..]].concat());
                let took = since.elapsed();
                let expected = if last.lets_in() { code(last) } else { 3 };
                assert_eq!(ended.code, Some(expected), "{last:?}: {ended:?}");
                assert!(took < SOON, "{took:?} against {last:?}: {ended:?}");
                if !last.lets_in() {
                    ended.assert_failed(3, &[&fake.url, "within 1s"]);
                }
            });
        }
    });
}

/// 0 where the server confirmed, else 4.
fn confirmed(last: Last) -> i32 {
    if last.confirms() { 0 } else { 4 }
}

#[test]
fn given_a_silent_server_then_pub_ends_in_time() {
    against_silence(&["pub", "a", "b", "--timeout", "1s"], confirmed);
}

#[test]
fn given_a_silent_server_then_pub_of_many_ends_in_time() {
    let many = ["pub", "a", "b", "--count", "20000", "--timeout", "1s"];
    against_silence(&many, confirmed);
}

#[test]
fn given_a_silent_server_then_request_ends_in_time() {
    against_silence(&["request", "a", "--timeout", "1s"], |_| 4);
}

#[test]
fn given_a_silent_server_then_a_request_for_several_replies_ends_in_time() {
    let several = ["request", "a", "--replies", "2", "--timeout", "1s"];
    against_silence(&several, |_| 4);
}

#[test]
fn given_a_silent_server_then_sub_ends_with_its_wait() {
    against_silence(&["sub", "a", "--wait", "1s"], confirmed);
}

#[test]
fn given_a_silent_server_then_sub_that_counts_ends_with_its_wait() {
    against_silence(&["sub", "a", "--count", "1", "--wait", "1s"], |_| 4);
}

#[test]
fn given_a_silent_server_then_replay_ends_with_the_time_of_its_requests() {
    let file = ["replay", "SAVED"];
    std::thread::scope(|scope| {
        scope.spawn(|| against_replay(&file));
        scope.spawn(|| against_replay(&["replay", "SAVED", "--timeout", "1s"]));
    });
}

fn against_replay(arguments: &[&str]) {
    against_silence(arguments, |_| 4);
}

#[test]
fn given_a_variable_then_it_names_a_time_too() {
    let (home, fake) = (Home::new(), Fake::silent_after(Last::Pong(1)));
    let mut command = home.command(&["pub", "a", "b", "-s", &fake.url]);
    let since = Instant::now();
    super::Running::spawn(command.env("NATS_TIMEOUT", "1s"))
        .ended()
        .assert_failed(3, &["no PONG within 1s"]);
    assert!(since.elapsed() < SOON);
}

#[test]
fn given_no_time_then_what_is_waited_for_is_told_after_five_seconds() {
    let table = [
        (vec!["pub", "a", "b"], Last::Pong(1), "to let us in"),
        (vec!["request", "a"], Last::Info, "to let us in"),
        (
            vec!["sub", "a.>"],
            Last::Pong(3),
            "to subscribe us to \"a.>\"",
        ),
    ];
    std::thread::scope(|scope| {
        for (arguments, last, what) in &table {
            scope.spawn(move || {
                let (home, fake) = (Home::new(), Fake::silent_after(*last));
                let log = home.path("log");
                let own = ["-s", &fake.url, "--log", &log];
                let running = home.start(&[arguments.as_slice(), &own].concat());
                let told = format!("still waiting for {} {what}", fake.url);
                wait_until("the word of it", || {
                    let log = fs::read_to_string(&log).unwrap_or_default();
                    // Quotes are escaped in the log.
                    log.replace('\\', "").contains(&told)
                });
                running.signal(Signal::TERM);
                let ended = running.ended();
                assert!(ended.stderr.contains(&told), "{}", ended.stderr);
                assert_eq!(ended.code, Some(143));
            });
        }
    });
}

#[test]
fn given_a_server_that_stops_while_many_are_published_then_it_ends_in_time() {
    let (home, server) = (Home::new(), NatsServer::start());
    let url = server.url();
    let endless = ["pub", "a", "b", "--count", "1000000000", "--timeout", "1s"];
    let running = home.start(&[&endless[..], &["-s", &url]].concat());
    wait_until("messages", || {
        server.monitor("/varz")["in_msgs"].as_u64() > Some(1000)
    });

    server.signal("STOP");
    let since = Instant::now();
    let ended = running.ended();
    let took = since.elapsed();
    server.signal("CONT");

    ended.assert_failed(4, &[&url, "within 1s"]);
    assert!(took < SOON, "{took:?}");
}

#[test]
fn given_a_server_that_closes_after_the_first_pong_then_its_words_are_told_once() {
    for (words, expected) in [
        ("", "closed by the server"),
        ("-ERR 'Nope'\r\n", "after the words \"Nope\""),
    ] {
        for command in [["pub", "a"].as_slice(), &["request", "a"], &["sub", "a"]] {
            let fake = Fake::once(move |peer| peer.throw_out(words));
            let ended = Home::new().run(&[command, &["-s", &fake.url]].concat());
            ended.assert_failed(3, &[&fake.url, expected]);
        }
    }
}

#[test]
fn given_a_server_that_dies_during_a_request_then_the_reason_is_told() {
    for (subscriptions, replies) in [(0, "1"), (1, "2")] {
        let fake = Fake::once(move |mut peer| {
            peer.welcome(subscriptions);
            peer.expect("PUB a ");
            peer.send("-ERR 'Nope'\r\n");
        });
        let several = ["--replies", replies, "--timeout", "2s"];
        let ended = Home::new().run(&[&["request", "a", "-s", &fake.url][..], &several].concat());
        ended.assert_ended_with(3, &["connection lost", "after the words \"Nope\""]);
    }
}
