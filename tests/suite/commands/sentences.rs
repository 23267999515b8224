//! Sentences on stderr repeat what was given as it was given.

use super::{Home, server};

/// A name, a value and a path with a backslash.
const GIVEN: &str = r"a\b";

#[test]
fn given_a_backslash_then_the_sentence_holds_one() {
    let (home, server) = (Home::new(), server());
    let url = server.url();
    let requests = home.file("r.jsonl", "");
    let header = format!(
        r#"{{"v":1,"name":"x","subject":"a","headers":{{"{}-Key":["<hidden>"]}}}}"#,
        r"a\\b"
    );
    let hidden = home.file("h.jsonl", &header);
    let there = home.file(r"a\b.ndjson", "");
    let url_with = format!(r"nats://{GIVEN}:port");
    let inbox = format!("{GIVEN}..c");
    let with_context = home.file("c.json", &format!(r#"{{"creds":"{}"}}"#, r"env://a\\b"));
    let runs: [&[&str]; 15] = [
        &["open", GIVEN],
        &["sub", "a", "--context", GIVEN],
        &["--keep", GIVEN],
        &["sub", "a", "--timeout", GIVEN],
        &["sub", "a", "--where", r"size>a\b", "-s", &url],
        &["sub", r"a\b c", "-s", &url],
        &["pub", r"a\b.*", "-s", &url],
        &["sub", "a", "-s", &url_with],
        &["sub", "a", "-s", &url, "--creds", GIVEN],
        &["sub", "a", "-s", &url, "--nkey", GIVEN],
        &["sub", "a", "-s", &url, "--inbox-prefix", &inbox],
        &["sub", "a", "--context", &with_context],
        &["sub", "a", "-s", &url, "--record", &there],
        &["request", GIVEN, "-s", &url],
        &["replay", &requests, "--name", GIVEN, "-s", &url],
    ];
    let ended = |arguments: &[&str]| {
        let ended = home.run(arguments);
        assert_ne!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
        ended.stderr + &ended.stdout
    };
    let replayed = ["replay", &hidden, "-s", &url];
    for arguments in runs.into_iter().chain([&replayed[..]]) {
        let said = ended(arguments);
        assert!(!said.contains(r"\\"), "{arguments:?}: {said}");
        assert!(said.contains(GIVEN), "{arguments:?}: {said}");
    }
}
