//! Running the binary: with a home of its own, no variables of ours, and a deadline.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread::{self, JoinHandle},
    time::Duration,
};

use goingnats::{
    broker::{Broker, Settings},
    client::Client,
    protocol::Headers,
};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::{NatsServer, PATIENCE, wait_for, wait_until};

/// A server for one test.
pub fn server() -> Broker {
    Broker::start(Settings::default()).expect("a server")
}

/// What a server says of the connection of a command that runs.
pub fn told_of(server: &NatsServer, what: &str) -> Option<u64> {
    let connections = server.monitor("/connz");
    let mut connections = connections["connections"].as_array().into_iter().flatten();
    let ours = connections.find(|connection| connection["name"] == "goingnats")?;
    ours[what].as_u64()
}

/// Waits until the server has the subscription of a command, beside the one for replies that every
/// client has: nothing published from now on is missed.
#[track_caller]
pub fn wait_until_subscribed(server: &NatsServer) {
    wait_until("a subscription", || {
        told_of(server, "subscriptions") == Some(2)
    });
}

/// A folder that stands for the user's home.
pub struct Home(TempDir);

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    /// What was not read by [`Running::line`].
    pub stdout: String,
    /// The same, byte by byte.
    pub bytes: Vec<u8>,
    pub stderr: String,
}

/// A command under way; killed when dropped.
pub struct Running {
    child: Child,
    lines: Receiver<Vec<u8>>,
    stderr: Option<JoinHandle<String>>,
}

impl Home {
    pub fn new() -> Home {
        Home(tempfile::tempdir().expect("a folder"))
    }

    /// The history file of this home.
    pub fn history(&self) -> String {
        fs::read_to_string(self.0.path().join("data/history.jsonl")).unwrap_or_default()
    }

    /// Where a file of this name lies in it.
    pub fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// Writes a file into it and says where.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        let folder = Path::new(&path).parent().expect("below the home");
        fs::create_dir_all(folder).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }

    /// What all files in it hold, one behind the other.
    pub fn everything(&self) -> String {
        let mut text = String::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = fs::read(path).expect("a file");
                    text.push_str(&String::from_utf8_lossy(&bytes));
                }
            }
        }
        text
    }

    /// The binary with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_goingnats"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.0.path())
            .env("GOINGNATS_HOME", self.0.path().join("data"))
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Ended {
        Running::spawn(&mut self.command(arguments)).ended()
    }

    /// Runs it to its end with this on stdin.
    #[track_caller]
    pub fn run_with_stdin(&self, arguments: &[&str], stdin: &[u8]) -> Ended {
        let mut command = self.command(arguments);
        let mut running = Running::spawn(command.stdin(Stdio::piped()));
        let mut pipe = running.child.stdin.take().expect("a pipe");
        pipe.write_all(stdin).expect("it reads its stdin");
        drop(pipe);
        running.ended()
    }

    /// Starts it.
    #[track_caller]
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::spawn(&mut self.command(arguments))
    }

    /// Starts `sub` and returns when everything is subscribed to: the last subject is one of ours, and
    /// the message that shows it has been read already. It counts for `--count`.
    #[track_caller]
    pub fn subscribe(&self, url: &str, arguments: &[&str]) -> Running {
        const PROBE: &str = "is.it.there";
        const NOT_YET: &str = "not.yet";
        let running = self.start(&[&["sub", "-s", url], arguments, &[PROBE]].concat());
        let client = Client::connect("probe", url).expect("a connection");
        client.subscribe(NOT_YET).expect("a subscription");
        wait_until("a subscription", || {
            let probe = client.publish_with(PROBE, Some(NOT_YET), Headers::new(), "");
            probe.expect("a connection");
            // Either the probe comes out, or the server says that nobody is there.
            wait_for("the fate of a probe", || {
                let there = running.line_within(Duration::from_millis(1)).is_some();
                (there || !client.get().expect("a connection").is_empty()).then_some(there)
            })
        });
        running
    }
}

impl Running {
    #[track_caller]
    pub fn spawn(command: &mut Command) -> Running {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary");
        let (line, lines) = mpsc::channel();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        thread::spawn(move || {
            let mut bytes = Vec::new();
            while stdout.read_until(b'\n', &mut bytes).is_ok_and(|n| n > 0) {
                if line.send(std::mem::take(&mut bytes)).is_err() {
                    break;
                }
            }
        });
        let mut stderr = child.stderr.take().expect("a pipe");
        let stderr = thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stderr.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        Running {
            child,
            lines,
            stderr: Some(stderr),
        }
    }

    /// The next line on stdout, without its line feed.
    #[track_caller]
    pub fn line(&self) -> String {
        let line = self.lines.recv_timeout(PATIENCE).expect("a line on stdout");
        text_of(&line)
    }

    /// The next line on stdout, if one comes in this time.
    pub fn line_within(&self, time: Duration) -> Option<String> {
        let line = self.lines.recv_timeout(time).ok()?;
        Some(text_of(&line))
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is still there");
    }

    /// Waits until it ended.
    #[track_caller]
    pub fn ended(mut self) -> Ended {
        let status = wait_for("the end of the command", || {
            self.child.try_wait().expect("a child")
        });
        let stderr = self.stderr.take().expect("only taken here");
        let bytes: Vec<u8> = self.lines.iter().flatten().collect();
        Ended {
            code: status.code(),
            stdout: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
            stderr: stderr.join().expect("stderr was read"),
        }
    }
}

/// A line without its line feed.
fn text_of(line: &[u8]) -> String {
    String::from_utf8_lossy(line)
        .trim_end_matches('\n')
        .to_owned()
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Holds it against an exit code and the exact text on stdout.
    #[track_caller]
    pub fn assert(&self, code: i32, stdout: &str) {
        let stderr = &self.stderr;
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (Some(code), stdout),
            "{stderr}"
        );
    }

    /// Holds it against an exit code, nothing on stdout, and words on stderr.
    #[track_caller]
    pub fn assert_ended_with(&self, code: i32, words: &[&str]) {
        self.assert(code, "");
        for word in words {
            assert!(
                self.stderr.contains(word),
                "{word:?} is not in {:?}",
                self.stderr
            );
        }
    }

    /// As [`Ended::assert_ended_with`], with one sentence on stderr and no more.
    #[track_caller]
    pub fn assert_failed(&self, code: i32, words: &[&str]) {
        self.assert_ended_with(code, words);
        assert_eq!(self.stderr.lines().count(), 1, "{:?}", self.stderr);
    }
}
