//! A program in a pseudo-terminal: keys in, screen out, and what it leaves behind.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, mpsc};
use std::time::Instant;

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::PATIENCE;

/// A program to be started in a terminal, with nothing of this process's environment but `PATH`.
pub struct Program {
    command: CommandBuilder,
    size: (u16, u16),
}

impl Program {
    /// A program by its path or its name on the `PATH`, in 100 × 30 cells.
    pub fn new(program: &str, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        // no context of whoever runs the tests
        command.env("HOME", "/nonexistent");
        command.cwd("/");
        Program {
            command,
            size: (100, 30),
        }
    }

    /// Sets a variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets the terminal's size: columns, rows.
    pub fn size(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    /// Starts it.
    pub fn start(self) -> Session {
        let (columns, rows) = self.size;
        let pty = native_pty_system()
            .openpty(pty_size(columns, rows))
            .unwrap();
        let before = line_settings(&*pty.master);
        let mut child = pty.slave.spawn_command(self.command).unwrap();
        let process = Pid::from_raw(child.process_id().unwrap() as i32).unwrap();
        let cells = |count| NonZero::new(count).unwrap();
        let shown = Shown {
            parser: vt100::Parser::new(cells(rows), cells(columns), 0),
            raw: Vec::new(),
            stalled: false,
            ended: false,
        };
        let watched = Arc::new(Watched {
            shown: Mutex::new(shown),
            changed: Condvar::new(),
        });
        let reader = pty.master.try_clone_reader().unwrap();
        let watch = Arc::clone(&watched);
        std::thread::spawn(move || watch.read(reader));
        let (exited, exit) = mpsc::channel();
        std::thread::spawn(move || exited.send(child.wait().unwrap()));
        let keys = pty.master.take_writer().unwrap();
        Session {
            master: pty.master,
            keys,
            watched,
            exit,
            process,
            before,
            status: None,
        }
    }
}

fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// The terminal's own settings, in words: what raw mode changes and `stty` shows.
fn line_settings(master: &dyn MasterPty) -> String {
    let settings = master.get_termios().unwrap();
    format!(
        "{:?} {:?} {:?}",
        settings.input_flags, settings.output_flags, settings.local_flags
    )
}

/// What the terminal shows, as its own thread reads it.
struct Watched {
    shown: Mutex<Shown>,
    changed: Condvar,
}

struct Shown {
    parser: vt100::Parser,
    raw: Vec<u8>,
    stalled: bool,
    ended: bool,
}

impl Watched {
    fn read(&self, mut terminal: impl Read) {
        let mut chunk = [0; 4096];
        // A program's end is an error on Linux and an end on macOS.
        while let Ok(length @ 1..) = terminal.read(&mut chunk) {
            let bytes = &chunk[..length];
            let mut shown = self.lock();
            shown.parser.process(bytes);
            shown.raw.extend_from_slice(bytes);
            self.changed.notify_all();
            drop(
                self.changed
                    .wait_while(shown, |shown| shown.stalled)
                    .unwrap(),
            );
        }
        self.lock().ended = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap()
    }
}

/// A program that runs in a terminal. Killed at the end of the test.
pub struct Session {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    watched: Arc<Watched>,
    exit: mpsc::Receiver<ExitStatus>,
    process: Pid,
    before: String,
    status: Option<ExitStatus>,
}

impl Session {
    /// Types: bytes as a terminal sends them, `\r` for Enter, `\x1a` for Ctrl-Z.
    pub fn send(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until the screen shows it; else the test fails with the last screen.
    pub fn wait_for(&self, what: &str, shows: impl Fn(&vt100::Screen) -> bool) {
        self.wait_until(what, |shown| shows(shown.parser.screen()));
    }

    /// Waits until the screen shows this text.
    pub fn wait_for_text(&self, text: &str) {
        self.wait_for(text, |screen| screen.contents().contains(text));
    }

    /// Waits for a shell that asks for its next command: the cursor behind its prompt, all modes
    /// off. Only then does it take what is typed.
    pub fn wait_for_prompt(&self, prompt: &str) {
        let width = prompt.len() as u16;
        self.wait_for(prompt, |screen| {
            let (row, column) = screen.cursor_position();
            let line = screen.rows(0, width).nth(row.into()).unwrap_or_default();
            !screen.alternate_screen() && column == width && line.starts_with(prompt.trim_end())
        });
    }

    /// Waits until the bytes that the program wrote satisfy this.
    pub fn wait_for_bytes(&self, what: &str, hold: impl Fn(&[u8]) -> bool) {
        self.wait_until(what, |shown| hold(&shown.raw));
    }

    fn wait_until(&self, what: &str, holds: impl Fn(&Shown) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut shown = self.watched.lock();
        while !holds(&shown) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || shown.ended {
                let ended = if shown.ended {
                    "; the program has ended"
                } else {
                    ""
                };
                let screen = shown.parser.screen().contents();
                drop(shown);
                panic!("waited for: {what}{ended}\nthe last screen:\n{screen}");
            }
            (shown, _) = self.watched.changed.wait_timeout(shown, left).unwrap();
        }
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        self.watched.lock().parser.screen().contents()
    }

    /// A look at the screen's cells.
    pub fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.watched.lock().parser.screen())
    }

    /// Everything that the program wrote so far.
    pub fn raw(&self) -> Vec<u8> {
        self.watched.lock().raw.clone()
    }

    /// Changes the terminal's size; the program gets SIGWINCH.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.master.resize(pty_size(columns, rows)).unwrap();
        let cells = |count| NonZero::new(count).unwrap();
        self.watched
            .lock()
            .parser
            .screen_mut()
            .set_size(cells(rows), cells(columns));
    }

    /// Sends a signal to the program started.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.process, signal).unwrap();
    }

    /// The number of the process.
    pub fn id(&self) -> i32 {
        self.process.as_raw_nonzero().get()
    }

    /// Stops reading what the program writes, as a terminal that hangs.
    pub fn stall(&self) {
        self.watched.lock().stalled = true;
    }

    /// Reads on.
    pub fn resume(&self) {
        self.watched.lock().stalled = false;
        self.watched.changed.notify_all();
    }

    /// The id of the program started.
    pub fn process(&self) -> i32 {
        self.process.as_raw_pid()
    }

    /// Waits for the end and for all that was written before it. The exit code is 128 and the
    /// signal's number where a signal ended it.
    pub fn exit_code(&mut self) -> u32 {
        if self.status.is_none() {
            let Ok(status) = self.exit.recv_timeout(PATIENCE) else {
                panic!(
                    "the program did not end; the last screen:\n{}",
                    self.screen()
                );
            };
            if !self.watched.lock().stalled {
                // Of what was written before the end, some may still have to be read. The slave
                // side is closed with the program, so the reader comes to an end.
                let wait = self.watched.changed.wait_timeout_while(
                    self.watched.lock(),
                    PATIENCE,
                    |shown| !shown.ended,
                );
                drop(wait.unwrap());
            }
            self.status = Some(status);
        }
        self.status.as_ref().unwrap().exit_code()
    }

    /// Whether the terminal reads lines and echoes: not raw.
    pub fn is_cooked(&self) -> bool {
        line_settings(&*self.master) == self.before
    }

    /// The modes that the program turned on and not off again; none after a clean leave.
    pub fn modes_left_on(&self) -> Vec<String> {
        modes_left_on(&self.raw())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.status.is_none() {
            let _ = kill_process(self.process, Signal::KILL);
        }
    }
}

/// The modes that these bytes turn on and leave on, as `?1049`; `?25` where the cursor stays hidden;
/// `keyboard` and `title` where more is pushed than popped.
pub fn modes_left_on(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw);
    let mut on: Vec<String> = Vec::new();
    for sequence in text.split("\x1b[").skip(1) {
        let end = sequence
            .find(|c: char| ('@'..='~').contains(&c))
            .unwrap_or(sequence.len());
        let (parameters, rest) = sequence.split_at(end);
        let last = rest.chars().next();
        let (names, set) = match (parameters.strip_prefix('?'), last) {
            // The cursor is the one that is there unless turned off.
            (Some("25"), Some('h' | 'l')) => (vec!["?25".to_owned()], last == Some('l')),
            (Some(modes), Some('h' | 'l')) => {
                let names = modes.split(';').map(|mode| format!("?{mode}"));
                (names.collect(), last == Some('h'))
            }
            (None, Some('t')) if parameters == "22;2" => (vec!["title".to_owned()], true),
            (None, Some('t')) if parameters == "23;2" => (vec!["title".to_owned()], false),
            (None, Some('u')) if parameters.starts_with('>') => (vec!["keyboard".into()], true),
            (None, Some('u')) if parameters.starts_with('<') => (vec!["keyboard".into()], false),
            _ => continue,
        };
        for name in names {
            match on.iter().position(|other| *other == name) {
                // What is pushed twice is to be popped twice.
                Some(_) if set && name.starts_with('?') => {}
                Some(at) if !set => _ = on.remove(at),
                None if !set => {}
                _ => on.push(name),
            }
        }
    }
    on
}

#[test]
fn keys_reach_the_program_and_its_screen_is_seen() {
    let mut session = Program::new("sh", &["-c", "read line; echo \"<$line>\"; exit 7"]).start();
    session.send("hello\r");
    session.wait_for_text("<hello>");
    assert_eq!(session.exit_code(), 7);
}

#[test]
fn the_program_sees_its_terminal_its_size_and_only_the_given_variables() {
    let script = "trap 'stty size; kill $!' WINCH; sleep 60 & \
                  stty size; env | sort; echo waiting; wait";
    let session = Program::new("sh", &["-c", script])
        .env("GIVEN", "yes")
        .size(71, 23)
        .start();
    session.wait_for_text("23 71");
    session.wait_for_text("GIVEN=yes");
    session.wait_for_text("waiting");
    assert!(!session.screen().contains("CARGO"), "{}", session.screen());
    session.resize(64, 18);
    session.wait_for_text("18 64");
}

#[test]
fn raw_mode_is_told_from_cooked() {
    let mut session = Program::new("sh", &["-c", "stty raw; echo raw; read x; stty sane"]).start();
    session.wait_for_text("raw");
    assert!(!session.is_cooked());
    session.send("x\n");
    assert_eq!(session.exit_code(), 0);
}

#[test]
fn a_signal_ends_the_program() {
    let mut session = Program::new("sh", &["-c", "echo ready; read x"]).start();
    session.wait_for_text("ready");
    session.signal(Signal::TERM);
    assert_ne!(session.exit_code(), 0);
}

#[test]
fn a_mode_that_is_left_on_is_named() {
    for (bytes, expected) in [
        ("plain", &[][..]),
        ("\x1b[?1049h\x1b[?25l", &["?1049", "?25"]),
        ("\x1b[?1049h\x1b[?25l\x1b[31mx\x1b[?25h\x1b[?1049l", &[]),
        ("\x1b[?1000;1006h\x1b[?1000l", &["?1006"]),
        ("\x1b[>1u\x1b[>1u\x1b[<1u", &["keyboard"]),
        ("\x1b[22;2t", &["title"]),
        ("\x1b[?2026h\x1b[?2026l", &[]),
    ] {
        assert_eq!(modes_left_on(bytes.as_bytes()), expected, "{bytes:?}");
    }
}
