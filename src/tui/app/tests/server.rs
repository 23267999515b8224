//! The servers: what keys and events make of them.

use std::time::Duration;

use super::stage::Stage;
use crate::{
    client::{Error, Event, PoolEntry, ServerState, TlsInfo},
    protocol::Info,
    tui::app::update,
};

const HERE: &str = "nats://127.0.0.1:4222";

fn entry(server: &str, state: ServerState) -> PoolEntry {
    PoolEntry {
        server: server.to_owned(),
        discovered: server != HERE,
        state,
        last_error: (state == ServerState::Failed).then(|| refused(server)),
        lame_duck: false,
    }
}

fn refused(server: &str) -> Error {
    Error::Dial {
        server: server.to_owned(),
        reason: "connection refused".to_owned(),
    }
}

/// Connected to the first of these, the others behind it in the order the client tries them.
fn cluster(others: &[(&str, ServerState)]) -> Stage {
    let mut stage = Stage::new(&[]);
    let others = others.iter().map(|(server, state)| entry(server, *state));
    let pool = std::iter::once(entry(HERE, ServerState::Connected)).chain(others);
    stage.event(Event::Pool(pool.collect()));
    stage
}

fn three() -> Stage {
    cluster(&[
        ("nats://c:4222", ServerState::Idle),
        ("nats://b:4222", ServerState::Failed),
    ])
}

/// The line of the screen that holds a text.
#[track_caller]
fn line(stage: &mut Stage, text: &str) -> String {
    let screen = stage.screen();
    let found = screen.lines().find(|line| line.contains(text));
    found
        .unwrap_or_else(|| panic!("{text:?} is not on\n{screen}"))
        .to_owned()
}

fn rows(stage: &mut Stage) -> Vec<String> {
    let screen = stage.screen();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = screen
        .lines()
        .filter(|line| line.contains("││") || line.contains("│ "));
    let rows = lines.filter_map(|line| {
        let at = line.find("● nats://").or_else(|| line.find("○ nats://"))?;
        Some(words(line.get(at..)?.split('│').next()?))
    });
    rows.collect()
}

#[test]
fn every_server_has_its_state_its_origin_and_what_went_wrong() {
    let mut stage = three();
    stage.keys("S");
    let expected = [
        "● nats://127.0.0.1:4222 connected",
        "● nats://b:4222 failed discovered connection refused",
        "○ nats://c:4222 standby discovered",
    ];
    assert_eq!(rows(&mut stage), expected);
    stage
        .shows("3 servers, 1 failed")
        .shows("Connected to nats://127.0.0.1:4222");
}

#[test]
fn enter_goes_to_the_selected_server() {
    for (keys, asked, toasts) in [
        ("<Down><Enter>", &["connect to nats://b:4222"][..], &[][..]),
        (
            "<Down><Down><Down><Enter>",
            &["connect to nats://c:4222"],
            &[],
        ),
        ("Gk<Enter>", &["connect to nats://b:4222"], &[]),
        (
            "<Enter>",
            &[],
            &["Already connected to nats://127.0.0.1:4222."],
        ),
        (
            "jjg<Enter>",
            &[],
            &["Already connected to nats://127.0.0.1:4222."],
        ),
    ] {
        let mut stage = three();
        stage.keys("S");
        stage.asked.clear();
        stage.keys(keys);
        assert_eq!(
            (&stage.asked[..], &stage.toasts()[..]),
            (&strings(asked)[..], toasts),
            "{keys}"
        );
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[test]
fn round_trips_are_measured_more_often_while_they_are_looked_at() {
    for keys in ["S<Esc>", "SS", ":server<Enter><Esc>"] {
        let mut stage = three();
        stage.keys(keys);
        assert_eq!(stage.asked, ["keepalive 2s", "keepalive 10s"], "{keys}");
    }
}

#[test]
fn the_cursor_stays_on_its_server_while_the_list_changes_around_it() {
    let mut stage = three();
    stage.keys("S<Down>");
    let pool = ["nats://b:4222", "nats://a:4222", "nats://a0:4222"];
    let pool = pool.map(|server| entry(server, ServerState::Idle));
    stage.event(Event::Pool(pool.to_vec()));
    stage.asked.clear();
    stage.keys("<Enter>");
    assert_eq!(stage.asked, ["connect to nats://b:4222"]);
    // and where that is gone, it is somewhere
    stage.event(Event::Pool(vec![entry("nats://d:4222", ServerState::Idle)]));
    stage.keys("<Enter>");
    assert_eq!(stage.asked[1..], ["connect to nats://d:4222"]);
    stage.event(Event::Pool(Vec::new()));
    stage.keys("<Enter><Down>").shows("No server is known yet");
}

#[test]
fn moving_is_told_and_what_became_of_it() {
    let mut stage = three();
    let other = || "nats://c:4222".to_owned();
    stage.keys("S").event(Event::Moving { server: other() });
    stage.shows("Moving to nats://c:4222; nats://127.0.0.1:4222 serves until that stands.");
    stage.event(Event::MoveFailed {
        server: other(),
        reason: refused("nats://c:4222"),
    });
    assert_eq!(
        stage.toasts(),
        ["Stayed: nats://c:4222 could not be moved to: connection refused",]
    );
    stage.shows("Connected to nats://127.0.0.1:4222");
    stage.event(Event::Moving { server: other() });
    stage.event(Event::Connected {
        server: other(),
        info: Box::default(),
        rtt: Duration::from_millis(1),
        tls: None,
    });
    assert_eq!(stage.toasts()[1..], ["Moved to nats://c:4222."]);
    stage.shows("Connected to nats://c:4222");
}

#[test]
fn while_disconnected_the_time_to_the_next_attempt_runs_and_attempts_are_listed() {
    let mut stage = three();
    stage.keys("S");
    for (server, milliseconds) in [(HERE, 0), ("nats://b:4222", 3_500)] {
        stage.event(Event::Disconnected {
            reason: refused(server),
            retry_in: Duration::from_millis(milliseconds),
        });
        stage.pass(1_000);
    }
    let pool = ["nats://c:4222", "nats://b:4222"].map(|server| entry(server, ServerState::Failed));
    stage.event(Event::Pool(pool.to_vec()));
    stage.shows("Next attempt (2) in 3 s, at nats://c:4222.");
    stage.shows("00:00:01  nats://b:4222: connection refused");
    stage.shows("00:00:00  nats://127.0.0.1:4222: connection refused");
    let soon = update::next_change(&stage.app, stage.now());
    assert_eq!(soon, Some(Duration::from_millis(500)), "a second at a time");
    stage.pass(500).shows("Next attempt (2) in 2 s");
    stage.asked.clear();
    stage.keys("<Down><Enter>");
    assert_eq!(stage.asked, ["connect to nats://c:4222"]);
    let pool = [entry("nats://c:4222", ServerState::Dialing)];
    stage
        .event(Event::Pool(pool.to_vec()))
        .shows("Trying nats://c:4222 now…");
    stage
        .connect()
        .shows("Connected to")
        .hides("connection refused");
}

#[test]
fn what_is_over_is_not_dialed() {
    let mut stage = three();
    stage.event(Event::Closed {
        reason: Some(refused(HERE)),
    });
    stage.keys("S<Down><Enter>");
    stage.shows("connection refused. Not trying again.");
    assert_eq!(stage.asked, ["keepalive 2s"]);
    assert_eq!(
        stage.toasts(),
        ["The connection is closed for good; nats://b:4222 is not dialed."]
    );
}

#[test]
fn a_lame_duck_is_marked_and_what_follows_is_told() {
    for (others, then) in [
        (
            &[("nats://b:4222", ServerState::Idle)][..],
            "we move to another server.",
        ),
        (
            &[],
            "no other server is known, and the connection ends with it.",
        ),
    ] {
        let mut stage = cluster(others);
        stage.event(Event::InfoChanged(Box::new(Info {
            ldm: true,
            ..Info::default()
        })));
        stage.event(Event::LameDuck {
            server: HERE.to_owned(),
        });
        let said = format!("{HERE} is about to leave (lame duck): {then}");
        assert_eq!(stage.toasts(), [said.as_str()]);
        let lame = PoolEntry {
            lame_duck: true,
            ..entry(HERE, ServerState::Connected)
        };
        stage.event(Event::Pool(vec![lame]));
        stage.keys("S").shows("which is about to leave (lame duck)");
        assert_eq!(
            rows(&mut stage),
            ["● nats://127.0.0.1:4222 connected lame duck"]
        );
    }
}

#[test]
fn round_trips_are_summed_up_over_the_present_connection() {
    let mut stage = three();
    for milliseconds in [1, 2, 6] {
        stage.event(Event::Rtt(Duration::from_millis(milliseconds)));
    }
    let rtt = line(stage.keys("S"), "rtt");
    for text in [
        "rtt 6.0 ms",
        "min 0.3 ms",
        "mean 2.3 ms",
        "max 6.0 ms",
        "last 4",
        "▁▂▃▇",
    ] {
        assert!(rtt.contains(text), "{text}: {rtt}");
    }
    stage.connect();
    assert!(line(&mut stage, "rtt").contains("last 1"));
}

#[test]
fn an_unchecked_certificate_is_told_of() {
    let mut stage = three();
    stage.event(Event::Connected {
        server: HERE.to_owned(),
        info: Box::default(),
        rtt: Duration::ZERO,
        tls: Some(TlsInfo {
            version: "TLS 1.3",
            verified: false,
        }),
    });
    stage.keys("S").shows("TLS 1.3, NOT CHECKED");
}

#[test]
fn a_long_complaint_is_whole_below_the_list_on_every_screen() {
    let reason = "certificate not trusted: it is for other.example.com, \
                  and we asked for the server that was named here.example.com by the one before it";
    for size in [(160, 45), (100, 30), (60, 20)] {
        let mut stage = three();
        let last_error = Some(Error::Dial {
            server: HERE.to_owned(),
            reason: reason.to_owned(),
        });
        let failed = PoolEntry {
            last_error,
            ..entry(HERE, ServerState::Failed)
        };
        stage.event(Event::Pool(vec![failed]));
        stage.app.size = size;
        let screen = stage.keys("S").screen();
        let words: Vec<&str> = screen
            .split(|c: char| c.is_whitespace() || c == '│')
            .collect();
        for word in reason.split(' ') {
            assert!(
                words.contains(&word),
                "{word:?} is cut at {size:?}:\n{screen}"
            );
        }
    }
}

#[test]
fn a_long_list_scrolls_and_so_do_the_facts_of_a_small_screen() {
    let mut stage = Stage::new(&[]);
    let pool = (0..200).map(|n| entry(&format!("nats://server-{n:03}:4222"), ServerState::Idle));
    stage.event(Event::Pool(pool.collect()));
    stage.app.size = (60, 20);
    stage.keys("S").shows("server-000").hides("server-199");
    stage.keys("<End>").shows("server-199").hides("server-000");
    stage.keys("<PgUp><Home>").shows("server-000");
    stage.app.size = (60, 14);
    stage.shows("name  ").hides("JetStream");
    stage
        .keys("<End>jjjjjjjj")
        .shows("JetStream")
        .hides("name  ");
    stage
        .keys("kkkk")
        .shows("name  ")
        .shows("server-199")
        .hides("JetStream");
    stage.keys("jj<Home>").shows("name  ").shows("server-000");
}

#[test]
fn what_a_server_calls_itself_is_shown_and_never_obeyed() {
    let hostile = "n1\x1b[2J\u{202e}\r\n";
    let mut stage = Stage::new(&[]);
    let info = Info {
        server_name: hostile.to_owned(),
        version: hostile.to_owned(),
        cluster: Some(hostile.to_owned()),
        host: hostile.to_owned(),
        server_id: hostile.repeat(100),
        client_ip: hostile.to_owned(),
        ..Info::default()
    };
    let server = format!("nats://{hostile}:4222");
    stage.event(Event::Pool(vec![entry(&server, ServerState::Failed)]));
    stage.event(Event::Connected {
        server,
        info: Box::new(info),
        rtt: Duration::ZERO,
        tls: None,
    });
    let screen = stage.keys("S").screen();
    assert!(screen.contains("n1␛[2J\\u{202e}␍␊"), "{screen}");
    let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!screen.contains(acts), "{screen}");
}

#[test]
fn after_a_refusal_the_screen_says_what_the_server_was_given() {
    let refused = || Event::Closed {
        reason: Some(Error::Refused {
            server: HERE.to_owned(),
            reason: "Authorization Violation".to_owned(),
            credentials: None,
        }),
    };
    let mut stage = Stage::new(&[]);
    stage.event(refused());
    line(&mut stage, "C another context · no credentials were given");
    stage.app.target.identity = Some("the token (\u{1b}--token)".to_owned());
    stage.event(refused());
    line(
        &mut stage,
        "C another context · given: the token (␛--token)",
    );
    stage.keys("S");
    line(
        &mut stage,
        "Violation (given: the token (␛--token)). Not trying again.",
    );
}
