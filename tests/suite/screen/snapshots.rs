//! The main screens, cell by cell, with their styles: what is on them is made here, down to the
//! nanosecond, and no clock and no socket takes part.

use std::{
    collections::BTreeMap,
    fmt::Write,
    time::{Duration, Instant},
};

use goingnats::{
    client::{Batch, Data, Event, Gap, GapCause, Message, Sid, Ticket},
    protocol::{Headers, Info, Record, encode},
    tui::{
        app::{App, Effect, JobDone, Now, Setup, Target, ingest, update},
        keymap::Chord,
        panes::request::{self, Handed},
        render,
    },
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, style::Style};

use super::harness::setup;

/// 2026-11-23 12:00:00 UTC.
const START: i64 = 1_795_435_200_000_000_000;

/// Names whatever was sent last.
const TICKET: Ticket = Ticket(9);

/// A screen whose world is written by hand.
pub struct Scene {
    pub app: App,
    origin: Instant,
    sids: u64,
}

impl Scene {
    pub fn new(width: u16, height: u16, setup: Setup) -> Scene {
        let origin = Instant::now();
        let now = Now {
            instant: origin,
            wall: START,
        };
        Scene {
            app: App::new(setup, (width, height), now),
            origin,
            sids: 1,
        }
    }

    fn now(&self, milliseconds: u64) -> Now {
        Now {
            instant: self.origin + Duration::from_millis(milliseconds),
            wall: START + milliseconds as i64 * 1_000_000,
        }
    }

    pub fn job(&mut self, at: u64, done: JobDone) {
        let now = self.now(at);
        ingest::job(&mut self.app, done, now);
    }

    pub fn event(&mut self, at: u64, event: Event) {
        let now = self.now(at);
        ingest::event(&mut self.app, event, now);
    }

    pub fn connect(&mut self) {
        let info = Info {
            version: "2.15.1".into(),
            ..Info::default()
        };
        let server = "nats://127.0.0.1:4222".into();
        let rtt = Duration::from_micros(300);
        self.event(
            0,
            Event::Connected {
                server,
                info: Box::new(info),
                rtt,
                tls: None,
            },
        );
    }

    pub fn subscribe(&mut self, subject: &str) -> Sid {
        self.app.subscriptions.add(subject.as_bytes(), None);
        let row = self.app.subscriptions.rows().last().unwrap().row;
        self.sids += 1;
        ingest::subscribed(&mut self.app, row, Ok(Sid(self.sids)));
        self.event(0, Event::Subscribed(Sid(self.sids)));
        Sid(self.sids)
    }

    pub fn received(&mut self, at: u64, sid: Sid, subject: &str, payload: &[u8]) {
        self.message(at, sid, subject, None, &[], payload);
    }

    pub fn message(
        &mut self,
        at: u64,
        sid: Sid,
        subject: &str,
        reply: Option<&str>,
        headers: &[(&str, &str)],
        payload: &[u8],
    ) {
        let (bytes, record) = wire(subject, reply, headers, payload);
        let records = vec![Record {
            sid: sid.0,
            ..record
        }];
        let batch = batch(bytes, records, self.now(at).wall);
        ingest::data(&mut self.app, &Data::Received(batch));
    }

    pub fn sent(&mut self, at: u64, subject: &str, reply: &str, payload: &[u8]) {
        let (bytes, record) = wire(subject, Some(reply), &[], payload);
        let batch = batch(bytes, vec![record], self.now(at).wall);
        ingest::data(&mut self.app, &Data::Sent(batch));
    }

    pub fn gap(&mut self, at: u64, lasted: Duration) {
        let at = self.now(at).wall;
        ingest::data(
            &mut self.app,
            &Data::Gap(Gap {
                cause: GapCause::Lost,
                at,
                lasted,
            }),
        );
    }

    pub fn answered(
        &mut self,
        at: u64,
        inbox: &str,
        answer: Result<&str, goingnats::client::Error>,
        took: Duration,
    ) {
        let answer = answer.map(|payload| Message {
            payload: payload.into(),
            ..Message::default()
        });
        let inbox = inbox.as_bytes().to_vec();
        self.event(
            at,
            Event::Answered {
                ticket: TICKET,
                inbox,
                answer,
                took,
            },
        );
    }

    /// Presses keys. What they send is handed over as [`TICKET`]; nothing else is done.
    pub fn keys(&mut self, at: u64, keys: &str) {
        let now = self.now(at);
        for chord in Chord::sequence(keys).unwrap() {
            for effect in update::key(&mut self.app, chord, now) {
                if let Effect::Send(purpose) = effect {
                    let handed = Handed {
                        answer: TICKET,
                        publish: None,
                    };
                    request::sent(&mut self.app, purpose.entry, Ok(handed), now);
                }
            }
        }
    }

    pub fn tick(&mut self, at: u64) {
        let now = self.now(at);
        self.app.store.tick(now.wall);
    }

    /// The screen as text, with the styles under it.
    pub fn frame(&mut self, at: u64) -> String {
        let now = self.now(at);
        update::prepare(&mut self.app, now);
        let (width, height) = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| render::draw(&mut self.app, frame))
            .unwrap();
        written(terminal.backend().buffer())
    }
}

/// Fails with the frame where it does not hold a text.
#[track_caller]
fn holds(frame: &str, text: &str) {
    assert!(frame.contains(text), "{text:?} is not on\n{frame}");
}

fn batch(bytes: Vec<u8>, records: Vec<Record>, at: i64) -> Batch {
    let mut batch = Batch::default();
    (batch.bytes, batch.records, batch.at) = (bytes, records, at);
    batch
}

fn wire(
    subject: &str,
    reply: Option<&str>,
    headers: &[(&str, &str)],
    payload: &[u8],
) -> (Vec<u8>, Record) {
    let mut block = Headers::new();
    for (name, value) in headers {
        block.append(name, value).unwrap();
    }
    let mut bytes = Vec::new();
    let reply = reply.map(str::as_bytes);
    let record = encode::publish(&mut bytes, subject.as_bytes(), reply, &block, payload).unwrap();
    (bytes, record)
}

/// Cells as text, then each line's runs of styles by letter, then what the letters mean.
fn written(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut letters: BTreeMap<String, char> = BTreeMap::new();
    let (mut text, mut styles) = (String::new(), String::new());
    for y in 0..area.height {
        let mut line = String::new();
        let mut runs = String::new();
        for x in 0..area.width {
            let cell = &buffer[(x, y)];
            line.push_str(cell.symbol());
            let style = said(cell.style());
            let next = (b'a' + (letters.len() % 26) as u8) as char;
            runs.push(if style.is_empty() {
                '.'
            } else {
                *letters.entry(style).or_insert(next)
            });
        }
        writeln!(text, "{}", line.trim_end()).unwrap();
        writeln!(styles, "{}", runs.trim_end_matches('.')).unwrap();
    }
    let mut legend: Vec<_> = letters.into_iter().collect();
    legend.sort_by_key(|(_, letter)| *letter);
    let legend: String = legend
        .iter()
        .map(|(style, letter)| format!("{letter} {style}\n"))
        .collect();
    format!("{text}---\n{styles}---\n{legend}")
}

fn said(style: Style) -> String {
    use ratatui::style::Color;
    let colour = |name: &str, colour: Option<Color>| match colour {
        None | Some(Color::Reset) => String::new(),
        Some(colour) => format!("{name} {colour} "),
    };
    let modifiers = match style.add_modifier {
        modifiers if modifiers.is_empty() => String::new(),
        modifiers => format!("{modifiers:?}"),
    };
    format!(
        "{}{}{modifiers}",
        colour("on", style.bg),
        colour("in", style.fg)
    )
    .trim_end()
    .to_owned()
}

/// The scene of the pictures: orders and time, a request with its reply, one without responders, a gap.
pub fn busy(width: u16, height: u16) -> Scene {
    busy_with(width, height, setup())
}

pub fn busy_with(width: u16, height: u16, setup: Setup) -> Scene {
    let mut scene = Scene::new(width, height, setup);
    scene.connect();
    let (time, orders) = (scene.subscribe("time.time"), scene.subscribe("orders.>"));
    let order = br#"{"id":70414,"customer":"mei","total":88.25,"items":2,"lines":[{"sku":"A-113"},{"sku":"B-7"}]}"#;
    let trace = [
        ("Trace-Id", "4bf92f3577b34da6"),
        ("Nats-Msg-Id", "70414-created"),
    ];
    scene.tick(0);
    for second in 0..6 {
        scene.received(
            second * 1_000 + 123,
            time,
            "time.time",
            format!("164638927{second}.6568809").as_bytes(),
        );
        scene.message(
            second * 1_000 + 411,
            orders,
            "orders.eu.created",
            None,
            &trace,
            order,
        );
        scene.received(
            second * 1_000 + 512,
            orders,
            "orders.us.paid",
            br#"{"id":70412,"method":"card"}"#,
        );
        scene.tick(second * 1_000 + 999);
    }
    scene.sent(6_300, "today", "_INBOX.abc.1", b"%Y%m%d");
    scene.sent(6_502, "stock.check", "_INBOX.abc.2", br#"{"sku":"A-113"}"#);
    let nobody = goingnats::client::Error::NoResponders {
        subject: "stock.check".into(),
    };
    scene.answered(
        6_503,
        "_INBOX.abc.2",
        Err(nobody),
        Duration::from_micros(800),
    );
    scene.gap(7_000, Duration::from_millis(1_800));
    scene.received(8_303, Sid::INBOX, "_INBOX.abc.1", b"20261123");
    scene.answered(
        8_303,
        "_INBOX.abc.1",
        Ok("20261123"),
        Duration::from_millis(2_003),
    );
    scene.message(8_411, orders, "orders.eu.created", None, &trace, order);
    scene.tick(9_000);
    scene
}

#[test]
fn messages_at_every_size() {
    for (width, height) in [(200, 50), (160, 45), (100, 30), (60, 20), (30, 6)] {
        insta::assert_snapshot!(
            format!("messages_{width}x{height}"),
            busy(width, height).frame(9_100)
        );
    }
}

#[test]
fn help_over_the_messages() {
    let mut scene = busy(100, 30);
    scene.keys(9_000, "?");
    insta::assert_snapshot!(scene.frame(9_100));
}

#[test]
fn subscribing_with_a_mistake_and_with_a_warning() {
    let mut scene = busy(100, 30);
    scene.keys(9_000, "sorders..eu");
    insta::assert_snapshot!("subscribe_mistake", scene.frame(9_100));
    scene.keys(9_000, "<Esc>s><Esc>s>");
    insta::assert_snapshot!("subscribe_warning", scene.frame(9_100));
}

#[test]
fn nothing_yet_and_disconnected() {
    let mut scene = Scene::new(100, 30, setup());
    insta::assert_snapshot!("first_frame", scene.frame(0));
    let reason = goingnats::client::Error::Dial {
        server: "nats://127.0.0.1:4222".into(),
        reason: "connection refused".into(),
    };
    scene.event(
        10,
        Event::Disconnected {
            reason,
            retry_in: Duration::from_millis(1_600),
        },
    );
    insta::assert_snapshot!("disconnected", scene.frame(20));
}

#[test]
fn hostile_payloads_are_shown_and_never_obeyed() {
    let mut scene = Scene::new(100, 30, setup());
    scene.connect();
    let sid = scene.subscribe(">");
    scene.received(
        100,
        sid,
        "evil",
        b"\x1b[2J\x1b]0;owned\x07 \xff\xfe\0 tab\there\r\nPING\r\nMSG a 1 3\r\n",
    );
    scene.received(
        200,
        sid,
        "rtl.\u{202e}txt",
        "a\u{202e}b\u{200b}c".as_bytes(),
    );
    insta::assert_snapshot!(scene.frame(1_300));
}

#[test]
fn without_colours_everything_is_still_said() {
    let setup = Setup {
        colours: false,
        ..setup()
    };
    let mut scene = busy_with(100, 30, setup);
    scene.keys(9_000, "k");
    insta::assert_snapshot!(scene.frame(9_100));
}

#[test]
fn frozen_while_messages_come() {
    let mut scene = busy(100, 30);
    scene.keys(9_000, "kk ");
    scene.received(9_050, Sid(2), "time.time", b"1646389279.5");
    insta::assert_snapshot!(scene.frame(9_100));
}

#[test]
fn history_with_an_outcome_a_failure_and_a_name() {
    let mut scene = busy(160, 45);
    scene.keys(9_000, "rtoday<Tab>%Y%m%d<F5>");
    scene.answered(11_000, "", Ok("20261123"), Duration::from_millis(2_000));
    scene.keys(12_000, "<Ctrl-S>morning<Enter><Esc>rstock.check<Enter>");
    let nobody = goingnats::client::Error::NoResponders {
        subject: "stock.check".into(),
    };
    scene.answered(12_001, "", Err(nobody), Duration::from_micros(800));
    scene.keys(16_500, "<Esc>h<Down>");
    insta::assert_snapshot!("history", scene.frame(17_000));
    scene.keys(17_000, "stock<Delete>");
    insta::assert_snapshot!("history_delete", scene.frame(17_100));
}

#[test]
fn composing_with_subjects_seen_on_offer() {
    let mut scene = busy(100, 30);
    scene.keys(9_000, "rord<Down>");
    insta::assert_snapshot!(scene.frame(9_100));
}

#[test]
fn a_command_is_found_by_typing() {
    let mut scene = busy(100, 30);
    scene.keys(9_000, ":mes");
    insta::assert_snapshot!("palette", scene.frame(9_100));
    scene.keys(9_000, "<Esc>:counters<Enter>");
    insta::assert_snapshot!("counters", scene.frame(9_200));
}

#[test]
fn leaving_with_a_draft_asks() {
    let mut scene = busy(60, 20);
    scene.keys(9_000, "rhalf a thought<Esc>q");
    insta::assert_snapshot!(scene.frame(9_100));
}

/// The demo as it opens: nothing typed, and the clock of the publisher at a whole second.
pub fn demo(width: u16, height: u16) -> Scene {
    let setup = Setup {
        name: "consumer".into(),
        start: Target {
            label: Some("demo".into()),
            ..setup().start
        },
        draft: Some(("today".into(), "%Y%m%d".into())),
        guide: true,
        ..setup()
    };
    let mut scene = Scene::new(width, height, setup);
    scene.connect();
    scene.tick(0);
    scene
}

#[test]
fn the_demo_at_its_seconds() {
    for (width, height) in [(160, 45), (60, 20)] {
        let mut scene = demo(width, height);
        let time = scene.subscribe("time.time");
        insta::assert_snapshot!(format!("demo_{width}x{height}_at_0"), scene.frame(0));
        let tell = |scene: &mut Scene, second: u64| {
            let said = format!("164638927{second}.6568809");
            scene.received(second * 1_000, time, "time.time", said.as_bytes());
            scene.tick(second * 1_000);
        };
        for second in 1..=3 {
            tell(&mut scene, second);
        }
        scene.keys(3_000, "<F5>");
        scene.sent(3_000, "today", "_INBOX.abc.1", b"%Y%m%d");
        insta::assert_snapshot!(format!("demo_{width}x{height}_at_3"), scene.frame(3_500));
        tell(&mut scene, 4);
        scene.received(5_000, Sid::INBOX, "_INBOX.abc.1", b"20261123");
        let took = Duration::from_millis(2_000);
        scene.answered(5_000, "_INBOX.abc.1", Ok("20261123"), took);
        for second in 5..=6 {
            tell(&mut scene, second);
        }
        insta::assert_snapshot!(format!("demo_{width}x{height}_at_6"), scene.frame(6_000));
    }
}

#[test]
fn rates_and_sparklines_follow_what_is_published() {
    let mut scene = Scene::new(200, 50, setup());
    scene.connect();
    let steady = scene.subscribe("steady");
    let burst = scene.subscribe("burst");
    scene.tick(0);
    for second in 0..10u64 {
        for n in 0..8 {
            scene.received(second * 1_000 + n * 100, steady, "steady", b"12345678");
        }
        if second == 9 {
            for n in 0..80 {
                scene.received(second * 1_000 + n * 10, burst, "burst", b"");
            }
        }
        scene.tick((second + 1) * 1_000);
    }
    let frame = scene.frame(10_000);
    // over the last five seconds: 8 a second, and 80 / 5; with 8 bytes each of the steady ones
    for text in ["8.0/s      80", "16/s      80", "24/s     64 B/s"] {
        holds(&frame, text);
    }
    // the last eight seconds of each, by its own scale, and ten of both
    for text in [
        "steady    ▇▇▇▇▇▇▇▇   8.0",
        "burst            ▇    16",
        "▁▁▁▁▁▁▁▁▁▇",
    ] {
        holds(&frame, text);
    }
    for second in 11..=30 {
        scene.tick(second * 1_000);
    }
    let frame = scene.frame(30_000);
    holds(&frame, "0/s      0 B/s");
    assert!(!frame.contains('▇'), "{frame}");
}
