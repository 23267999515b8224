//! Who may come in, and what is said of secrets.

use goingnats::client::{Client, Credentials, Error, Event, Options, Secret};

use super::{
    NatsServer, Watched,
    fake::{Fake, INFO, accept},
    patient,
};

const PASSWORD: &str = "s3cr3t:@/%";
const IN_URL: &str = "s3cr3t%3A%40%2F%25";

fn with_password() -> NatsServer {
    NatsServer::with_arguments(&["--user", "u", "--pass", PASSWORD])
}

fn url(server: &NatsServer, user_info: &str) -> String {
    server
        .url()
        .replace("nats://", &format!("nats://{user_info}@"))
}

fn user(user: &str, password: &str) -> Credentials {
    Credentials::UserPassword {
        user: user.to_owned(),
        password: Some(Secret::new(password)),
    }
}

fn is_refused(result: Result<Client, Error>) -> bool {
    matches!(result, Err(Error::Refused { .. }))
}

#[test]
fn c019_user_and_password_in_options_and_url() {
    let server = with_password();
    let mut options = patient(&server.url());
    options.credentials = user("u", PASSWORD);
    Client::with(options).unwrap().flush().unwrap();
    let url = url(&server, &format!("u:{IN_URL}"));
    Client::connect("test", &url).unwrap().flush().unwrap();
}

#[test]
fn the_url_wins_over_the_options() {
    let server = with_password();
    let mut options = Options::new("test", &url(&server, &format!("u:{IN_URL}"))).unwrap();
    options.credentials = user("somebody", "else");
    options.token = Some(Secret::new("altogether"));
    Client::with(options).unwrap().flush().unwrap();
}

#[test]
fn c020_c021_wrong_and_missing_credentials_are_refused() {
    let server = with_password();
    assert!(is_refused(Client::connect(
        "test",
        &url(&server, "u:wrong")
    )));
    assert!(is_refused(Client::connect("test", &server.url())));
}

#[test]
fn c022_token_in_options_and_url() {
    let server = NatsServer::with_arguments(&["--auth", PASSWORD]);
    let mut options = patient(&server.url());
    options.token = Some(Secret::new(PASSWORD));
    Client::with(options).unwrap().flush().unwrap();
    Client::connect("test", &url(&server, IN_URL))
        .unwrap()
        .flush()
        .unwrap();
    assert!(is_refused(Client::connect("test", &url(&server, "wrong"))));
}

#[test]
fn c030_a_server_that_lets_in_everybody_as_somebody() {
    let server = NatsServer::with_config(
        "authorization { users: [{user: u, password: p}] }\nno_auth_user: u",
    );
    Client::connect("test", &server.url())
        .unwrap()
        .flush()
        .unwrap();
}

#[test]
fn refused_twice_is_the_end_even_for_the_patient() {
    let server = with_password();
    let mut watched = Watched::patient(&url(&server, "u:wrong"));
    let mut refusals = 0;
    watched.event("Closed", |event| match event {
        Event::Disconnected { reason, .. } => {
            assert!(matches!(reason, Error::Refused { .. }));
            refusals += 1;
            None
        }
        Event::Closed { reason } => {
            assert!(matches!(reason, Some(Error::Refused { .. })));
            Some(())
        }
        _ => None,
    });
    assert_eq!(refusals, 1);
    assert_eq!(watched.connection.reconnect_now(), Err(Error::Closed));
}

#[test]
fn c020_a_close_without_a_word_is_probably_a_refusal() {
    let fake = Fake::once(|mut peer| {
        peer.send(INFO.replace(r#""proto":1"#, r#""proto":1,"auth_required":true"#));
        peer.expect("PING\r\n");
    });
    assert!(is_refused(Client::connect("test", &fake.url)));
}

#[test]
fn c043_credentials_are_not_sent_in_the_clear_where_tls_is_required() {
    let fake = Fake::listening(|listener| {
        let mut peer = accept(&listener);
        peer.send(INFO.replace(r#""proto":1"#, r#""proto":1,"tls_required":true"#));
        let sent = peer.everything();
        assert_eq!(sent, "");
    });
    let address = fake.url.replace("nats://", "nats://u:SECRET@");
    match Client::connect("test", &address) {
        Err(Error::Unsupported { what, .. }) => assert!(what.contains("TLS"), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn c032_secrets_are_shown_nowhere() {
    let server = with_password();
    let right = url(&server, &format!("u:{IN_URL}"));
    let mut watched = Watched::patient(&right);
    let connected = watched.event("Connected", |event| {
        matches!(event, Event::Connected { .. }).then(|| format!("{event:?}"))
    });
    let client = Client::connect("test", &right).unwrap();
    let wrong = Client::connect("test", &url(&server, "u:s3cr3t-wrong")).unwrap_err();
    let shown = format!(
        "{client:?} {:?} {connected} {wrong} {wrong:?}",
        watched.connection
    );
    assert!(!shown.contains("s3cr3t"), "{shown}");
    assert!(shown.contains(&server.address()), "{shown}");
}
