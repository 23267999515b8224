//! `--keep`: how much of the log the explorer keeps, and how much a command keeps for a slow reader.

use std::{
    io::Read,
    process::{Child, Stdio},
    thread,
};

use goingnats::client::Client;

use super::{Home, told_of, wait_until_subscribed};
use crate::support::{NatsServer, wait_for, wait_until};

/// Far more than a pipe holds, and than one message may be.
const SENT: usize = 60;
const PAYLOAD: usize = 1_000_000;

/// What `sub` prints of [`SENT`] messages where nobody reads until all of them have come: its bytes,
/// what it says on stderr, and its exit code.
fn read_late(arguments: &[&str]) -> (usize, String, Option<i32>) {
    let (home, server) = (Home::new(), NatsServer::start());
    let url = server.url();
    let arguments = [&["sub", "flood", "--raw0", "-s", &url], arguments].concat();
    let mut sub = home
        .command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until_subscribed(&server);
    let client = Client::connect("test", &url).unwrap();
    for _ in 0..SENT {
        client.publish("flood", vec![b'x'; PAYLOAD]).unwrap();
    }
    client.flush().unwrap();
    wait_until("all of them to have come", || {
        let told = |what| told_of(&server, what);
        told("out_msgs") == Some(SENT as u64) && told("pending_bytes") == Some(0)
    });
    let (stdout, stderr) = (read(sub.stdout.take()), read(sub.stderr.take()));
    let code = wait_for("its end", || Child::try_wait(&mut sub).unwrap()).code();
    let stderr = String::from_utf8(stderr.join().unwrap()).unwrap();
    (stdout.join().unwrap().len(), stderr, code)
}

fn read(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    })
}

#[test]
fn given_a_burst_and_a_slow_reader_then_nothing_is_lost() {
    let (bytes, stderr, code) = read_late(&["--count", "60"]);
    assert_eq!(
        (bytes, stderr.as_str(), code),
        (SENT * PAYLOAD, "", Some(0))
    );
}

#[test]
fn given_less_to_keep_then_what_is_dropped_is_counted_and_the_flag_is_named() {
    let (bytes, stderr, code) = read_late(&["--keep", "8MiB", "--wait", "3s"]);
    assert_eq!(code, Some(0), "{stderr}");
    let words =
        " messages were dropped here: stdout is read too slowly; --keep holds more than 8MiB";
    let counts = stderr.lines().map(|line| {
        let line = line.strip_prefix("goingnats: ").unwrap();
        line.strip_suffix(words)
            .expect(line)
            .parse::<usize>()
            .unwrap()
    });
    let dropped: usize = counts.sum();
    assert!(dropped > 30, "{dropped}");
    assert_eq!(bytes, (SENT - dropped) * PAYLOAD, "{stderr}");
}

#[test]
fn given_no_size_to_keep_then_a_sentence_says_what_is_one() {
    let home = Home::new();
    for (size, sentence) in [
        (
            "lots",
            "\"lots\" is not a size such as 256MiB, 1GiB or 500M",
        ),
        ("1k", "1k is too little to keep: 8MiB at least"),
    ] {
        for command in [
            &["--keep", size][..],
            &["demo", "--keep", size],
            &["sub", "a", "--keep", size],
            &["request", "a", "--keep", size],
            &["--keep", size, "sub", "a"],
        ] {
            let ended = home.run(command);
            ended.assert_ended_with(2, &[sentence]);
        }
    }
    let ended = home.run(&["--keep", "1GiB", "pub", "a", "b"]);
    ended.assert_failed(2, &["--keep is for the explorer, sub and request"]);
}
