//! The terminal's modes: [`enter`] turns on what the explorer needs, [`restore`] undoes all of it.
//!
//! There is one `restore` for quitting, suspending, editing and panicking. It ignores its own
//! errors, may be called any number of times, and never waits longer than half a second.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::{Capabilities, tty};
use crate::text::visible;

/// How long a terminal that takes nothing may hold us up when we leave it.
const LEAVE_WITHIN: Duration = Duration::from_millis(500);

/// What is on, as bits; in a static, since a panic hook and a signal know no variables of ours.
static MODES: AtomicU8 = AtomicU8::new(0);
const ON: u8 = 1;
const KITTY: u8 = 2;
/// Not a mode that is on, but one that is wanted: it outlives a suspend.
const MOUSE: u8 = 4;

/// Turns the modes on: raw input, alternate screen, bracketed paste, focus events, the kitty
/// keyboard protocol, no cursor, and the mouse where it was on before. Also after a [`restore`].
///
/// # Errors
/// Where standard input is no terminal or cannot be written; nothing stays turned on then.
pub fn enter(capabilities: &Capabilities) -> io::Result<()> {
    // crossterm reads NO_COLOR too, and would then write resets that wipe out bold and reverse.
    // No colour is the theme's business.
    crossterm::style::force_color_output(true);
    enable_raw_mode()?;
    let on = if capabilities.kitty { ON | KITTY } else { ON };
    let modes = MODES.fetch_or(on, Ordering::SeqCst) | on;
    tty::write(&entering(modes), is_on).inspect_err(|_| restore())
}

/// Whether the modes are on: false after [`restore`], also the one of a panic in another thread.
pub fn is_on() -> bool {
    MODES.load(Ordering::SeqCst) & ON != 0
}

/// Undoes every mode. Does nothing where none is on.
pub fn restore() {
    let modes = MODES.fetch_and(MOUSE, Ordering::SeqCst);
    if modes & ON == 0 {
        return;
    }
    // A thread, because the terminal may be stalled and standard output cannot wait for a time.
    let (done, finished) = mpsc::sync_channel(1);
    let writer = std::thread::Builder::new().spawn(move || {
        let _ = tty::write(&leaving(modes), || true);
        let _ = done.send(());
    });
    if writer.is_ok() {
        let _ = finished.recv_timeout(LEAVE_WITHIN);
    }
    let _ = disable_raw_mode();
}

/// Turns the modes on again after something else may have changed them (`SIGCONT` after a stop
/// that was not ours). Pushes nothing a second time. Does nothing where they are off.
///
/// # Errors
/// See [`enter`].
pub fn reassert() -> io::Result<()> {
    let modes = MODES.load(Ordering::SeqCst);
    if modes & ON == 0 {
        return Ok(());
    }
    // crossterm believes that the terminal is raw still and would do nothing.
    disable_raw_mode()?;
    enable_raw_mode()?;
    tty::write(&asserting(modes), is_on)
}

/// The sequence that turns the mouse on (press, release and wheel as SGR) or off; for [`Output`].
/// It is turned off by [`restore`] and on again by [`enter`].
///
/// Not crossterm's own command: that asks for every motion, hundreds a second.
///
/// [`Output`]: super::Output
pub fn mouse(on: bool) -> Vec<u8> {
    if on {
        MODES.fetch_or(MOUSE, Ordering::SeqCst);
        MOUSE_ON.to_vec()
    } else {
        MODES.fetch_and(!MOUSE, Ordering::SeqCst);
        MOUSE_OFF.to_vec()
    }
}

/// The sequence that names the window; made visible. The name of before comes
/// back with [`restore`]; after [`enter`] the window is to be named anew.
pub fn title(text: &str) -> Vec<u8> {
    let shown = visible(text.as_bytes());
    let shown: String = shown.chars().take(TITLE_LIMIT).collect();
    format!("\x1b]2;{shown}\x1b\\").into_bytes()
}

/// From now on a panic of any thread first restores the terminal. With `report`, the panic and its
/// backtrace are appended to that file (0600), and the last line on the screen names it.
pub fn restore_on_panic(report: Option<PathBuf>) {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        restore();
        previous(info);
        if let Some(path) = &report
            && append_report(path, info).is_ok()
        {
            let _ = writeln!(io::stderr(), "a report is in {}", path.display());
        }
    }));
}

fn append_report(path: &Path, info: &PanicHookInfo) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?;
    let backtrace = std::backtrace::Backtrace::force_capture();
    let version = env!("CARGO_PKG_VERSION");
    write!(file, "goingnats {version}: {info}\n{backtrace}\n")
}

// The sequences. Private modes as in xterm's ctlseqs: 1049 alternate screen, 2004 bracketed paste,
// 1004 focus events, 25 cursor, 1000 and 1006 mouse, 2026 synchronized update; `22;2t` and `23;2t`
// push and pop the title. `>1u`, `<u` and `=1;1u` push, pop and set the kitty keyboard flags; each
// screen has its own stack of them, so they come after entering the alternate one and go before
// leaving it.

const TITLE_LIMIT: usize = 200;
const TITLE_PUSH: &[u8] = b"\x1b[22;2t";
const ALTERNATE_ON: &[u8] = b"\x1b[?1049h";
const ASKED_ON: &[u8] = b"\x1b[?2004h\x1b[?1004h\x1b[?25l";
const KITTY_PUSH: &[u8] = b"\x1b[>1u";
const KITTY_SET: &[u8] = b"\x1b[=1;1u";
const KITTY_POP: &[u8] = b"\x1b[<1u";
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";
const ASKED_OFF: &[u8] = b"\x1b[?1004l\x1b[?2004l";
/// Ends a frame that a panic cut off, and its colours.
const FRAME_END: &[u8] = b"\x1b[?2026l\x1b[0m";
const LEAVE: &[u8] = b"\x1b[?25h\x1b[?1049l\x1b[23;2t";

fn entering(modes: u8) -> Vec<u8> {
    let kitty = if modes & KITTY != 0 { KITTY_PUSH } else { b"" };
    [
        TITLE_PUSH,
        ALTERNATE_ON,
        ASKED_ON,
        kitty,
        mouse_if(modes, MOUSE_ON),
    ]
    .concat()
}

fn asserting(modes: u8) -> Vec<u8> {
    let kitty = if modes & KITTY != 0 { KITTY_SET } else { b"" };
    [ALTERNATE_ON, ASKED_ON, kitty, mouse_if(modes, MOUSE_ON)].concat()
}

fn leaving(modes: u8) -> Vec<u8> {
    let kitty = if modes & KITTY != 0 { KITTY_POP } else { b"" };
    [
        FRAME_END,
        mouse_if(modes, MOUSE_OFF),
        kitty,
        ASKED_OFF,
        LEAVE,
    ]
    .concat()
}

fn mouse_if(modes: u8, sequence: &'static [u8]) -> &'static [u8] {
    if modes & MOUSE != 0 { sequence } else { b"" }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The private modes that a sequence leaves on.
    fn left_on(sequence: &[u8]) -> Vec<String> {
        let text = String::from_utf8(sequence.to_vec()).unwrap();
        let mut on: Vec<String> = Vec::new();
        for part in text
            .split('\x1b')
            .filter_map(|part| part.strip_prefix("[?"))
        {
            match (part.strip_suffix('h'), part.strip_suffix('l')) {
                (Some(mode), _) => on.push(mode.to_owned()),
                (_, Some(mode)) => on.retain(|other| other != mode),
                _ => {}
            }
        }
        on
    }

    #[test]
    fn leaving_turns_off_every_mode_that_entering_turned_on() {
        for modes in [ON, ON | KITTY, ON | MOUSE, ON | KITTY | MOUSE] {
            let both = [entering(modes), leaving(modes)].concat();
            assert!(!left_on(&entering(modes)).is_empty());
            // The cursor is hidden by `l` and shown by `h`.
            assert_eq!(left_on(&both), ["25"], "{modes}");
        }
    }

    #[test]
    fn the_keyboard_is_pushed_inside_the_alternate_screen_and_popped_inside_it() {
        let find = |sequence: &[u8], part: &[u8]| {
            sequence
                .windows(part.len())
                .position(|window| window == part)
                .unwrap()
        };
        let entering = entering(ON | KITTY);
        assert!(find(&entering, ALTERNATE_ON) < find(&entering, KITTY_PUSH));
        let leaving = leaving(ON | KITTY);
        assert!(find(&leaving, KITTY_POP) < find(&leaving, b"\x1b[?1049l"));
    }

    #[test]
    fn turned_off_the_keyboard_protocol_is_never_mentioned() {
        for sequence in [entering(ON), asserting(ON), leaving(ON)] {
            assert!(!sequence.contains(&b'u'), "{sequence:?}");
        }
    }

    #[test]
    fn the_mouse_is_never_mentioned_unless_on() {
        for sequence in [entering(ON | KITTY), leaving(ON | KITTY)] {
            assert!(!String::from_utf8(sequence).unwrap().contains("1000"));
        }
    }

    #[test]
    fn asserting_pushes_nothing() {
        let sequence = asserting(ON | KITTY | MOUSE);
        let text = String::from_utf8(sequence).unwrap();
        assert!(
            !text.contains("[>1u") && !text.contains("[22;2t"),
            "{text:?}"
        );
    }

    #[test]
    fn a_title_cannot_break_out_of_its_sequence() {
        assert_eq!(
            title("goingnats — demo"),
            "\x1b]2;goingnats — demo\x1b\\".as_bytes()
        );
        assert_eq!(
            title("a\x1b\\\x07\u{9c}b"),
            "\x1b]2;a␛\\␇\\u{9c}b\x1b\\".as_bytes()
        );
    }

    #[test]
    fn restoring_what_was_never_entered_does_nothing() {
        restore();
        assert!(!is_on());
    }

    #[test]
    fn a_panic_report_is_private_and_appended() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("panic.txt");
        let hook = std::panic::take_hook();
        let report = path.clone();
        std::panic::set_hook(Box::new(move |info| drop(append_report(&report, info))));
        for _ in 0..2 {
            let _ = std::thread::spawn(|| panic!("planted")).join();
        }
        std::panic::set_hook(hook);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("planted").count(), 2, "{text}");
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
