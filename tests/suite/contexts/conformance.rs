//! What natscli's contexts mean: every case that a reader of its files has to get right.

use goingnats::context::{Origin, Warning, load_all};

use super::World;

#[test]
fn given_no_file_at_all_then_there_is_no_context_and_the_default_server() {
    let world = World::new();
    assert!(load_all(&world.environment()).is_empty());
    assert!(world.settings().context.is_none());
    assert_eq!(world.servers(), ["nats://127.0.0.1:4222"]);
    assert_eq!(world.credentials(), "none");
}

#[test]
fn given_partial_json_then_the_rest_is_default() {
    let world = World::with(r#"{"url": "h"}"#);
    let settings = world.settings();
    assert_eq!(world.servers(), ["nats://h:4222"]);
    assert_eq!(settings.server.origin, Origin::Context("prod".into()));
    assert_eq!(settings.inbox_prefix.origin, Origin::Default);
    assert_eq!(settings.context_name().as_deref(), Some("prod"));
}

#[test]
fn given_a_null_array_and_unknown_keys_then_they_are_out_of_the_way() {
    let world = World::with(
        r#"{"url": "h", "windows_ca_certs_match": null, "tomorrow": {"a": [1]}, "user": null}"#,
    );
    assert_eq!(world.servers(), ["nats://h:4222"]);
    assert!(world.settings().warnings.is_empty());
}

#[test]
fn given_a_url_with_three_servers_and_blanks_then_there_are_three() {
    let world = World::with(r#"{"url": "nats://a, b:1 ,nats://c:2"}"#);
    let expected = ["nats://a:4222", "nats://b:1", "nats://c:2"];
    assert_eq!(world.servers(), expected);
}

#[test]
fn given_each_kind_of_credential_then_it_is_the_one_used() {
    let table = [
        (r#"{"user": "u", "password": "p"}"#, "user u p"),
        (r#"{"user": "u"}"#, "user u"),
        (r#"{"token": "t"}"#, "none, token t"),
        (r#"{"creds": "/c.creds"}"#, "creds /c.creds"),
        (r#"{"nkey": "/n.nk"}"#, "nkey /n.nk"),
        (r#"{"user_jwt": "j", "user_seed": "s"}"#, "jwt j s"),
        (r#"{"user_jwt": "j"}"#, "jwt j"),
        (r#"{"token": "t", "creds": "/c"}"#, "creds /c, token t"),
    ];
    for (json, expected) in table {
        assert_eq!(World::with(json).credentials(), expected, "{json}");
    }
}

#[test]
fn given_several_credentials_then_the_order_is_natsclis() {
    let table = [
        (
            r#"{"user": "u", "password": "p", "creds": "/c"}"#,
            "user u p",
        ),
        (
            r#"{"creds": "/c", "nkey": "/n", "user_jwt": "j"}"#,
            "creds /c",
        ),
        (r#"{"nkey": "/n", "user_jwt": "j"}"#, "nkey /n"),
    ];
    for (json, expected) in table {
        assert_eq!(World::with(json).credentials(), expected, "{json}");
    }
}

#[test]
fn given_a_tilde_or_variables_in_a_path_then_they_are_expanded() {
    let table = [
        ("~/x", "creds ~/x"),
        ("$HOME/x", "creds /of/variable/x"),
        ("${UNSET}/x", "creds /x"),
        ("file://~/x", "creds ~/x"),
        ("relative/x", "creds ~/relative/x"),
        (r"C:\\c.creds", r"creds ~/C:\c.creds"),
    ];
    for (path, expected) in table {
        let world = World::with(&format!(r#"{{"creds": "{path}"}}"#));
        let world = world.variable("HOME", "/of/variable");
        assert_eq!(world.credentials(), expected, "{path}");
    }
}

#[test]
fn given_paths_of_tls_then_they_are_expanded_and_tls_is_required() {
    let world =
        World::with(r#"{"ca": "~/ca", "cert": "$D/c", "key": "file://~/k", "tls_first": true}"#);
    let world = world.variable("D", "/d");
    let tls = world.options().tls;
    let certificate = tls.certificate.unwrap();
    assert_eq!(tls.ca, Some(world.path("ca")));
    assert_eq!(certificate.chain.to_str(), Some("/d/c"));
    assert_eq!(certificate.key, world.path("k"));
    assert!(tls.required && tls.first && !tls.insecure);
}

#[test]
fn given_half_a_certificate_then_it_is_not_used_and_a_warning_says_so() {
    let world = World::with(r#"{"cert": "/c"}"#);
    assert_eq!(world.options().tls.certificate, None);
    let warnings = world.settings().warnings;
    assert!(matches!(
        warnings.as_slice(),
        [Warning::HalfCertificate { .. }]
    ));
}

#[test]
fn given_env_of_a_variable_that_is_unset_or_empty_then_it_is_an_error_with_its_place() {
    for variable in ["UNSET", "EMPTY"] {
        let world = World::with(&format!(r#"{{"token": "env://{variable}"}}"#));
        let expected =
            format!("context \"prod\": token variable \"{variable}\" is not set, or empty");
        assert_eq!(world.variable("EMPTY", "").refusal(), expected);
    }
    let world = World::with(r#"{"user": "u", "password": "env://P"}"#).variable("P", "secret");
    assert_eq!(world.credentials(), "user u secret");
}

#[test]
fn given_data_then_base64_must_be_named() {
    let world = World::with(r#"{"token": "data:,c2VjcmV0"}"#);
    assert_eq!(
        world.refusal(),
        "context \"prod\": token data: must say ;base64"
    );
    let world = World::with(r#"{"creds": "data:text/plain;base64,c2VjcmV0"}"#);
    assert_eq!(world.credentials(), "creds text secret");
}

#[test]
fn given_a_token_with_a_colon_then_it_is_literal() {
    assert_eq!(
        World::with(r#"{"token": "abc:def"}"#).credentials(),
        "none, token abc:def"
    );
}

#[test]
fn given_a_file_for_a_literal_then_it_is_read_without_its_line_end() {
    let world = World::with(r#"{"token": "file://~/token"}"#).file("token", "secret\r\n");
    assert_eq!(world.credentials(), "none, token secret");
}

#[test]
fn given_a_selection_with_a_line_feed_then_it_is_trimmed() {
    let world = World::new()
        .context("a b", r#"{"url": "h"}"#)
        .selected(" a b\n");
    assert_eq!(world.settings().context_name().as_deref(), Some("a b"));
    assert_eq!(world.settings().context.unwrap().origin, Origin::Selected);
}

#[test]
fn given_an_empty_selection_then_nothing_is_selected() {
    let world = World::new()
        .context("prod", r#"{"url": "h"}"#)
        .selected("\n");
    assert!(world.settings().context.is_none());
    assert!(world.settings().warnings.is_empty());
}

#[test]
fn given_a_dangling_selection_then_a_warning_and_the_defaults() {
    for name in ["gone", "../../etc/passwd"] {
        let world = World::new().selected(name);
        let settings = world.settings();
        let [warning] = settings.warnings.as_slice() else {
            panic!("{:?}", settings.warnings);
        };
        let warning = warning.to_string();
        let expected = format!("the selected context {name:?} does not exist");
        assert!(warning.starts_with(&expected), "{warning}");
        assert_eq!(world.servers(), ["nats://127.0.0.1:4222"]);
    }
}

#[test]
fn given_a_path_that_ends_in_json_then_it_is_the_context() {
    let world = World::new()
        .file("x.json", r#"{"url": "h"}"#)
        .named("./x.json");
    let context = world.settings().context.unwrap();
    assert_eq!(&*context.name, "x");
    assert_eq!(context.origin, Origin::Flag("--context"));
    assert_eq!(world.servers(), ["nats://h:4222"]);
}

#[test]
fn given_a_name_that_does_not_exist_then_the_sentence_names_those_that_do() {
    for name in ["nope", "./nope.json", "../context/prod"] {
        let world = World::with("{}").context("test", "{}").named(name);
        let expected =
            format!("--context: there is no context {name:?}; there are \"prod\", \"test\"");
        assert_eq!(world.refusal(), expected);
    }
}

#[test]
fn given_xdg_config_home_then_contexts_are_there_and_an_empty_one_does_not_count() {
    let world = || {
        World::with(r#"{"url": "home"}"#)
            .file("xdg/nats/context/x.json", r#"{"url": "xdg"}"#)
            .file("xdg/nats/context.txt", "x")
    };
    assert_eq!(
        world().variable("XDG_CONFIG_HOME", "").servers(),
        ["nats://home:4222"]
    );
    assert_eq!(
        world().variable("XDG_CONFIG_HOME", "xdg").servers(),
        ["nats://xdg:4222"]
    );
}

#[test]
fn given_nats_context_or_no_context_then_they_choose() {
    let world = || World::with(r#"{"url": "prod"}"#).context("test", r#"{"url": "test"}"#);
    let by_variable = world().variable("NATS_CONTEXT", "test");
    assert_eq!(by_variable.servers(), ["nats://test:4222"]);
    assert_eq!(by_variable.named("prod").servers(), ["nats://prod:4222"]);
    let mut without = world().variable("NATS_CONTEXT", "test");
    without.flags.no_context = true;
    assert_eq!(without.servers(), ["nats://127.0.0.1:4222"]);
}

#[test]
fn given_nats_user_alone_then_it_is_the_token_whatever_the_context_says() {
    let world = World::with(r#"{"user": "u", "password": "p"}"#).variable("NATS_USER", "x");
    assert_eq!(world.credentials(), "none, token x");
}

#[test]
fn given_nats_url_that_is_empty_then_it_does_not_count() {
    let world = World::with(r#"{"url": "h"}"#).variable("NATS_URL", "");
    assert_eq!(world.servers(), ["nats://h:4222"]);
}

#[test]
fn given_a_proxy_then_it_is_refused_unless_it_is_cleared() {
    let world = World::with(r#"{"socks_proxy": "socks5://u:hunter2@p:1080"}"#);
    let refusal = world.refusal();
    assert!(refusal.starts_with("context \"prod\": socks_proxy is not supported"));
    assert!(!refusal.contains("hunter2"));
    assert_eq!(
        world.variable("NATS_SOCKS_PROXY", "none").credentials(),
        "none"
    );
}

#[test]
fn given_a_colour_then_it_is_the_contexts_and_an_unknown_one_is_a_warning() {
    let scheme = |world: World| {
        world
            .settings()
            .color_scheme
            .map(|scheme| scheme.value.to_string())
    };
    assert_eq!(
        scheme(World::with(r#"{"color_scheme": "red"}"#)).as_deref(),
        Some("red")
    );
    let blue = World::with(r#"{"color_scheme": "red"}"#).variable("NATS_COLOR", "blue");
    assert_eq!(scheme(blue).as_deref(), Some("blue"));
    let pink = World::with(r#"{"color_scheme": "pink"}"#);
    assert_eq!(pink.settings().warnings.len(), 1);
    assert_eq!(scheme(pink), None);
}

#[test]
fn given_a_file_that_is_no_context_then_the_error_names_it_and_nothing_in_it() {
    for json in ["", "hunter2", r#"{"token": 1, "password": "hunter2"}"#] {
        let refusal = World::with(json).refusal();
        assert!(refusal.starts_with("context file ") && refusal.contains("prod.json"));
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
}

#[test]
fn given_files_that_are_no_contexts_then_the_list_passes_them_over() {
    let world = World::with(r#"{"url": "nats://u:hunter2@h", "description": "d"}"#)
        .context("empty", "")
        .context("broken", "{")
        .context("a..b", "{}")
        .file(".config/nats/context/readme.txt", "x")
        .file(".config/nats/context/folder.json/x", "x");
    let listed = load_all(&world.environment());
    let names: Vec<&str> = listed.iter().map(|context| &*context.name).collect();
    assert_eq!(names, ["broken", "prod"]);
    assert!(listed[0].problem.is_some() && !listed[0].selected);
    assert!(listed[1].selected && listed[1].description.as_deref() == Some("d"));
    assert!(!format!("{listed:?}").contains("hunter2"));
}
