//! Recordings on the screen: made by a key, opened again, exported.

use std::{
    fs,
    io::{BufWriter, Write as _},
    path::Path,
};

use goingnats::{
    broker::{Broker, Settings},
    client::{Client, publish},
    recording::{Entry, Reader, Step},
    tui::event_loop::End,
};
use tempfile::TempDir;

use super::{contexts::Contexts, harness::Given, switching::goes_to};
use crate::support::{NatsServer, wait_until};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn broker() -> Broker {
    Broker::start(Settings::default()).unwrap()
}

/// The lines of a recording, as `subject payload` or the kind of a marker; all of them can be read.
fn lines(path: &Path) -> Vec<String> {
    let bytes = fs::read(path).unwrap();
    let mut reader = Reader::new(&bytes[..], 0);
    let mut lines = Vec::new();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    loop {
        let step = reader.step(|entry| match entry {
            Entry::Message(line) => format!("{} {}", text(&line.subject), text(&line.payload)),
            Entry::Marker(marker) => format!("{:?}", marker.kind),
        });
        match step.unwrap() {
            Step::Entry(line) => lines.push(line),
            Step::Nothing => {}
            Step::End => break,
        }
    }
    assert_eq!(reader.problems().unreadable, 0, "{}", reader.problems());
    lines
}

#[test]
fn given_w_and_a_name_everything_from_then_on_is_in_the_file_until_w() {
    let (server, folder) = (broker(), folder());
    let path = folder.path().join("r.ndjson");
    let mut screen = Given::new().subscribed(&["a.>"]).open(&server.url());
    screen.shows("● a.>");
    publish(&server.url(), "a.before", b"0").unwrap();
    screen.shows("a.before").keys("w").shows("goingnats-20");
    screen.keys(&format!("{}<Enter>", path.display()));
    screen.shows("● rec       0");
    publish(&server.url(), "a.one", b"1").unwrap();
    screen.shows("● rec       1");
    publish(&server.url(), "a.two", b"2").unwrap();
    screen
        .shows("● rec       2")
        .keys("w")
        .shows("2 messages, ");
    screen.hides("● rec");
    publish(&server.url(), "a.behind", b"3").unwrap();
    screen.shows("a.behind");
    assert_eq!(lines(&path), ["a.one 1", "a.two 2"]);
}

#[test]
fn given_a_filter_what_it_hides_is_recorded_too_and_what_we_send() {
    let (server, folder) = (broker(), folder());
    let path = folder.path().join("r.ndjson");
    let given = Given::new().subscribed(&["a.>"]).record(path.clone());
    let mut screen = given.open(&server.url());
    screen.shows("● a.>").shows("● rec");
    publish(&server.url(), "a.shown", b"1").unwrap();
    screen.shows("a.shown").keys("*").shows("only a.shown");
    publish(&server.url(), "a.hidden", b"2").unwrap();
    screen.shows("● rec       2");
    screen.keys("pb.sent<Enter>").shows("● rec       3");
    assert_eq!(screen.keys("<Ctrl-C>").ends(), End::Quit);
    assert_eq!(lines(&path), ["a.shown 1", "a.hidden 2", "b.sent "]);
}

#[test]
fn given_a_server_that_comes_back_the_recording_says_what_may_be_missing() {
    let (mut server, folder) = (NatsServer::start(), folder());
    let path = folder.path().join("r.ndjson");
    let given = Given::new().subscribed(&["a"]).record(path.clone());
    let mut screen = given.open(&server.url());
    screen.shows("● a").shows("● rec");
    server.stop();
    screen.shows("next attempt");
    server.start_again();
    screen.shows("messages may be missing here");
    publish(&server.url(), "a", b"1").unwrap();
    screen
        .shows("● rec       1")
        .keys("w")
        .shows("1 messages, ");
    let lines = lines(&path);
    assert!(lines[0].starts_with("Reconnected"), "{lines:?}");
    assert_eq!(lines[1..], ["a 1"]);

    let mut screen = Given::new().show(&path);
    screen.shows("reconnected after").shows("1 shown");
}

#[test]
fn given_another_context_the_recording_goes_on_and_says_where() {
    let (here, there, folder) = (broker(), broker(), folder());
    let path = folder.path().join("r.ndjson");
    let staging = format!(r#"{{"url": "{}"}}"#, there.url());
    let contexts = Contexts::new(&[("staging", staging)]);
    let given = Given::new()
        .contexts(contexts.environment())
        .subscribed(&["a"])
        .record(path.clone());
    let mut screen = given.open(&here.url());
    screen.shows("● a").shows("● rec");
    publish(&here.url(), "a", b"of here").unwrap();
    screen.shows("● rec       1");
    goes_to(&mut screen, "staging");
    screen.shows("● staging").shows("switched to staging");
    publish(&there.url(), "a", b"of there").unwrap();
    screen.shows("● rec       2").keys("w").hides("● rec");
    let marker = format!("Switched {{ from: {:?}, to: \"staging\" }}", here.url());
    assert_eq!(lines(&path), ["a of here", &marker, "a of there"]);

    let mut screen = Given::new().show(&path);
    let said = format!(
        "switched to staging: messages before came from {}",
        here.url()
    );
    screen.shows(&said).shows("2 shown");
}

#[test]
fn given_a_file_that_is_there_it_stays_and_the_reason_is_told() {
    let (server, folder) = (broker(), folder());
    let path = folder.path().join("r.ndjson");
    fs::write(&path, "mine").unwrap();
    let mut screen = Given::new().open(&server.url());
    screen.shows("embedded").keys("w").shows("Record in a file");
    screen.keys(&format!("{}<Enter>", path.display()));
    screen.shows("exists already").hides("● rec");
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    screen.keys("w").shows("Record in a file");
}

#[test]
fn given_an_end_while_recording_the_file_is_whole() {
    let (server, folder) = (broker(), folder());
    let path = folder.path().join("r.ndjson");
    let given = Given::new().subscribed(&["a"]).record(path.clone());
    let mut screen = given.open(&server.url());
    screen.shows("● a");
    let client = Client::connect("publisher", &server.url()).unwrap();
    for n in 0..100 {
        client.publish("a", format!("{n}")).unwrap();
    }
    screen.shows("● rec     100").keys("q").ends();
    assert_eq!(lines(&path).len(), 100);
}

#[test]
fn given_a_recording_everything_works_but_sending() {
    let folder = folder();
    let path = folder.path().join("trace.ndjson");
    let lines = [
        r#"{"at":"2026-11-23T02:00:00Z","dir":"out","subject":"today","reply":"_INBOX.x.1","data":"%Y"}"#,
        r#"{"at":"2026-11-23T02:00:00.5Z","dir":"in","sid":1,"subject":"_INBOX.x.1","data":"2026"}"#,
        r#"{"at":"2026-11-23T02:00:01Z","dir":"in","sid":2,"subject":"orders.eu","data":"{\"total\":88.25}"}"#,
        r#"{"at":"2026-11-23T02:00:01Z","dir":"in","sid":3,"subject":"orders.eu","data":"{\"total\":88.25}"}"#,
        r#"{"at":"2026-11-23T02:00:02Z","marker":"dropped","received":7,"sent":0,"bytes":900}"#,
        "not a line",
    ];
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    let mut screen = Given::new().show(&path);
    screen
        .shows("recording trace.ndjson")
        .shows("3 shown · 1 copies")
        .shows("02:00:01.000")
        .shows("7 messages dropped here")
        .shows("1 entry could not be read (line 6: expected ident at column 2)")
        .shows("None: this is a recording.")
        .shows("500 ms");
    screen.keys("<Enter>").shows("88.25");
    for keys in ["s", "w", "S", "C", "A", "r", "<Esc><Esc>2<F5>"] {
        screen.keys(keys).shows("Read-only: this is a recording.");
        screen.keys("<Esc><Esc><Esc><Esc>1").hides("Read-only");
    }
    assert_eq!(screen.keys("q").ends(), End::Quit);
}

#[test]
fn given_a_recording_of_another_day_its_rates_are_shown_where_it_ends() {
    let folder = folder();
    let path = folder.path().join("yesterday.ndjson");
    let line = |n| {
        let (minute, second) = (n / 60, n % 60);
        format!(
            r#"{{"at":"2020-11-23T02:{minute:02}:{second:02}.5Z","dir":"in","subject":"a","data":"x"}}"#
        ) + "\n"
    };
    fs::write(&path, (0..90).map(line).collect::<String>()).unwrap();
    let mut screen = Given::new().show(&path);
    screen.shows("90 shown").keys("b").shows("█");
    screen
        .shows("now 1.0/s   mean 1.0/s   peak 1.0/s at 02:00:00   90 since 02:00:00")
        .shows("02:01");
}

#[test]
fn given_a_folder_of_natscli_its_messages_are_shown() {
    let folder = folder();
    for n in 1..=12 {
        let text = format!(r#"{{"Subject":"orders.{n}","Reply":"","Header":null,"Data":"aGk="}}"#);
        fs::write(folder.path().join(format!("{n}.json")), text).unwrap();
    }
    let reply = r#"{"Subject":"reply","Reply":"","Header":{"A":["1"]},"Data":"eW8="}"#;
    fs::write(folder.path().join("12_reply.json"), reply).unwrap();
    let mut screen = Given::new().show(folder.path());
    screen.shows("13 shown").shows("orders.12").shows("yo");
}

#[test]
fn given_a_stream_of_natscli_its_messages_are_shown() {
    let folder = folder();
    let path = folder.path().join("dump");
    let message = |n| format!("{{\"Subject\":\"orders.{n}\",\"Data\":\"aGk=\",\"Sub\":null}}\0");
    fs::write(&path, (0..5).map(message).collect::<String>()).unwrap();
    Given::new().show(&path).shows("5 shown").shows("orders.4");
}

#[test]
fn given_rubbish_it_is_told_and_nothing_else_happens() {
    let folder = folder();
    let path = folder.path().join("rubbish");
    let rubbish: Vec<u8> = (0..100_000u64).map(|n| (n * n % 251) as u8).collect();
    fs::write(&path, rubbish).unwrap();
    Given::new()
        .show(&path)
        .shows("The recording holds no messages.")
        .shows("entries could not be read (line 2: is not UTF-8)");
}

/// Messages of which the budget holds a small part.
#[test]
fn given_a_million_messages_the_newest_are_kept_and_the_rest_is_told() {
    const MESSAGES: u32 = 1_000_000;
    let folder = folder();
    let path = folder.path().join("large.ndjson");
    let mut file = BufWriter::new(fs::File::create(&path).unwrap());
    for n in 0..MESSAGES {
        let at = format_args!(
            "2026-11-23T02:{:02}:{:02}.{:03}Z",
            n / 60_000,
            n / 1000 % 60,
            n % 1000
        );
        writeln!(
            file,
            r#"{{"at":"{at}","dir":"in","subject":"s.{}","data":"{n}"}}"#,
            n % 7
        )
        .unwrap();
    }
    file.into_inner().unwrap().sync_all().unwrap();
    let mut screen = Given::new().keep(8 << 20).show(&path);
    screen.shows("reading ");
    for percent in [" 1", " 2", " 3", " 5", " 6", " 7", " 8"] {
        screen.until("it goes on", |text| {
            text.contains(&format!("{percent}0 %")) || text.contains("left out")
        });
        // keys are answered meanwhile
        screen.keys("?").shows("Help").keys("<Esc>").hides("Help");
    }
    screen
        .shows("of 1.0 M messages are left out: --keep ")
        .shows("999999");
}

#[test]
fn given_an_export_of_a_view_the_file_holds_its_rows() {
    let (server, folder) = (broker(), folder());
    let path = folder.path().join("shown.ndjson");
    let mut screen = Given::new().subscribed(&["a.>"]).open(&server.url());
    screen.shows("● a.>");
    let client = Client::connect("publisher", &server.url()).unwrap();
    for n in 0..3_000 {
        client
            .publish(["a.x", "a.y"][n % 2], format!("{n}"))
            .unwrap();
    }
    screen.shows("3 000 shown").keys("*").shows("1 500 shown");
    screen
        .keys(":export the messages<Enter>")
        .shows("Export to a file");
    screen.keys(&format!("{}<Enter>", path.display()));
    screen.shows("1 500 messages, ");
    let lines = lines(&path);
    let expected: Vec<String> = (0..1_500).map(|n| format!("a.y {}", 2 * n + 1)).collect();
    assert_eq!(lines, expected);
    Given::new().show(&path).shows("1 500 shown");
}

#[test]
fn given_sub_record_the_screen_shows_what_it_wrote() {
    let server = NatsServer::start();
    let folder = folder();
    let path = folder.path().join("r.ndjson");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_goingnats"));
    command
        .args([
            "--no-context",
            "-s",
            &server.url(),
            "sub",
            "a.>",
            "--count",
            "2",
            "--record",
        ])
        .arg(&path)
        .env("HOME", folder.path());
    command.stdin(std::process::Stdio::null());
    command.stdout(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    wait_until("the subscription", || {
        publish(&server.url(), "a.b", b"{\"n\":1}").unwrap();
        path.exists() && child.try_wait().unwrap().is_some()
    });
    assert!(child.wait().unwrap().success());
    let mut screen = Given::new().show(&path);
    screen.shows("2 shown").shows("\"n\": 1");
}
