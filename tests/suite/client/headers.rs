//! Headers: what is refused, what is read, and who gets them.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use goingnats::{
    client::{Client, Error},
    protocol::Headers,
};

use super::{NatsServer, connect, fake::Fake, payloads, take};
use crate::support::PATIENCE;

#[test]
fn c069_c070_what_would_break_the_block_is_refused_here() {
    let mut headers = Headers::new();
    for (name, value) in [
        ("A", "b\rc"),
        ("A", "b\nc"),
        ("a:b", "x"),
        ("a b", "x"),
        ("é", "x"),
        ("", "x"),
    ] {
        assert!(headers.append(name, value).is_err(), "{name:?}: {value:?}");
    }
    assert!(headers.is_empty());
}

#[test]
fn c015_a_server_without_headers_gets_none() {
    let fake = Fake::once(|mut peer| {
        peer.send("INFO {\"headers\":false,\"max_payload\":100,\"proto\":1}\r\n");
        let connect = peer.greeted();
        assert!(connect.contains(r#""headers":false"#), "{connect}");
        assert!(connect.contains(r#""no_responders":false"#), "{connect}");
        peer.answer_until_closed();
    });
    let client = Client::connect("test", &fake.url).unwrap();
    let mut headers = Headers::new();
    headers.append("A", "b").unwrap();
    let refused = client.publish_with("s", None, headers, "x");
    assert_eq!(refused, Err(Error::NoHeaders));
    client.publish("s", "x").unwrap();
}

#[test]
fn c071_c072_c074_c077_header_blocks_of_every_form() {
    let blocks: [&[u8]; 4] = [
        b"NATS/1.0\r\n\r\n",
        b"NATS/1.0  404   No Messages\r\n\r\n",
        b"NATS/1.0\r\nA: \xff\xfe\r\n\r\n",
        b"NATS/1.0\r\nB: c\r\n\r\n",
    ];
    let fake = Fake::once(move |mut peer| {
        peer.welcome(1);
        for block in blocks {
            let len = block.len();
            peer.send(format!("HMSG s 2 {len} {len}\r\n"));
            peer.send(block);
            peer.send("\r\n");
        }
        peer.answer_until_closed();
    });
    let client = Client::connect("test", &fake.url).unwrap();
    client.subscribe("s").unwrap();
    let messages = take(&client, 4);
    assert_eq!(payloads(&messages), [""; 4]);
    let read: Vec<_> = messages.iter().map(|message| message.headers()).collect();
    assert!(read[0].fields.is_empty() && !read[0].malformed);
    assert_eq!(read[1].status, Some(404));
    assert_eq!(read[1].description, b"No Messages");
    assert_eq!(read[2].fields, [(&b"A"[..], &b"\xff\xfe"[..])]);
    assert_eq!(read[3].fields, [(&b"B"[..], &b"c"[..])]);
}

#[test]
fn c075_two_hundred_headers_of_60_kib() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe("s").unwrap();
    let mut headers = Headers::new();
    for n in 0..200 {
        headers
            .append(&format!("Header-{n}"), &"v".repeat(290))
            .unwrap();
    }
    assert!(headers.encoded_len() > 60_000);
    client.publish_with("s", None, headers, "x").unwrap();
    let message = take(&client, 1).remove(0);
    let block = message.headers();
    assert_eq!(block.fields.len(), 200);
    assert_eq!(block.get(b"Header-199"), Some("v".repeat(290).as_bytes()));
    assert_eq!(message.payload, b"x");
}

#[test]
fn c076_who_knows_no_headers_gets_the_payload_alone() {
    let server = NatsServer::start();
    let mut raw = TcpStream::connect(server.address()).unwrap();
    raw.set_read_timeout(Some(PATIENCE)).unwrap();
    raw.write_all(b"CONNECT {\"headers\":false,\"verbose\":false}\r\nSUB s 7\r\nPING\r\n")
        .unwrap();
    let mut received = String::new();
    let mut until = |end: &str| {
        let mut byte = [0];
        received.clear();
        while !received.ends_with(end) {
            raw.read_exact(&mut byte).unwrap();
            received.push(char::from(byte[0]));
        }
        received.clone()
    };
    until("PONG\r\n");
    let client = connect(&server);
    let mut headers = Headers::new();
    headers.append("A", "b").unwrap();
    client.publish_with("s", None, headers, "body").unwrap();
    assert!(until("body\r\n").ends_with("MSG s 7 4\r\nbody\r\n"));
}
