//! TLS: who is trusted, when it begins, and what is never said in the clear.

use std::time::Duration;

use goingnats::{
    client::{Client, ClientCertificate, Credentials, Error, Event, Options, Secret, TlsInfo},
    protocol::Info,
};

use super::{
    NatsServer, Watched,
    fake::{Fake, INFO},
};
use crate::support::{Certificates, wait_for};

/// Options for a server by this scheme and host, trusting this authority.
fn options(scheme: &str, host: &str, server: &NatsServer, trusted: &Certificates) -> Options {
    let url = format!("{scheme}://{host}:{}", server.port());
    let mut options = Options::new("test", &url).unwrap();
    options.tls.ca = Some(trusted.ca());
    options
}

fn local(scheme: &str, server: &NatsServer, trusted: &Certificates) -> Options {
    options(scheme, "127.0.0.1", server, trusted)
}

/// What protects the connection that these options lead to.
#[track_caller]
fn protection(options: Options) -> Option<TlsInfo> {
    let mut watched = Watched::open(options);
    watched.event("Connected", |event| match event {
        Event::Connected { tls, .. } => Some(*tls),
        _ => None,
    })
}

#[track_caller]
fn failure(options: Options) -> Error {
    match Client::with(options) {
        Err(error) => error,
        Ok(_) => panic!("a connection was not to be had"),
    }
}

const GOOD: Option<TlsInfo> = Some(TlsInfo {
    version: "TLS 1.3",
    verified: true,
});

#[test]
fn c033_c034_tls_asked_for_and_tls_that_the_server_requires() {
    let certificates = Certificates::local();
    let server = NatsServer::with_config(&certificates.config(""));
    for scheme in ["tls", "nats"] {
        assert_eq!(protection(local(scheme, &server, &certificates)), GOOD);
    }
    let by_name = options("nats", "localhost", &server, &certificates);
    assert_eq!(protection(by_name), GOOD);
}

#[test]
fn c035_an_unknown_authority_is_not_trusted() {
    let server = NatsServer::with_config(&Certificates::local().config(""));
    let strangers = Certificates::local();
    let mut system = Options::new("test", &server.url()).unwrap();
    system.tls.required = true;
    for options in [local("tls", &server, &strangers), system] {
        match failure(options) {
            Error::TlsVerify { reason, .. } => assert!(reason.contains("authority"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn c034_c036_the_name_is_checked_however_tls_came_about() {
    let certificates = Certificates::for_names(&["localhost"]);
    let server = NatsServer::with_config(&certificates.config(""));
    for scheme in ["tls", "nats"] {
        match failure(local(scheme, &server, &certificates)) {
            Error::TlsVerify { reason, .. } => assert!(reason.contains("127.0.0.1"), "{reason}"),
            other => panic!("{other:?}"),
        }
        let by_name = options(scheme, "localhost", &server, &certificates);
        assert_eq!(protection(by_name), GOOD);
    }
}

#[test]
fn c036_a_discovered_server_must_bear_the_name_that_led_to_it() {
    let certificates = Certificates::for_names(&["localhost"]);
    let cluster = |routes: &str| {
        let listen = r#"listen: "127.0.0.1:-1""#;
        let tls = certificates.config("");
        NatsServer::with_config(&format!("{tls}cluster {{ name: c, {listen}, {routes} }}"))
    };
    let mut first = cluster("");
    let second = cluster(&format!("routes: [{:?}]", route(&first)));
    let mut options = options("tls", "localhost", &first, &certificates);
    options.retry_first = true;
    let mut watched = Watched::open(options);
    watched.event("the other server", |event| {
        let knows = |info: &Info| info.connect_urls.contains(&second.address());
        match event {
            Event::Connected { info, .. } | Event::InfoChanged(info) => knows(info).then_some(()),
            _ => None,
        }
    });
    first.stop();
    let (server, tls) = watched.event("a move", |event| match event {
        Event::Connected { server, tls, .. } if server.contains("127.0.0.1") => {
            Some((server.clone(), *tls))
        }
        _ => None,
    });
    assert_eq!(server, format!("tls://{}", second.address()));
    assert_eq!(tls, GOOD);
}

/// Where the server listens for others of its cluster.
#[track_caller]
fn route(server: &NatsServer) -> String {
    wait_for("a port for routes", || {
        let log = server.log();
        let (_, behind) = log.split_once("Listening for route connections on ")?;
        let (address, _) = behind.split_once('\n')?;
        Some(format!("nats-route://{address}"))
    })
}

#[test]
fn c037_insecure_connects_and_says_so() {
    let certificates = Certificates::for_names(&["elsewhere"]);
    let server = NatsServer::with_config(&certificates.config(""));
    let mut options = Options::new("test", &server.url()).unwrap();
    options.tls.insecure = true;
    let info = protection(options).expect("TLS");
    assert!(!info.verified);
}

#[test]
fn c038_a_missing_client_certificate_is_no_mere_end() {
    let certificates = Certificates::local();
    for more in ["verify: true", "verify: true, handshake_first: true"] {
        let server = NatsServer::with_config(&certificates.config(more));
        let mut options = local("tls", &server, &certificates);
        options.tls.first = more.contains("first");
        let error = failure(options);
        assert!(
            matches!(error, Error::TlsClientCertRequired { .. }),
            "{error}"
        );
    }
}

#[test]
fn c039_client_certificates_with_keys_of_all_forms() {
    let certificates = Certificates::local();
    certificates.add_rsa_client();
    let server = NatsServer::with_config(&certificates.config("verify: true"));
    for (chain, key, form) in [
        ("client.pem", "client.key", "BEGIN PRIVATE KEY"),
        ("client.pem", "client.sec1.key", "BEGIN EC PRIVATE KEY"),
        ("rsa.pem", "rsa.key", "BEGIN PRIVATE KEY"),
        ("rsa.pem", "rsa.pkcs1.key", "BEGIN RSA PRIVATE KEY"),
    ] {
        let (chain, key) = (certificates.path(chain), certificates.path(key));
        assert!(std::fs::read_to_string(&key).unwrap().contains(form));
        let mut options = local("tls", &server, &certificates);
        options.tls.certificate = Some(ClientCertificate { chain, key });
        assert_eq!(protection(options), GOOD);
    }
}

#[test]
fn certificate_files_that_cannot_be_used_are_named() {
    let certificates = Certificates::local();
    let server = NatsServer::with_config(&certificates.config(""));
    let path = |name: &str| certificates.path(name);
    let huge = std::fs::File::create(path("huge.pem")).unwrap();
    huge.set_len(1 << 30).unwrap();
    let table = [
        (
            path("huge.pem"),
            path("client.pem"),
            path("client.key"),
            "huge.pem\" cannot be read: file too large",
        ),
        (
            path("none.pem"),
            path("client.pem"),
            path("client.key"),
            "none.pem\" cannot be read",
        ),
        (
            path("client.key"),
            path("client.pem"),
            path("client.key"),
            "holds no certificate",
        ),
        (
            path("ca.pem"),
            path("client.pem"),
            path("ca.pem"),
            "holds no private key",
        ),
        (
            path("ca.pem"),
            path("client.pem"),
            path("server.key"),
            "does not fit",
        ),
    ];
    for (ca, chain, key, expected) in table {
        let mut options = local("tls", &server, &certificates);
        options.tls.ca = Some(ca);
        options.tls.certificate = Some(ClientCertificate { chain, key });
        let error = failure(options);
        assert!(matches!(error, Error::BadCertificateFile { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn c040_a_handshake_before_anything_is_said() {
    let certificates = Certificates::local();
    let server = NatsServer::with_config(&certificates.config("handshake_first: true"));
    let mut options = local("nats", &server, &certificates);
    options.tls.first = true;
    assert_eq!(protection(options), GOOD);
}

#[test]
fn c041_a_server_that_waits_for_tls_is_suspected() {
    let certificates = Certificates::local();
    let server = NatsServer::with_config(&certificates.config("handshake_first: true"));
    let mut options = local("nats", &server, &certificates);
    options.attempt_timeout = Duration::from_millis(300);
    let error = failure(options.clone());
    assert!(
        matches!(
            error,
            Error::HandshakeTimeout {
                awaited: "INFO",
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("wants TLS first"), "{error}");
    // The server has its own patience.
    options.attempt_timeout = Duration::from_secs(10);
    assert!(failure(options).to_string().contains("TLS first"));
}

#[test]
fn c042_a_server_that_waits_for_tls_a_while_takes_both() {
    let certificates = Certificates::local();
    // long enough to be met by us, and short enough to be waited for
    for (first, patience) in [(true, "60s"), (false, "100ms")] {
        let config = format!(r#"handshake_first: "{patience}""#);
        let server = NatsServer::with_config(&certificates.config(&config));
        let mut options = local("tls", &server, &certificates);
        options.tls.first = first;
        assert_eq!(protection(options), GOOD);
    }
}

#[test]
fn c040_a_handshake_first_with_a_server_that_greets_first_fails_and_says_why() {
    let certificates = Certificates::local();
    let server = NatsServer::with_config(&certificates.config(""));
    let mut options = local("tls", &server, &certificates);
    options.tls.first = true;
    match failure(options) {
        Error::TlsProtocol { reason, .. } => assert!(reason.contains("upgrade"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn c043_tls_asked_for_and_not_offered_sends_nothing() {
    for scheme in ["nats", "tls"] {
        let fake = Fake::once(|mut peer| {
            peer.send(INFO);
            assert_eq!(peer.everything(), "");
        });
        let url = fake.url.replace("nats://", &format!("{scheme}://"));
        let mut options = Options::new("test", &url).unwrap();
        options.tls.required = scheme == "nats";
        options.credentials = Credentials::UserPassword {
            user: "u".to_owned(),
            password: Some(Secret::new("SECRET")),
        };
        assert_eq!(failure(options), Error::SecureNotAvailable { server: url });
    }
}

#[test]
fn c043_a_server_that_spoke_tls_once_is_not_spoken_to_without() {
    let certificates = Certificates::local();
    let mut server = NatsServer::with_config(&certificates.config(""));
    let mut watched = Watched::open(local("nats", &server, &certificates));
    watched.connected();
    server.stop();
    server.configure("");
    server.start_again();
    watched.event("SecureNotAvailable", |event| match event {
        Event::Disconnected {
            reason: Error::SecureNotAvailable { .. },
            ..
        } => Some(()),
        Event::Connected { .. } => panic!("connected in the clear"),
        _ => None,
    });
}

#[test]
fn c043_credentials_are_not_sent_in_the_clear_where_tls_is_required() {
    let fake = Fake::once(|mut peer| {
        peer.send(INFO.replace(r#""proto":1"#, r#""proto":1,"tls_required":true"#));
        let sent = peer.some();
        assert_eq!(sent.first(), Some(&0x16), "not a ClientHello");
        assert!(!sent.windows(6).any(|window| window == b"SECRET"));
    });
    let address = fake.url.replace("nats://", "nats://u:SECRET@");
    let error = failure(Options::new("test", &address).unwrap());
    assert!(matches!(error, Error::Lost { .. }), "{error}");
}

#[test]
fn c044_where_both_are_allowed_the_url_decides() {
    let certificates = Certificates::local();
    let config = certificates.config("") + "allow_non_tls: true\n";
    let server = NatsServer::with_config(&config);
    assert_eq!(protection(local("nats", &server, &certificates)), None);
    assert_eq!(protection(local("tls", &server, &certificates)), GOOD);
}

#[test]
fn c045_nothing_is_accepted_between_info_and_tls() {
    let injected = "MSG admin 1 3\r\nbad\r\n";
    for together in [true, false] {
        let fake = Fake::once(move |mut peer| {
            let info = INFO.replace(r#""proto":1"#, r#""proto":1,"tls_required":true"#);
            if together {
                peer.send(info + injected);
            } else {
                peer.send(info);
                // The ClientHello, so that it is read by whoever speaks TLS by then.
                peer.some();
                peer.send(injected);
            }
            peer.until_closed();
        });
        let server = fake.url.clone();
        let options = Options::new("test", &fake.url).unwrap();
        assert_eq!(failure(options), Error::ProtocolInjection { server });
    }
}

#[test]
fn c045_a_server_that_is_full_says_so_before_tls_and_that_is_a_text_and_no_more() {
    let certificates = Certificates::local();
    let config = certificates.config("") + "max_connections: 1\n";
    let server = NatsServer::with_config(&config);
    let _first = wait_for("a free place", || {
        Client::with(local("tls", &server, &certificates)).ok()
    });
    let expected = "maximum connections exceeded (sent in plain text, before TLS)";
    match failure(local("tls", &server, &certificates)) {
        Error::TurnedAway { reason, .. } => assert_eq!(reason, expected),
        error => panic!("{error}"),
    }
}

#[test]
fn c045_an_error_in_the_clear_is_no_verdict_on_credentials() {
    for together in [true, false] {
        let fake = Fake::once(move |mut peer| {
            let info = INFO.replace(r#""proto":1"#, r#""proto":1,"tls_required":true"#);
            let said = "-ERR 'Authorization Violation'\r\n";
            if together {
                peer.send(info + said);
            } else {
                peer.send(info);
                peer.some();
                peer.send(said);
            }
            peer.until_closed();
        });
        let error = failure(Options::new("test", &fake.url).unwrap());
        assert!(matches!(error, Error::TurnedAway { .. }), "{error}");
    }
}

#[test]
fn c046_a_mebibyte_over_tls_and_back() {
    let certificates = Certificates::local();
    let server = NatsServer::with_config(&certificates.config(""));
    let client = Client::with(local("tls", &server, &certificates)).unwrap();
    super::websocket::there_and_back(&client);
}
