//! The built program in a pseudo-terminal of 200×50.

use std::{
    env,
    io::{Read, Write},
    thread,
    time::{Duration, Instant},
};

use memchr::memmem;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// What ends a frame: the end of its synchronized update.
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// The explorer, running.
pub struct Explorer {
    child: Box<dyn Child + Send + Sync>,
    terminal: Box<dyn MasterPty + Send>,
    _home: TempDir,
    /// From just before the process was made to the end of its first frame.
    pub first_frame: Duration,
}

impl Explorer {
    /// Starts it with these arguments and waits for its first frame; from then on what it draws is
    /// read and thrown away.
    pub fn start(arguments: &[&str]) -> Explorer {
        let home = tempfile::tempdir().expect("a folder");
        let pty = native_pty_system()
            .openpty(PtySize {
                rows: 50,
                cols: 200,
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
        thread::spawn(move || while output.read(&mut chunk).is_ok_and(|count| count > 0) {});
        Explorer {
            child,
            terminal: pty.master,
            _home: home,
            first_frame,
        }
    }

    /// The id of its process.
    pub fn process(&self) -> u32 {
        self.child.process_id().expect("a process that lives")
    }

    /// Leaves it as a person would.
    pub fn quit(mut self) {
        let mut keys = self.terminal.take_writer().expect("a writer");
        keys.write_all(b"\x03").expect("it takes keys");
        self.child.wait().expect("it ends");
    }
}
