//! The explorer in a pseudo-terminal.

use std::{
    env,
    io::{Read, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use memchr::memmem;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// The end of a frame: the end of its synchronized update.
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// The default size: columns and lines.
const SIZE: (u16, u16) = (200, 50);

/// The explorer, running.
pub struct Explorer {
    child: Box<dyn Child + Send + Sync>,
    terminal: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    written: Arc<Mutex<Written>>,
    reader: JoinHandle<()>,
    _home: TempDir,
    /// Time from just before the process is spawned to the end of its first frame.
    pub first_frame: Duration,
}

/// What it has written to the terminal.
#[derive(Default)]
struct Written {
    /// The bytes since the last look, while recording.
    bytes: Vec<u8>,
    recorded: bool,
    stalled: bool,
}

impl Explorer {
    /// Starts it and waits for its first frame. Its output is then read and discarded.
    pub fn start(arguments: &[&str]) -> Explorer {
        Explorer::start_sized(arguments, SIZE)
    }

    /// As [`Explorer::start`], in a terminal of this size.
    pub fn start_sized(arguments: &[&str], (cols, rows): (u16, u16)) -> Explorer {
        let home = tempfile::tempdir().expect("a folder");
        let pty = native_pty_system()
            .openpty(PtySize {
                rows,
                cols,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_goingnats"));
        command.args(arguments);
        command.env_clear();
        command.env("PATH", env::var_os("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("GOINGNATS_HOME", home.path());
        let mut output = pty.master.try_clone_reader().expect("a reader");
        let start = Instant::now();
        let child = pty.slave.spawn_command(command).expect("it starts");
        drop(pty.slave);
        let mut seen = Vec::new();
        let mut chunk = [0; 64 << 10];
        while memmem::find(&seen, FRAME_END).is_none() {
            let count = output.read(&mut chunk).unwrap_or(0);
            let so_far = String::from_utf8_lossy(&seen);
            assert!(count > 0, "it ended before its first frame:\n{so_far}");
            seen.extend_from_slice(&chunk[..count]);
        }
        let first_frame = start.elapsed();
        let written = Arc::new(Mutex::new(Written::default()));
        let reader = thread::spawn({
            let written = written.clone();
            move || read(output, &written)
        });
        Explorer {
            child,
            keys: pty.master.take_writer().expect("a writer"),
            terminal: pty.master,
            written,
            reader,
            _home: home,
            first_frame,
        }
    }

    /// The id of its process.
    pub fn process(&self) -> u32 {
        self.child.process_id().expect("a process that lives")
    }

    /// Presses keys, as the bytes that a terminal sends.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("it takes keys");
    }

    /// Starts recording its output.
    pub fn record(&self) {
        let mut written = lock(&self.written);
        written.recorded = true;
        written.bytes.clear();
    }

    /// Whether the recording contains these bytes.
    pub fn wrote(&self, wanted: &[u8]) -> bool {
        memmem::find(&lock(&self.written).bytes, wanted).is_some()
    }

    /// Bytes of each recorded frame; the last may be incomplete.
    pub fn frames(&self) -> Vec<f64> {
        let written = std::mem::take(&mut lock(&self.written).bytes);
        let ends = memmem::find_iter(&written, FRAME_END).map(|at| at + FRAME_END.len());
        let ends: Vec<usize> = ends.collect();
        ends.windows(2)
            .map(|pair| (pair[1] - pair[0]) as f64)
            .collect()
    }

    /// Stops or resumes reading, as a terminal that hangs.
    pub fn stall(&self, stalled: bool) {
        lock(&self.written).stalled = stalled;
    }

    /// Quits by key; returns what it printed at the end.
    pub fn quit(mut self) -> String {
        self.record();
        self.press("\x03");
        self.child.wait().expect("it ends");
        drop(self.terminal);
        self.reader.join().expect("all is read");
        String::from_utf8_lossy(&lock(&self.written).bytes).into_owned()
    }
}

fn read(mut output: impl Read, written: &Mutex<Written>) {
    const BETWEEN_LOOKS: Duration = Duration::from_millis(5);
    let mut chunk = [0; 64 << 10];
    while let Ok(count @ 1..) = output.read(&mut chunk) {
        let mut now = lock(written);
        if now.recorded {
            now.bytes.extend_from_slice(&chunk[..count]);
        }
        while now.stalled {
            drop(now);
            thread::sleep(BETWEEN_LOOKS);
            now = lock(written);
        }
    }
}

fn lock(written: &Mutex<Written>) -> MutexGuard<'_, Written> {
    written.lock().unwrap_or_else(PoisonError::into_inner)
}
