//! The whole explorer with random text everywhere: log, Details, composer.

use std::time::{Duration, Instant};

use goingnats::{
    client::{Batch, Data, Event, Sid},
    protocol::{Headers, Info, encode},
    tui::{
        app::{Action, App, Focus, Now, Setup, Target, ingest, update},
        render,
        terminal::Screen,
    },
};
use proptest::prelude::*;
use ratatui::{buffer::Buffer, layout::Size};

use super::{SCRIPTS, Terminals};

const SID: Sid = Sid(2);

/// A screen that is connected, and the terminals that show it.
struct Scene {
    app: App,
    screen: Screen,
    terminals: Terminals,
    origin: Instant,
    passed: Duration,
}

impl Scene {
    fn new(size: (u16, u16), seed: u64) -> Scene {
        let origin = Instant::now();
        let now = Now {
            instant: origin,
            wall: 1_795_435_200_000_000_000,
        };
        let setup = Setup {
            name: "explorer".into(),
            start: Target {
                server: "nats://127.0.0.1:4222".into(),
                ..Target::default()
            },
            subscriptions: Vec::new(),
            record: None,
            draft: None,
            timeout: Duration::from_secs(5),
            guide: false,
            keep: 64 << 20,
            colours: true,
            zone: goingnats::settings::Zone::Utc,
            local_zone: jiff::tz::TimeZone::UTC,
            home: None,
            secrets: goingnats::requests::Secrets::default(),
        };
        let mut app = App::new(setup, size, now);
        let connected = Event::Connected {
            server: "nats://127.0.0.1:4222".into(),
            info: Box::new(Info::default()),
            rtt: Duration::from_micros(300),
            tls: None,
        };
        ingest::event(&mut app, connected, now);
        app.subscriptions.add(b"u.>", None);
        let row = app.subscriptions.rows()[0].row;
        ingest::subscribed(&mut app, row, Ok(SID));
        ingest::event(&mut app, Event::Subscribed(SID), now);
        Scene {
            app,
            screen: Screen::new(Size::from(size)),
            terminals: Terminals::new(size, seed),
            origin,
            passed: Duration::ZERO,
        }
    }

    fn now(&self) -> Now {
        Now {
            instant: self.origin + self.passed,
            wall: 1_795_435_200_000_000_000 + self.passed.as_nanos() as i64,
        }
    }

    /// A message two seconds later, so that Details show it.
    fn receive(&mut self, subject: &str, payload: &str) -> &mut Scene {
        self.passed += Duration::from_secs(2);
        let now = self.now();
        let mut headers = Headers::new();
        headers.append("Name", payload).ok();
        let (mut bytes, subject) = (Vec::new(), subject.as_bytes());
        let record = encode::publish(&mut bytes, subject, None, &headers, payload.as_bytes());
        let mut record = record.unwrap();
        record.sid = SID.0;
        let batch = Batch::new(bytes, vec![record], now.wall);
        ingest::data(&mut self.app, &Data::Received(batch));
        self.app.store.tick(now.wall);
        self
    }

    fn act(&mut self, action: Action) -> &mut Scene {
        let now = self.now();
        update::act(&mut self.app, action, now);
        self
    }

    fn paste(&mut self, text: &str) -> &mut Scene {
        self.act(Action::Paste(text.to_owned()))
    }

    /// Draws a frame; the first wrong cell.
    fn seen(&mut self) -> Option<String> {
        let now = self.now();
        update::prepare(&mut self.app, now);
        let mut shown = Buffer::default();
        let app = &mut self.app;
        let bytes = self.screen.draw(|frame| {
            render::draw(app, frame);
            shown = frame.buffer_mut().clone();
        });
        self.terminals.process(&bytes);
        self.terminals.wrong(&shown)
    }
}

#[test]
fn given_a_payload_in_thai_and_then_another_details_show_the_other_alone() {
    let mut scene = Scene::new((160, 45), 0);
    assert_eq!(scene.receive("u.t", "กำ").seen(), None);
    assert_eq!(scene.receive("u.t", "x").seen(), None);
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(SCRIPTS), 1..12).prop_map(|texts| texts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn log_details_and_composer_show_the_newest_frame_alone(
        steps in prop::collection::vec((0_usize..6, text()), 1..8),
        size in prop::sample::select(&[(160, 45), (80, 24), (61, 20)][..]),
        seed: u64,
    ) {
        let mut scene = Scene::new(size, seed);
        for (step, text) in steps {
            let subject = format!("u.{}x", text.replace([' ', '\u{1b}'], ""));
            match step {
                0 | 1 => scene.receive(&subject, &text),
                2 => scene.receive("u.t", &text),
                3 => scene.act(Action::ComposeRequest).paste(&text),
                4 => scene.act(Action::NextField).paste(&text),
                _ => {
                    scene.app.go_to(Focus::Messages);
                    scene.act(Action::Up)
                }
            };
            prop_assert_eq!(scene.seen(), None);
        }
    }
}
