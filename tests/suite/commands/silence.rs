//! Servers that fall silent after any of their steps: every command ends by the time that was named,
//! and says what it waits for where none was.

use std::{
    fs,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use super::{Home, Running};
use crate::{
    client::fake::{Fake, Last},
    support::{NatsServer, wait_until},
};

/// How long a command may take that was told to wait for a second: that, a second for the goodbye, and
/// what a machine under load needs.
const SOON: Duration = Duration::from_secs(8);

/// Runs a command against a server that falls silent after this step. `code` is its end once it is let
/// in.
fn against_silence(arguments: &[&str], last: Last, code: i32) {
    const REQUEST: &str = concat!(
        r#"{"v":1,"id":"1","at":"2026-11-23T02:00:00Z","name":"r","kind":"request","subject":"a","#,
        r#""payload":"","timeout_ms":1000}"#
    );
    let (home, fake) = (Home::new(), Fake::silent_after(last));
    let saved = home.file("saved.jsonl", REQUEST);
    let given = |argument: &&'_ str| match *argument {
        "SAVED" => saved.clone(),
        other => other.to_owned(),
    };
    let mut command = home.command(&[]);
    command.args(arguments.iter().map(given));
    command.args(["-s", &fake.url]);

    let since = Instant::now();
    let ended = Running::spawn(&mut command).ended();
    let took = since.elapsed();

    let what = format!("{arguments:?} against {last:?}: {ended:?}");
    if last.lets_in() {
        assert_eq!(ended.code, Some(code), "{what}");
    } else {
        ended.assert_failed(3, &[&fake.url, "within 1s"]);
    }
    assert!(took < SOON, "{took:?}, {what}");
}

#[test]
fn given_a_silent_server_then_every_command_ends_by_the_time_that_was_named() {
    let confirmed = |last: Last| if last.confirms() { 0 } else { 4 };
    let never = |_| 4;
    type Code = fn(Last) -> i32;
    let table: [(&[&str], Code); 8] = [
        (&["pub", "a", "b", "--timeout", "1s"], confirmed),
        (
            &["pub", "a", "b", "--count", "20000", "--timeout", "1s"],
            confirmed,
        ),
        (&["request", "a", "--timeout", "1s"], never),
        (
            &["request", "a", "--replies", "2", "--timeout", "1s"],
            never,
        ),
        (&["sub", "a", "--wait", "1s"], confirmed),
        (&["sub", "a", "--count", "1", "--wait", "1s"], never),
        (&["replay", "SAVED"], never),
        (&["replay", "SAVED", "--timeout", "1s"], never),
    ];
    std::thread::scope(|scope| {
        for (arguments, code) in table {
            for last in Last::ALL {
                scope.spawn(move || against_silence(arguments, last, code(last)));
            }
        }
    });
}

#[test]
fn given_a_variable_then_it_names_a_time_too() {
    let (home, fake) = (Home::new(), Fake::silent_after(Last::Pong(1)));
    let mut command = home.command(&["pub", "a", "b", "-s", &fake.url]);
    let since = Instant::now();
    Running::spawn(command.env("NATS_TIMEOUT", "1s"))
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
