//! What a person does, from key to screen: the real loop over the embedded server.

use std::{sync::Arc, thread, time::Duration};

use goingnats::{
    broker::{Access, Broker, Settings},
    client::{Client, Message},
    tui::event_loop::End,
};

use super::harness::{Given, Running};
use crate::support::{NatsServer, wait_until};

fn broker() -> Broker {
    Broker::start(Settings::default()).unwrap()
}

/// Publishes on a connection of its own, and waits until the server has it.
fn publish(broker: &Broker, subject: &str, payload: &[u8]) {
    goingnats::client::publish(&broker.url(), subject, payload).unwrap();
}

/// Answers requests on a subject until it is dropped.
struct Responder {
    stop: Arc<std::sync::atomic::AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Responder {
    fn new(
        broker: &Broker,
        subject: &str,
        answer: impl Fn(&Message) -> Option<Vec<u8>> + Send + 'static,
    ) -> Responder {
        let client = Client::connect("responder", &broker.url()).unwrap();
        client.subscribe(subject).unwrap();
        let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = thread::spawn(move || {
            while !stopped.load(std::sync::atomic::Ordering::Acquire) {
                for request in client
                    .get_within(Duration::from_millis(20))
                    .unwrap_or_default()
                {
                    if let Some(reply) = answer(&request) {
                        client.respond(&request, reply).unwrap();
                    }
                }
            }
        });
        Responder {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.stop.store(true, std::sync::atomic::Ordering::Release);
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

fn connected(given: Given, broker: &Broker) -> Running {
    let mut screen = given.open(&broker.url());
    screen.shows("embedded");
    screen
}

#[test]
fn subscribing_by_keys_shows_what_is_published() {
    let broker = broker();
    let mut screen = connected(Given::new(), &broker);
    screen
        .shows("Press s to subscribe")
        .keys("sorders.><Enter>")
        .shows("● orders.>");
    publish(&broker, "orders.eu.created", b"{\"total\":88.25}");
    screen
        .shows("\"total\": 88.25")
        .shows("orders.eu.created")
        .shows("1 shown");
}

#[test]
fn a_bad_subject_is_told_while_typing_and_never_sent() {
    let broker = broker();
    let mut screen = connected(Given::new(), &broker);
    screen
        .keys("sorders..eu")
        .shows("empty token")
        .keys("<Enter>")
        .shows("empty token");
    screen.keys("<Esc>").hides("empty token").shows("None yet");
}

#[test]
fn everything_warns_that_it_hides_no_responders() {
    let broker = broker();
    let mut screen = connected(Given::new(), &broker);
    screen
        .keys("s>")
        .shows("listens to everything")
        .keys("<Enter>")
        .shows("● >");
}

#[test]
fn muting_hides_and_unmuting_shows_and_undo_brings_back() {
    let broker = broker();
    let mut screen = connected(Given::new().subscribed(&["a", "b"]), &broker);
    screen.shows("● b");
    publish(&broker, "a", b"from a");
    publish(&broker, "b", b"from b");
    screen
        .shows("2 shown")
        .keys("<Tab><Tab><Tab><Tab>")
        .keys("<Tab><Shift-Tab>");
    focus_subscriptions(&mut screen);
    screen
        .keys("gm")
        .shows("1 muted")
        .hides("from a")
        .keys("m")
        .shows("2 shown");
    screen
        .keys("u")
        .shows("Unsubscribed from a")
        .keys("U")
        .shows("● a");
}

/// From Messages: Details, Request with its four fields, then Subscriptions.
fn focus_subscriptions(screen: &mut Running) {
    screen.keys("<Esc><Esc>1<Shift-Tab><Shift-Tab>");
}

#[test]
fn frozen_shows_what_was_there_and_counts_what_comes() {
    let broker = broker();
    let mut screen = connected(Given::new().subscribed(&["t"]), &broker);
    screen.shows("● t");
    publish(&broker, "t", b"before");
    screen.shows("before").keys(" ").shows("FROZEN +0 behind");
    publish(&broker, "t", b"after-1");
    publish(&broker, "t", b"after-2");
    screen
        .shows("FROZEN +2 behind")
        .hides("after-1")
        .keys(" ")
        .shows("FOLLOW")
        .shows("after-2");
}

#[test]
fn details_show_json_text_and_hex() {
    let broker = broker();
    let mut screen = connected(Given::new().subscribed(&["t"]), &broker);
    screen.shows("● t");
    publish(&broker, "t", b"{\"a\":[1,2]}");
    screen
        .shows("\"a\": [")
        .keys("<Enter>")
        .shows("Details JSON")
        .keys("v")
        .shows("Details text");
    screen
        .keys("v")
        .shows("7b22 6122")
        .keys("v")
        .shows("\"a\": [");
}

#[test]
fn a_request_is_answered_while_the_screen_goes_on() {
    let broker = broker();
    let _responder = Responder::new(&broker, "today", |_| Some(b"20261123".to_vec()));
    let mut screen = connected(Given::new(), &broker);
    screen
        .keys("rtoday<Tab>%Y%m%d<F5>")
        .shows("✓ replied in")
        .shows("20261123");
    screen.keys("<Esc>").shows("today ↩").shows("▸ today");
}

#[test]
fn nobody_there_is_told_at_once_and_silence_after_the_timeout() {
    let broker = broker();
    let _silent = Responder::new(&broker, "silent", |_| None);
    let given = Given::new()
        .draft("nobody", "")
        .timeout(Duration::from_millis(200));
    let mut screen = connected(given, &broker);
    screen
        .keys("<F5>")
        .shows("✗ no responders")
        .keys("rsilent<Enter>")
        .shows("✗ no reply in time");
    screen.keys("<Esc>").shows("no reply in 200 ms");
}

#[test]
fn publishing_is_told_when_the_server_has_it() {
    let broker = broker();
    let listener = Client::connect("listener", &broker.url()).unwrap();
    listener.subscribe("greetings").unwrap();
    let mut screen = connected(Given::new(), &broker);
    screen
        .keys("pgreetings<Tab>")
        .paste("hello")
        .keys("<Tab>Lang: en<F5>")
        .shows("✓ published");
    let mut got = Vec::new();
    wait_until("the message arrives", || {
        got.extend(listener.get().unwrap());
        !got.is_empty()
    });
    assert_eq!(got[0].payload, b"hello");
    assert_eq!(got[0].headers().get(b"Lang"), Some(&b"en"[..]));
}

#[test]
fn what_was_sent_is_found_loaded_sent_again_and_named() {
    let broker = broker();
    let _responder = Responder::new(&broker, "*", |request| Some(request.subject.clone()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.jsonl");
    let mut screen = connected(Given::new().history(path.clone()), &broker);
    screen
        .keys("rfirst<Enter>")
        .shows("✓ replied")
        .keys("<Esc>rsecond<Enter>")
        .shows("▸ second");
    screen
        .keys("<Esc>h")
        .shows("2 of 2")
        .keys("first")
        .shows("1 of 2");
    screen
        .keys("<F5>")
        .shows("2 of 3")
        .keys("<Ctrl-S>")
        .shows("Save as");
    screen
        .keys("morning<Enter>")
        .shows("★ morning")
        .keys("<Enter>")
        .shows("saved as morning");
    screen.keys("<Ctrl-C>").ends();
    let mut again = connected(Given::new().history(path), &broker);
    again.keys("h").shows("3 of 3").shows("★ morning");
}

#[test]
fn typing_a_subject_offers_those_seen() {
    let broker = broker();
    let mut screen = connected(Given::new().subscribed(&["orders.>"]), &broker);
    screen.shows("● orders.>");
    publish(&broker, "orders.eu.created", b"1");
    screen
        .shows("1 shown")
        .keys("rcreat")
        .shows("subjects seen")
        .keys("<Down><Tab>");
    screen.shows("Request orders.eu.created");
}

#[test]
fn enter_on_a_subject_shows_only_that_and_esc_shows_all() {
    let broker = broker();
    let mut screen = connected(Given::new().subscribed(&["*"]), &broker);
    screen.shows("● *");
    publish(&broker, "a", b"from a");
    publish(&broker, "b", b"from b");
    screen
        .shows("2 shown")
        .keys("<Shift-Tab>g<Enter>")
        .shows("only a")
        .hides("from b");
    screen.keys("<Esc><Esc>").shows("2 shown").shows("from b");
}

#[test]
fn pasting_lines_goes_into_the_payload_and_sends_nothing() {
    let broker = broker();
    let listener = Client::connect("listener", &broker.url()).unwrap();
    listener.subscribe("somewhere").unwrap();
    listener.flush().unwrap();
    let mut screen = connected(Given::new(), &broker);
    screen
        .keys("psomewhere<Tab>")
        .paste("one\ntwo\nthree")
        .shows("three")
        .keys("<F5>")
        .shows("✓ published");
    // what a line feed had sent would have come before
    let mut got = Vec::new();
    wait_until("the message arrives", || {
        got.extend(listener.get().unwrap());
        !got.is_empty()
    });
    let payloads: Vec<_> = got.iter().map(|message| &message.payload[..]).collect();
    assert_eq!(payloads, [b"one\ntwo\nthree"]);
}

#[test]
fn a_narrow_screen_shows_one_pane_and_tab_the_next() {
    let broker = broker();
    let mut screen = connected_narrow(&broker);
    screen
        .shows("FOLLOW")
        .keys("<Tab>")
        .shows("The selected message")
        .keys("<Tab>")
        .shows("where to");
}

/// Too narrow for the version of the server, so that something else tells that it is there.
fn connected_narrow(broker: &Broker) -> Running {
    let mut screen = Given::new().size(60, 20).open(&broker.url());
    screen.shows("Press s to subscribe");
    screen
}

#[test]
fn every_size_is_drawn_and_the_way_back_loses_nothing() {
    let broker = broker();
    let mut screen = connected(Given::new().subscribed(&["t"]), &broker);
    screen.shows("● t");
    publish(&broker, "t", b"hello");
    screen.shows("hello");
    screen
        .resize(100, 30)
        .shows("hello")
        .resize(60, 20)
        .shows("Subscriptions   Subjects");
    screen
        .resize(30, 6)
        .shows("too small")
        .resize(200, 50)
        .shows("hello")
        .shows("Subjects");
}

#[test]
fn a_server_that_goes_and_comes_back_leaves_a_marker() {
    let broker = broker();
    let addr = broker.addr();
    let mut screen = connected(Given::new().subscribed(&["t"]), &broker);
    screen.shows("● t");
    publish(&broker, "t", b"before");
    screen.shows("before");
    broker.stop();
    screen.shows("reconnecting").shows("next attempt");
    let back = Broker::start(Settings {
        addr,
        ..Settings::default()
    })
    .unwrap();
    screen.shows("messages may be missing here");
    publish(&back, "t", b"behind");
    screen.shows("behind").shows("before");
}

#[test]
fn help_lists_the_keys_of_the_pane_and_runs_them() {
    let broker = broker();
    let mut screen = connected(Given::new(), &broker);
    screen
        .keys("?")
        .shows("Look at the selected message")
        .keys("subscribe to<Enter>")
        .shows("Subscribe ─");
    screen.keys("<Esc>:zoom<Enter>").hides("Subjects");
}

#[test]
fn leaving_asks_only_when_something_is_unfinished() {
    let broker = broker();
    let mut screen = connected(Given::new(), &broker);
    screen
        .keys("rhalf a thought<Esc>q")
        .shows("never sent")
        .keys("n")
        .hides("never sent");
    assert_eq!(screen.keys("qy").ends(), End::Quit);
    let mut screen = connected(Given::new(), &broker);
    assert_eq!(screen.keys("q").ends(), End::Quit);
}

#[test]
fn control_sequences_in_payloads_never_reach_the_terminal() {
    let broker = broker();
    let mut screen = connected(Given::new().subscribed(&[">"]), &broker);
    screen.shows("● >");
    publish(
        &broker,
        "evil",
        b"\x1b]0;owned\x07\x1b[2Jrest\r\nPING\r\nMSG a 1 3\r\n",
    );
    screen
        .shows("evil")
        .shows("1 shown")
        .keys("<Enter>v")
        .shows("Details");
    let raw = screen.raw();
    let reached = raw.contains(&0x07) || raw.windows(2).any(|window| window == b"\x1b]");
    assert!(!reached, "{}", raw.escape_ascii());
}

#[test]
fn a_terminal_that_takes_nothing_costs_frames_and_no_messages() {
    let broker = broker();
    let mut screen = connected(Given::new().subscribed(&["t"]), &broker);
    screen.shows("● t").stall(true);
    let publisher = Client::connect("publisher", &broker.url()).unwrap();
    for n in 0..50_000 {
        publisher.publish("t", format!("message {n}")).unwrap();
    }
    publisher.flush().unwrap();
    screen
        .stall(false)
        .shows("50 000 shown")
        .shows("message 49999")
        .shows("dropped 0");
}

#[test]
fn a_large_payload_is_laid_out_beside_the_screen() {
    let broker = Broker::start(Settings {
        max_payload: 16 << 20,
        pending_limit: 64 << 20,
        ..Settings::default()
    })
    .unwrap();
    let mut screen = connected(Given::new().subscribed(&["big"]), &broker);
    screen.shows("● big");
    let items: Vec<String> = (0..900_000).map(|n| format!("{{\"n\":{n}}}")).collect();
    let payload = format!("[{}]", items.join(","));
    assert!(payload.len() > 10_000_000);
    publish(&broker, "big", payload.as_bytes());
    screen
        .shows("\"n\": 0")
        .keys("<Enter>G")
        .shows("\"n\": 899999");
}

#[test]
fn a_refused_subscription_says_why_and_the_others_go_on() {
    let server = NatsServer::with_config(
        r#"authorization { users: [{user: u, password: p, permissions: {subscribe: {deny: "secret.>"}}}] }"#,
    );
    let url = format!("nats://u:p@{}", server.address());
    let mut screen = Given::new().subscribed(&["open.>"]).open(&url);
    screen
        .shows("● open.>")
        .keys("ssecret.plans<Enter>")
        .shows("● secret.plans")
        .shows("   refused: no permission")
        .shows("Permissions Violation for Subscription");
    let publisher = Client::connect("publisher", &url).unwrap();
    publisher.publish("open.door", "hello").unwrap();
    publisher.flush().unwrap();
    screen.shows("hello").shows("1 shown");
    assert!(!screen.text().contains("u:p"), "{}", screen.text());
}

#[test]
fn a_key_shows_before_a_flood_ends_while_a_large_payload_is_selected() {
    let broker = Broker::start(Settings {
        max_payload: 16 << 20,
        pending_limit: 64 << 20,
        ..Settings::default()
    })
    .unwrap();
    let mut screen = connected(Given::new().subscribed(&["big", "flood"]), &broker);
    screen.shows("● flood");
    let items: Vec<String> = (0..900_000).map(|n| format!("{{\"n\":{n}}}")).collect();
    publish(&broker, "big", format!("[{}]", items.join(",")).as_bytes());
    screen
        .shows("\"n\": 0")
        .keys("k<Enter>")
        .shows("Details JSON");
    let url = broker.url();
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = stop.clone();
    let flood = thread::spawn(move || {
        let publisher = Client::connect("publisher", &url).unwrap();
        let mut sent = 0u64;
        while !stopped.load(std::sync::atomic::Ordering::Acquire) {
            for _ in 0..500 {
                publisher.publish("flood", "drop").unwrap();
            }
            sent += 500;
            publisher.flush().unwrap();
        }
        sent
    });
    screen.shows(" k/s ");
    // each of these shows while messages go on coming: the flood ends only after the last
    screen
        .keys("G")
        .shows("\"n\": 899999")
        .keys("v")
        .shows("Details text")
        .keys("W")
        .keys("g")
        .shows("[{\"n\":0},")
        .keys("vv")
        .shows("\"n\": 0");
    stop.store(true, std::sync::atomic::Ordering::Release);
    assert!(flood.join().unwrap() > 0);
}

#[test]
fn refused_credentials_end_the_dialing_and_the_reason_stays() {
    let access = Access::User {
        user: "ada".into(),
        password: "right".into(),
    };
    let broker = Broker::start(Settings {
        access,
        ..Settings::default()
    })
    .unwrap();
    let mut screen = Given::new().open(&format!("nats://ada:wrong@{}", broker.addr()));
    screen
        .shows("refused to let us in")
        .shows("not trying again");
    screen.keys("?").shows("Help").shows("refused to let us in");
}

#[test]
fn the_mouse_scrolls_a_flood_and_a_time_leads_back_into_it() {
    let broker = broker();
    let mut screen = connected(Given::new().subscribed(&["t"]), &broker);
    screen.shows("● t");
    let publisher = Client::connect("publisher", &broker.url()).unwrap();
    for n in 0..5_000 {
        publisher.publish("t", format!("number {n}.")).unwrap();
    }
    publisher.flush().unwrap();
    screen.shows("number 4999.").shows("5 000 shown");
    screen
        .keys("M")
        .shows("Mouse on: click and scroll")
        .wheel(60, 10, -1)
        .shows("READING +3 below")
        .keys("t-1h<Enter>")
        .shows("The log begins at")
        .shows("number 0.");
    screen.keys("m").shows("◆").keys("G").shows("FOLLOW");
    screen
        .keys("'")
        .shows("number 0.")
        .keys("]")
        .shows("number 1.");
    screen.keys("b").shows("─ Rates ").shows("5 000 since");
}
