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
        app::{App, Now, Setup, ingest, update},
        keymap::Chord,
        render,
    },
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, style::Style};

use super::harness::setup;

/// 2026-11-23 12:00:00 UTC.
const START: i64 = 1_795_435_200_000_000_000;

/// A screen whose world is written by hand.
pub struct Scene {
    app: App,
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
        ingest::data(&mut self.app, Data::Received(batch));
    }

    pub fn sent(&mut self, at: u64, subject: &str, reply: &str, payload: &[u8]) {
        let (bytes, record) = wire(subject, Some(reply), &[], payload);
        let batch = batch(bytes, vec![record], self.now(at).wall);
        ingest::data(&mut self.app, Data::Sent(batch));
    }

    pub fn gap(&mut self, at: u64, lasted: Duration) {
        let at = self.now(at).wall;
        ingest::data(
            &mut self.app,
            Data::Gap(Gap {
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
                ticket: Ticket(9),
                inbox,
                answer,
                took,
            },
        );
    }

    pub fn keys(&mut self, at: u64, keys: &str) {
        for chord in Chord::sequence(keys).unwrap() {
            let now = self.now(at);
            update::key(&mut self.app, chord, now);
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
fn busy(width: u16, height: u16) -> Scene {
    let mut scene = Scene::new(width, height, setup());
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
