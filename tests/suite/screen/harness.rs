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
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use crossterm::event::KeyModifiers;
use goingnats::{
    client::Secret,
    context::{Environment, resolve},
    recording::{Existing, Tape},
    requests::Secrets,
    settings::Zone,
    tui::{
        Start,
        app::{self, Found, Target},
        destinations::Destinations,
        event_loop::{Clock, End, EventLoop, assembly::Console},
        jobs::{Files, Jobs},
        keymap::Chord,
        terminal::{
            Capabilities, Inputs, Output, Signals,
            clipboard::Ways,
            editor,
            input::{Input, Mouse, MouseKind},
        },
    },
};
use tokio::sync::mpsc;

use crate::support::{PATIENCE, wait_within};

/// What a frame that draws everything holds, and no other.
const CLEAR: &[u8] = b"\x1b[2J";

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
        secrets: Secrets::default(),
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
        let full_frames = Arc::new(AtomicU64::new(0));
        let clock = clock_held_by(held.clone());
        let sink = Sink {
            shown: shown.clone(),
            raw: raw.clone(),
            stalled: stalled.clone(),
            full_frames: full_frames.clone(),
        };
        let (setup, files, backlog) = (self.setup, self.files, self.backlog);
        let destinations = self.destinations;
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let console = Console {
                    size: (width, height),
                    output: Output::new(sink).unwrap(),
                    inputs: Inputs::script(script),
                    signals: Signals::none(),
                    clock,
                    capabilities: Capabilities::new(|_| None, true, true),
                    clipboard: Ways::default(),
                    editor: Err(editor::Error::Missing("vi".to_owned())),
                };
                let jobs = Jobs::start(files, destinations).unwrap();
                let mut event_loop = EventLoop::new(setup, start, jobs, console).unwrap();
                if let Some(bytes) = backlog {
                    event_loop.connection.set_backlog(bytes);
                }
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
            full_frames,
            is_settled: false,
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
    full_frames: Arc<AtomicU64>,
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        while self.stalled.load(Ordering::Acquire) {
            std::thread::park_timeout(Duration::from_millis(1));
        }
        self.shown.lock().unwrap().process(bytes);
        self.raw.lock().unwrap().extend_from_slice(bytes);
        // each frame is written in one piece
        if bytes.windows(CLEAR.len()).any(|window| window == CLEAR) {
            self.full_frames.fetch_add(1, Ordering::Release);
        }
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
    /// How many frames drew everything.
    full_frames: Arc<AtomicU64>,
    /// Whether all that was sent to the loop is known to be on the screen.
    is_settled: bool,
    thread: Option<JoinHandle<io::Result<End>>>,
    size: (u16, u16),
}

impl Running {
    fn send(&mut self, input: Input) {
        self.keys.send(input).unwrap();
        self.is_settled = false;
    }

    /// Waits until the loop has taken all that was sent to it and drawn what that led to: a new size,
    /// or the same one again, comes behind all of it and draws everything.
    #[track_caller]
    pub fn settle(&mut self) -> &mut Running {
        // the first frame draws everything too
        self.draws_everything_after(0);
        let before = self.full_frames.load(Ordering::Acquire);
        let (width, height) = self.size;
        self.send(Input::Resize(width, height));
        self.draws_everything_after(before);
        self.is_settled = true;
        self
    }

    #[track_caller]
    fn draws_everything_after(&self, frames: u64) {
        self.wait("everything sent is drawn", || {
            self.full_frames.load(Ordering::Acquire) > frames
        });
    }

    /// Waits; fails with the screen after [`PATIENCE`], or where the loop ends before.
    #[track_caller]
    fn wait(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let look = || {
            // what the loop did last is seen before its end is
            let is_over = self.thread.as_ref().is_none_or(JoinHandle::is_finished);
            let held = holds();
            let text = || self.text();
            assert!(
                held || !is_over,
                "the loop ended before {what}:\n{}",
                text()
            );
            held.then_some(())
        };
        wait_within(PATIENCE, look, || {
            let text = self.text();
            format!("waited {PATIENCE:?} until {what}; the screen:\n{text}")
        });
    }

    /// Presses keys: characters as they are, others as `<Enter>`, `<Ctrl-P>`, `<F5>`.
    pub fn keys(&mut self, keys: &str) -> &mut Running {
        for chord in Chord::sequence(keys).unwrap() {
            self.send(Input::Key(chord.event()));
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
            self.send(Input::Mouse(mouse));
        }
        self
    }

    pub fn paste(&mut self, text: &str) -> &mut Running {
        self.send(Input::Paste(text.to_owned()));
        self
    }

    /// The terminal gets the keyboard back.
    pub fn looked_at(&mut self) -> &mut Running {
        self.send(Input::Focus(true));
        self
    }

    pub fn resize(&mut self, width: u16, height: u16) -> &mut Running {
        self.shown
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(cells(height), cells(width));
        self.size = (width, height);
        self.settle()
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

    /// Waits until the screen holds a text. One that was there before the last keys counts only if it
    /// is still there behind them.
    #[track_caller]
    pub fn shows(&mut self, text: &str) -> &mut Running {
        self.until(&format!("{text:?} shows"), |screen| screen.contains(text))
    }

    /// Waits until the screen does not hold a text any more, whatever the last keys led to.
    #[track_caller]
    pub fn hides(&mut self, text: &str) -> &mut Running {
        self.until(&format!("{text:?} is gone"), |screen| {
            !screen.contains(text)
        })
    }

    /// Waits for anything on the screen. A screen that holds it at once may be from before the last
    /// keys: these are waited for.
    #[track_caller]
    pub fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> &mut Running {
        if !self.is_settled && !self.stalled.load(Ordering::Acquire) && holds(&self.text()) {
            self.settle();
        }
        self.wait(what, || holds(&self.text()));
        self
    }

    /// Waits until the loop has ended.
    #[track_caller]
    pub fn ends(&mut self) -> End {
        let thread = self.thread.take().unwrap();
        let look = || thread.is_finished().then_some(());
        wait_within(PATIENCE, look, || {
            format!("the loop goes on; the screen:\n{}", self.text())
        });
        thread.join().unwrap().unwrap()
    }
}

#[test]
fn a_screen_that_is_settled_shows_what_the_last_keys_led_to() {
    let broker = goingnats::broker::Broker::start(Default::default()).unwrap();
    let mut screen = Given::new().open(&broker.url());
    for _ in 0..20 {
        screen.keys("?").settle();
        assert!(screen.text().contains("─ Help"), "{}", screen.text());
        screen.keys("<Esc>").settle();
        assert!(!screen.text().contains("─ Help"), "{}", screen.text());
    }
}
