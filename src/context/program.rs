//! Running the programs that keep secrets: `op` (1Password) and `nsc`.

use std::{
    io::{ErrorKind, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use super::Environment;
use crate::text::visible;

/// How long a program may take. It may ask a person for a finger or a password.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The most that is read of what a program says, in bytes.
const LIMIT: u64 = 1 << 20;
/// How much of its complaint is repeated, in characters.
const COMPLAINT: usize = 200;
/// How often a program is asked whether it has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Runs a program with the environment given and returns what it wrote to stdout, or the reason why
/// not as the end of a sentence. Its stdout is in no reason: that is where the secret is.
pub fn run(
    program: &str,
    arguments: &[&str],
    environment: &Environment,
    patience: Duration,
) -> Result<Vec<u8>, String> {
    let deadline = Instant::now() + patience;
    let mut child = start(program, arguments, environment)?;
    let stdout = read(child.stdout.take());
    let stderr = read(child.stderr.take());
    let Some(status) = wait(&mut child, deadline) else {
        // It may have ended by itself just now; either way it has to be taken off the list.
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("{program} did not end within {patience:?}"));
    };
    // Who inherited its pipes may keep them open longer than it lived.
    let rest = || deadline.saturating_duration_since(Instant::now());
    if !status.success() {
        let said = stderr.recv_timeout(rest()).unwrap_or_default();
        return Err(match complaint(&said) {
            said if said.is_empty() => format!("{program} failed ({status})"),
            said => format!("{program} failed ({status}) and said \"{said}\""),
        });
    }
    stdout
        .recv_timeout(rest())
        .map_err(|_| format!("{program} left its output open for more than {patience:?}"))
}

fn start(program: &str, arguments: &[&str], environment: &Environment) -> Result<Child, String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(environment.variables.all())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if !environment.working_directory.as_os_str().is_empty() {
        command.current_dir(&environment.working_directory);
    }
    command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("the program {program} is not on the PATH"),
        kind => format!("the program {program} cannot be started: {kind}"),
    })
}

/// Reads a pipe to its end on a thread of its own, so that neither pipe can fill up and block.
fn read(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (done, result) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // A pipe that breaks has ended.
            let _ = pipe.take(LIMIT).read_to_end(&mut bytes);
        }
        // Nobody may wait for it any more.
        let _ = done.send(bytes);
    });
    result
}

fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(POLL_INTERVAL),
            Ok(None) | Err(_) => return None,
        }
    }
}

/// What a program said to people, on one line, with nothing in it that acts on a terminal.
fn complaint(stderr: &[u8]) -> String {
    let said = visible(stderr.trim_ascii());
    said.chars().take(COMPLAINT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, patience: Duration) -> Result<String, String> {
        let environment = Environment {
            variables: [("PATH", "/usr/bin:/bin"), ("SAID", "a word")]
                .into_iter()
                .collect(),
            ..Environment::default()
        };
        let output = run("sh", &["-c", script], &environment, patience)?;
        Ok(String::from_utf8(output).unwrap())
    }

    const LONG: Duration = Duration::from_secs(10);

    #[test]
    fn stdout_is_the_result_and_the_variables_are_those_given() {
        assert_eq!(
            sh("printf '%s' \"$SAID\"; echo no >&2", LONG),
            Ok("a word".into())
        );
    }

    #[test]
    fn a_failure_repeats_stderr_safely_and_never_stdout() {
        let said = sh(
            "echo hunter2; printf 'no\\033[31m\\nsuch item' >&2; exit 3",
            LONG,
        );
        assert_eq!(
            said.unwrap_err(),
            "sh failed (exit status: 3) and said \"no␛[31m␊such item\""
        );
        assert_eq!(
            sh("exit 1", LONG).unwrap_err(),
            "sh failed (exit status: 1)"
        );
    }

    #[test]
    fn one_that_does_not_end_is_ended() {
        let started = Instant::now();
        let said = sh("exec sleep 60", Duration::from_millis(100)).unwrap_err();
        assert_eq!(said, "sh did not end within 100ms");
        assert!(started.elapsed() < LONG);
    }

    #[test]
    fn a_pipe_that_somebody_else_holds_open_keeps_nobody_waiting() {
        let started = Instant::now();
        let said = sh("sleep 60 & exit 0", Duration::from_millis(300)).unwrap_err();
        assert!(said.starts_with("sh left its output open"), "{said}");
        assert!(started.elapsed() < LONG);
    }

    #[test]
    fn one_that_is_missing_is_named() {
        let environment = Environment::default();
        let said = run("goingnats-no-such-program", &[], &environment, LONG).unwrap_err();
        assert_eq!(
            said,
            "the program goingnats-no-such-program is not on the PATH"
        );
    }
}
