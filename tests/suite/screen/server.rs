//! The servers on the screen: over real clusters by keys, and cell by cell over a pool made by hand.

use std::time::Duration;

use goingnats::{
    broker::{Broker, Settings},
    client::{Error, Event, PoolEntry, ServerState},
    protocol::Info,
};

use super::{
    harness::{Given, Running, setup},
    snapshots::Scene,
};
use crate::support::{Cluster, NatsServer};

/// What a URL is shown as in the status line.
fn host(url: &str) -> &str {
    url.strip_prefix("nats://").unwrap()
}

/// The servers of the list, in its order, with what is said of each.
fn rows(screen: &str) -> Vec<(String, String)> {
    let rows = screen.lines().filter_map(|line| {
        let row = line
            .split(['●', '○'])
            .find_map(|part| part.strip_prefix(" nats://"))?;
        let (server, said) = row.split_once(' ')?;
        Some((format!("nats://{server}"), said.to_owned()))
    });
    rows.collect()
}

/// The server that is said to be in this state.
fn in_state(screen: &Running, state: &str) -> Option<String> {
    let rows = rows(&screen.text());
    let found = rows.into_iter().find(|(_, said)| said.contains(state));
    found.map(|(server, _)| server)
}

#[test]
fn a_cluster_is_shown_and_another_server_of_it_chosen() {
    let cluster = Cluster::of(3);
    let urls = cluster.urls();
    let mut screen = Given::new().subscribed(&["t"]).open(&urls[0]);
    screen.shows("● t").keys("S").shows("3 servers");
    for url in &urls {
        screen.shows(url);
    }
    screen.until("two of them were discovered", |text| {
        text.matches("discovered").count() == 2
    });
    screen.shows("cluster      test");
    assert_eq!(in_state(&screen, "connected"), Some(urls[0].clone()));

    screen.keys("<Down><Enter>").shows("Moved to");
    let chosen = in_state(&screen, "connected").unwrap();
    assert!(urls[1..].contains(&chosen), "{chosen}");
    screen
        .shows(&format!("● {}", host(&chosen)))
        .shows(&format!("Connected to {chosen}"));
    goingnats::client::publish(&chosen, "t", b"hello from there").unwrap();
    screen
        .keys("<Esc>")
        .shows("moved to another server: messages may be here twice")
        .shows("hello from there");
}

#[test]
fn a_node_that_dies_leaves_the_overlay_with_another_one_in_use() {
    let mut cluster = Cluster::of(3);
    let urls = cluster.urls();
    let mut screen = Given::new().open(&urls[0]);
    screen.keys("S").shows("3 servers");
    screen.shows(&format!("Connected to {}", urls[0]));
    cluster.nodes[0].stop();
    screen.shows("connection lost");
    screen.until("another one is in use", |text| {
        urls[1..]
            .iter()
            .any(|url| text.contains(&format!("Connected to {url} since")))
    });
    assert!(rows(&screen.text()).iter().any(|(server, said)| {
        *server == urls[0] && said.contains("failed") && said.contains("connection lost")
    }));
}

#[test]
fn a_server_that_cannot_be_moved_to_says_why_and_the_present_one_stays() {
    let broker = Broker::start(Settings::default()).unwrap();
    let gone = Broker::start(Settings::default()).unwrap();
    let absent = gone.url();
    gone.stop();
    let mut screen = Given::new().open(&format!("{},{absent}", broker.url()));
    screen.shows("embedded").keys("S").shows("standby");
    // which of the two is first depends on their ports
    let row = rows(&screen.text())
        .iter()
        .position(|(server, _)| *server == absent);
    let step = if row == Some(0) { "<Up>" } else { "<Down>" };
    screen
        .keys(step)
        .keys("<Enter>")
        .shows("Stayed:")
        .shows("2 servers, 1 failed")
        .shows(&format!("Connected to {}", broker.url()));
    let rows = rows(&screen.text());
    let (_, said) = rows.iter().find(|(server, _)| *server == absent).unwrap();
    assert!(said.contains("failed      connection refused"), "{said}");
}

#[test]
fn while_disconnected_the_attempts_are_told_and_the_connection_comes_back() {
    let mut server = NatsServer::start();
    let mut screen = Given::new().open(&server.url());
    screen.keys("S").shows("Connected to");
    server.stop();
    screen
        .shows("Not connected. Next attempt")
        .shows(&format!("{}: connection refused", server.url()))
        .shows("rtt is measured while we are connected");
    server.start_again();
    screen
        .keys("<Enter>")
        .shows("Connected to")
        .hides("connection refused");
}

#[test]
fn round_trips_come_at_their_pace_while_they_are_looked_at() {
    let broker = Broker::start(Settings::default()).unwrap();
    let mut screen = Given::new().open(&broker.url());
    // at the usual pace, these would take longer than a test waits
    screen.shows("embedded").keys("S").shows("last 4");
    screen.keys("S").hides("last");
}

#[test]
fn a_server_with_an_evil_name_is_shown_and_never_obeyed() {
    let server = NatsServer::with_config("server_name: \"evil\u{1b}]0;owned\u{7}\u{202e}name\"\n");
    let mut screen = Given::new().open(&server.url());
    screen
        .shows("v2.")
        .keys("S")
        .shows("evil␛]0;owned␇\\u{202e}name");
    let raw = screen.raw();
    let reached = raw.contains(&0x07) || raw.windows(2).any(|window| window == b"\x1b]");
    assert!(!reached, "{}", raw.escape_ascii());
}

const HERE: &str = "nats://127.0.0.1:4222";

fn entry(server: &str, state: ServerState, last_error: Option<Error>) -> PoolEntry {
    PoolEntry {
        server: server.to_owned(),
        discovered: server != HERE,
        state,
        last_error,
        lame_duck: false,
    }
}

fn dial(server: &str, reason: &str) -> Error {
    Error::Dial {
        server: server.to_owned(),
        reason: reason.to_owned(),
    }
}

/// Four servers: one in use, one lame, one that refuses, one whose certificate is of another.
fn pool() -> Vec<PoolEntry> {
    let (eu, us, asia) = (
        "nats://10.1.0.7:4222",
        "nats://10.2.0.7:4222",
        "nats://10.3.0.7:4222",
    );
    let untrusted = Error::TlsVerify {
        server: asia.to_owned(),
        reason: "it is for *.example.com, and nats.example.org was asked for; goingnats \
                 context says where the name comes from"
            .to_owned(),
    };
    let lame = PoolEntry {
        lame_duck: true,
        ..entry(eu, ServerState::Idle, None)
    };
    vec![
        entry(HERE, ServerState::Connected, None),
        lame,
        entry(
            us,
            ServerState::Failed,
            Some(dial(us, "connection refused")),
        ),
        entry(asia, ServerState::Failed, Some(untrusted)),
    ]
}

fn connected(width: u16, height: u16) -> Scene {
    let mut scene = Scene::new(width, height, setup());
    let info = Info {
        server_id: "NDQ6CC5GX3QOLEXYZVYYTTQN7GYI7E2XWWXHGYQJSNXDWI5XIHEVQ7QX".into(),
        server_name: "eu-west-1a".into(),
        version: "2.15.1".into(),
        proto: 1,
        host: "0.0.0.0".into(),
        port: 4222,
        headers: true,
        auth_required: true,
        max_payload: 1 << 20,
        jetstream: true,
        client_id: 1_204,
        client_ip: "10.0.0.5".into(),
        cluster: Some("world".into()),
        ..Info::default()
    };
    scene.event(0, Event::Pool(pool()));
    scene.event(
        0,
        Event::Connected {
            server: HERE.into(),
            info: Box::new(info),
            rtt: Duration::from_micros(300),
            tls: None,
        },
    );
    for n in 0..40 {
        let microseconds = 250 + n * 97 % 300 + if n == 31 { 1_400 } else { 0 };
        scene.event(n * 2_000, Event::Rtt(Duration::from_micros(microseconds)));
    }
    scene
}

#[test]
fn the_servers_while_one_is_in_use() {
    for (width, height) in [(160, 45), (100, 30), (60, 20)] {
        let mut scene = connected(width, height);
        scene.keys(80_000, "S<Down><Down><Down>");
        insta::assert_snapshot!(
            format!("server_connected_{width}x{height}"),
            scene.frame(80_100)
        );
    }
}

#[test]
fn the_servers_while_none_is_in_use() {
    for (width, height) in [(160, 45), (60, 20)] {
        let mut scene = connected(width, height);
        scene.keys(80_000, "S");
        let mut entries = pool();
        entries[0] = entry(
            HERE,
            ServerState::Failed,
            Some(dial(HERE, "connection refused")),
        );
        entries.rotate_left(1);
        scene.event(81_000, Event::Pool(entries.clone()));
        let lost = Error::Lost {
            server: HERE.into(),
            reason: "closed by the server".into(),
        };
        let tried = entries[1..]
            .iter()
            .filter_map(|entry| entry.last_error.clone());
        for (n, reason) in std::iter::once(lost).chain(tried).enumerate() {
            let retry_in = Duration::from_millis(1_600);
            let disconnected = Event::Disconnected { reason, retry_in };
            scene.event(81_000 + n as u64 * 1_100, disconnected);
        }
        insta::assert_snapshot!(
            format!("server_disconnected_{width}x{height}"),
            scene.frame(84_700)
        );
    }
}
