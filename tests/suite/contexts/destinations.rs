//! Whose credentials go where: a more explicit source replaces them, and those of a context stay with its
//! servers.

use goingnats::{
    client::Secret,
    context::{Origin, Place},
};

use super::World;

const PROD: &str = r#"{"url": "nats://prod:4222,nats://prod2:4222", "user": "u", "password": "p"}"#;

#[test]
fn given_credentials_on_the_command_line_then_those_of_the_context_are_replaced_as_a_group() {
    let mut world = World::with(PROD).variable("NATS_TOKEN", "t");
    world.flags.creds = Some(Secret::new("/c"));
    assert_eq!(world.credentials(), "creds /c");
}

#[test]
fn given_credentials_in_variables_then_those_of_the_context_are_replaced_as_a_group() {
    let world = World::with(PROD).variable("NATS_NKEY", "/n");
    assert_eq!(world.credentials(), "nkey /n");
}

#[test]
fn given_a_password_in_a_variable_then_it_completes_the_user_of_the_context() {
    let world = World::with(r#"{"user": "u"}"#).variable("NATS_PASSWORD", "p");
    assert_eq!(world.credentials(), "user u p");
}

#[test]
fn given_user_info_in_the_url_of_the_context_then_explicit_credentials_replace_it() {
    let json = r#"{"url": "nats://u:p@prod"}"#;
    let world = World::with(json).variable("NATS_CREDS", "/c");
    assert!(world.options().servers[0].user.is_none());
    assert!(World::with(json).options().servers[0].user.is_some());
}

#[test]
fn given_a_url_that_names_credentials_then_those_of_the_context_are_left_aside() {
    let world = World::with(PROD).server("nats://me:mine@other:1");
    assert_eq!(world.credentials(), "none");
    let values = world.settings().values();
    let user = values.iter().find(|value| value.key == "user").unwrap();
    assert_eq!(user.note, Some("not used: the URL holds credentials"));
}

#[test]
fn given_one_of_the_contexts_own_servers_then_it_gets_the_credentials() {
    assert_eq!(World::with(PROD).server("PROD2").credentials(), "user u p");
}

#[test]
fn given_another_host_or_port_then_the_credentials_are_withheld_and_the_sentence_names_the_way() {
    for (url, place) in [("nats://other:4222", "other:4222"), ("prod:1", "prod:1")] {
        let world = World::with(PROD).variable("NATS_URL", url);
        let resolved = world.settings().resolved().unwrap();
        let withheld = resolved.withheld.unwrap();
        assert_eq!(withheld.origin, Origin::Variable("NATS_URL"));
        assert_eq!(withheld.wanted_by, [Place::parse(place).unwrap()]);
        assert!(matches!(
            resolved.options.credentials,
            goingnats::client::Credentials::None
        ));
        assert_eq!(
            world.refusal(),
            format!(
                "the credentials of context \"prod\" are for prod:4222, prod2:4222 and were not sent to \
                 {place} (NATS_URL): allow it with --send-credentials-to {place}, or leave the context \
                 out with --no-context"
            )
        );
    }
}

#[test]
fn given_a_token_of_the_context_then_it_is_withheld_too() {
    let world = World::with(r#"{"url": "prod", "token": "t"}"#).server("other");
    assert!(world.settings().resolved().unwrap().withheld.is_some());
    assert!(world.settings().would_withhold().unwrap().is_some());
}

#[test]
fn given_a_context_without_a_url_then_its_credentials_are_for_the_default_server() {
    let json = r#"{"creds": "/c"}"#;
    assert_eq!(
        World::with(json).server("127.0.0.1").credentials(),
        "creds /c"
    );
    let refusal = World::with(json).server("other").refusal();
    assert!(refusal.contains("are for 127.0.0.1:4222"), "{refusal}");
}

#[test]
fn given_the_permission_then_they_are_sent() {
    let mut world = World::with(PROD).server("other:1");
    world.flags.send_credentials_to = vec!["OTHER:1".to_owned()];
    assert_eq!(world.credentials(), "user u p");
    world.flags.send_credentials_to = vec!["other:2".to_owned()];
    assert!(world.settings().resolved().unwrap().withheld.is_some());

    let mut asked = world.settings();
    let withheld = asked.resolved().unwrap().withheld.unwrap();
    asked.send_credentials_to(&withheld.wanted_by);
    assert!(asked.resolved().unwrap().withheld.is_none());
}

#[test]
fn given_a_context_without_credentials_then_there_is_nothing_to_withhold() {
    let world = World::with(r#"{"url": "prod"}"#).server("other");
    assert_eq!(world.servers(), ["nats://other:4222"]);
}

#[test]
fn given_a_context_that_asks_for_tls_then_its_credentials_do_not_travel_in_the_clear() {
    let world = World::with(r#"{"url": "tls://prod:4222", "token": "t"}"#);
    assert!(world.server("nats://prod:4222").options().tls.required);
    let without = World::with(r#"{"url": "nats://prod:4222", "token": "t"}"#);
    assert!(!without.options().tls.required);
}
