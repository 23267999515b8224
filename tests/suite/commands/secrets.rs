//! Nothing that a run writes holds a secret: not its log, not the history, not a word on stderr.

use super::{Home, Running};
use crate::support::NatsServer;

/// Part of every secret given to a run below, and of nothing else.
const SECRET: &str = "hunter2";

#[test]
fn given_secrets_by_every_way_then_none_is_written_anywhere() {
    let home = Home::new();
    let config = format!("authorization {{ user: me, password: right-{SECRET} }}");
    let server = NatsServer::with_config(&config);
    let host = server.address();
    let right = format!("right-{SECRET}");
    let wrong = format!("wrong-{SECRET}");
    let url = |user_info: &str| format!("nats://{user_info}@{host}");
    let (url_right, url_wrong) = (url(&format!("me:{right}")), url(&format!("me:{wrong}")));
    let url_token = url(&wrong);
    let url_comma = url(&format!("me:a,{wrong}"));
    let url_percent = url(&format!("me:%zz{wrong}"));
    let url_port = format!("nats://me:{wrong}@127.0.0.1:port");
    let url_scheme = format!("https://me:{wrong}@127.0.0.1");
    let header = |name: &str| format!("{name}: {SECRET}");
    let (authorization, token) = (header("Authorization"), header("X-Api-Token"));
    let two_lines = format!("X-Api-Token: {SECRET}\r\nA: b");
    let no_colon = format!("Bearer {SECRET}");
    let by_flags = ["-s", &host, "--user", "me", "--password"];
    let sent = ["pub", "a", "b", "--history"];
    let with_headers = ["-H", &authorization, "-H", &token];

    let runs: [(&[&str], &[&str], i32); 17] = [
        (
            &sent,
            &[&by_flags[..], &[&right], &with_headers].concat(),
            0,
        ),
        (&sent, &[&["-s", &url_right], &with_headers[..]].concat(), 0),
        (
            &["request", "a", "b", "--history"],
            &[&["-s", &url_right], &with_headers[..]].concat(),
            5,
        ),
        (&["sub", "a", "--wait", "1ms"], &["-s", &url_right], 0),
        (&["replay", "/nowhere"], &["-s", &url_right], 2),
        (&["serve", "--addr", "0.0.0.0:1"], &["-s", &url_right], 2),
        (&["demo", "--plain"], &["-s", &url_wrong], 3),
        (&sent, &[&by_flags[..], &[&wrong]].concat(), 3),
        (&sent, &["-s", &host, "--token", &wrong], 3),
        (&sent, &["-s", &host, "--password", &wrong], 2),
        (&sent, &["-s", &url_wrong], 3),
        (&sent, &["-s", &url_token], 3),
        (&sent, &["-s", &url_percent], 2),
        (&sent, &["-s", &url_port], 2),
        (&sent, &["-s", &url_scheme], 2),
        (&sent, &["-s", &url_right, "-H", &two_lines], 2),
        (&sent, &["-s", &url_right, "-H", &no_colon], 2),
    ];
    let log = home.path("log");
    let mut told = String::new();
    let mut run = |command: &[&str], rest: &[&str], variables: &[(&str, &str)]| {
        let arguments = [command, rest, &["--log", &log]].concat();
        let mut command = home.command(&arguments);
        let ended = Running::spawn(command.envs(variables.iter().copied())).ended();
        told.push_str(&ended.stderr);
        told.push_str(&ended.stdout);
        (ended.code, ended.stderr)
    };
    for (command, rest, code) in runs {
        let (ended, stderr) = run(command, rest, &[]);
        assert_eq!(ended, Some(code), "{command:?}: {stderr}");
    }
    // A comma cuts the list where it should have been encoded: whatever comes of it, it stays quiet.
    let _ = run(&sent, &["-s", &url_comma], &[]);
    for variables in [
        [("NATS_USER", "me"), ("NATS_PASSWORD", &wrong)].as_slice(),
        &[("NATS_TOKEN", &wrong)],
        &[("NATS_URL", &url_wrong)],
    ] {
        let server = if variables[0].0 == "NATS_URL" {
            &[][..]
        } else {
            &["-s", &host]
        };
        assert_eq!(run(&sent, server, variables).0, Some(3), "{variables:?}");
    }

    let written = home.everything();
    assert!(written.contains("<hidden>"), "no history: {written}");
    assert!(
        written.contains("Authorization Violation"),
        "no log: {written}"
    );
    for text in [told, written] {
        let line = text.lines().find(|line| line.contains(SECRET));
        assert_eq!(line, None);
    }
}
