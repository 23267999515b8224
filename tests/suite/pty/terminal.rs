//! `tui::terminal` in a real terminal: every way out leaves it as it was.

use rustix::process::Signal;

use super::harness::{Program, Session};
use super::stage;

fn started() -> Session {
    let session = stage::program().start();
    session.wait_for_text("stage ready");
    session
}

fn assert_left_as_it_was(session: &Session) {
    assert_eq!(session.modes_left_on(), [""; 0]);
    assert!(session.is_cooked());
}

#[test]
fn while_it_runs_all_modes_are_on() {
    let session = started();
    let on = session.modes_left_on();
    assert_eq!(on, ["title", "?1049", "?2004", "?1004", "?25", "keyboard"]);
    assert!(!session.is_cooked());
}

#[test]
fn quit() {
    let mut session = started();
    session.send("q");
    assert_eq!(session.exit_code(), 0);
    assert_left_as_it_was(&session);
}

#[test]
fn quit_with_the_mouse_on() {
    let mut session = started();
    session.send("m");
    session.wait_for_bytes("the mouse", |raw| raw.ends_with(b"\x1b[?1006h"));
    session.send("\x1b[<64;3;4M");
    session.wait_for_text("mouse WheelUp");
    session.send("q");
    assert_eq!(session.exit_code(), 0);
    assert_left_as_it_was(&session);
}

#[test]
fn a_panic_is_read_on_a_restored_terminal() {
    let mut session = started();
    session.send("p");
    assert_eq!(session.exit_code(), 101);
    assert_left_as_it_was(&session);
    assert!(
        session.screen().contains("planted panic"),
        "{}",
        session.screen()
    );
}

#[test]
fn signals_end_with_their_code() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let mut session = started();
        session.signal(signal);
        assert_eq!(session.exit_code(), code, "{signal:?}");
        assert_left_as_it_was(&session);
    }
}

#[test]
fn a_terminal_that_hangs_does_not_hold_up_the_end() {
    let mut session = started();
    session.stall();
    session.send("f");
    session.wait_for_bytes("a flood of blanks", |raw| raw.ends_with(b"    "));
    session.signal(Signal::TERM);
    assert_eq!(session.exit_code(), 143);
    assert!(session.is_cooked());
}

#[test]
fn keys_pastes_focus_and_sizes_come_in() {
    let mut session = started();
    for (bytes, shown) in [
        ("x", "key  x"),
        ("X", "key  X"),
        ("\x1b[Z", "key Shift Tab"),
        ("\x03", "key Control c"),
        ("\x1bx", "key Alt x"),
        ("\x1b[200~two\rlines\x1b[201~", r#"paste "two\nlines""#),
        ("\x1b[O", "focus false"),
        ("\x1b[I", "focus true"),
    ] {
        session.send(bytes);
        session.wait_for_text(shown);
    }
    session.resize(60, 20);
    session.wait_for_text("size 60 20");
}

#[test]
fn with_no_color_bold_and_reverse_still_show() {
    let session = stage::program().env("NO_COLOR", "1").start();
    session.wait_for("a reversed word", |screen| {
        screen
            .cell(0, 0)
            .is_some_and(|cell| cell.contents() == "s" && cell.inverse() && cell.bold())
    });
}

#[test]
fn without_kitty_nothing_is_pushed_or_popped() {
    let mut session = stage::program().env("GOINGNATS_KITTY", "0").start();
    session.wait_for_text("stage ready");
    session.send("q");
    assert_eq!(session.exit_code(), 0);
    let raw = String::from_utf8_lossy(&session.raw()).into_owned();
    assert!(
        !raw.contains("\x1b[>1u") && !raw.contains("\x1b[<1u"),
        "{raw:?}"
    );
}

#[test]
fn where_no_shell_is_a_suspend_is_refused_and_nothing_changes() {
    let mut session = started();
    session.send("z");
    session.wait_for_text("cannot suspend: no shell");
    assert!(!session.is_cooked());
    session.send("q");
    assert_eq!(session.exit_code(), 0);
}

#[test]
fn stopped_and_continued_by_somebody_else_it_shows_again_and_pushes_nothing_twice() {
    let mut session = started();
    session.signal(Signal::STOP);
    session.signal(Signal::CONT);
    session.wait_for_bytes("the alternate screen again and a whole frame", |raw| {
        let text = String::from_utf8_lossy(raw);
        text.matches("\x1b[?1049h").count() == 2 && text.matches("\x1b[2J").count() == 2
    });
    session.send("q");
    assert_eq!(session.exit_code(), 0);
    assert_left_as_it_was(&session);
}

/// A shell with job control, in which the stage is started by typing its command line.
fn shell() -> Session {
    let this = std::env::current_exe().unwrap();
    let arguments = "--ignored --exact pty::stage::stage --nocapture";
    let command = format!(
        "RUST_TEST_THREADS=1 GOINGNATS_TEST_STAGE=1 {} {arguments}",
        this.display()
    );
    Program::new("sh", &["-i"])
        .env("PS1", "shell> ")
        .env("STAGE", &command)
        .start()
}

#[test]
fn in_a_shell_it_suspends_and_comes_back() {
    let mut session = shell();
    session.wait_for_prompt("shell> ");
    session.send("eval \"$STAGE\"\r");
    session.wait_for_text("stage ready");
    for _ in 0..2 {
        session.send("z");
        session.wait_for_prompt("shell> ");
        assert!(session.screen().contains("Stopped"), "{}", session.screen());
        assert_eq!(session.modes_left_on(), [""; 0]);
        session.send("fg\r");
        session.wait_for_text("stage back");
        assert!(session.look(|screen| screen.bracketed_paste() && screen.hide_cursor()));
    }
    session.send("q");
    session.wait_for_prompt("shell> ");
    session.send("echo code $?\r");
    session.wait_for_text("code 0");
    assert_eq!(session.modes_left_on(), [""; 0]);
}

#[test]
fn an_editor_gets_the_terminal_and_gives_it_back() {
    for (editor, shown) in [
        (
            "sh -c 'stty -a | grep -q \" icanon\" && printf new >\"$0\"'",
            "edited \"new\"",
        ),
        ("true", "unchanged"),
        ("false", "false ended with exit code 1"),
        ("sh -c 'kill -INT $PPID'", "unchanged"),
    ] {
        let mut session = stage::program().env("EDITOR", editor).start();
        session.wait_for_text("stage ready");
        session.send("e");
        session.wait_for_text(shown);
        assert!(!session.is_cooked());
        session.send("q");
        assert_eq!(session.exit_code(), 0);
        assert_left_as_it_was(&session);
    }
}
