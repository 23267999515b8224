//! Credentials that a program keeps: `op` and `nsc`.

use super::World;

#[test]
fn given_op_then_its_stdout_is_the_secret() {
    let world = World::with(r#"{"token": "op://vault/item/field"}"#).program(
        "op",
        r#"[ "$*" = "read op://vault/item/field" ] && echo secret"#,
    );
    assert_eq!(world.credentials(), "none, token secret");
    let world = World::with(r#"{"creds": "op://v/i/f"}"#).program("op", "echo JWT; echo SEED");
    assert_eq!(world.credentials(), "creds text JWT\nSEED\n");
}

#[test]
fn given_op_that_fails_then_its_complaint_is_shown_safely_and_its_stdout_never() {
    let world = World::with(r#"{"token": "op://v/i/f"}"#).program(
        "op",
        "echo hunter2; printf 'no \\033[31msession' >&2; exit 6",
    );
    assert_eq!(
        world.refusal(),
        "context \"prod\": token op failed (exit status: 6) and said \"no ␛[31msession\""
    );
}

#[test]
fn given_no_op_then_it_is_named() {
    let world = World::with(r#"{"token": "op://v/i/f"}"#).variable("PATH", "/nonexistent");
    assert_eq!(
        world.refusal(),
        "context \"prod\": token the program op is not on the PATH"
    );
}

const PROFILE: &str = r#"[ "$*" = "generate profile nsc://o/a/u" ] || exit 1
echo '{"user_creds": "/nsc/u.creds", "operator": {"service": ["nats://one:1", "nats://two:2"]}}'"#;

#[test]
fn given_nsc_then_the_file_of_its_profile_is_used() {
    let world = World::with(r#"{"creds": "NSC://o/a/u"}"#).program("nsc", PROFILE);
    assert_eq!(world.credentials(), "creds /nsc/u.creds");
    assert_eq!(world.servers(), ["nats://127.0.0.1:4222"]);
}

#[test]
fn given_the_old_key_nsc_then_its_profile_names_the_servers_too() {
    for user in ["o/a/u", "nsc://o/a/u"] {
        let world = World::with(&format!(r#"{{"nsc": "{user}"}}"#)).program("nsc", PROFILE);
        assert_eq!(world.credentials(), "creds /nsc/u.creds");
        assert_eq!(world.servers(), ["nats://one:1", "nats://two:2"]);
        let refusal = world.server("other").refusal();
        assert!(refusal.contains("are for one:1, two:2 and"), "{refusal}");
    }
}

#[test]
fn given_nsc_that_writes_something_else_then_nothing_of_it_is_repeated() {
    let world = World::with(r#"{"creds": "nsc://o/a/u"}"#).program("nsc", "echo '\"hunter2\"'");
    assert_eq!(
        world.refusal(),
        "context \"prod\": creds nsc wrote what is no profile"
    );
}

#[test]
fn given_credentials_that_are_withheld_then_no_program_is_asked_for_them() {
    let world = World::with(r#"{"url": "prod", "token": "op://v/i/f"}"#)
        .program("op", "exit 1")
        .server("other");
    assert!(world.settings().resolved().unwrap().withheld.is_some());
}
