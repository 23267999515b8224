//! Another context or server, by keys: the real loop over two servers.

use std::{fs, time::Duration};

use goingnats::broker::{Access, Broker, Settings};

use super::{
    contexts::Contexts,
    harness::{Given, Running},
};
use crate::support::{NatsServer, wait_until};

const PASSWORD: &str = "SESAME-SESAME";

fn broker() -> Broker {
    Broker::start(Settings::default()).unwrap()
}

/// One that lets nobody in but `ada` with the password.
fn locked() -> Broker {
    let access = Access::User {
        user: "ada".into(),
        password: PASSWORD.into(),
    };
    let settings = Settings {
        access,
        ..Settings::default()
    };
    Broker::start(settings).unwrap()
}

fn publish(server: &str, subject: &str, payload: &str) {
    goingnats::client::publish(server, subject, payload).unwrap();
}

/// A context of a server that lets everybody in.
fn open_to_all(server: &Broker) -> String {
    format!(r#"{{"url": "{}", "color_scheme": "red"}}"#, server.url())
}

/// A context of ada's, at this address.
fn of_ada(address: &str) -> String {
    format!(r#"{{"url": "nats://{address}", "user": "ada", "password": "{PASSWORD}"}}"#)
}

/// Chooses a place from the list of contexts, or types it there.
pub fn goes_to(screen: &mut Running, place: &str) {
    screen.keys("C").shows("Contexts").hides("reading…");
    screen.keys(place).keys("<Enter>").hides("─ Contexts");
}

/// Waits until the server lists so many clients of a name.
fn lists(server: &NatsServer, name: &str, count: usize) {
    wait_until(format!("{count} clients named {name}"), || {
        let page = server.monitor("/connz");
        let clients = page["connections"].as_array().unwrap();
        clients.iter().filter(|it| it["name"] == name).count() == count
    });
}

#[track_caller]
fn shows_in_this_order(screen: &Running, texts: &[&str]) {
    let text = screen.text();
    let places = texts.iter().map(|it| text.find(it));
    let places: Option<Vec<usize>> = places.collect();
    let in_order = places.is_some_and(|places| places.is_sorted());
    assert!(in_order, "{texts:?} are not in this order on\n{text}");
}

#[test]
fn a_subscription_and_a_draft_come_along_and_the_log_keeps_both_sides() {
    let (here, there) = (broker(), broker());
    let contexts = Contexts::new(&[("staging", open_to_all(&there))]);
    let given = Given::new()
        .contexts(contexts.environment())
        .subscribed(&["orders.>"]);
    let mut screen = given.draft("orders.new", "a draft").open(&here.url());
    screen.shows("● orders.>").shows("embedded");
    publish(&here.url(), "orders.here", "one of here");
    screen.shows("one of here");
    goes_to(&mut screen, "stag");
    screen.shows("● staging").shows("● orders.>");
    publish(&there.url(), "orders.there", "one of there");
    screen.shows("one of there").shows("a draft");
    let marker = format!(
        "switched to staging: messages before came from {}",
        here.url()
    );
    shows_in_this_order(&screen, &["one of here", &marker, "one of there"]);
    // and nothing comes from where we were
    publish(&here.url(), "orders.here", "late of here");
    publish(&there.url(), "orders.there", "another of there");
    screen.shows("another of there").hides("late of here");
    screen.shows("3 shown");
}

#[test]
fn a_server_that_is_typed_is_gone_to_and_the_start_is_found_again() {
    let (here, there) = (broker(), broker());
    let given = Given::new().subscribed(&["a"]);
    let mut screen = given.open(&here.url());
    screen.shows("embedded");
    goes_to(&mut screen, &there.addr().to_string());
    screen.shows(&format!("● {}", there.addr())).shows("● a");
    publish(&there.url(), "a", "from there");
    screen.shows("from there");
    goes_to(&mut screen, "started");
    screen.shows(&format!("● {}", here.addr())).shows("● a");
    publish(&here.url(), "a", "from here");
    screen.shows("from here");
}

#[test]
fn after_a_refusal_another_try_reads_the_password_again() {
    let server = NatsServer::with_arguments(&["--user", "ada", "--pass", PASSWORD]);
    let contexts = Contexts::new(&[]);
    let file = contexts.file("password", "wrong");
    let text = format!(
        r#"{{"url": "{}", "user": "ada", "password": "file://{}"}}"#,
        server.url(),
        file.display()
    );
    contexts.write("ada", &text);
    let here = broker();
    let mut screen = Given::new()
        .contexts(contexts.environment())
        .open(&here.url());
    screen.shows("embedded");
    goes_to(&mut screen, "ada");
    screen
        .shows("refused to let us in")
        .shows("A tries again, C another context");
    fs::write(&file, PASSWORD).unwrap();
    screen
        .keys("A")
        .shows("● ada")
        .hides("refused to let us in");
    lists(&server, "explorer", 1);
    assert!(!screen.text().contains(PASSWORD));
    assert!(!String::from_utf8_lossy(&screen.raw()).contains(PASSWORD));
}

#[test]
fn credentials_go_to_another_server_after_a_yes() {
    let (home, other) = (locked(), locked());
    let contexts = Contexts::new(&[("ada", of_ada(&home.addr().to_string()))]);
    let here = broker();
    let mut screen = Given::new()
        .contexts(contexts.environment())
        .open(&here.url());
    goes_to(&mut screen, "ada");
    screen.shows("● ada").shows("embedded");
    goes_to(&mut screen, &other.addr().to_string());
    screen
        .shows("Send the credentials?")
        .shows("credentials of  context ada")
        .shows(&format!("which are for   {}", home.addr()))
        .shows(&format!("would go to     {}", other.addr()))
        .keys("y")
        .shows(&format!("● ada  {}  embedded", other.addr()));
    // until the program ends: not asked again
    goes_to(&mut screen, "ada");
    screen.shows(&format!("● ada  {}  embedded", home.addr()));
    goes_to(&mut screen, &other.addr().to_string());
    screen.shows(&format!("● ada  {}  embedded", other.addr()));
    assert!(!String::from_utf8_lossy(&screen.raw()).contains(PASSWORD));
}

#[test]
fn credentials_stay_after_a_no_and_the_server_is_reached_without() {
    let (home, closed, open) = (locked(), locked(), broker());
    let contexts = Contexts::new(&[("ada", of_ada(&home.addr().to_string()))]);
    let here = broker();
    let mut screen = Given::new()
        .contexts(contexts.environment())
        .open(&here.url());
    goes_to(&mut screen, "ada");
    screen.shows("● ada").shows("embedded");
    goes_to(&mut screen, &open.addr().to_string());
    screen
        .shows("Send the credentials?")
        .keys("n")
        .shows(&format!("● {}  embedded", open.addr()));
    goes_to(&mut screen, "ada");
    screen.shows("● ada").shows("embedded");
    goes_to(&mut screen, &closed.addr().to_string());
    screen
        .shows("Send the credentials?")
        .keys("n")
        .shows("refused to let us in");
}

#[test]
fn at_the_start_too_credentials_wait_for_an_answer() {
    let (home, other) = (locked(), locked());
    let contexts = Contexts::new(&[("ada", of_ada(&home.addr().to_string()))]);
    let given = || {
        let given = Given::new().contexts(contexts.environment()).context("ada");
        given.subscribed(&["a"]).open(&other.url())
    };
    let mut screen = given();
    screen.shows("Send the credentials?").keys("<Esc>");
    screen
        .hides("Send the credentials?")
        .shows("nothing was sent to");
    screen
        .keys("A")
        .shows("Send the credentials?")
        .keys("y")
        .shows(&format!("● ada  {}", other.addr()))
        .shows("● a ");
    let mut screen = given();
    screen
        .shows("Send the credentials?")
        .keys("n")
        .shows("refused to let us in");
}

#[test]
fn what_cannot_be_used_changes_nothing() {
    let here = broker();
    let contexts = Contexts::new(&[
        ("proxied", r#"{"url": "h:1", "socks_proxy": "p"}"#.into()),
        ("broken", "{".into()),
    ]);
    let given = Given::new()
        .contexts(contexts.environment())
        .subscribed(&["a"]);
    let mut screen = given.open(&here.url());
    screen.shows("● a").shows("embedded");
    for (place, reason) in [("proxied", "socks_proxy is not"), ("broken", "is not JSON")] {
        goes_to(&mut screen, place);
        screen.shows("Nothing was switched").shows(reason);
        publish(&here.url(), "a", place);
        screen
            .hides("Contexts")
            .shows(&format!("{} B  {place}", place.len()));
    }
}

#[test]
fn a_server_that_does_not_answer_is_told_and_left_again() {
    let here = broker();
    let contexts = Contexts::new(&[
        ("nobody", r#"{"url": "nats://127.0.0.1:1"}"#.into()),
        ("somebody", open_to_all(&here)),
    ]);
    let given = Given::new()
        .contexts(contexts.environment())
        .subscribed(&["a"]);
    let mut screen = given.open(&here.url());
    screen.shows("embedded");
    goes_to(&mut screen, "nobody");
    screen.shows("connection refused").shows("next attempt");
    goes_to(&mut screen, "somebody");
    screen.shows("● somebody").shows("embedded").shows("● a");
    publish(&here.url(), "a", "back again");
    screen.shows("back again");
}

#[test]
fn a_waiting_request_ends_and_is_recorded_where_it_was_sent() {
    let (here, there) = (broker(), broker());
    let contexts = Contexts::new(&[("staging", open_to_all(&there))]);
    let history = contexts.file("history.jsonl", "");
    // somebody listens and never answers
    let silent = goingnats::client::Client::connect("silent", &here.url()).unwrap();
    silent.subscribe("wait").unwrap();
    let given = Given::new()
        .contexts(contexts.environment())
        .history(history.clone());
    let mut screen = given.draft("wait", "x").open(&here.url());
    screen.shows("embedded").keys("<F5>").shows("waiting");
    wait_until("the request is there", || !silent.get().unwrap().is_empty());
    goes_to(&mut screen, "stag");
    screen
        .shows("the connection was switched")
        .shows("● staging");
    screen.keys("<F5>").shows("no responders");
    screen.keys("q").ends();
    let lines = fs::read_to_string(history).unwrap();
    let places: Vec<(String, String)> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|line| !line["outcome"].is_null())
        .map(|line| (line["context"].to_string(), line["server"].to_string()))
        .collect();
    let expected = [
        ("null".to_owned(), format!("\"{}\"", here.url())),
        ("\"staging\"".to_owned(), format!("\"{}\"", there.url())),
    ];
    assert_eq!(places, expected);
}

#[test]
fn what_the_other_server_refuses_stands_on_its_row() {
    let config = r#"authorization { users = [
        {user: ada, password: open, permissions: {subscribe: ["allowed", "_INBOX.>"]}}
    ] }"#;
    let server = NatsServer::with_config(config);
    let text = format!(
        r#"{{"url": "{}", "user": "ada", "password": "open"}}"#,
        server.url()
    );
    let contexts = Contexts::new(&[("strict", text)]);
    let given = Given::new().contexts(contexts.environment());
    let here = broker();
    let mut screen = given.subscribed(&["allowed", "denied"]).open(&here.url());
    screen.shows("● denied");
    goes_to(&mut screen, "strict");
    screen
        .shows("● allowed")
        .shows("refused: no permission")
        .shows("● strict");
}

#[test]
fn a_guarded_context_asks_after_a_switch_too() {
    let (here, there) = (broker(), broker());
    let contexts = Contexts::new(&[("prod", open_to_all(&there))]);
    let given = Given::new()
        .contexts(contexts.environment())
        .guarded(&["prod"]);
    let mut screen = given.draft("a", "x").open(&here.url());
    screen.shows("embedded").keys("<F5>").shows("no responders");
    goes_to(&mut screen, "prod");
    screen
        .shows("● prod")
        .keys("<F5>")
        .shows("prod is guarded")
        .keys("y")
        .shows("no responders");
}

#[test]
fn the_connection_that_was_left_is_closed() {
    let (one, two) = (NatsServer::start(), NatsServer::start());
    let context = |server: &NatsServer| format!(r#"{{"url": "{}"}}"#, server.url());
    let contexts = Contexts::new(&[("one", context(&one)), ("two", context(&two))]);
    let given = Given::new()
        .contexts(contexts.environment())
        .subscribed(&["a"]);
    let mut screen = given.timeout(Duration::from_secs(1)).open(&one.url());
    screen.shows("● a");
    for _ in 0..5 {
        goes_to(&mut screen, "two");
        screen.shows("● two").shows("● a");
        lists(&two, "explorer", 1);
        lists(&one, "explorer", 0);
        goes_to(&mut screen, "one");
        screen.shows("● one").shows("● a");
        lists(&one, "explorer", 1);
        lists(&two, "explorer", 0);
    }
}
