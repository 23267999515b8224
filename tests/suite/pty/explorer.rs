//! The built explorer in a real terminal: start, every way out, and what it leaves behind.

use std::{
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
};

use goingnats::broker::{Broker, Settings};
use rustix::process::Signal;
use tempfile::TempDir;

use super::harness::{Program, Session};
use crate::support::wait_until;

const GOINGNATS: &str = env!("CARGO_BIN_EXE_goingnats");

/// A server that is not there: the first frame must not wait for it.
const NOBODY: [&str; 3] = ["--no-context", "-s", "nats://127.0.0.1:1"];

/// Keys that make a debug build panic while it draws.
const PANIC: &str = ":panic\r";

/// The explorer on its first frame, with a home of its own that ends with the test.
fn started() -> (Session, TempDir) {
    with("GOINGNATS_TEST", "1")
}

fn with(name: &str, value: &str) -> (Session, TempDir) {
    let home = tempfile::tempdir().unwrap();
    let session = Program::new(GOINGNATS, &NOBODY)
        .env("GOINGNATS_HOME", home.path().to_str().unwrap())
        .env(name, value)
        .start();
    session.wait_for("the first frame", |screen| {
        let text = screen.contents();
        screen.alternate_screen() && text.contains("Messages") && text.contains("Subscriptions")
    });
    (session, home)
}

fn assert_left_as_it_was(session: &Session) {
    assert_eq!(session.modes_left_on(), [""; 0]);
    assert!(session.is_cooked());
}

#[test]
fn the_first_frame_does_not_wait_for_the_network() {
    let (session, _home) = started();
    assert!(!session.is_cooked());
}

/// `open -` has the recording on stdin and the keys on the terminal behind it.
#[test]
fn a_stream_is_shown_while_it_comes_and_keys_are_taken() {
    let home = tempfile::tempdir().unwrap();
    let end = home.path().join("end");
    let script = r#"
        { printf '{"Subject":"first.one","Data":"aGk="}\0'
          until [ -e "$END" ]; do sleep 0.01; done
          printf '{"Subject":"second.one","Data":"aGk="}\0'; } | "$GOINGNATS" open -"#;
    let mut session = Program::new("sh", &["-c", script])
        .env("GOINGNATS_HOME", home.path().to_str().unwrap())
        .env("END", end.to_str().unwrap())
        .env("GOINGNATS", GOINGNATS)
        .start();
    session.wait_for_text("first.one");
    session.send("?");
    session.wait_for_text("Help");
    session.send("\x1b");
    std::fs::write(end, "").unwrap();
    session.wait_for_text("second.one");
    session.send("q");
    assert_eq!(session.exit_code(), 0);
    assert_left_as_it_was(&session);
}

#[test]
fn quit_by_key() {
    for key in ["q", "\x03"] {
        let (mut session, _home) = started();
        session.send(key);
        assert_eq!(session.exit_code(), 0, "{key:?}");
        assert_left_as_it_was(&session);
    }
}

#[test]
fn quit_by_signal() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let (mut session, _home) = started();
        session.signal(signal);
        assert_eq!(session.exit_code(), code, "{signal:?}");
        assert_left_as_it_was(&session);
    }
}

/// With the mouse on, which a click on the name of a view shows.
fn with_the_mouse() -> (Session, TempDir) {
    let (mut session, home) = started();
    session.send("M");
    session.wait_for_bytes("the mouse", |raw| {
        raw.windows(8).any(|part| part == b"\x1b[?1006h")
    });
    let screen = session.screen();
    let line = screen.lines().next().unwrap();
    let (before, _) = line.split_once("2 History").unwrap();
    // its middle, since the words before it change while it connects
    let column = before.chars().count() + 5;
    session.send(&format!("\x1b[<0;{column};1M\x1b[<0;{column};1m"));
    session.wait_for_text("Nothing was sent yet");
    (session, home)
}

#[test]
fn the_mouse_is_turned_off_on_every_way_out() {
    for leave in [
        |session: &mut Session| session.send("\x03"),
        |session: &mut Session| session.signal(Signal::TERM),
        // from the history to the palette of every pane
        |session: &mut Session| session.send("\x10panic\r"),
    ] {
        let (mut session, _home) = with_the_mouse();
        leave(&mut session);
        session.exit_code();
        assert_left_as_it_was(&session);
    }
}

#[test]
fn turned_off_by_its_key_the_mouse_is_the_terminals_at_once() {
    let (mut session, _home) = started();
    session.send("MM");
    session.wait_for_text("Mouse off: the terminal selects");
    session.wait_for_bytes("no mouse", |raw| {
        raw.windows(8).any(|part| part == b"\x1b[?1000l")
    });
    session.send("q");
    assert_eq!(session.exit_code(), 0);
    assert_left_as_it_was(&session);
}

#[test]
fn a_panic_is_read_on_a_restored_terminal() {
    let (mut session, _home) = started();
    session.send(PANIC);
    assert_eq!(session.exit_code(), 101);
    assert_left_as_it_was(&session);
    assert!(
        session.screen().contains("panicked"),
        "{}",
        session.screen()
    );
}

#[test]
fn without_a_shell_suspend_says_so() {
    let (mut session, _home) = started();
    session.send("\x1a");
    session.wait_for_text("cannot suspend");
    session.send("q");
    assert_eq!(session.exit_code(), 0);
}

#[test]
fn in_a_shell_it_suspends_and_comes_back() {
    let home = tempfile::tempdir().unwrap();
    let command = format!("{GOINGNATS} {}", NOBODY.join(" "));
    let mut session = Program::new("sh", &["-i"])
        .env("PS1", "shell> ")
        .env("EXPLORE", &command)
        .env("GOINGNATS_HOME", home.path().to_str().unwrap())
        .start();
    session.wait_for_prompt("shell> ");
    session.send("eval \"$EXPLORE\"\r");
    session.wait_for_text("Subscriptions");
    session.send("\x1a");
    session.wait_for_prompt("shell> ");
    assert_eq!(session.modes_left_on(), [""; 0]);
    // the shell is told of it, and we are not
    session.resize(60, 20);
    session.send("fg\r");
    session.wait_for("the explorer again, as small as that", |screen| {
        screen.alternate_screen() && has_its_corner(screen)
    });
    session.send("q");
    session.wait_for_prompt("shell> ");
    session.send("echo code $?\r");
    session.wait_for_text("code 0");
}

#[test]
fn the_payload_is_edited_by_the_persons_own_editor() {
    for (editor, shown) in [
        ("sh -c 'printf \"new\\n\" >\"$0\"'", "new"),
        ("true", "old"),
        (
            "false",
            "The draft is as it was: false ended with exit code 1",
        ),
        ("sh -c 'kill -INT $PPID'", "old"),
    ] {
        let (mut session, _home) = with("EDITOR", editor);
        session.send("r");
        session.wait_for_text("Enter sends from the subject");
        session.send("s\told");
        session.wait_for_text("old");
        session.send("\x05");
        session.wait_for_bytes("the screen left and taken again", |raw| {
            String::from_utf8_lossy(raw).matches("\x1b[?1049h").count() == 2
        });
        session.wait_for_text(shown);
        assert!(!session.is_cooked());
        session.send("\x03");
        assert_eq!(session.exit_code(), 0);
        assert_left_as_it_was(&session);
    }
}

#[test]
fn an_editor_that_is_not_there_is_named_with_what_sets_another() {
    let (mut session, _home) = with("EDITOR", "goingnats-no-such-editor");
    session.send("rs\told\x05");
    session.wait_for_text("goingnats-no-such-editor is not there: set VISUAL or EDITOR");
    session.wait_for_text("old");
}

#[test]
fn without_a_variable_the_editor_is_vi() {
    let programs = tempfile::tempdir().unwrap();
    let vi = programs.path().join("vi");
    std::fs::write(&vi, "#!/bin/sh\nprintf 'by vi' >\"$1\"\n").unwrap();
    std::fs::set_permissions(&vi, std::fs::Permissions::from_mode(0o700)).unwrap();
    let others = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{others}", programs.path().display());
    let (mut session, _home) = with("PATH", &path);
    session.send("rs\told\x05");
    session.wait_for_text("by vi");
}

/// Somebody else holds the lock of the history, for which its writer waits.
#[test]
fn a_way_out_that_takes_long_says_so_and_ends_at_once_by_ctrl_c() {
    let (mut session, home) = started();
    session.send("rs\r");
    session.wait_for_text("✗");
    let find = || walk(home.path(), "history.jsonl");
    wait_until("the history is written", || find().is_some());
    let file = std::fs::File::open(find().unwrap()).unwrap();
    file.lock().unwrap();
    // each waits for the lock, five seconds and no longer
    session.send("\x1b[15~\x1b[15~\x1b[15~");
    session.send("\x1b");
    session.wait_for_text("s subscribe");
    session.send("q");
    session.wait_for_text("files are still being written; Ctrl-C leaves without");
    assert_left_as_it_was(&session);
    session.send("\x03");
    assert_eq!(session.exit_code(), 130);
}

/// The file of that name below a folder.
fn walk(folder: &std::path::Path, name: &str) -> Option<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries.filter_map(Result::ok).find_map(|entry| {
        let path = entry.path();
        match path.is_dir() {
            true => walk(&path, name),
            false => (entry.file_name() == name).then_some(path),
        }
    })
}

#[test]
fn a_new_size_is_drawn_to_its_edges() {
    let (session, _home) = started();
    session.resize(60, 20);
    session.wait_for("the corner of the narrow screen", has_its_corner);
}

/// Whether a box ends where a screen of 60 columns does.
fn has_its_corner(screen: &vt100::Screen) -> bool {
    let mut rows = screen.rows(0, 60);
    rows.any(|row| row.trim_end().ends_with('╮') && row.chars().count() <= 60)
}

#[test]
fn with_no_color_no_colour_is_written_and_the_focus_still_shows() {
    let (session, _home) = with("NO_COLOR", "1");
    let (columns, rows) = (100, 30);
    let (mut coloured, mut marked) = (0, 0);
    session.look(|screen| {
        for cell in (0..rows).flat_map(|y| (0..columns).filter_map(move |x| screen.cell(y, x))) {
            let plain = cell.fgcolor() == vt100::Color::Default;
            coloured += usize::from(!plain || cell.bgcolor() != vt100::Color::Default);
            marked += usize::from(cell.inverse() || cell.bold());
        }
    });
    assert_eq!(coloured, 0);
    assert_ne!(marked, 0);
}

#[test]
fn where_stdout_is_no_terminal_a_sentence_says_what_to_do() {
    let output = Command::new(GOINGNATS)
        .args(NOBODY)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let sentence = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(sentence.contains("not a terminal"), "{sentence}");
}

/// How many descriptors are open and how many threads run.
fn resources(session: &Session) -> (usize, usize) {
    let count = |what| {
        let folder = format!("/proc/{}/{what}", session.id());
        std::fs::read_dir(folder).unwrap().count()
    };
    (count("fd"), count("task"))
}

#[test]
fn going_from_one_context_to_another_leaves_no_thread_and_no_descriptor() {
    let brokers = [(); 2].map(|()| Broker::start(Settings::default()).unwrap());
    let home = tempfile::tempdir().unwrap();
    let contexts = home.path().join("nats/context");
    std::fs::create_dir_all(&contexts).unwrap();
    for (name, broker) in ["one", "two"].iter().zip(&brokers) {
        let text = format!(r#"{{"url": "{}"}}"#, broker.url());
        std::fs::write(contexts.join(format!("{name}.json")), text).unwrap();
    }
    let path = home.path().to_str().unwrap();
    let mut session = Program::new(GOINGNATS, &["--context", "one", "--sub", "a"])
        .env("GOINGNATS_HOME", path)
        .env("XDG_CONFIG_HOME", path)
        .start();
    let mut go_to = |name: &str| {
        session.send("C");
        session.wait_for("the list", |screen| screen.contents().contains("2 of 2"));
        session.send(&format!("{name}\r"));
        session.wait_for(name, |screen| {
            let text = screen.contents();
            text.contains(&format!("● {name} ")) && text.contains("● a ")
        });
        resources(&session)
    };
    go_to("two");
    let at_first = go_to("one");
    for _ in 0..12 {
        go_to("two");
        go_to("one");
    }
    wait_until("what was left is gone", || resources(&session) <= at_first);
}

#[test]
fn times_are_shown_in_the_zone_of_the_settings() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("settings.toml"), "zone = \"+05:30\"\n").unwrap();
    let recording = home.path().join("one.ndjson");
    let line = r#"{"at":"2026-11-22T22:00:00Z","dir":"in","subject":"t","size":5,"data":"hello"}"#;
    std::fs::write(&recording, format!("{line}\n")).unwrap();
    let session = Program::new(GOINGNATS, &["open", recording.to_str().unwrap()])
        .env("GOINGNATS_HOME", home.path().to_str().unwrap())
        .size(120, 40)
        .start();
    session.wait_for_text("Mon 23 Nov 2026, +05:30");
    session.wait_for_text("03:30:00.000");
    session.wait_for_text("Mon 2026-11-23, +05:30");
}
