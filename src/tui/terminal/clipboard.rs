//! Copying: into tmux's buffer, by a program of the desktop, or through the terminal (OSC 52). The
//! terminal never answers, so nothing says "copied" of what was only offered to it.

mod programs;

pub use programs::{Outcome, Until, run};

use std::ffi::OsStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::text::size;

/// The most bytes of text that go through the terminal: what fits a sequence of 100 000 bytes,
/// the limit of the common terminals.
pub const TERMINAL_LIMIT: usize = 74_994;

/// A program that takes the text on its standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name on the `PATH`.
    pub program: &'static str,
    /// Its arguments. Where there are several lists, the next is tried where one fails: older
    /// versions know fewer flags.
    pub arguments: &'static [&'static [&'static str]],
}

/// The ways that a copy may take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// Inside tmux, its own buffer: filled whatever else takes the text.
    pub tmux: Option<Tool>,
    /// The programs of the desktop, tried in turn until one takes the text.
    pub desktop: Vec<Tool>,
    /// The terminal, where no program took it.
    pub terminal: Terminal,
}

impl Ways {
    /// Whether there is a program to be run.
    pub fn has_programs(&self) -> bool {
        self.tmux.is_some() || !self.desktop.is_empty()
    }
}

/// What is known of the terminal as a clipboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Its name, where it takes OSC 52 unless its own settings forbid it.
    pub taking: Option<&'static str>,
    /// Whether GNU screen stands before it, which passes on what is wrapped for it only.
    pub in_screen: bool,
}

/// Why the terminal is not offered a text. A part of a sentence for people.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0} is more than a terminal's clipboard takes (75 kB)")]
pub struct TooLarge(String);

/// `-w` (tmux 3.2, 2021) also offers the text to the terminal that tmux is shown in.
const TMUX: Tool = Tool {
    program: "tmux",
    arguments: &[&["load-buffer", "-w", "-"], &["load-buffer", "-"]],
};

/// The programs, each with the variable that says its desktop is there.
const DESKTOP: [(Option<&str>, Tool); 4] = [
    (
        Some("WAYLAND_DISPLAY"),
        Tool {
            program: "wl-copy",
            arguments: &[&[]],
        },
    ),
    (
        Some("DISPLAY"),
        Tool {
            program: "xclip",
            arguments: &[&["-selection", "clipboard"]],
        },
    ),
    (
        Some("DISPLAY"),
        Tool {
            program: "xsel",
            arguments: &[&["--clipboard", "--input"]],
        },
    ),
    (
        None,
        Tool {
            program: "pbcopy",
            arguments: &[&[]],
        },
    ),
];

/// The terminals that take OSC 52 as they are installed: a variable, its value where not any will do,
/// the name. `TERM` is the only one that comes through ssh.
const TAKING: [(&str, Option<&str>, &str); 13] = [
    ("TERM", Some("xterm-kitty"), "kitty"),
    ("TERM", Some("xterm-ghostty"), "Ghostty"),
    ("TERM", Some("foot"), "foot"),
    ("TERM", Some("foot-extra"), "foot"),
    ("TERM", Some("alacritty"), "Alacritty"),
    ("TERM", Some("wezterm"), "WezTerm"),
    ("TERM", Some("rio"), "Rio"),
    ("TERM_PROGRAM", Some("WezTerm"), "WezTerm"),
    ("TERM_PROGRAM", Some("ghostty"), "Ghostty"),
    ("TERM_PROGRAM", Some("rio"), "Rio"),
    ("KITTY_WINDOW_ID", None, "kitty"),
    ("ALACRITTY_WINDOW_ID", None, "Alacritty"),
    ("WT_SESSION", None, "Windows Terminal"),
];

/// Which ways there are. Decided from variables and a look for programs, both passed in; an empty
/// variable counts as not set. On a remote machine no program of its desktop: that would fill the
/// wrong clipboard and say it worked.
pub fn ways(variable: impl Fn(&str) -> Option<String>, installed: impl Fn(&str) -> bool) -> Ways {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let is_set = |name: &str| set(name).is_some();
    let in_tmux = is_set("TMUX");
    let is_remote = is_set("SSH_TTY") || is_set("SSH_CONNECTION");
    let desktop = DESKTOP.into_iter().filter(|(desktop, tool)| {
        !is_remote && desktop.is_none_or(is_set) && installed(tool.program)
    });
    // what stands between us and the terminal decides, and the terminal's own variables tell nothing
    let in_screen = is_set("STY") && !in_tmux;
    let is_between = in_tmux || in_screen || is_set("ZELLIJ");
    let taking = TAKING
        .into_iter()
        .filter(|_| !is_between)
        .find(|(name, wanted, _)| {
            set(name).is_some_and(|value| wanted.is_none_or(|wanted| value == wanted))
        });
    Ways {
        tmux: (in_tmux && installed(TMUX.program)).then_some(TMUX),
        desktop: desktop.map(|(_, tool)| tool).collect(),
        terminal: Terminal {
            taking: taking.map(|(_, _, name)| name),
            in_screen,
        },
    }
}

/// Whether a program of that name is in one of the folders of `path`.
pub fn installed(program: &str, path: &OsStr) -> bool {
    std::env::split_paths(path).any(|folder| folder.join(program).is_file())
}

/// The sequence that offers a text to the terminal.
///
/// # Errors
/// [`TooLarge`], above [`TERMINAL_LIMIT`].
pub fn sequence(text: &[u8], terminal: Terminal) -> Result<Vec<u8>, TooLarge> {
    /// What one of GNU screen's strings holds at most, in bytes (its `MAXSTR`, 768).
    const PART: usize = 700;
    if text.len() > TERMINAL_LIMIT {
        return Err(TooLarge(size::rounded(text.len() as u64)));
    }
    let encoded = STANDARD.encode(text);
    if !terminal.in_screen {
        return Ok(format!("\x1b]52;c;{encoded}\x1b\\").into_bytes());
    }
    let whole = format!("\x1b]52;c;{encoded}\x07").into_bytes();
    let parts = whole.chunks(PART);
    Ok(parts
        .flat_map(|part| [b"\x1bP", part, b"\x1b\\"].concat())
        .collect())
}

/// What programs took, for a toast: `Copied the payload, 96 B (tmux, wl-copy).`
pub fn copied(what: &str, bytes: usize, outcome: &Outcome) -> String {
    let (size, by) = (size::rounded(bytes as u64), outcome.took.join(", "));
    let failed: String = outcome
        .failed
        .iter()
        .map(|why| format!(" {why}."))
        .collect();
    format!("Copied {what}, {size} ({by}).{failed}")
}

/// What the terminal was offered, for a toast.
pub fn offered(what: &str, bytes: usize, terminal: Terminal) -> String {
    let size = size::rounded(bytes as u64);
    let then = match terminal.taking {
        Some(name) => format!("{name} takes it by default"),
        None => "not every one takes it".to_owned(),
    };
    format!("Offered to the terminal: {what}, {size}; {then}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TMUX: (&str, &str) = ("TMUX", "/tmp/tmux-1000/default,12,0");
    const WAYLAND: (&str, &str) = ("WAYLAND_DISPLAY", "wayland-0");
    const X11: (&str, &str) = ("DISPLAY", ":0");
    const SSH: (&str, &str) = ("SSH_TTY", "/dev/pts/3");
    const KITTY: (&str, &str) = ("TERM", "xterm-kitty");
    const SCREEN: (&str, &str) = ("STY", "1.pts-0.host");

    fn given(variables: &[(&str, &str)], programs: &[&str]) -> Ways {
        let variable = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| value.to_string())
        };
        ways(variable, |program| programs.contains(&program))
    }

    /// Programs in their order, then the terminal.
    fn names(ways: &Ways) -> String {
        let programs = ways.tmux.iter().chain(&ways.desktop);
        let programs: Vec<&str> = programs.map(|tool| tool.program).collect();
        let terminal = ways.terminal.taking.unwrap_or("terminal");
        let screen = if ways.terminal.in_screen {
            " in screen"
        } else {
            ""
        };
        format!("{} | {terminal}{screen}", programs.join(" "))
    }

    #[test]
    fn the_surroundings_decide_the_ways() {
        let all = &["tmux", "wl-copy", "xclip", "xsel", "pbcopy"][..];
        let linux = &["tmux", "wl-copy", "xclip", "xsel"][..];
        for (variables, programs, expected) in [
            (&[][..], &[][..], " | terminal"),
            (&[], linux, " | terminal"),
            (&[], all, "pbcopy | terminal"),
            (&[WAYLAND, X11], linux, "wl-copy xclip xsel | terminal"),
            (&[WAYLAND], &["xclip"], " | terminal"),
            (&[X11], linux, "xclip xsel | terminal"),
            (&[X11], &["xsel"], "xsel | terminal"),
            (&[("DISPLAY", "")], linux, " | terminal"),
            (&[TMUX], linux, "tmux | terminal"),
            (&[TMUX], &[], " | terminal"),
            (&[("TMUX", "")], linux, " | terminal"),
            (&[TMUX, WAYLAND], linux, "tmux wl-copy | terminal"),
            (&[SSH, WAYLAND, X11], all, " | terminal"),
            (&[SSH, TMUX, WAYLAND], all, "tmux | terminal"),
            (
                &[("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22"), X11],
                linux,
                " | terminal",
            ),
            (&[SSH, KITTY], all, " | kitty"),
            (&[KITTY, X11], &["xclip"], "xclip | kitty"),
            // tmux hands the sequence of a program inside on to no terminal, as it is installed
            (&[TMUX, ("KITTY_WINDOW_ID", "1")], &[], " | terminal"),
            (&[SCREEN, ("WT_SESSION", "x")], &[], " | terminal in screen"),
            (&[SCREEN, TMUX], &["tmux"], "tmux | terminal"),
            (
                &[("ZELLIJ", "0"), ("TERM", "alacritty")],
                &[],
                " | terminal",
            ),
            (&[("TERM", "xterm-256color")], &[], " | terminal"),
            (&[("TERM_PROGRAM", "WezTerm")], &[], " | WezTerm"),
            (&[("TERM_PROGRAM", "Apple_Terminal")], &[], " | terminal"),
            (&[("WT_SESSION", "5f")], &[], " | Windows Terminal"),
        ] {
            let ways = given(variables, programs);
            assert_eq!(names(&ways), expected, "{variables:?} {programs:?}");
            assert_eq!(ways.has_programs(), !expected.starts_with(' '));
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
        let plain = Terminal::default();
        for (text, expected) in [
            (&b"hello"[..], &b"\x1b]52;c;aGVsbG8=\x1b\\"[..]),
            (b"\x1b\\", b"\x1b]52;c;G1w=\x1b\\"),
            (b"caf\xe9", b"\x1b]52;c;Y2Fm6Q==\x1b\\"),
        ] {
            assert_eq!(sequence(text, plain), Ok(expected.to_vec()), "{text:?}");
        }
        let largest = sequence(&vec![b'x'; TERMINAL_LIMIT], plain).unwrap();
        assert!(largest.len() <= 100_001, "{}", largest.len());
        let error = sequence(&vec![b'x'; TERMINAL_LIMIT + 1], plain).unwrap_err();
        assert!(error.to_string().contains("takes (75 kB)"), "{error}");
    }

    #[test]
    fn gnu_screen_passes_on_what_is_wrapped_in_parts() {
        let terminal = Terminal {
            in_screen: true,
            ..Terminal::default()
        };
        let wrapped = sequence(&[b'x'; 1000], terminal).unwrap();
        let mut inside = Vec::new();
        let mut rest = &wrapped[..];
        while let Some(part) = rest.strip_prefix(b"\x1bP") {
            let end = part.windows(2).position(|two| two == b"\x1b\\").unwrap();
            assert!(end < 768, "{end}");
            inside.extend_from_slice(&part[..end]);
            rest = &part[end + 2..];
        }
        assert!(rest.is_empty());
        let expected = format!("\x1b]52;c;{}\x07", STANDARD.encode([b'x'; 1000]));
        assert_eq!(inside, expected.as_bytes());
    }

    #[test]
    fn the_sentence_says_copied_only_of_what_is_known() {
        let outcome = |took: &[&'static str], failed: &[&str]| Outcome {
            took: took.to_vec(),
            failed: failed.iter().map(ToString::to_string).collect(),
        };
        for (outcome, sentence) in [
            (outcome(&["wl-copy"], &[]), "Copied it, 96 B (wl-copy)."),
            (
                outcome(&["tmux", "xclip"], &[]),
                "Copied it, 96 B (tmux, xclip).",
            ),
            (
                outcome(&["tmux"], &["xclip ended with exit code 1"]),
                "Copied it, 96 B (tmux). xclip ended with exit code 1.",
            ),
        ] {
            assert_eq!(copied("it", 96, &outcome), sentence);
        }
        let kitty = Terminal {
            taking: Some("kitty"),
            in_screen: false,
        };
        for (terminal, sentence) in [
            (
                Terminal::default(),
                "Offered to the terminal: it, 1.2 kB; not every one takes it.",
            ),
            (
                kitty,
                "Offered to the terminal: it, 1.2 kB; kitty takes it by default.",
            ),
        ] {
            assert_eq!(offered("it", 1200, terminal), sentence);
        }
    }
}
