//! What the built explorer costs in memory: a flood of small messages, large ones, and a recording
//! that is much larger than what is kept of it.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use super::{
    flood::started,
    harness::{Program, Session},
};
use crate::support::{NatsServer, Source, wait_until};

/// The most bytes that the process may ever have had.
const fn most(keep: usize) -> usize {
    keep + keep * 15 / 100 + 40_000_000
}

/// Fails where the process ever had more bytes of memory than it may for what it keeps.
#[track_caller]
fn assert_bounded(session: &Session, keep: usize) {
    let peak = peak(session.process());
    assert!(peak < most(keep), "{peak} of {} bytes", most(keep));
}

/// The most bytes of memory that a process ever had, as Linux counts them.
fn peak(process: i32) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    digits.parse::<usize>().unwrap() * 1024
}

#[test]
fn what_is_kept_is_what_it_costs() {
    const KEEP: usize = 32 << 20;
    let server = NatsServer::start();
    let (session, _home) = started(&server, &["--keep", "32MiB"]);
    let mut source = Source::connect(&server.address());
    for subject in [
        (|number| format!("sensors.{}", number % 10)) as fn(u64) -> String,
        |number| format!("sensors.{}.{number}", number % 1000),
    ] {
        for _ in 0..20 {
            source.publish(20_000, subject);
            let newest = format!("message {} ", source.settle() - 1);
            session.wait_for_text(&newest);
            assert_bounded(&session, KEEP);
        }
    }
    session.wait_for_text("evicted");
}

/// Opens a recording. Before it draws, the process may still be a copy of this one, memory included.
fn opened(path: &Path, keep: &str) -> Session {
    let program = env!("CARGO_BIN_EXE_goingnats");
    let session = Program::new(program, &["open", path.to_str().unwrap(), "--keep", keep])
        .size(160, 45)
        .start();
    session.wait_for_text("Messages");
    session
}

/// Waits until Subjects counts so many large messages.
#[track_caller]
fn wait_for_large(session: &Session, messages: u64) {
    let (row, count) = ("     large ", format!(" {messages} "));
    session.wait_for(&count, |screen| {
        let shown = screen.contents();
        let mut panes = shown.split('│');
        panes.any(|text| text.starts_with(row) && text.ends_with(&count))
    });
}

#[test]
fn messages_as_large_as_all_that_is_kept_cost_no_more() {
    const KEEP: usize = 64 << 20;
    const LARGE: usize = 64_000_000;
    const MESSAGES: u64 = 8;
    let server = NatsServer::with_config("max_payload: 64MB\nmax_pending: 512MB\n");
    let (mut session, _home) = started(&server, &["--keep", "64MiB"]);
    let mut source = Source::connect(&server.address());
    source.publish(1, |_| "sensors.small".to_owned());
    session.wait_for_text("message 0 ");
    // what Details holds of a large message is another matter
    session.send(" ");
    session.wait_for_text("FROZEN");
    for number in 1..=MESSAGES {
        source.publish_large("sensors.large", LARGE);
        wait_for_large(&session, number);
        assert_bounded(&session, KEEP);
    }
    for _ in 0..MESSAGES {
        source.publish_large("sensors.large", LARGE);
    }
    let all = source.settle();
    wait_for_large(&session, all - 1);
    assert_bounded(&session, KEEP);
    session.send("\x03");
    assert_eq!(session.exit_code(), 0);
    let said = session.screen();
    let received = format!("{all} received, 0 sent");
    assert!(
        said.contains(&received) && !said.contains("dropped"),
        "{said}"
    );
}

#[test]
fn a_recording_of_long_lines_is_opened_in_the_memory_that_is_kept() {
    const KEEP: usize = 64 << 20;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("long.ndjson");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    let payload = "x".repeat(6_000_000);
    for n in 0..20 {
        let at = "2026-11-23T02:00:00Z";
        writeln!(
            file,
            r#"{{"at":"{at}","dir":"in","subject":"sensors.{n}","data":"{payload}"}}"#
        )
        .unwrap();
    }
    file.into_inner().unwrap();
    let session = opened(&path, "64MiB");
    session.wait_for_text("of 20 messages are left out");
    assert_bounded(&session, KEEP);
}

#[test]
fn a_recording_of_any_length_is_opened_in_the_memory_that_is_kept() {
    const KEEP: usize = 16 << 20;
    const MESSAGES: u32 = 500_000;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("large.ndjson");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    for n in 0..MESSAGES {
        let (second, ms) = (n / 1000, n % 1000);
        let at = format_args!(
            "2026-11-23T02:{:02}:{:02}.{ms:03}Z",
            second / 60,
            second % 60
        );
        let (subject, payload) = (n % 1000, format!("message {n} "));
        writeln!(
            file,
            r#"{{"at":"{at}","dir":"in","subject":"sensors.{subject}","data":"{payload:.<128}"}}"#
        )
        .unwrap();
    }
    file.into_inner().unwrap();
    let session = opened(&path, "16MiB");
    wait_until("the recording to be read", || {
        assert_bounded(&session, KEEP);
        session.screen().contains("left out")
    });
    session.wait_for_text("of 500 000 messages are left out");
    session.wait_for_text(&format!("message {} ", MESSAGES - 1));
    assert_bounded(&session, KEEP);
}
