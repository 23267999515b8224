//! Who may come in, and what is said of secrets.

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::PathBuf,
    thread,
    time::Duration,
};

use goingnats::client::{Client, Credentials, Error, Event, Options, Secret, SecretSource};
use nkeys::KeyPair;

use super::{
    NatsServer, Watched,
    fake::{Fake, INFO},
    patient,
};
use crate::support::{Operator, User};

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

/// Options for a server, with these credentials.
fn as_whom(server: &NatsServer, credentials: Credentials) -> Options {
    let mut options = Options::new("test", &server.url()).unwrap();
    options.credentials = credentials;
    options
}

fn text(text: &str) -> SecretSource {
    SecretSource::Text(Secret::new(text))
}

fn jwt(user: &User, seed: bool) -> Credentials {
    Credentials::Jwt {
        jwt: Secret::new(&*user.jwt),
        seed: seed.then(|| Secret::new(&*user.seed)),
    }
}

/// Knows one user by an nkey; gives the seed too.
fn with_nkey() -> (NatsServer, String) {
    let user = KeyPair::new_user();
    let config = format!(
        "authorization {{ users: [{{nkey: {}}}] }}",
        user.public_key()
    );
    (NatsServer::with_config(&config), user.seed().unwrap())
}

/// A file in a folder of its own.
fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn c023_an_nkey_seed_in_a_file_and_as_text() {
    let (server, seed) = with_nkey();
    let (_folder, path) = file(&format!("{seed}\n"));
    for source in [text(&seed), SecretSource::File(path)] {
        let client = Client::with(as_whom(&server, Credentials::Nkey(source))).unwrap();
        client.flush().unwrap();
    }
}

#[test]
fn a_seed_that_is_laid_out_in_any_way_lets_us_in() {
    let (server, seed) = with_nkey();
    let (front, back) = seed.split_at(20);
    let layouts = [
        format!("\u{feff}\r\n  {seed}  \r\n\r\n"),
        format!("# of ada\n\t{front}\n\t{back}\n"),
        format!("-----BEGIN USER NKEY SEED-----\n\n {seed}\n\n------END USER NKEY SEED------\n"),
    ];
    for layout in layouts {
        let (_folder, path) = file(&layout);
        for source in [text(&layout), SecretSource::File(path)] {
            let client = Client::with(as_whom(&server, Credentials::Nkey(source)));
            client.unwrap().flush().unwrap();
        }
    }
}

#[test]
fn c027_credentials_that_are_laid_out_in_any_way_let_us_in() {
    let operator = Operator::new();
    let server = NatsServer::with_config(&operator.config());
    let User { jwt, seed, .. } = operator.user();
    let creds = operator.user().creds();
    let wrapped = |value: &str| {
        let lines = value.as_bytes().chunks(64).map(String::from_utf8_lossy);
        lines.collect::<Vec<_>>().join("\r\n    ")
    };
    for layout in [
        creds.replace('\n', "\n\n"),
        creds.replace('\n', " \r\n\t"),
        format!("\u{feff}{creds}"),
        creds.replace("\neyJ", "\n \teyJ"),
        format!(
            "-----BEGIN NATS USER JWT-----\n{}\n------END NATS USER JWT------\n\
             -----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------",
            wrapped(&jwt),
            wrapped(&seed)
        ),
    ] {
        let (_folder, path) = file(&layout);
        let options = as_whom(&server, Credentials::Creds(SecretSource::File(path)));
        Client::with(options).unwrap().flush().unwrap();
    }
    let options = as_whom(
        &server,
        Credentials::Jwt {
            jwt: Secret::new(format!(" {}\n", wrapped(&jwt))),
            seed: Some(Secret::new(format!("\u{feff}\n{seed}\r\n"))),
        },
    );
    Client::with(options).unwrap().flush().unwrap();
}

#[test]
fn c024_the_seed_of_somebody_else_is_refused() {
    let (server, _) = with_nkey();
    let other = KeyPair::new_user().seed().unwrap();
    let options = as_whom(&server, Credentials::Nkey(text(&other)));
    assert!(is_refused(Client::with(options)));
}

#[test]
fn c025_an_nkey_for_a_server_without_nkeys_sends_nothing() {
    let fake = Fake::once(|mut peer| {
        peer.send(INFO);
        assert_eq!(peer.everything(), "");
    });
    let mut options = Options::new("test", &fake.url).unwrap();
    options.credentials = Credentials::Nkey(text(&KeyPair::new_user().seed().unwrap()));
    let server = fake.url.clone();
    assert_eq!(
        Client::with(options).unwrap_err(),
        Error::NkeysUnsupported { server }
    );
}

#[test]
fn c026_a_credentials_file_leads_into_its_account() {
    let operator = Operator::new();
    let server = NatsServer::with_config(&operator.config());
    let (_folder, path) = file(&operator.user().creds());
    let mut options = as_whom(&server, Credentials::Creds(SecretSource::File(path)));
    options.retry_first = true;
    let mut watched = Watched::open(options);
    let account = watched.event("the account", |event| match event {
        Event::Connected { info, .. } => info.remote_account.clone(),
        Event::InfoChanged(info) => info.remote_account.clone(),
        _ => None,
    });
    assert_eq!(account, operator.account());
}

#[test]
fn c026_a_jwt_with_its_seed_and_a_bearer_without() {
    let operator = Operator::new();
    let server = NatsServer::with_config(&operator.config());
    for credentials in [jwt(&operator.user(), true), jwt(&operator.bearer(), false)] {
        let client = Client::with(as_whom(&server, credentials)).unwrap();
        client.flush().unwrap();
    }
    let unsigned = as_whom(&server, jwt(&operator.user(), false));
    assert!(is_refused(Client::with(unsigned)));
}

#[test]
fn c027_a_credentials_file_with_other_line_ends() {
    let operator = Operator::new();
    let server = NatsServer::with_config(&operator.config());
    let creds = operator.user().creds().replace('\n', "\r\n");
    let creds = format!("written for the demo\r\n---\r\n{creds}end\r\n");
    let options = as_whom(&server, Credentials::Creds(text(&creds)));
    Client::with(options).unwrap().flush().unwrap();
}

#[test]
fn c028_a_credentials_file_is_read_again_for_every_attempt() {
    let operator = Operator::new();
    let mut server = NatsServer::with_config(&operator.config());
    let (first, second) = (operator.user(), operator.user());
    let (_folder, path) = file(&first.creds());
    let credentials = Credentials::Creds(SecretSource::File(path.clone()));
    let mut watched = Watched::open(as_whom(&server, credentials));
    watched.connected();
    assert_eq!(who_is_there(&server), first.public_key);

    fs::write(&path, second.creds()).unwrap();
    server.stop();
    server.start_again();
    watched.connected();
    assert_eq!(who_is_there(&server), second.public_key);
}

fn who_is_there(server: &NatsServer) -> String {
    let page = server.monitor("/connz?auth=true");
    let user = &page["connections"][0]["authorized_user"];
    user.as_str().unwrap_or_default().to_owned()
}

#[test]
fn c029_an_expired_jwt_is_told_tried_again_and_given_up() {
    let operator = Operator::new();
    let server = NatsServer::with_config(&operator.config());
    // so long, at the most, may the first connection take
    let user = operator.user_for(Duration::from_secs(4));
    let mut options = as_whom(&server, Credentials::Creds(text(&user.creds())));
    options.retry_first = true;
    let mut watched = Watched::open(options);
    let mut reasons = Vec::new();
    let mut attempts = 0;
    let end = watched.event("Closed", |event| match event {
        Event::Connecting { .. } => {
            attempts += 1;
            None
        }
        Event::Disconnected { reason, .. } => {
            reasons.push(reason.to_string());
            None
        }
        Event::Closed { reason } => Some(reason.clone()),
        _ => None,
    });
    // Within the second of its end the server lets it in and throws it out again.
    let expired = "User Authentication Expired";
    assert!(reasons[0].contains(expired), "{reasons:?}");
    assert!(reasons.len() >= 2, "{reasons:?}");
    let Some(Error::Refused { reason, .. }) = end else {
        panic!("{end:?}");
    };
    let by_its_own_words = reason.starts_with("the user JWT expired at ");
    assert!(by_its_own_words || reason == expired, "{reason}");
    assert_eq!(attempts, reasons.len() + 1);
    assert!(watched.lanes.events.is_closed());
}

#[test]
fn c029_renewed_credentials_are_not_those_that_were_refused() {
    let operator = Operator::new();
    let server = NatsServer::with_config(&operator.config());
    let stranger = || Operator::new().user().creds();
    let (_folder, path) = file(&stranger());
    let mut options = as_whom(
        &server,
        Credentials::Creds(SecretSource::File(path.clone())),
    );
    options.retry_first = true;
    let mut watched = Watched::open(options);
    let mut refusals = 0;
    watched.event("Connected", |event| match event {
        Event::Disconnected { reason, .. } => {
            assert!(matches!(reason, Error::Refused { .. }), "{reason}");
            refusals += 1;
            let renewed = if refusals < 3 {
                stranger()
            } else {
                operator.user().creds()
            };
            // At once, as those do who renew such files.
            let beside = path.with_extension("new");
            fs::write(&beside, renewed).unwrap();
            fs::rename(&beside, &path).unwrap();
            None
        }
        Event::Connected { .. } => Some(()),
        _ => None,
    });
    assert_eq!(refusals, 3);
}

#[test]
fn a_credentials_file_that_is_not_there_is_waited_for_by_the_patient() {
    let operator = Operator::new();
    let server = NatsServer::with_config(&operator.config());
    let (folder, path) = file("");
    fs::remove_file(&path).unwrap();
    let mut options = as_whom(
        &server,
        Credentials::Creds(SecretSource::File(path.clone())),
    );
    assert!(matches!(
        Client::with(options.clone()),
        Err(Error::BadCredentials { .. })
    ));
    options.retry_first = true;
    let mut watched = Watched::open(options);
    watched.event("Disconnected", |event| {
        matches!(event, Event::Disconnected { .. }).then_some(())
    });
    let beside = folder.path().join("new");
    fs::write(&beside, operator.user().creds()).unwrap();
    fs::rename(&beside, &path).unwrap();
    watched.connected();
}

#[test]
fn c031_who_is_too_slow_with_credentials_is_told_so() {
    let server = NatsServer::with_config("authorization { user: u, password: p, timeout: 0.3 }");
    let slow = slow_towards(server.address());
    match Client::connect("test", &format!("nats://u:p@{slow}")) {
        Err(Error::Refused { reason, .. }) => assert_eq!(reason, "Authentication Timeout"),
        other => panic!("{other:?}"),
    }
}

/// A relay that hands on what a client says only after the server has had enough.
fn slow_towards(server: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut server = TcpStream::connect(server).unwrap();
        let mut chunk = [0; 4096];
        while let Ok(count @ 1..) = server.read(&mut chunk) {
            if client.write_all(&chunk[..count]).is_err() {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
    });
    address
}

#[test]
fn c032_secrets_are_shown_nowhere() {
    let operator = Operator::new();
    let with_operator = NatsServer::with_config(&operator.config());
    let (with_nkey, seed) = with_nkey();
    let with_password = with_password();
    let with_token = NatsServer::with_arguments(&["--auth", PASSWORD]);
    let (user, stranger) = (operator.user(), Operator::new().user());
    let other_seed = KeyPair::new_user().seed().unwrap();
    let damaged = format!("{seed}A");
    let token = |token: &str| {
        let mut options = as_whom(&with_token, Credentials::None);
        options.token = Some(Secret::new(token));
        options
    };
    let creds = |user: &User| Credentials::Creds(text(&user.creds()));
    let in_url = Options::new("test", &url(&with_password, &format!("u:{IN_URL}"))).unwrap();
    let all = [
        in_url,
        as_whom(&with_password, self::user("u", PASSWORD)),
        as_whom(&with_password, self::user("u", "s3cr3t-wrong")),
        token(PASSWORD),
        token("s3cr3t-wrong"),
        as_whom(&with_nkey, Credentials::Nkey(text(&seed))),
        as_whom(&with_nkey, Credentials::Nkey(text(&other_seed))),
        as_whom(&with_nkey, Credentials::Nkey(text(&damaged))),
        as_whom(&with_operator, creds(&user)),
        as_whom(&with_operator, creds(&stranger)),
        as_whom(&with_operator, jwt(&user, true)),
        as_whom(&with_operator, jwt(&stranger, true)),
    ];
    let (mut shown, mut connected, mut refused) = (String::new(), 0, 0);
    for options in all {
        shown += &format!("{options:?}\n");
        let mut watched = Watched::open(options);
        shown += &format!("{:?}\n", watched.connection);
        watched.event("the end or a connection", |event| {
            shown += &format!("{event:?}\n");
            match event {
                Event::Closed {
                    reason: Some(reason),
                } => {
                    shown += &format!("{reason}\n");
                    refused += 1;
                    Some(())
                }
                Event::Connected { .. } => {
                    connected += 1;
                    Some(())
                }
                _ => None,
            }
        });
    }
    assert_eq!((connected, refused), (6, 6), "{shown}");
    let secrets = [
        &seed,
        &other_seed,
        &user.seed,
        &user.jwt,
        &stranger.seed,
        &stranger.jwt,
    ];
    // A JWT's signature, and a seed without its ends.
    let parts = secrets.map(|secret| secret.get(secret.len() - 40..secret.len() - 4).unwrap());
    for secret in parts.into_iter().chain(["s3cr3t"]) {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
