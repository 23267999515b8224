//! Running the programs that take a copy.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::{Tool, Ways};

/// A program that takes longer hangs (an X server that does not answer).
pub const WITHIN: Duration = Duration::from_secs(2);

/// How often a program is asked whether it has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// What became of a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The programs that took it.
    pub took: Vec<&'static str>,
    /// Why others did not, each the beginning of a sentence.
    pub failed: Vec<String>,
}

/// When all programs are to have ended, whatever they had left; not set as long as nobody waits for them.
#[derive(Clone, Debug, Default)]
pub struct Until(Arc<OnceLock<Instant>>);

impl Until {
    /// Ends all programs at this moment, those that run and those that would be run. The first moment
    /// that is set counts.
    pub fn set(&self, at: Instant) {
        let _ = self.0.set(at);
    }

    fn is_past(&self) -> bool {
        self.0.get().is_some_and(|at| Instant::now() >= *at)
    }
}

/// Gives the text to tmux and to the first program of the desktop that takes it. Each program has
/// two seconds, and all of them no longer than `until`: not for a thread that anything waits for.
pub fn run(ways: &Ways, text: &Arc<[u8]>, until: &Until) -> Outcome {
    run_within(ways, text, WITHIN, until)
}

fn run_within(ways: &Ways, text: &Arc<[u8]>, patience: Duration, until: &Until) -> Outcome {
    let mut outcome = Outcome::default();
    let mut takes = |tool: &Tool| match give(tool, text, patience, until) {
        Ok(()) => {
            outcome.took.push(tool.program);
            true
        }
        Err(reason) => {
            outcome.failed.push(format!("{} {reason}", tool.program));
            false
        }
    };
    ways.tmux.iter().for_each(|tmux| _ = takes(tmux));
    ways.desktop.iter().any(&mut takes);
    outcome
}

/// Tries the lists of arguments in turn; the reason is the last one's.
fn give(tool: &Tool, text: &Arc<[u8]>, patience: Duration, until: &Until) -> Result<(), String> {
    let deadline = Instant::now() + patience;
    let is_over = || Instant::now() >= deadline || until.is_past();
    let mut result = Err("was not run".to_owned());
    for arguments in tool.arguments {
        if is_over() {
            break;
        }
        result = give_to(tool.program, arguments, text, is_over);
        if result.is_ok() {
            break;
        }
    }
    result
}

/// In a process group of its own: the program that holds the clipboard for others goes on where we
/// are stopped or the terminal is closed.
fn give_to(
    program: &str,
    arguments: &[&str],
    text: &Arc<[u8]>,
    is_over: impl Fn() -> bool,
) -> Result<(), String> {
    let mut child = Command::new(program)
        .args(arguments)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot be started: {}", error.kind()))?;
    // On a thread: a program that hangs would not read, and a full pipe would hold us up for ever.
    let written = child.stdin.take().map(|mut stdin| {
        let text = Arc::clone(text);
        std::thread::spawn(move || stdin.write_all(&text))
    });
    match wait(&mut child, &is_over) {
        // A program may end well without having read all, or leave stdin to one that does not.
        Some(status) if status.success() => {
            while written.as_ref().is_some_and(|thread| !thread.is_finished()) && !is_over() {
                std::thread::sleep(POLL_INTERVAL);
            }
            let all = written.filter(JoinHandle::is_finished);
            match all.map(JoinHandle::join) {
                Some(Ok(Ok(()))) => Ok(()),
                _ => Err("did not take all of it".to_owned()),
            }
        }
        Some(status) => Err(match status.code() {
            Some(code) => format!("ended with exit code {code}"),
            None => "was ended by a signal".to_owned(),
        }),
        None => {
            // With what it started. It may have ended by itself just now.
            let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
            let _ = child.wait();
            Err("did not end in time".to_owned())
        }
    }
}

/// Waits for the end of a program; `None` where its time is over before.
fn wait(child: &mut Child, is_over: impl Fn() -> bool) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if !is_over() => std::thread::sleep(POLL_INTERVAL),
            Ok(None) | Err(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn text(text: &[u8]) -> Arc<[u8]> {
        text.into()
    }

    const fn sh(arguments: &'static [&'static [&'static str]]) -> Tool {
        Tool {
            program: "sh",
            arguments,
        }
    }

    const TAKES: Tool = sh(&[&["-c", "[ \"$(cat)\" = hello ]"]]);
    const FAILS: Tool = sh(&[&["-c", "cat >/dev/null; exit 3"]]);
    const HANGS: Tool = sh(&[&["-c", "sleep 60 & wait"]]);
    const IS_NOT_THERE: Tool = Tool {
        program: "goingnats-no-such-program",
        arguments: &[&[]],
    };

    fn given(tmux: Option<Tool>, desktop: &[Tool]) -> Ways {
        Ways {
            tmux,
            desktop: desktop.to_vec(),
            ..Ways::default()
        }
    }

    #[test]
    fn tmux_is_always_filled_and_of_the_desktop_the_first_that_works() {
        for (tmux, desktop, took, failed) in [
            (None, &[][..], &[][..], &[][..]),
            (None, &[TAKES, TAKES], &["sh"], &[]),
            (
                None,
                &[FAILS, TAKES],
                &["sh"],
                &["sh ended with exit code 3"],
            ),
            (Some(TAKES), &[TAKES], &["sh", "sh"], &[]),
            (
                Some(FAILS),
                &[TAKES],
                &["sh"],
                &["sh ended with exit code 3"],
            ),
            (
                None,
                &[IS_NOT_THERE],
                &[],
                &["goingnats-no-such-program cannot be started: entity not found"],
            ),
        ] {
            let outcome = run_within(
                &given(tmux, desktop),
                &text(b"hello"),
                LONG,
                &Until::default(),
            );
            assert_eq!(outcome.took, took);
            assert_eq!(outcome.failed, failed);
        }
    }

    #[test]
    fn an_older_version_is_given_fewer_arguments() {
        const OLDER: Tool = sh(&[
            &["-c", "exit 1"],
            &["-c", "[ \"$(cat)\" = hello ]"],
            &["-c", "exit 2"],
        ]);
        let outcome = run_within(
            &given(Some(OLDER), &[]),
            &text(b"hello"),
            LONG,
            &Until::default(),
        );
        assert_eq!(outcome.took, ["sh"]);
        assert!(outcome.failed.is_empty());
    }

    #[test]
    fn a_program_that_ends_well_and_did_not_read_all_has_not_taken_it() {
        const IGNORES: Tool = sh(&[&["-c", "exit 0"]]);
        const READS_SOME: Tool = sh(&[&["-c", "head -c 10 >/dev/null"]]);
        let large = text(&[b'x'; 1 << 20]);
        for tool in [IGNORES, READS_SOME] {
            let outcome = run_within(&given(None, &[tool]), &large, LONG, &Until::default());
            assert!(outcome.took.is_empty());
            assert_eq!(outcome.failed, ["sh did not take all of it"]);
        }
    }

    #[test]
    fn a_program_that_hangs_or_does_not_read_holds_up_nobody_for_long() {
        let large = text(&[b'x'; 1 << 20]);
        let begin = Instant::now();
        let outcome = run_within(
            &given(None, &[HANGS]),
            &large,
            Duration::from_millis(50),
            &Until::default(),
        );
        assert_eq!(outcome.failed, ["sh did not end in time"]);
        assert!(begin.elapsed() < LONG);
        let outcome = run_within(&given(None, &[FAILS]), &large, LONG, &Until::default());
        assert_eq!(outcome.failed, ["sh ended with exit code 3"]);
    }
}
