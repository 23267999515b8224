use super::*;

fn with(variables: &[(&str, &str)]) -> Environment {
    Environment {
        variables: variables.iter().copied().collect(),
        ..Environment::default()
    }
}

/// `user`, `password`, `token`, each with its origin.
fn credentials_of(flags: &[(&str, &str)], variables: &[(&str, &str)]) -> [String; 3] {
    let value = |name| {
        let found = flags.iter().find(|(flag, _)| *flag == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let flags = Flags {
        user: value("--user"),
        password: value("--password").map(Secret::new),
        token: value("--token").map(Secret::new),
        ..Flags::default()
    };
    let settings = resolve(&flags, &with(variables)).unwrap();
    let shown = |value: &str, origin: Origin| format!("{value} by {origin}");
    let secret = |secret: Option<Sourced<Secret>>| {
        secret.map_or_else(String::new, |s| shown(s.value.reveal(), s.origin))
    };
    let group = settings.credentials;
    [
        group
            .user
            .map_or_else(String::new, |user| shown(&user.value, user.origin)),
        secret(group.password),
        secret(group.token),
    ]
}

#[test]
fn credentials_are_one_group_and_the_command_line_replaces_it() {
    type Pairs<'a> = &'a [(&'a str, &'a str)];
    let table: [(Pairs, Pairs, [&str; 3]); 9] = [
        (&[], &[], ["", "", ""]),
        (
            &[],
            &[
                ("NATS_USER", "u"),
                ("NATS_PASSWORD", "p"),
                ("NATS_TOKEN", "t"),
            ],
            ["u by NATS_USER", "p by NATS_PASSWORD", "t by NATS_TOKEN"],
        ),
        (&[], &[("NATS_USER", "u")], ["", "", "u by NATS_USER"]),
        (&[("--user", "U")], &[], ["", "", "U by --user"]),
        (
            &[("--user", "U"), ("--password", "P")],
            &[("NATS_TOKEN", "t")],
            ["U by --user", "P by --password", ""],
        ),
        (
            &[("--token", "T")],
            &[("NATS_USER", "u"), ("NATS_PASSWORD", "p")],
            ["", "", "T by --token"],
        ),
        (
            &[("--user", "U")],
            &[("NATS_PASSWORD", "p"), ("NATS_TOKEN", "t")],
            ["U by --user", "p by NATS_PASSWORD", ""],
        ),
        (
            &[("--password", "P")],
            &[("NATS_USER", "u")],
            ["u by NATS_USER", "P by --password", ""],
        ),
        (
            &[],
            &[("NATS_USER", ""), ("NATS_TOKEN", "t")],
            ["", "", "t by NATS_TOKEN"],
        ),
    ];
    for (flags, variables, expected) in table {
        assert_eq!(
            credentials_of(flags, variables),
            expected,
            "{flags:?} {variables:?}"
        );
    }
}

#[test]
fn a_flag_wins_over_its_variable_and_a_variable_over_the_default() {
    let environment = with(&[
        ("NATS_URL", "nats://variable"),
        ("NATS_TIMEOUT", "1m"),
        ("NATS_INBOX_PREFIX", ""),
    ]);
    let flags = Flags {
        server: Some(Secret::new("nats://flag")),
        ..Flags::default()
    };

    let settings = resolve(&flags, &environment).unwrap();
    assert_eq!(settings.server.value.reveal(), "nats://flag");
    assert_eq!(settings.server.origin, Origin::Flag("--server"));
    assert_eq!(settings.timeout.value, Duration::from_secs(60));
    assert_eq!(settings.timeout.origin, Origin::Variable("NATS_TIMEOUT"));
    assert_eq!(settings.inbox_prefix.value, "_INBOX");
    assert_eq!(settings.inbox_prefix.origin, Origin::Default);
    assert_eq!(settings.name.value, "goingnats");
}

#[test]
fn what_cannot_be_used_is_refused_by_the_name_of_its_source() {
    let table = [
        (("NATS_TIMEOUT", "soon"), "NATS_TIMEOUT: \"soon\""),
        (("NATS_PASSWORD", "hunter2"), "NATS_PASSWORD needs a user"),
        (("NATS_SEED", "hunter2"), "NATS_SEED needs a JWT"),
    ];
    for (variable, expected) in table {
        let error = resolve(&Flags::default(), &with(&[variable])).unwrap_err();
        let sentence = error.to_string();
        assert!(sentence.starts_with(expected), "{sentence}");
        assert!(!format!("{error:?} {sentence}").contains("hunter2"));
    }
}

#[test]
fn an_empty_name_is_refused_by_the_name_of_its_flag() {
    let flags = Flags {
        name: Some(String::new()),
        ..Flags::default()
    };
    let settings = resolve(&flags, &Environment::default()).unwrap();
    let error = settings.options().unwrap_err().to_string();
    assert!(error.starts_with("--name: "), "{error}");
}

#[test]
fn nothing_shown_holds_a_secret() {
    let environment = with(&[
        ("NATS_URL", "nats://u:hunter2@h"),
        ("NATS_USER", "u"),
        ("NATS_PASSWORD", "hunter2"),
        ("NATS_TOKEN", "hunter2"),
        ("NATS_CREDS", "data:;base64,hunter2"),
        ("NATS_NKEY", "data:;base64,hunter2"),
        ("NATS_JWT", "hunter2"),
        ("NATS_SEED", "hunter2"),
        ("NATS_SOCKS_PROXY", "socks5://u:hunter2@h"),
    ]);
    let settings = resolve(&Flags::default(), &environment).unwrap();
    let shown = format!("{settings:?} {environment:?} {:?}", settings.values());
    assert!(!shown.contains("hunter2"), "{shown}");
}
