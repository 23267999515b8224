//! Contexts on the command line: listed, shown with origins, obeyed, and out of the demo's way.

use crate::{
    commands::{Home, Running, server},
    support::NatsServer,
};

const CONTEXT: &str = ".config/nats/context/prod.json";
const SELECTED: &str = ".config/nats/context.txt";

fn home(json: &str) -> Home {
    let home = Home::new();
    home.file(CONTEXT, json);
    home.file(SELECTED, "prod\n");
    home
}

#[test]
fn given_contexts_then_they_are_listed_and_the_selected_one_has_a_star() {
    let home = home(r#"{"url": "nats://u:hunter2@h", "description": "the\u001b[31m real one"}"#);
    home.file(".config/nats/context/test.json", r#"{"url": "a,b:1"}"#);

    home.run(&["context"]).assert(
        0,
        "* prod  nats://h:4222  the␛[31m real one\n  test  nats://a:4222, nats://b:1\n",
    );
    let json = home.run(&["context", "ls", "--json"]);
    let first: serde_json::Value =
        serde_json::from_str(json.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(first["name"], "prod");
    assert_eq!(first["selected"], true);
    assert_eq!(first["url"], "nats://h:4222");
}

#[test]
fn given_files_that_begin_with_a_byte_order_mark_then_they_are_read_as_ever() {
    let home = home("\u{feff}{\"url\": \"nats://h\", \"description\": \"real\"}");
    home.file(SELECTED, "\u{feff}prod\r\n");

    home.run(&["context"])
        .assert(0, "* prod  nats://h:4222  real\n");
}

#[test]
fn given_no_contexts_then_that_is_said() {
    let ended = Home::new().run(&["context"]);
    ended.assert_ended_with(0, &["there are no contexts"]);
}

#[test]
fn given_values_from_everywhere_then_each_is_shown_with_its_origin_and_no_secret() {
    let home = home(
        r#"{"url": "nats://h", "user": "u", "password": "hunter2", "creds": "~/c",
        "user_seed": "hunter2", "user_jwt": "env://JWT", "color_scheme": "red"}"#,
    );
    let mut command = home.command(&["context", "show", "--timeout", "2s"]);
    let shown = Running::spawn(command.env("NATS_CA", "/ca")).ended();

    assert_eq!(shown.code, Some(0), "{shown:?}");
    let line = |key: &str| {
        let line = shown.stdout.lines().find(|line| line.starts_with(key));
        let words = line.unwrap_or_default().split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("context "), "context prod selected");
    assert_eq!(line("url "), r#"url nats://h:4222 context "prod""#);
    assert_eq!(line("password "), r#"password <hidden> context "prod""#);
    assert_eq!(
        line("creds "),
        r#"creds ~/c context "prod" (not used: what stands before it comes first)"#
    );
    assert!(line("user_jwt ").starts_with("user_jwt env://JWT"));
    assert_eq!(line("ca "), "ca /ca NATS_CA");
    assert_eq!(line("timeout "), "timeout 2s --timeout");
    assert_eq!(line("name "), "name goingnats default");
    assert!(!shown.stdout.contains("hunter2"), "{}", shown.stdout);
}

#[test]
fn given_a_name_then_that_context_is_shown_as_json_too() {
    let home = home("{}");
    home.file(".config/nats/context/test.json", r#"{"token": "hunter2"}"#);
    let shown = home.run(&["context", "show", "test", "--json"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let token = shown.stdout.lines().find(|line| line.contains("\"token\""));
    assert_eq!(
        token,
        Some(r#"{"key":"token","value":"<hidden>","origin":"context \"test\""}"#)
    );
    home.run(&["context", "show", "nope"])
        .assert_failed(2, &["nope", "prod", "test"]);
}

#[test]
fn given_a_context_then_commands_connect_with_it_and_the_history_carries_its_name() {
    let server = NatsServer::with_arguments(&["--user", "me", "--pass", "s3cret"]);
    let home = home(&format!(
        r#"{{"url": "{}", "user": "me", "password": "env://WORD"}}"#,
        server.url()
    ));
    let mut command = home.command(&["pub", "a", "b", "--history"]);
    Running::spawn(command.env("WORD", "s3cret"))
        .ended()
        .assert(0, "");
    assert!(
        home.history().contains(r#""context":"prod""#),
        "{}",
        home.history()
    );
    assert!(!home.history().contains("s3cret"));

    home.run(&["pub", "a", "b"])
        .assert_failed(2, &["context \"prod\"", "password", "WORD"]);
    let code = home
        .run(&["pub", "a", "b", "--no-context", "-s", &server.url()])
        .code;
    assert_eq!(code, Some(3));
}

#[test]
fn given_another_server_then_the_code_is_2_and_with_the_permission_0() {
    let server = server();
    let url = server.url();
    let address = url.trim_start_matches("nats://");
    let home = home(r#"{"url": "prod:4222", "token": "hunter2"}"#);

    let refused = home.run(&["pub", "a", "b", "-s", &url]);
    refused.assert_failed(2, &["prod", address, "--send-credentials-to"]);
    assert!(!refused.stderr.contains("hunter2"));
    home.run(&[
        "pub",
        "a",
        "b",
        "-s",
        &url,
        "--send-credentials-to",
        address,
    ])
    .assert(0, "");
}

#[test]
fn given_a_dangling_selection_then_a_warning_and_the_command_goes_on() {
    let (home, server) = (Home::new(), server());
    home.file(SELECTED, "gone");
    home.run(&["pub", "a", "b", "-s", &server.url()])
        .assert_failed(0, &["\"gone\" does not exist"]);
}

#[test]
fn given_contexts_and_variables_then_the_demo_ignores_them() {
    let home = home(r#"{"url": "nats://127.0.0.1:1", "token": "hunter2", "socks_proxy": "p"}"#);
    let mut command = home.command(&["demo", "--plain", "--context", "prod"]);
    for (name, value) in [
        ("NATS_URL", "nats://127.0.0.1:1"),
        ("NATS_CONTEXT", "nope"),
        ("NATS_CREDS", "/nonexistent"),
        ("NATS_TIMEOUT", "nonsense"),
    ] {
        command.env(name, value);
    }
    let demo = Running::spawn(&mut command);
    assert!(demo.line().starts_with("time.time"));
}

#[test]
fn given_credentials_on_its_command_line_then_the_demo_refuses_them() {
    for flag in ["--creds", "--nkey", "--jwt", "--seed", "--token"] {
        Home::new()
            .run(&["demo", "--plain", flag, "x"])
            .assert_failed(2, &["URL alone"]);
    }
}

#[test]
fn given_settings_that_hide_a_header_then_the_history_does_not_keep_its_value() {
    let (home, server) = (Home::new(), server());
    home.file(
        "data/settings.toml",
        "guarded = ['prod']\n[history]\nhide_headers = ['X-*']\n",
    );
    let line = [
        "pub",
        "a",
        "b",
        "--history",
        "-H",
        "X-Key: hunter2",
        "-s",
        &server.url(),
    ];
    home.run(&line).assert(0, "");
    assert!(home.history().contains("<hidden>"), "{}", home.history());
    assert!(!home.history().contains("hunter2"));
}

#[test]
fn given_settings_that_are_not_understood_then_the_code_is_2_and_the_sentence_names_the_line() {
    let home = Home::new();
    home.file("data/settings.toml", "guard = []\n");
    home.run(&["pub", "a", "b"])
        .assert_failed(2, &["settings.toml", "line 1", "guard"]);
}
