//! The real event loop, with keys in and a screen out.
//!
//! ```text
//! let mut screen = Given::new().subscribed(&["time.*"]).open(&server);
//! screen.keys("s orders.><Enter>").shows("orders.>");
//! ```

use std::{
    io,
    num::NonZeroU16,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use crossterm::event::KeyModifiers;
use goingnats::{
    client::Secret,
    context::{Environment, resolve},
    recording::{Existing, Tape},
    settings::Zone,
    tui::{
        Start,
        app::{self, App, Found, Target},
        destinations::Destinations,
        event_loop::{Clock, End, EventLoop},
        jobs::{Files, Jobs},
        keymap::Chord,
        lines::Lines,
        tapes::Tapes,
        terminal::{
            Capabilities, Inputs, Output, Screen, Signals,
            clipboard::Ways,
            editor,
            input::{Input, Mouse, MouseKind},
        },
    },
};
use ratatui::layout::Size;
use tokio::sync::mpsc;

/// How long anything may take before a test gives up, with the last screen in the message.
const DEADLINE: Duration = Duration::from_secs(20);

/// What a screen is opened with.
pub struct Given {
    size: (u16, u16),
    setup: app::Setup,
    files: Files,
    destinations: Destinations,
    backlog: Option<usize>,
}

/// The setup of a screen in tests: named `explorer`, in UTC, with colours.
pub fn setup() -> app::Setup {
    app::Setup {
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
        zone: Zone::Local,
        local_zone: jiff::tz::TimeZone::UTC,
        home: None,
    }
}

impl Given {
    /// A screen of 160×45 with nothing on it.
    pub fn new() -> Given {
        Given {
            size: (160, 45),
            setup: setup(),
            files: Files::default(),
            destinations: Destinations::default(),
            backlog: None,
        }
    }

    pub fn size(mut self, width: u16, height: u16) -> Given {
        self.size = (width, height);
        self
    }

    pub fn subscribed(mut self, subjects: &[&str]) -> Given {
        self.setup.subscriptions = subjects
            .iter()
            .map(|subject| (*subject).to_owned())
            .collect();
        self
    }

    pub fn draft(mut self, subject: &str, payload: &str) -> Given {
        self.setup.draft = Some((subject.to_owned(), payload.to_owned()));
        self
    }

    pub fn timeout(mut self, timeout: Duration) -> Given {
        self.setup.timeout = timeout;
        self
    }

    pub fn history(mut self, path: PathBuf) -> Given {
        self.files.history = Some(path);
        self
    }

    /// A log of so many bytes.
    pub fn keep(mut self, bytes: usize) -> Given {
        self.setup.keep = bytes;
        self
    }

    /// Holds so many bytes of messages for a loop that is too slow.
    pub fn backlog(mut self, bytes: usize) -> Given {
        self.backlog = Some(bytes);
        self
    }

    pub fn filters(mut self, path: PathBuf) -> Given {
        self.files.filters = Some(path);
        self
    }

    /// Records from the start.
    pub fn record(mut self, path: PathBuf) -> Given {
        self.setup.record = Some((path, Existing::Keep));
        self
    }

    /// In a world with contexts.
    pub fn contexts(mut self, environment: Environment) -> Given {
        self.destinations.environment = environment;
        self
    }

    /// Started in a context, beside the server it is opened on.
    pub fn context(mut self, name: &str) -> Given {
        self.destinations.flags.context = Some(name.to_owned());
        self
    }

    /// Where these contexts are guarded.
    pub fn guarded(mut self, contexts: &[&str]) -> Given {
        let contexts = contexts.iter().map(ToString::to_string);
        self.destinations.settings.guarded = contexts.collect();
        self
    }

    /// Opens the screen on a server, or on the first of several that answers.
    pub fn open(mut self, server: &str) -> Running {
        let flags = &mut self.destinations.flags;
        flags.name = Some("explorer".to_owned());
        flags.server = Some(Secret::new(server));
        let settings = resolve(flags, &self.destinations.environment).unwrap();
        let start = match self.destinations.start(&settings).unwrap() {
            Found::Destination(destination) => {
                self.setup.start = destination.target;
                Start::Connect(Box::new(destination.options))
            }
            Found::Withheld(consent) => Start::Ask(consent),
            Found::Unusable(reason) => panic!("{reason}"),
        };
        self.run(start)
    }

    /// Opens the screen on a recording.
    pub fn show(mut self, path: &Path) -> Running {
        self.setup.start.server = path.file_name().unwrap().display().to_string();
        self.run(Start::Recording(Box::new(Tape::open(path).unwrap())))
    }

    fn run(self, start: Start) -> Running {
        let (keys, script) = mpsc::unbounded_channel();
        let (width, height) = self.size;
        let shown = Arc::new(Mutex::new(vt100::Parser::new(
            cells(height),
            cells(width),
            0,
        )));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let stalled = Arc::new(AtomicBool::new(false));
        let held = Arc::new(AtomicBool::new(false));
        let clock = clock_held_by(held.clone());
        let sink = Sink {
            shown: shown.clone(),
            raw: raw.clone(),
            stalled: stalled.clone(),
        };
        let (setup, files, backlog) = (self.setup, self.files, self.backlog);
        let destinations = self.destinations;
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut app = App::new(setup, (width, height), clock.now());
                let mut tapes = Tapes::new();
                let (connection, lanes) = start.begin(&mut app, &mut tapes).unwrap();
                if let Some(bytes) = backlog {
                    connection.set_backlog(bytes);
                }
                let mut event_loop = EventLoop {
                    app,
                    connection,
                    lines: Lines::new(lanes),
                    screen: Screen::new(Size { width, height }),
                    output: Output::new(sink).unwrap(),
                    inputs: Inputs::script(script),
                    signals: Signals::none(),
                    jobs: Jobs::start(files, destinations).unwrap(),
                    tapes,
                    clock,
                    capabilities: Capabilities::new(|_| None, true, true),
                    clipboard: Ways::default(),
                    editor: Err(editor::Error::NotSet),
                };
                let end = event_loop.run().await;
                event_loop.connection.close();
                event_loop.jobs.finish();
                event_loop.tapes.finish();
                end
            })
        });
        Running {
            keys,
            shown,
            raw,
            stalled,
            held,
            thread: Some(thread),
            size: self.size,
        }
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

/// The machine's own clock, which whoever reads it waits for while it is held.
fn clock_held_by(held: Arc<AtomicBool>) -> Clock {
    let system = Clock::system();
    Clock::new(move || {
        while held.load(Ordering::Acquire) {
            std::thread::park_timeout(Duration::from_millis(1));
        }
        system.now()
    })
}

struct Sink {
    shown: Arc<Mutex<vt100::Parser>>,
    raw: Arc<Mutex<Vec<u8>>>,
    stalled: Arc<AtomicBool>,
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        while self.stalled.load(Ordering::Acquire) {
            std::thread::park_timeout(Duration::from_millis(1));
        }
        self.shown.lock().unwrap().process(bytes);
        self.raw.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A screen that runs.
pub struct Running {
    keys: mpsc::UnboundedSender<Input>,
    shown: Arc<Mutex<vt100::Parser>>,
    raw: Arc<Mutex<Vec<u8>>>,
    stalled: Arc<AtomicBool>,
    held: Arc<AtomicBool>,
    thread: Option<JoinHandle<io::Result<End>>>,
    size: (u16, u16),
}

impl Running {
    /// Presses keys: characters as they are, others as `<Enter>`, `<Ctrl-P>`, `<F5>`.
    pub fn keys(&mut self, keys: &str) -> &mut Running {
        for chord in Chord::sequence(keys).unwrap() {
            self.keys.send(Input::Key(chord.event())).unwrap();
        }
        self
    }

    /// Turns the wheel at a column and a line, down where positive.
    pub fn wheel(&mut self, column: u16, row: u16, steps: i32) -> &mut Running {
        let kind = if steps < 0 {
            MouseKind::WheelUp
        } else {
            MouseKind::WheelDown
        };
        let modifiers = KeyModifiers::NONE;
        for _ in 0..steps.abs() {
            let mouse = Mouse {
                kind,
                column,
                row,
                modifiers,
            };
            self.keys.send(Input::Mouse(mouse)).unwrap();
        }
        self
    }

    pub fn paste(&mut self, text: &str) -> &mut Running {
        self.keys.send(Input::Paste(text.to_owned())).unwrap();
        self
    }

    /// The terminal gets the keyboard back.
    pub fn looked_at(&mut self) -> &mut Running {
        self.keys.send(Input::Focus(true)).unwrap();
        self
    }

    pub fn resize(&mut self, width: u16, height: u16) -> &mut Running {
        self.shown
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(cells(height), cells(width));
        self.keys.send(Input::Resize(width, height)).unwrap();
        self.size = (width, height);
        self
    }

    /// The terminal takes nothing any more, or takes everything again.
    pub fn stall(&mut self, stalled: bool) -> &mut Running {
        self.stalled.store(stalled, Ordering::Release);
        self
    }

    /// The loop gets no further, as on a machine that has no time for it, or goes on.
    pub fn hold(&mut self, held: bool) -> &mut Running {
        self.held.store(held, Ordering::Release);
        self
    }

    /// What is on the screen now.
    pub fn text(&self) -> String {
        self.shown.lock().unwrap().screen().contents()
    }

    /// The colour of the first place that shows this text.
    pub fn colour_of(&self, text: &str) -> Option<vt100::Color> {
        let (width, _) = self.size;
        let shown = self.shown.lock().unwrap();
        let screen = shown.screen();
        let rows = screen.rows(0, width).enumerate();
        let mut places = rows.filter_map(|(row, line)| {
            let (before, _) = line.split_once(text)?;
            let column = unicode_width::UnicodeWidthStr::width(before);
            Some((u16::try_from(row).ok()?, u16::try_from(column).ok()?))
        });
        let (row, column) = places.next()?;
        screen.cell(row, column).map(vt100::Cell::fgcolor)
    }

    /// Everything that was ever written to the terminal.
    pub fn raw(&self) -> Vec<u8> {
        self.raw.lock().unwrap().clone()
    }

    /// Waits until the screen holds a text.
    #[track_caller]
    pub fn shows(&mut self, text: &str) -> &mut Running {
        self.until(&format!("{text:?} shows"), |screen| screen.contains(text))
    }

    /// Waits until the screen does not hold a text any more.
    #[track_caller]
    pub fn hides(&mut self, text: &str) -> &mut Running {
        self.until(&format!("{text:?} is gone"), |screen| {
            !screen.contains(text)
        })
    }

    /// Waits for anything on the screen.
    #[track_caller]
    pub fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> &mut Running {
        let start = Instant::now();
        loop {
            let text = self.text();
            if holds(&text) {
                return self;
            }
            assert!(
                start.elapsed() < DEADLINE,
                "waited {DEADLINE:?} until {what}; the screen:\n{text}"
            );
            assert!(
                !self.thread.as_ref().unwrap().is_finished(),
                "the loop ended before {what}:\n{text}"
            );
            std::thread::park_timeout(Duration::from_millis(2));
        }
    }

    /// Waits until the loop has ended.
    #[track_caller]
    pub fn ends(&mut self) -> End {
        let start = Instant::now();
        while !self.thread.as_ref().unwrap().is_finished() {
            assert!(
                start.elapsed() < DEADLINE,
                "the loop goes on; the screen:\n{}",
                self.text()
            );
            std::thread::park_timeout(Duration::from_millis(2));
        }
        self.thread.take().unwrap().join().unwrap().unwrap()
    }
}
