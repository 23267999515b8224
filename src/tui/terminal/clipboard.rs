//! Copying: by a tool of the desktop where the program runs on it, else through the terminal
//! (OSC 52). The terminal never answers, so nothing says "copied" that was only sent.

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::tui::widgets::number;

/// The most bytes of text that go through the terminal: what fits a sequence of 100 000 bytes,
/// the limit of the common terminals.
pub const TERMINAL_LIMIT: usize = 74_994;

/// A tool that takes longer hangs (an X server that does not answer).
const TOOL_WITHIN: Duration = Duration::from_secs(2);

/// A way to the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// A program that takes the text on its standard input.
    Tool {
        /// Its name on the `PATH`.
        program: &'static str,
        /// Its arguments.
        arguments: &'static [&'static str],
    },
    /// The sequence OSC 52, written to the terminal.
    Terminal,
}

/// Why nothing was copied. The text is a sentence for people.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// More than [`TERMINAL_LIMIT`].
    #[error("{0} is more than a terminal's clipboard takes (75 kB): write it to a file instead")]
    TooLarge(String),
    /// The tool could not be run or said no.
    #[error("{program}: {reason}")]
    Tool {
        /// The tool.
        program: &'static str,
        /// What happened.
        reason: String,
    },
}

/// The tools, each with the variable that says its desktop is there.
const TOOLS: [(Option<&str>, &str, &[&str]); 4] = [
    (Some("WAYLAND_DISPLAY"), "wl-copy", &[]),
    (Some("DISPLAY"), "xclip", &["-selection", "clipboard"]),
    (Some("DISPLAY"), "xsel", &["--clipboard", "--input"]),
    (None, "pbcopy", &[]),
];

/// Which way to take. Decided from variables and a look for programs, both passed in.
/// On a remote machine always the terminal: a tool there fills the wrong clipboard and says it worked.
pub fn route(variable: impl Fn(&str) -> Option<String>, installed: impl Fn(&str) -> bool) -> Route {
    let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    if set("SSH_TTY") || set("SSH_CONNECTION") {
        return Route::Terminal;
    }
    TOOLS
        .into_iter()
        .find(|(desktop, program, _)| desktop.is_none_or(&set) && installed(program))
        .map_or(Route::Terminal, |(_, program, arguments)| Route::Tool {
            program,
            arguments,
        })
}

/// Whether a program of that name is in one of the folders of `path`.
pub fn installed(program: &str, path: &OsStr) -> bool {
    std::env::split_paths(path).any(|folder| folder.join(program).is_file())
}

/// The sequence that fills the terminal's clipboard.
///
/// # Errors
/// [`Error::TooLarge`].
pub fn sequence(text: &[u8]) -> Result<Vec<u8>, Error> {
    if text.len() > TERMINAL_LIMIT {
        return Err(Error::TooLarge(number::bytes(text.len() as u64)));
    }
    Ok(format!("\x1b]52;c;{}\x1b\\", STANDARD.encode(text)).into_bytes())
}

/// Runs a tool with the text. Waits up to two seconds: for the jobs thread.
///
/// # Errors
/// [`Error::Tool`].
pub fn run(program: &'static str, arguments: &[&str], text: &[u8]) -> Result<(), Error> {
    let failed = |reason: String| Error::Tool { program, reason };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    // On a thread: a tool that hangs would not read, and a full pipe would hold us up for ever.
    if let Some(mut stdin) = child.stdin.take() {
        let text = text.to_vec();
        std::thread::spawn(move || stdin.write_all(&text));
    }
    let deadline = Instant::now() + TOOL_WITHIN;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(failed(format!("ended with {status}"))),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed("did not end within 2 s".into()));
            }
            Err(error) => return Err(failed(error.to_string())),
        }
    }
}

/// What happened, for a toast: `sent 1.2 kB to the terminal's clipboard`, `copied 96 B (wl-copy)`.
pub fn sentence(route: &Route, bytes: usize) -> String {
    let size = number::bytes(bytes as u64);
    match route {
        Route::Tool { program, .. } => format!("copied {size} ({program})"),
        Route::Terminal => format!("sent {size} to the terminal's clipboard"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAYLAND: (&str, &str) = ("WAYLAND_DISPLAY", "wayland-0");
    const X11: (&str, &str) = ("DISPLAY", ":0");
    const SSH: (&str, &str) = ("SSH_TTY", "/dev/pts/3");

    fn program(variables: &[(&str, &str)], programs: &[&str]) -> Option<&'static str> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| value.to_string())
        };
        match route(variable, |program| programs.contains(&program)) {
            Route::Tool { program, .. } => Some(program),
            Route::Terminal => None,
        }
    }

    #[test]
    fn a_tool_needs_its_desktop_and_nobody_far_away() {
        for (variables, programs, expected) in [
            (
                &[WAYLAND, X11][..],
                &["wl-copy", "xclip"][..],
                Some("wl-copy"),
            ),
            (&[WAYLAND, X11], &["xclip"], Some("xclip")),
            (&[X11], &["wl-copy", "xsel"], Some("xsel")),
            (&[], &["wl-copy", "xclip", "xsel"], None),
            (&[("DISPLAY", "")], &["xclip"], None),
            (&[], &["pbcopy"], Some("pbcopy")),
            (&[X11], &[], None),
            (&[X11, SSH], &["xclip"], None),
            (&[("SSH_CONNECTION", "a 1 b 22")], &["pbcopy"], None),
        ] {
            assert_eq!(
                program(variables, programs),
                expected,
                "{variables:?} {programs:?}"
            );
        }
    }

    #[test]
    fn a_program_is_looked_for_in_every_folder_of_the_path() {
        let (empty, full) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(full.path().join("wl-copy"), "").unwrap();
        let path = std::env::join_paths([empty.path(), full.path()]).unwrap();
        assert!(installed("wl-copy", &path));
        assert!(!installed("xclip", &path));
    }

    #[test]
    fn the_sequence_is_base64_and_bounded() {
        assert_eq!(sequence(b"hello"), Ok(b"\x1b]52;c;aGVsbG8=\x1b\\".to_vec()));
        assert_eq!(sequence(b"\x1b\\"), Ok(b"\x1b]52;c;G1w=\x1b\\".to_vec()));
        let largest = sequence(&vec![b'x'; TERMINAL_LIMIT]).unwrap();
        assert!(largest.len() <= 100_001, "{}", largest.len());
        let error = sequence(&vec![b'x'; TERMINAL_LIMIT + 1]).unwrap_err();
        assert!(error.to_string().contains("write it to a file"), "{error}");
    }

    #[test]
    fn a_tool_gets_the_text_and_its_failure_is_told() {
        assert_eq!(
            run("sh", &["-c", "[ \"$(cat)\" = hello ]"], b"hello"),
            Ok(())
        );
        let error = run("sh", &["-c", "exit 3"], &[b'x'; 1 << 20]).unwrap_err();
        assert!(error.to_string().contains('3'), "{error}");
        assert!(run("goingnats-no-such-tool", &[], b"").is_err());
    }

    #[test]
    fn the_sentence_says_copied_only_of_what_is_known() {
        let tool = Route::Tool {
            program: "wl-copy",
            arguments: &[],
        };
        assert_eq!(sentence(&tool, 96), "copied 96 B (wl-copy)");
        assert_eq!(
            sentence(&Route::Terminal, 1200),
            "sent 1.2 kB to the terminal's clipboard"
        );
    }
}
