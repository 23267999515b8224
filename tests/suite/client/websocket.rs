//! WebSocket: the same bytes in frames, wherever the frames end.

use futures_util::{SinkExt, StreamExt};
use goingnats::client::{Client, Data, Error, Event, Options, TlsInfo};
use tokio_websockets::{CloseCode, Message, ServerBuilder, WebSocketStream};

use super::{
    NatsServer, Watched,
    fake::{Fake, INFO},
    take,
};
use crate::support::{Certificates, Cluster};

const IN_THE_CLEAR: &str = r#"websocket { host: "127.0.0.1", port: -1, no_tls: true }"#;

fn url(scheme: &str, server: &NatsServer) -> String {
    format!("{scheme}://127.0.0.1:{}", server.web_socket_port())
}

/// Large messages both ways, and many small ones in their order.
#[track_caller]
pub fn there_and_back(client: &Client) {
    let large: Vec<u8> = (0..1 << 20).map(|n: u32| (n % 251) as u8).collect();
    client.subscribe("large").unwrap();
    client.publish("large", &large).unwrap();
    assert!(take(client, 1)[0].payload == large);
    client.subscribe("small").unwrap();
    for n in 0..10_000 {
        client.publish("small", n.to_string()).unwrap();
    }
    let taken = take(client, 10_000);
    for (n, message) in taken.iter().enumerate() {
        assert_eq!(message.payload, n.to_string().into_bytes());
    }
}

#[test]
fn c047_a_mebibyte_over_a_web_socket_and_back() {
    let server = NatsServer::with_config(IN_THE_CLEAR);
    there_and_back(&Client::connect("test", &url("ws", &server)).unwrap());
}

#[test]
fn c047_a_mebibyte_over_a_secure_web_socket_and_back() {
    let certificates = Certificates::local();
    let tls = certificates.config("");
    let config = format!(r#"websocket {{ host: "127.0.0.1", port: -1, {tls} }}"#);
    let server = NatsServer::with_config(&config);
    let mut options = Options::new("test", &url("wss", &server)).unwrap();
    options.tls.ca = Some(certificates.ca());
    there_and_back(&Client::with(options.clone()).unwrap());
    let mut watched = Watched::open(options);
    let tls = watched.event("Connected", |event| match event {
        Event::Connected { tls, .. } => Some(*tls),
        _ => None,
    });
    assert!(matches!(tls, Some(TlsInfo { verified: true, .. })));
}

#[test]
fn c047_a_server_over_web_sockets_is_found_again() {
    let mut server = NatsServer::with_config(IN_THE_CLEAR);
    let url = url("ws", &server);
    let port = format!("port: {}", server.web_socket_port());
    let mut watched = Watched::patient(&url);
    watched.connected();
    server.stop();
    server.configure(&IN_THE_CLEAR.replace("port: -1", &port));
    server.start_again();
    watched.connected();
}

#[test]
fn c117_a_cluster_names_the_web_sockets_of_its_servers() {
    let mut cluster = Cluster::with_config(2, IN_THE_CLEAR);
    let urls: Vec<String> = cluster.nodes.iter().map(|node| url("ws", node)).collect();
    let mut watched = Watched::patient(&urls[0]);
    watched.event("both servers", |event| match event {
        Event::Pool(entries) => {
            let known = |url: &String| entries.iter().any(|entry| entry.server == *url);
            urls.iter().all(known).then_some(())
        }
        _ => None,
    });
    watched.connected();
    cluster.nodes[0].stop();
    let server = watched.event("the other server", |event| match event {
        Event::Connected { server, .. } => Some(server.clone()),
        _ => None,
    });
    assert_eq!(server, urls[1]);
}

#[test]
fn a_web_socket_in_the_clear_is_no_place_for_who_asked_for_tls() {
    let server = NatsServer::with_config(IN_THE_CLEAR);
    let mut options = Options::new("test", &url("ws", &server)).unwrap();
    options.tls.required = true;
    let error = Client::with(options).unwrap_err();
    assert!(matches!(error, Error::SecureNotAvailable { .. }), "{error}");
}

#[test]
fn what_is_no_web_socket_is_named() {
    let server = NatsServer::start();
    let plain = server.url().replace("nats://", "ws://");
    let fake = Fake::once(|mut peer| {
        let request = peer.expect("\r\n\r\n");
        assert!(
            request.starts_with("GET /nats?a=b HTTP/1.1\r\n"),
            "{request}"
        );
        peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        peer.until_closed();
    });
    let elsewhere = fake.url.replace("nats://", "ws://") + "/nats?a=b";
    for url in [plain, elsewhere] {
        let error = Client::connect("test", &url).unwrap_err();
        assert!(matches!(error, Error::NotNats { .. }), "{error}");
        assert!(error.to_string().contains("WebSocket"), "{error}");
    }
}

/// A server that sends every byte in a frame of its own, with pings and empty frames between, answers
/// PING, and has one message for whoever subscribes to `s`. Then it closes.
fn fragmenting(listener: std::net::TcpListener) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let (_, mut socket) = ServerBuilder::new().accept(stream).await.unwrap();
        send(&mut socket, INFO).await;
        let mut heard = String::new();
        while let Some(Ok(message)) = socket.next().await {
            if message.is_binary() {
                heard += std::str::from_utf8(message.as_payload()).unwrap();
            }
            while let Some((line, rest)) = heard.split_once("\r\n") {
                let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
                heard = rest.to_owned();
                match words[0].as_str() {
                    "PING" => send(&mut socket, "PONG\r\n").await,
                    "SUB" if words[1] == "s" => {
                        let message = format!("MSG s {} 5\r\nhello\r\n", words[2]);
                        send(&mut socket, &message).await;
                    }
                    "UNSUB" => {
                        let goodbye = Message::close(Some(CloseCode::GOING_AWAY), "bye");
                        socket.send(goodbye).await.unwrap();
                    }
                    _ => {}
                }
            }
        }
    });
}

async fn send(socket: &mut WebSocketStream<tokio::net::TcpStream>, text: &str) {
    for byte in text.as_bytes() {
        for frame in [
            Message::binary(vec![*byte]),
            Message::binary(vec![]),
            Message::ping("are you there?"),
        ] {
            socket.feed(frame).await.unwrap();
        }
    }
    socket.flush().await.unwrap();
}

#[test]
fn c048_c049_frames_end_anywhere_and_a_close_frame_is_the_end() {
    let fake = Fake::listening(fragmenting);
    let mut watched = Watched::open(Options::new("test", &fake.url.replace("nats", "ws")).unwrap());
    watched.connected();
    let sid = watched.connection.subscribe(b"s", None).unwrap();
    let payload = match watched.entry() {
        Data::Received(batch) => batch.records[0].payload(&batch.bytes).to_vec(),
        other => panic!("{other:?}"),
    };
    assert_eq!(payload, b"hello");
    watched.connection.unsubscribe(sid, None).unwrap();
    watched.event("Disconnected", |event| match event {
        Event::Disconnected { reason, .. } => {
            assert!(matches!(reason, Error::Lost { .. }), "{reason}");
            Some(())
        }
        _ => None,
    });
}
