//! Time to draw a frame of 200×50 at different sizes of the log: preparing the state, drawing all panes,
//! and encoding the changed cells.
//!
//! `cargo bench --bench draw`

#[path = "harness/mod.rs"]
mod harness;
#[path = "../tests/suite/screen/harness.rs"]
#[allow(dead_code, clippy::unwrap_used)] // made for tests; only the setup is needed here
mod screen;
#[path = "../tests/suite/support/mod.rs"]
mod support;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use goingnats::{
    client::{Batch, Data, Event, Sid},
    protocol::{Headers, Info, encode},
    tui::{
        app::{Action, App, Focus, Now, ingest, update},
        render,
        terminal::Screen,
    },
};
use harness::{figure, median, percentile};
use ratatui::layout::Size;

const FRAMES: usize = 400;
const RUNS: usize = 5;
const SIZE: (u16, u16) = (200, 50);
/// Messages in a batch and in a simulated second.
const BATCH: u64 = 1000;

fn main() {
    whatever_is_kept();
    the_last_of_many_siblings();
}

fn whatever_is_kept() {
    for kept in [10, 1_000_000, 10_000_000] {
        let mut scene = Scene::new();
        scene.receive(kept);
        assert_eq!(scene.app.store.counters().kept, kept, "kept");
        for (name, between) in [
            ("whole", Scene::redraw_all as fn(&mut Scene)),
            ("same", |_| {}),
            // last, because it adds to the log
            ("one-more", |scene| scene.receive(1)),
        ] {
            scene.measure(&format!("draw-{name}-{kept}"), between);
        }
    }
}

/// The tree of a hundred thousand subjects, with the cursor at its end.
fn the_last_of_many_siblings() {
    let mut scene = Scene::new();
    scene.receive_on(100_000, |number| format!("sensors.{number:06}"));
    let now = scene.now();
    scene.app.go_to(Focus::Subjects);
    update::act(&mut scene.app, Action::Last, now);
    scene.measure("draw-siblings-100000", Scene::redraw_all);
}

/// A screen that follows the newest message, with its details.
struct Scene {
    app: App,
    screen: Screen,
    origin: Instant,
    received: u64,
}

impl Scene {
    fn new() -> Scene {
        let origin = Instant::now();
        let now = Now {
            instant: origin,
            wall: 0,
        };
        let mut setup = screen::setup();
        setup.keep = 2 << 30;
        let mut scene = Scene {
            app: App::new(setup, SIZE, now),
            screen: Screen::new(Size::new(SIZE.0, SIZE.1)),
            origin,
            received: 0,
        };
        let connected = Event::Connected {
            server: "nats://127.0.0.1:4222".into(),
            info: Box::new(Info::default()),
            rtt: Duration::from_micros(300),
            tls: None,
        };
        ingest::event(&mut scene.app, connected, now);
        scene.app.subscriptions.add(b"sensors.>", None);
        let row = scene.app.subscriptions.rows()[0].row;
        ingest::subscribed(&mut scene.app, row, Ok(SID));
        ingest::event(&mut scene.app, Event::Subscribed(SID), now);
        scene
    }

    /// A thousand messages each simulated second.
    fn now(&self) -> Now {
        let since = Duration::from_millis(self.received * 1000 / BATCH);
        Now {
            instant: self.origin + since,
            wall: 1_795_435_200_000_000_000 + since.as_nanos() as i64,
        }
    }

    fn receive(&mut self, messages: u64) {
        self.receive_on(messages, |number| {
            format!("sensors.eu.room{}.temperature", number % 1000)
        });
    }

    fn receive_on(&mut self, messages: u64, subject: fn(u64) -> String) {
        let until = self.received + messages;
        while self.received < until {
            let count = BATCH.min(until - self.received);
            let (mut bytes, mut records) = (Vec::new(), Vec::new());
            for number in self.received..self.received + count {
                let subject = subject(number);
                let payload =
                    format!(r#"{{"id":{number},"celsius":21.5,"ok":true,"at":"kitchen"}}"#);
                let (subject, payload) = (subject.as_bytes(), payload.as_bytes());
                let record = encode::publish(&mut bytes, subject, None, &Headers::new(), payload);
                let mut record = record.expect("a message");
                record.sid = SID.0;
                records.push(record);
            }
            self.received += count;
            let now = self.now();
            let batch = Batch::new(bytes, records, now.wall);
            ingest::data(&mut self.app, &Data::Received(batch));
            self.app.store.tick(now.wall);
        }
    }

    fn redraw_all(&mut self) {
        self.screen.redraw_all();
    }

    fn measure(&mut self, name: &str, between: fn(&mut Scene)) {
        let runs: Vec<Vec<f64>> = (0..RUNS).map(|_| self.frames(between)).collect();
        let middle = |percent| {
            let of_runs: Vec<f64> = runs.iter().map(|run| percentile(run, percent)).collect();
            median(&of_runs)
        };
        figure(name, middle(50), "us/frame");
        figure(&format!("{name}-p99"), middle(99), "us/frame");
        between(self);
        let bytes = self.frame().len() as f64;
        figure(&format!("{name}-bytes"), bytes, "bytes/frame");
    }

    fn frame(&mut self) -> Vec<u8> {
        let now = self.now();
        black_box(update::prepare(&mut self.app, now));
        let app = &mut self.app;
        self.screen.draw(|frame| render::draw(app, frame))
    }

    /// Microseconds of each frame; what happens in `between` is not measured.
    fn frames(&mut self, between: fn(&mut Scene)) -> Vec<f64> {
        let frames = (0..FRAMES).map(|_| {
            between(self);
            let start = Instant::now();
            black_box(self.frame());
            start.elapsed().as_secs_f64() * 1e6
        });
        frames.collect()
    }
}

const SID: Sid = Sid(2);
