//! Where we are and where we could be, cell by cell.

use goingnats::{
    client::{Error, Event, Secret},
    context::{self, Choice, ColorScheme, Listed, Origin, Place, Withheld},
    tui::{
        app::{JobDone, Setup, Target},
        destinations::Consent,
        overlays::{Overlay, question::Confirm},
        theme::Tint,
    },
};

use super::{
    harness::setup,
    snapshots::{busy, busy_with, demo},
};

/// Contexts as natscli keeps them, one with a secret in its URL and one that cannot be read.
fn contexts() -> Vec<Listed> {
    let listed = |name: &str, url: &str, about: &str, scheme: Option<ColorScheme>| Listed {
        name: name.into(),
        selected: false,
        path: format!("/home/ada/.config/nats/context/{name}.json").into(),
        description: Some(about.into()),
        url: Some(Secret::new(url)),
        color_scheme: scheme,
        problem: None,
    };
    let broken = Listed {
        problem: Some(context::Error::Context {
            path: "/home/ada/.config/nats/context/broken.json".into(),
            reason: "is not JSON: line 1, column 2".into(),
        }),
        ..listed("broken", "", "", None)
    };
    let edge = "tls://a.edge.example:4222,tls://b.edge.example,tls://c.edge.example";
    vec![
        broken,
        listed("edge", edge, "three leaf nodes", Some(ColorScheme::Blue)),
        listed("local", "127.0.0.1:4333", "", None),
        listed(
            "prod",
            "tls://ada:SECRET@nats.example:4222",
            "PRODUCTION: mind what you do",
            Some(ColorScheme::Red),
        ),
        listed(
            "staging",
            "tls://staging.example",
            "the staging cluster in Frankfurt, which is rebuilt on every Monday",
            Some(ColorScheme::Yellow),
        ),
    ]
}

#[test]
fn contexts_and_a_server_that_is_typed() {
    for (width, height) in [(160, 45), (60, 20)] {
        let mut scene = demo(width, height);
        scene.keys(0, "C");
        scene.job(100, JobDone::Contexts(contexts()));
        scene.keys(100, "<Up>");
        let frame = scene.frame(100);
        assert!(!frame.contains("SECRET"));
        insta::assert_snapshot!(format!("contexts_{width}x{height}"), frame);
        scene.keys(200, "nats://ada:SECRET@h:4222,i");
        let frame = scene.frame(200);
        assert!(!frame.contains("SECRET"));
        insta::assert_snapshot!(format!("contexts_typed_{width}x{height}"), frame);
    }
}

#[test]
fn a_place_tints_the_line_on_top_and_asks_for_its_credentials() {
    let place = Target {
        label: Some("prod".into()),
        context: Some("prod".into()),
        tint: Some(Tint::Red),
        ..setup().start
    };
    let setup = Setup {
        start: place,
        ..setup()
    };
    let mut scene = busy_with(100, 30, setup);
    let place = |text| vec![Place::parse(text).unwrap()];
    let consent = Consent {
        choice: Choice::default(),
        context: "/home/ada/.config/nats/context/prod.json".into(),
        withheld: Withheld {
            context: "prod".into(),
            belong_to: place("nats.example:4222"),
            wanted_by: place("localhost:4222"),
            origin: Origin::Chosen,
        },
    };
    let question = Overlay::Confirm(Confirm::Credentials(Box::new(consent)));
    scene.app.overlays.push(question);
    insta::assert_snapshot!(scene.frame(9_000));
}

#[test]
fn an_end_says_what_can_be_done() {
    let mut scene = busy(100, 30);
    let reason = Error::Refused {
        server: "nats://127.0.0.1:4222".into(),
        reason: "Authorization Violation".into(),
        credentials: None,
    };
    let reason = Some(reason);
    scene.event(9_000, Event::Closed { reason });
    insta::assert_snapshot!(scene.frame(9_000));
}
