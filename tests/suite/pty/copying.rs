//! Copying by the built program, with programs of ours on the `PATH`: what they are given, and what
//! is said where they fail or hang.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use super::harness::{Program, Session};
use crate::support::wait_until;

const GOINGNATS: &str = env!("CARGO_BIN_EXE_goingnats");

/// The explorer on a recording of one message, `hello` on `t`, in an environment with these programs.
/// `OUT` names a folder for them to write to.
fn opened(programs: &[(&str, &str)], variables: &[(&str, &str)]) -> (Session, TempDir) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("bin");
    std::fs::create_dir(&folder).unwrap();
    for (name, script) in programs {
        let path = folder.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    let recording = home.path().join("one.ndjson");
    let line = r#"{"at":"2026-11-23T02:00:00Z","dir":"in","subject":"t","size":5,"data":"hello"}"#;
    std::fs::write(&recording, format!("{line}\n")).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let program = Program::new(GOINGNATS, &["open", recording.to_str().unwrap()])
        .env("GOINGNATS_HOME", home.path().to_str().unwrap())
        .env("OUT", home.path().to_str().unwrap())
        .env("PATH", &path);
    let program = variables
        .iter()
        .fold(program, |program, (name, value)| program.env(name, value));
    let session = program.size(120, 40).start();
    session.wait_for_text("hello");
    (session, home)
}

/// Waits for a file that a program of ours wrote, and its content.
fn written(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    wait_until(name, || path.exists());
    std::fs::read_to_string(path).unwrap()
}

/// Writes its arguments and what it is given.
const TAKES: &str =
    r#"cat >"$OUT/part" && echo "$@" >>"$OUT/part" && mv "$OUT/part" "$OUT/$(basename "$0")""#;

const IN_TMUX: (&str, &str) = ("TMUX", "/tmp/tmux-0/default,1,0");
const WAYLAND: (&str, &str) = ("WAYLAND_DISPLAY", "wayland-0");

#[test]
fn a_program_is_given_the_text_and_only_then_it_is_said_to_be_copied() {
    for (programs, variables, file, given, told) in [
        (
            &[("tmux", TAKES)][..],
            &[IN_TMUX][..],
            "tmux",
            "helloload-buffer -w -\n",
            "Copied the payload, 5 B (tmux).",
        ),
        (
            &[
                ("tmux", r#"[ "$2" = - ] && "$OUT/bin/takes" "$@""#),
                ("takes", TAKES),
            ],
            &[IN_TMUX],
            "takes",
            "helloload-buffer -\n",
            "Copied the payload, 5 B (tmux).",
        ),
        (
            &[("wl-copy", TAKES)],
            &[WAYLAND],
            "wl-copy",
            "hello\n",
            "Copied the payload, 5 B (wl-copy).",
        ),
        (
            &[("tmux", TAKES), ("wl-copy", "exit 7")],
            &[IN_TMUX, WAYLAND],
            "tmux",
            "helloload-buffer -w -\n",
            "Copied the payload, 5 B (tmux). wl-copy ended with exit code 7.",
        ),
    ] {
        let (mut session, home) = opened(programs, variables);
        session.send("yy");
        session.wait_for_text(told);
        assert_eq!(written(home.path(), file), given);
        let raw = session.raw();
        assert!(!raw.windows(5).any(|part| part == b"\x1b]52;"));
    }
}

#[test]
fn where_no_program_takes_it_it_is_offered_to_the_terminal_and_nothing_says_copied() {
    for (programs, variables, told) in [
        (
            &[][..],
            &[][..],
            "Offered to the terminal: the payload, 5 B; not every one takes it.",
        ),
        (
            &[("wl-copy", "exit 7")],
            &[WAYLAND],
            "wl-copy ended with exit code 7. Offered to the terminal:",
        ),
        (
            &[("wl-copy", TAKES)],
            &[WAYLAND, ("SSH_TTY", "/dev/pts/0")],
            "Offered to the terminal: the payload, 5 B; not every one takes it.",
        ),
        (
            &[],
            &[("TERM", "xterm-kitty")],
            "kitty takes it by default.",
        ),
    ] {
        let (mut session, _home) = opened(programs, variables);
        session.send("yy");
        session.wait_for_bytes("the sequence", |raw| {
            raw.windows(14).any(|part| part == b"\x1b]52;c;aGVsbG8")
        });
        session.wait_for_text(told);
        assert!(!session.screen().contains("Copied"));
    }
}

#[test]
fn a_program_that_hangs_holds_up_no_key_and_is_given_up() {
    let hangs = r#"echo >"$OUT/begun"; sleep 60"#;
    let (mut session, home) = opened(&[("wl-copy", hangs)], &[WAYLAND]);
    session.send("yy");
    written(home.path(), "begun");
    session.send("?");
    session.wait_for_text("Help");
    assert!(!session.screen().contains("did not end"));
    session.send("\x1b");
    session.wait_for_text("wl-copy did not end in time. Offered");
}
