//! Where the commands connect, as whom, and how they say that they could not.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt, process::Stdio};

use super::{Home, Running, server};
use crate::support::{Certificates, NatsServer, Operator, User, wait_until};

#[test]
fn given_nothing_that_listens_then_the_code_is_3_and_the_sentence_names_it_and_the_next_step() {
    let home = Home::new();
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    for command in [
        ["sub", "a"].as_slice(),
        &["pub", "a", "body"],
        &["request", "a"],
        &["demo", "--plain"],
    ] {
        let ended = home.run(&[command, &["-s", &address]].concat());
        ended.assert_ended_with(3, &[&address, "refused", "goingnats serve"]);
    }
}

#[test]
fn given_credentials_that_are_wrong_then_the_code_is_3_and_nothing_shows_them() {
    let home = Home::new();
    let server = NatsServer::with_arguments(&["--user", "me", "--pass", "s3cret"]);
    let url = server.url();
    let right = home.run(&[
        "pub",
        "a",
        "b",
        "-s",
        &url,
        "--user",
        "me",
        "--password",
        "s3cret",
    ]);
    let wrong = home.run(&[
        "pub",
        "a",
        "b",
        "-s",
        &url,
        "--user",
        "me",
        "--password",
        "hunter2",
    ]);
    let token = home.run(&["pub", "a", "b", "-s", &url, "--token", "hunter2"]);
    let none = home.run(&["pub", "a", "b", "-s", &url]);

    right.assert(0, "");
    for (ended, used) in [
        (
            wrong,
            "the user \"me\" (--user) and the password (--password)",
        ),
        (token, "the token (--token)"),
        (
            none,
            "no credentials were given: use --creds, --nkey, --user or --token",
        ),
    ] {
        ended.assert_failed(3, &["Authorization Violation", used]);
        assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
    }
}

#[test]
fn given_a_refusal_then_the_hint_names_what_was_used_and_who_gave_it() {
    let home = Home::new();
    let operator = Operator::new();
    let server = NatsServer::with_config(&operator.config());
    let address = server.address();
    let User { jwt, seed, .. } = Operator::new().user();
    let stranger = home.file("stranger.creds", &Operator::new().user().creds());
    let nkey = home.file("stranger.nk", &seed);
    let context = format!(r#"{{"url": "{address}", "creds": "{stranger}"}}"#);
    home.file(".config/nats/context/prod.json", &context);
    let url = format!("nats://me:hunter2@{address}");
    let table = [
        (
            vec!["--creds", &stranger],
            format!("the credentials file {stranger:?} (--creds)"),
        ),
        (
            vec!["--nkey", &nkey],
            format!("the nkey seed file {nkey:?} (--nkey)"),
        ),
        (
            vec!["--jwt", &jwt, "--seed", &seed],
            "the user JWT (--jwt) and its seed (--seed)".to_owned(),
        ),
        (
            vec!["--context", "prod"],
            format!("the credentials file {stranger:?} (context \"prod\")"),
        ),
        (
            vec!["-s", &url],
            "the user info of the URL (--server)".to_owned(),
        ),
        (vec![], "no credentials were given: use --creds".to_owned()),
    ];
    for (given, used) in &table {
        let own: &[&str] = match given.first() {
            Some(&"-s" | &"--context") => &[],
            _ => &["-s", &address],
        };
        for command in [["pub", "a", "b"].as_slice(), &["sub", "a"]] {
            let ended = home.run(&[command, own, given].concat());
            ended.assert_failed(3, &["Authorization Violation", used]);
            assert!(!ended.stderr.contains(&seed), "{}", ended.stderr);
        }
    }
}

#[test]
fn given_a_jwt_that_expired_then_that_is_the_reason() {
    let home = Home::new();
    let operator = Operator::new();
    let server = NatsServer::with_config(&operator.config());
    let creds = home.file("me.creds", &operator.expired_user().creds());
    let ended = home.run(&["pub", "a", "b", "-s", &server.url(), "--creds", &creds]);
    ended.assert_failed(3, &["the user JWT expired at 20", "me.creds", "(--creds)"]);
    assert!(!ended.stderr.contains("Violation"), "{}", ended.stderr);
}

#[test]
fn given_credentials_with_something_missing_then_the_code_is_2_and_the_sentence_says_what() {
    let (home, creds) = (Home::new(), Operator::new().user().creds());
    let (jwt, seed) = creds.split_once("*****").unwrap();
    for (text, missing) in [
        (jwt, "holds a user JWT and no seed"),
        (seed, "holds a seed and no user JWT"),
        ("", "is empty"),
    ] {
        let file = home.file("me.creds", text);
        let ended = home.run(&["pub", "a", "b", "--creds", &file]);
        ended.assert_failed(2, &["me.creds", missing]);
    }
}

#[test]
fn given_an_inbox_that_is_refused_then_the_hint_is_another_prefix() {
    let home = Home::new();
    let server = NatsServer::with_config(
        r#"authorization { users: [ { user: u, password: p, permissions: {
            subscribe: { allow: "_MINE.>" } } } ] }"#,
    );
    let url = format!("nats://u:p@{}", server.address());
    for several in [["--replies", "1"], ["--replies", "2"]] {
        let request = ["request", "a", "b", "-s", &url];
        let ended = home.run(&[&request[..], &several].concat());
        ended.assert_failed(3, &["inbox \"_INBOX.", "refused", "--inbox-prefix"]);
        let prefix = ["--inbox-prefix", "_MINE"];
        let allowed = home.run(&[&request[..], &several, &prefix].concat());
        assert_eq!(allowed.code, Some(5), "{allowed:?}");
    }
}

#[test]
fn given_a_url_with_a_path_then_it_is_taken_as_natscli_takes_it() {
    let (home, server) = (Home::new(), server());
    for behind in ["/path", "/path?x=1#y", "?x=1", "#y", "/"] {
        let url = format!("{}{behind}", server.url());
        home.run(&["pub", "a", "b", "-s", &url]).assert(0, "");
    }
    let ended = home.run(&["pub", "a", "b", "-s", "nats://me:hun/ter2@127.0.0.1"]);
    ended.assert_failed(2, &["--server", "%2F"]);
    assert!(!ended.stderr.contains("ter2"), "{}", ended.stderr);
}

#[test]
fn given_a_subject_that_is_not_allowed_then_the_code_is_3_and_the_sentence_names_it() {
    let home = Home::new();
    let server = NatsServer::with_config(
        r#"authorization { users: [ { user: u, password: p, permissions: {
            subscribe: { deny: "secret.>" }, publish: { deny: "secret.>" } } } ] }"#,
    );
    let url = format!("nats://u:p@{}", server.address());
    for command in [
        ["sub", "open", "secret.a"].as_slice(),
        &["pub", "secret.a", "b"],
        &["request", "secret.a", "b"],
        &["request", "secret.a", "b", "--replies", "2"],
    ] {
        let ended = home.run(&[command, &["-s", &url]].concat());
        ended.assert_failed(3, &["secret.a", "refused"]);
    }
}

#[test]
fn c035_given_an_authority_of_the_system_then_its_certificates_are_trusted_and_no_others() {
    let home = Home::new();
    let certificates = Certificates::local();
    let server = NatsServer::with_config(&certificates.config(""));
    let url = server.url().replace("nats://", "tls://");
    let run = |authorities: &str| {
        let mut command = home.command(&["pub", "a", "b", "-s", &url]);
        // What the system trusts, to whoever reads it with rustls-native-certs, as to OpenSSL.
        let command = command.env("SSL_CERT_FILE", authorities);
        Running::spawn(command.env_remove("SSL_CERT_DIR")).ended()
    };
    let strangers = Certificates::local();

    run(&certificates.ca().display().to_string()).assert(0, "");
    for authorities in [strangers.ca().display().to_string(), home.path("none.pem")] {
        let distrusted = [&*url, "certificate not trusted", "authority", "--tlsca"];
        run(&authorities).assert_failed(3, &distrusted);
    }
}

#[test]
fn given_variables_then_they_count_where_no_flag_says_otherwise() {
    let home = Home::new();
    let server = NatsServer::with_arguments(&["--user", "me", "--pass", "s3cret"]);
    let variables = [
        ("NATS_URL", server.url()),
        ("NATS_USER", "me".to_owned()),
        ("NATS_PASSWORD", "s3cret".to_owned()),
    ];
    let run = |arguments: &[&str]| {
        Running::spawn(home.command(arguments).envs(variables.clone())).ended()
    };

    run(&["pub", "a", "b"]).assert(0, "");
    assert_eq!(run(&["pub", "a", "b", "--token", "other"]).code, Some(3));
    assert_eq!(run(&["pub", "a", "b", "-s", "127.0.0.1:1"]).code, Some(3));
}

#[test]
fn given_a_url_or_a_duration_that_cannot_be_read_then_the_code_is_2() {
    let home = Home::new();
    home.run(&["pub", "a", "b", "-s", "http://h"])
        .assert_ended_with(2, &["--server", "scheme"]);
    home.run(&["request", "a", "--timeout", "soon"])
        .assert_ended_with(2, &["--timeout", "\"soon\"", "500ms"]);
    let mut command = home.command(&["request", "a"]);
    Running::spawn(command.env("NATS_TIMEOUT", "soon"))
        .ended()
        .assert_failed(2, &["NATS_TIMEOUT", "\"soon\""]);
}

#[test]
fn given_usage_that_is_wrong_then_the_code_is_2() {
    let home = Home::new();
    for (arguments, word) in [
        (["sub"].as_slice(), "SUBJECT"),
        (&["pub"], "SUBJECT"),
        (&["nonsense"], "nonsense"),
        (&["sub", "a", "--json", "--raw"], "--raw"),
        (
            &["sub", "a", "--count", "0"],
            "'--count <N>': a number from 1 up",
        ),
        (
            &["sub", "a", "--wait", "5"],
            "\"5\" is not a duration such as",
        ),
        (&["sub", "a", "--queue", ""], "--queue: \"\" is empty"),
        (
            &["pub", "a", "b", "--reply", "a b"],
            "--reply: \"a b\" has a blank",
        ),
        (&["request", "a", "--inbox-prefix", "a.*"], "--inbox-prefix"),
        (&["serve", "--addr", "4222"], "such as 127.0.0.1:4222"),
        (&["pub", "a", "b", "--log", "/nowhere/log"], "/nowhere/log"),
        (&["pub", "a", "b", "-H", "no colon"], "NAME:VALUE"),
        (&["--sub", "a", "pub", "a"], "--sub"),
        (&["pub", "a.*", "b"], "a.*"),
        (&["request", "a b"], "a b"),
        (&["pub", "a", "b", "-H", ": no name"], "header"),
        (&["demo", "--plain", "--token", "t"], "URL"),
    ] {
        home.run(arguments).assert_ended_with(2, &[word]);
    }
}

#[test]
fn given_no_terminal_then_the_explorer_points_at_the_commands() {
    Home::new()
        .run(&[])
        .assert_failed(2, &["terminal", "goingnats sub"]);
}

#[test]
fn given_a_name_then_the_server_lists_it() {
    let home = Home::new();
    let server = NatsServer::start();
    let sub = home.start(&["sub", "a", "--name", "my watcher", "-s", &server.url()]);
    wait_until("the name", || {
        let page = server.monitor("/connz");
        page["connections"][0]["name"] == "my watcher"
    });
    drop(sub);
}

#[test]
fn given_a_log_file_then_it_is_written_for_its_owner_alone() {
    let (home, server) = (Home::new(), server());
    let log = home.path("log");

    home.run(&["pub", "a", "b", "-s", &server.url(), "--log", &log])
        .assert(0, "");

    let mode = fs::metadata(&log).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains("connected"), "{text}");
}

#[test]
#[cfg(target_os = "linux")] // for /dev/full
fn given_a_log_on_a_full_disk_then_only_the_log_suffers() {
    let (home, server) = (Home::new(), server());
    let ended = home.run(&["pub", "a", "-s", &server.url(), "--log", "/dev/full"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[test]
#[cfg(target_os = "linux")] // for /dev/full
fn given_stdout_on_a_full_disk_then_the_code_is_1_whatever_was_to_be_printed() {
    let home = Home::new();
    for arguments in [["--help"].as_slice(), &["serve"], &["demo", "--plain"]] {
        let full = fs::File::create("/dev/full").unwrap();
        let child = home
            .command(arguments)
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn();
        let ended = child.unwrap().wait_with_output().unwrap();
        let stderr = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(
            stderr.contains("stdout: No space"),
            "{arguments:?}: {stderr}"
        );
    }
}

#[test]
fn given_help_that_nobody_reads_then_it_ends_quietly() {
    let home = Home::new();
    let mut help = home.command(&["--help"]);
    let mut help = help
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(help.stdout.take());

    let ended = help.wait_with_output().unwrap();

    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}
