//! `goingnats serve`

use std::net::TcpListener;

use goingnats::client::Client;
use rustix::process::Signal;

use super::Home;
use crate::support::PATIENCE;

#[test]
fn given_serve_then_its_url_is_its_only_line_and_clients_can_use_it_until_a_signal() {
    let home = Home::new();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let serve = home.start(&["serve"]);
        let url = serve.line();

        let client = Client::connect("test", &url).unwrap();
        client.subscribe("a").unwrap();
        home.run(&["pub", "a", "body", "-s", &url]).assert(0, "");
        assert_eq!(client.get_within(PATIENCE).unwrap()[0].payload, b"body");
        assert!(client.info().unwrap().version.ends_with("-goingnats"));

        serve.signal(signal);
        serve.ended().assert(code, "");
    }
}

#[test]
fn given_an_address_then_it_listens_there_or_says_why_not() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    home.run(&["serve", "--addr", &address]).assert_failed(
        1,
        &[&format!(
            "cannot listen on {address}: Address already in use"
        )],
    );
    home.run(&["serve", "--addr", "0.0.0.0:0"])
        .assert_failed(2, &["0.0.0.0:0", "loopback"]);

    drop(taken);
    let serve = home.start(&["serve", "--addr", &address]);
    assert_eq!(serve.line(), format!("nats://{address}"));
}
