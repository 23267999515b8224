//! Going elsewhere: what is asked of the world, what stays, and what is told.

use super::stage::Stage;
use crate::{
    client::{Error, Event, Options, Secret},
    context::{Choice, ColorScheme, Listed, Origin, Place, Withheld},
    store::{Entry, MarkerKind},
    tui::{
        app::{Found, JobDone, Target, ingest, switching},
        destinations::{Consent, Destination},
        theme::{Theme, Tint},
    },
};

/// A context that can be connected to.
pub fn place(name: &str) -> Found {
    Found::Destination(Box::new(Destination {
        target: Target {
            choice: Choice::context(name),
            label: Some(name.into()),
            context: Some(name.into()),
            context_argument: Some(name.into()),
            server: format!("nats://{name}:4222"),
            ..Target::default()
        },
        options: Options::new("explorer", name).unwrap(),
        warnings: Vec::new(),
    }))
}

/// Credentials that would go elsewhere.
pub fn withheld() -> Found {
    Found::Withheld(Box::new(Consent {
        choice: Choice::context("prod"),
        context: "/contexts/prod.json".into(),
        withheld: Withheld {
            context: "prod".into(),
            belong_to: vec![Place::parse("prod:4222").unwrap()],
            wanted_by: vec![Place::parse("other:4222").unwrap()],
            origin: Origin::Chosen,
        },
    }))
}

/// The contexts are read.
pub fn list(stage: &mut Stage) {
    let listed = |name: &str, url: &str| Listed {
        name: name.into(),
        selected: false,
        path: format!("/contexts/{name}.json").into(),
        description: Some(format!("about {name}")),
        url: Some(Secret::new(url)),
        color_scheme: Some(ColorScheme::Red),
        problem: None,
    };
    let contexts = vec![
        listed("prod", "nats://me:SECRET@prod:4222"),
        listed("staging", "staging:4222"),
    ];
    let now = stage.now();
    ingest::job(&mut stage.app, JobDone::Contexts(contexts), now);
}

fn opened() -> Stage {
    let mut stage = Stage::new(&["t"]);
    stage.keys("C");
    list(&mut stage);
    stage
}

/// From where to where the log was taken.
fn crossings(stage: &Stage) -> Vec<(String, String)> {
    let store = &stage.app.store;
    let entries = (0..store.rows()).filter_map(|row| store.row(row));
    entries
        .filter_map(|entry| match entry {
            Entry::Marker { marker, .. } => match &marker.kind {
                MarkerKind::Switched { from, to } => Some((from.clone(), to.clone())),
                _ => None,
            },
            Entry::Message(_) => None,
        })
        .collect()
}

#[test]
fn the_list_is_read_and_shows_where_contexts_lead_without_their_secrets() {
    let mut stage = opened();
    assert_eq!(stage.asked, ["list contexts"]);
    stage
        .shows("● ")
        .shows("where goingnats was started")
        .shows("nats://prod:4222")
        .shows("about staging")
        .shows("3 of 3")
        .hides("SECRET");
}

#[test]
fn what_is_chosen_is_looked_up() {
    for (keys, asked) in [
        ("stag<Enter>", "resolve staging, 0 allowed"),
        ("<Up><Enter>", "resolve staging, 0 allowed"),
        ("h:4222<Enter>", "resolve h:4222, 0 allowed"),
        ("nats://a,b:1<Enter>", "resolve nats://a,b:1, 0 allowed"),
        // where we are already
        ("<Enter>", "list contexts"),
        ("<Esc>", "list contexts"),
        // nothing to be chosen
        ("xyz<Enter>", "list contexts"),
        ("nats://h:port<Enter>", "list contexts"),
    ] {
        let mut stage = opened();
        stage.keys(keys);
        let last = stage.asked.last().map(String::as_str);
        assert_eq!(last, Some(asked), "{keys}");
    }
}

#[test]
fn a_server_that_is_typed_is_shown_without_its_secret() {
    let mut stage = opened();
    stage
        .keys("nats://me:SECRET@h:1")
        .shows("connect to nats://h:1")
        .shows("nats://me:••••••@h:1")
        .hides("SECRET");
}

#[test]
fn only_the_newest_choice_counts() {
    let mut stage = opened();
    stage.keys("prod<Enter>");
    let first = stage.choice.clone();
    stage.keys("C");
    list(&mut stage);
    stage.keys("stag<Enter>").shows("switching…");
    let now = stage.now();
    let late = switching::found(&mut stage.app, &first, place("prod"), now);
    assert!(late.is_empty(), "{late:?}");
    stage.found(place("staging")).hides("switching…");
    assert_eq!(stage.app.target.name(), "staging");
}

#[test]
fn subscriptions_and_draft_come_along_and_the_log_keeps_both_sides() {
    let mut stage = Stage::new(&["t", "u"]);
    stage.received(0, "t", b"before");
    stage.keys("rdraft<Esc>C");
    list(&mut stage);
    stage.asked.clear();
    stage.keys("stag<Enter>").found(place("staging"));
    let asked = [
        "resolve staging, 0 allowed",
        "switch",
        "subscribe t",
        "subscribe u",
    ];
    assert_eq!(stage.asked, asked);
    stage.connect().received(0, "t", b"after");
    let crossing = ("nats://127.0.0.1:4222".into(), "staging".into());
    assert_eq!(crossings(&stage), [crossing]);
    assert_eq!(stage.app.store.rows(), 3);
    stage.shows("draft").shows("● staging");
}

#[test]
fn what_cannot_be_used_changes_nothing_and_says_why() {
    let mut stage = opened();
    stage
        .keys("stag<Enter>")
        .found(Found::Unusable("its file is gone".into()));
    assert_eq!(stage.toasts(), ["Nothing was switched: its file is gone."]);
    assert_eq!(stage.app.target, stage.app.setup.start);
    assert!(stage.app.phase.is_connected());
}

#[test]
fn credentials_go_elsewhere_only_where_somebody_says_yes() {
    for (key, asked) in [
        ("y", "resolve prod, 1 allowed"),
        ("n", "resolve prod alone, 0 allowed"),
        ("<Esc>", "resolve prod, 0 allowed"),
        ("<Enter>", "resolve prod, 0 allowed"),
    ] {
        let mut stage = opened();
        stage.keys("prod<Enter>").found(withheld());
        stage
            .shows("credentials of  context prod")
            .shows("would go to     other:4222");
        stage.keys(key);
        let last = stage.asked.last().map(String::as_str);
        assert_eq!(last, Some(asked), "{key}");
    }
}

#[test]
fn what_is_typed_while_a_place_is_looked_up_answers_no_question() {
    for (typing, done) in [
        ("s", "<Esc>"),
        ("r", "<Esc><Esc>"),
        ("/", "<Esc>"),
        ("&", "<Esc><Esc>"),
        ("h", "<Esc><Esc>"),
        (":", "<Esc>"),
    ] {
        let mut stage = opened();
        stage.keys("prod<Enter>").keys(typing).found(withheld());
        stage.shows("Context prod has a question about its credentials");
        stage.keys("my.orders").hides("would go to").keys(done);
        stage.shows("would go to     other:4222").keys("y");
        let yes = stage
            .asked
            .iter()
            .filter(|asked| asked.contains("1 allowed"));
        assert_eq!(yes.count(), 1, "{typing}");
    }
}

#[test]
fn a_question_that_waits_is_past_once_another_place_is_chosen() {
    let mut stage = opened();
    stage.keys("prod<Enter>C").found(withheld());
    list(&mut stage);
    stage.keys("stag<Enter>").hides("would go to");
    stage.found(place("staging")).hides("would go to");
    assert_eq!(stage.app.target.name(), "staging");
}

#[test]
fn a_question_about_sending_does_not_outlive_its_place() {
    let mut stage = Stage::new(&[]);
    stage.app.target.guarded = true;
    stage.keys("C");
    list(&mut stage);
    stage.keys("stag<Enter>").keys("ra<Enter>").shows("Send?");
    stage.found(place("staging")).hides("Send?");
    assert!(!stage.asked.iter().any(|asked| asked.starts_with("send")));
    let text = "Nothing was sent: the connection was switched while you were asked.";
    assert_eq!(stage.toasts(), [text]);
    assert!(!stage.app.target.guarded);
}

#[test]
fn a_request_that_waits_on_the_other_side_ends_in_words() {
    let mut stage = opened();
    stage.keys("<Esc>ra<Enter>");
    let (ticket, now) = (stage.newest_ticket(), stage.now());
    stage.keys("<Esc>C");
    list(&mut stage);
    stage.keys("stag<Enter>").found(place("staging"));
    let event = Event::Answered {
        ticket,
        inbox: b"_INBOX.a.1".to_vec(),
        answer: Err(Error::Closed),
        took: std::time::Duration::ZERO,
    };
    switching::parting(&mut stage.app, event, now);
    stage.shows("the connection was switched");
    assert_eq!(stage.app.composer.waiting(), 0);
}

#[test]
fn where_the_connection_has_ended_another_try_reads_everything_anew() {
    let mut stage = Stage::new(&["t"]);
    stage.hides("try again").keys("A");
    stage.event(Event::Closed {
        reason: Some(Error::Disconnected),
    });
    stage.shows("A tries again, C another context");
    stage.shows("A try again").keys("A");
    assert_eq!(stage.asked, ["reconnect", "resolve start, 0 allowed"]);
    let start = Found::Destination(Box::new(Destination {
        target: stage.app.target.clone(),
        options: Options::new("explorer", "h").unwrap(),
        warnings: Vec::new(),
    }));
    stage.received(0, "t", b"before");
    stage.found(start);
    let here = "nats://127.0.0.1:4222".to_owned();
    assert_eq!(crossings(&stage), [(here.clone(), here)]);
    stage.shows("connected to nats://127.0.0.1:4222 again: messages may be missing here");
}

#[test]
fn a_tint_needs_colours() {
    assert!(Theme::ansi().badge(Tint::Red).is_some());
    assert_eq!(Theme::plain().badge(Tint::Red), None);
}
