//! A state, and a world that does at once what it asks for.

use std::time::{Duration, Instant};

use crossterm::event::KeyModifiers;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, style::Style};

use crate::{
    client::{Batch, Data, Error, Event, Message, Sid, Ticket},
    context::{Choice, To},
    protocol::{Headers, Info, Record, encode},
    requests::Secrets,
    settings::Zone,
    store::Direction,
    tui::{
        app::{
            App, Effect, Found, Job, JobDone, Now, Setup, Target, ingest, mouse, switching, update,
        },
        keymap::Chord,
        panes::request::{self, Handed},
        render,
        terminal::input::{Mouse, MouseKind},
    },
};

/// The state, and what it asked of the world.
pub struct Stage {
    pub app: App,
    origin: Instant,
    pub milliseconds: u64,
    tickets: u64,
    /// What was chosen to be connected to last.
    pub choice: Choice,
    /// The number of the newest load of the history.
    pub loads: u64,
    /// Short names of what was asked for, the oldest first.
    pub asked: Vec<String>,
}

impl Stage {
    /// 160×45, connected, with these subscriptions.
    pub fn new(subscriptions: &[&str]) -> Stage {
        let mut stage = Stage::unconnected(64 << 20);
        stage.connect();
        for subject in subscriptions {
            let effect = stage.app.subscriptions.add(subject.as_bytes(), None);
            stage.perform(vec![effect]);
        }
        stage.asked.clear();
        stage
    }

    /// 160×45, not connected yet, for a log of so many bytes.
    pub fn unconnected(keep: usize) -> Stage {
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
            keep,
            colours: true,
            zone: Zone::Local,
            local_zone: jiff::tz::TimeZone::UTC,
            home: Some("/home/me".into()),
            secrets: Secrets::default(),
        };
        let origin = Instant::now();
        let start = Now {
            instant: origin,
            wall: 0,
        };
        Stage {
            app: App::new(setup, (160, 45), start),
            origin,
            milliseconds: 0,
            tickets: 0,
            choice: Choice::default(),
            loads: 0,
            asked: Vec::new(),
        }
    }

    pub fn now(&self) -> Now {
        Now {
            instant: self.origin + Duration::from_millis(self.milliseconds),
            wall: self.milliseconds as i64 * 1_000_000,
        }
    }

    /// Lets time pass.
    pub fn pass(&mut self, milliseconds: u64) -> &mut Stage {
        self.milliseconds += milliseconds;
        let now = self.now();
        self.app.tick(now);
        update::pass(&mut self.app, now);
        self
    }

    pub fn keys(&mut self, keys: &str) -> &mut Stage {
        for chord in Chord::sequence(keys).unwrap() {
            self.key(chord);
        }
        self
    }

    pub fn key(&mut self, chord: Chord) {
        let now = self.now();
        let effects = update::key(&mut self.app, chord, now);
        self.perform(effects);
    }

    /// The mouse does something at a column and a line, counted from 0.
    pub fn mouse(&mut self, kind: MouseKind, column: u16, row: u16) -> &mut Stage {
        let now = self.now();
        let mouse = Mouse {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        };
        // places are those of the frame that the person sees
        self.screen();
        let effects = mouse::act(&mut self.app, mouse, now);
        self.perform(effects);
        self
    }

    /// A click on the first place that shows a text.
    #[track_caller]
    pub fn click(&mut self, text: &str) -> &mut Stage {
        let (column, row) = self.place_of(text);
        self.mouse(MouseKind::Click, column, row)
    }

    /// Column and line of the first place that shows a text.
    #[track_caller]
    pub fn place_of(&mut self, text: &str) -> (u16, u16) {
        let screen = self.screen();
        let mut lines = screen.lines().zip(0u16..);
        let found = lines.find_map(|(line, y)| Some((line.split_once(text)?.0, y)));
        let Some((before, y)) = found else {
            panic!("{text:?} is not on\n{screen}");
        };
        (before.chars().count() as u16, y)
    }

    pub fn event(&mut self, event: Event) -> &mut Stage {
        let now = self.now();
        let effects = ingest::event(&mut self.app, event, now);
        self.perform(effects);
        self
    }

    pub fn connect(&mut self) -> &mut Stage {
        self.event(Event::Connected {
            server: "nats://127.0.0.1:4222".into(),
            info: Box::new(Info::default()),
            rtt: Duration::from_micros(300),
            tls: None,
        })
    }

    /// A message on the nth subscription, counted from 0.
    pub fn received(&mut self, nth: usize, subject: &str, payload: &[u8]) -> &mut Stage {
        let sid = self.app.subscriptions.rows()[nth].sid.unwrap();
        self.data(sid, subject, None, payload);
        self
    }

    /// A message of ours.
    pub fn sent(&mut self, subject: &str, reply: &str, payload: &[u8]) -> &mut Stage {
        self.data(Sid(0), subject, Some(reply), payload);
        self
    }

    pub fn data(&mut self, sid: Sid, subject: &str, reply: Option<&str>, payload: &[u8]) {
        self.data_with(&Headers::new(), sid, subject, reply, payload);
    }

    pub fn data_with(
        &mut self,
        headers: &Headers,
        sid: Sid,
        subject: &str,
        reply: Option<&str>,
        payload: &[u8],
    ) {
        let mut batch = Batch::default();
        let (subject, reply) = (subject.as_bytes(), reply.map(str::as_bytes));
        let record = encode::publish(&mut batch.bytes, subject, reply, headers, payload).unwrap();
        batch.records.push(Record {
            sid: sid.0,
            ..record
        });
        batch.at = self.now().wall;
        let direction = if sid.0 == 0 {
            Direction::Out
        } else {
            Direction::In
        };
        let data = match direction {
            Direction::In => Data::Received(batch),
            Direction::Out => Data::Sent(batch),
        };
        ingest::data(&mut self.app, &data);
    }

    /// A message on the nth subscription with this header block, whatever it holds.
    pub fn received_with_block(&mut self, nth: usize, subject: &str, block: &str) -> &mut Stage {
        let bytes = [subject, block].concat().into_bytes();
        let record = Record {
            sid: self.app.subscriptions.rows()[nth].sid.unwrap().0,
            subject_len: subject.len() as u16,
            body_at: subject.len() as u32,
            header_len: block.len() as u32,
            ..Record::default()
        };
        let batch = Batch::new(bytes, vec![record], self.now().wall);
        ingest::data(&mut self.app, &Data::Received(batch));
        self
    }

    /// The newest request is answered.
    pub fn answered(&mut self, answer: Result<&str, Error>) -> &mut Stage {
        self.answered_for(self.newest_ticket(), answer)
    }

    pub fn newest_ticket(&self) -> Ticket {
        Ticket(self.tickets)
    }

    /// A request is answered.
    pub fn answered_for(&mut self, ticket: Ticket, answer: Result<&str, Error>) -> &mut Stage {
        self.answered_with(ticket, "", answer)
    }

    /// A request is answered with this header block.
    pub fn answered_with(
        &mut self,
        ticket: Ticket,
        header: &str,
        answer: Result<&str, Error>,
    ) -> &mut Stage {
        let answer = answer.map(|payload| Message {
            header: header.into(),
            payload: payload.into(),
            ..Message::default()
        });
        self.event(Event::Answered {
            ticket,
            inbox: Vec::new(),
            answer,
            took: Duration::from_millis(2),
        })
    }

    /// What the last choice comes to.
    pub fn found(&mut self, found: Found) -> &mut Stage {
        let (choice, now) = (self.choice.clone(), self.now());
        let effects = ingest::job(&mut self.app, JobDone::Resolved { choice, found }, now);
        self.perform(effects);
        self
    }

    /// The toasts on the screen, the newest last.
    pub fn toasts(&self) -> Vec<&str> {
        let toasts = self.app.toasts.iter();
        toasts.map(|toast| toast.text.as_str()).collect()
    }

    /// The screen, cell by cell.
    pub fn frame(&mut self) -> Buffer {
        let now = self.now();
        let effects = update::prepare(&mut self.app, now);
        self.perform(effects);
        let (width, height) = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| render::draw(&mut self.app, frame))
            .unwrap();
        terminal.backend().buffer().clone()
    }

    /// The styles in which a text begins, wherever it is on the screen.
    pub fn styles_of(&mut self, text: &str) -> Vec<Style> {
        let (screen, buffer) = (self.screen(), self.frame());
        let rows = screen.lines().zip(0u16..);
        let places = rows.flat_map(|(line, y)| {
            line.match_indices(text).map(move |(at, _)| {
                let before = line.get(..at).unwrap_or_default().chars().count();
                (before as u16, y)
            })
        });
        places.map(|place| buffer[place].style()).collect()
    }

    /// The screen as text.
    pub fn screen(&mut self) -> String {
        let buffer = self.frame();
        let (width, height) = self.app.size;
        let line = |y| -> String { (0..width).map(|x| buffer[(x, y)].symbol()).collect() };
        (0..height).map(|y| line(y) + "\n").collect()
    }

    /// Fails with the screen where it does not hold a text.
    #[track_caller]
    pub fn shows(&mut self, text: &str) -> &mut Stage {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not on\n{screen}");
        self
    }

    /// Fails with the screen where it holds a text.
    #[track_caller]
    pub fn hides(&mut self, text: &str) -> &mut Stage {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on\n{screen}");
        self
    }

    pub fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let more = self.perform_one(effect);
            self.perform(more);
        }
    }

    fn perform_one(&mut self, effect: Effect) -> Vec<Effect> {
        let now = self.now();
        self.tickets += 1;
        match effect {
            Effect::Subscribe { row, subject, .. } => {
                let subject = String::from_utf8_lossy(&subject);
                self.asked.push(format!("subscribe {subject}"));
                return ingest::subscribed(&mut self.app, row, Ok(Sid(100 + self.tickets)));
            }
            Effect::Send(purpose) => {
                let subject = String::from_utf8_lossy(&purpose.entry.subject);
                self.asked.push(format!("send {subject}"));
                let handed = Handed {
                    answer: Ticket(self.tickets),
                    publish: None,
                };
                return request::sent(&mut self.app, purpose.entry, Ok(handed), now);
            }
            Effect::Job(Job::ReadDocument { id, bytes, form }) => {
                let document = Box::new(crate::payload::Document::read(bytes, form));
                return ingest::job(&mut self.app, JobDone::Document { id, form, document }, now);
            }
            Effect::Job(Job::Scan(scan)) => {
                let scanned = Box::new(scan.run(|| true));
                return ingest::job(&mut self.app, JobDone::Scanned(scanned), now);
            }
            Effect::Job(Job::Record(line)) => self.asked.push(match *line {
                crate::requests::Line::Entry(_) => "record".into(),
                _ => "record a deletion".into(),
            }),
            Effect::Job(Job::LoadHistory(asked)) => {
                self.asked.push("load history".into());
                self.loads = asked;
            }
            Effect::Job(Job::ListContexts) => self.asked.push("list contexts".into()),
            Effect::Job(Job::Resolve { choice, allowed }) => {
                let alone = if choice.without_context { " alone" } else { "" };
                let place = match &choice.to {
                    To::Start => "start",
                    To::Context(name) => name,
                    To::Server { servers, .. } => servers.reveal(),
                };
                let allowed = allowed.len();
                self.asked
                    .push(format!("resolve {place}{alone}, {allowed} allowed"));
                self.choice = choice;
            }
            Effect::Switch(destination) => {
                let crossing = switching::crossing(&self.app, &destination);
                self.asked.push("switch".into());
                let effects = switching::begun(&mut self.app, *destination, now);
                self.perform(effects);
                switching::crossed(&mut self.app, crossing, now);
            }
            Effect::Job(Job::Copy { .. }) => {}
            Effect::ConnectTo(server) => self.asked.push(format!("connect to {server}")),
            Effect::Keepalive(interval) => self.asked.push(format!("keepalive {interval:?}")),
            Effect::Unsubscribe(_) => self.asked.push("unsubscribe".into()),
            Effect::Copy(copied) => {
                let text = String::from_utf8_lossy(&copied.text);
                self.asked.push(format!("copy {}: {text}", copied.what));
            }
            other => self.asked.push(format!("{other:?}").to_lowercase()),
        }
        Vec::new()
    }
}
