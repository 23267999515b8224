//! async-nats, the official Rust client, against the broker.

use async_nats::service::ServiceExt;
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, HeaderMap, RequestErrorKind};
use futures_util::StreamExt;
use goingnats::broker::{Access, Settings};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::raw::{broker, broker_with};
use crate::support::PATIENCE;

const BINARY: &[u8] = b"PING\r\nMSG a 1 3\r\n\0\xff\xfe";

/// A client and its events.
async fn connect(url: &str) -> (Client, mpsc::UnboundedReceiver<Event>) {
    let (sender, events) = mpsc::unbounded_channel();
    let client = ConnectOptions::new()
        .name("async-nats")
        .request_timeout(Some(PATIENCE))
        .event_callback(move |event| {
            let _ = sender.send(event);
            async {}
        })
        .connect(url)
        .await
        .expect("connected");
    (client, events)
}

async fn next(messages: &mut async_nats::Subscriber) -> async_nats::Message {
    timeout(PATIENCE, messages.next())
        .await
        .expect("in time")
        .expect("a message")
}

#[tokio::test]
async fn s04_s11_s17_async_nats_publishes_and_receives() {
    let broker = broker();
    let (client, _events) = connect(&broker.url()).await;
    let info = client.server_info();
    assert_eq!(
        (info.max_payload, info.port),
        (1_048_576, broker.addr().port())
    );
    assert_eq!(info.version, "2.10.0-goingnats");
    let mut messages = client.subscribe("data.*").await.expect("subscribed");
    client
        .publish("data.binary", BINARY.into())
        .await
        .expect("published");
    let message = next(&mut messages).await;
    assert_eq!(message.subject.as_str(), "data.binary");
    assert_eq!(&message.payload[..], BINARY);
    let mut headers = HeaderMap::new();
    headers.append("A", "1");
    headers.append("A", "2");
    client
        .publish_with_reply_and_headers("data.headers", "answer.here", headers.clone(), "x".into())
        .await
        .expect("published");
    let message = next(&mut messages).await;
    assert_eq!(
        message.reply.expect("a reply subject").as_str(),
        "answer.here"
    );
    assert_eq!(message.headers, Some(headers));
}

#[tokio::test]
async fn s33_async_nats_requests_are_answered() {
    let broker = broker();
    let (responder, _) = connect(&broker.url()).await;
    let mut requests = responder
        .queue_subscribe("echo", "group".to_owned())
        .await
        .expect("subscribed");
    responder.flush().await.expect("flushed");
    let answering = tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            let reply = request.reply.expect("a request");
            responder
                .publish(reply, request.payload)
                .await
                .expect("answered");
        }
    });
    let (client, _) = connect(&broker.url()).await;
    for size in 0..BINARY.len() {
        let reply = client
            .request("echo", BINARY[..size].into())
            .await
            .expect("a reply");
        assert_eq!(&reply.payload[..], &BINARY[..size]);
    }
    answering.abort();
}

#[tokio::test]
async fn s18_async_nats_hears_of_no_responders() {
    let broker = broker();
    let (client, _) = connect(&broker.url()).await;
    let error = client
        .request("nobody.there", "".into())
        .await
        .expect_err("nobody");
    assert_eq!(error.kind(), RequestErrorKind::NoResponders);
}

#[tokio::test]
async fn s35_async_nats_drains() {
    let broker = broker();
    let (client, mut events) = connect(&broker.url()).await;
    let mut messages = client.subscribe("late").await.expect("subscribed");
    for _ in 0..100 {
        client.publish("late", "x".into()).await.expect("published");
    }
    // It drains what it has received, without a PING for what is still on its way.
    let mut fence = client.subscribe("fence").await.expect("subscribed");
    client.publish("fence", "".into()).await.expect("published");
    next(&mut fence).await;
    client.drain().await.expect("draining");
    let mut received = 0;
    while let Some(message) = timeout(PATIENCE, messages.next()).await.expect("in time") {
        assert_eq!(&message.payload[..], b"x");
        received += 1;
    }
    assert_eq!(received, 100);
    let closed = async {
        while let Some(event) = events.recv().await {
            if event == Event::Closed {
                return true;
            }
        }
        false
    };
    assert!(timeout(PATIENCE, closed).await.expect("in time"));
}

#[tokio::test]
async fn s37_async_nats_finds_the_server_again_after_a_restart() {
    let first = broker();
    let settings = goingnats::broker::Settings {
        addr: first.addr(),
        ..Default::default()
    };
    let (client, mut events) = connect(&first.url()).await;
    let mut messages = client.subscribe("a").await.expect("subscribed");
    client.flush().await.expect("flushed");
    first.stop();
    let _second = goingnats::broker::Broker::start(settings).expect("the same port");
    let again = async {
        let mut left = false;
        while let Some(event) = events.recv().await {
            left |= event == Event::Disconnected;
            if left && event == Event::Connected {
                return;
            }
        }
    };
    timeout(PATIENCE, again)
        .await
        .expect("connected again in time");
    client.publish("a", "x".into()).await.expect("published");
    assert_eq!(&next(&mut messages).await.payload[..], b"x");
}

#[tokio::test]
async fn s30_async_nats_hears_that_the_server_is_about_to_end() {
    let broker = broker();
    let (_client, mut events) = connect(&broker.url()).await;
    broker.announce_end();
    until(&mut events, Event::LameDuckMode).await;
    broker.stop();
    until(&mut events, Event::Disconnected).await;
}

#[tokio::test]
async fn s31_async_nats_shows_user_and_password_or_a_token() {
    let wrong = || ConnectOptions::new().token("wrong".to_owned());
    let right = [
        ConnectOptions::with_user_and_password("u".to_owned(), "p".to_owned()),
        ConnectOptions::with_token("t".to_owned()),
    ];
    let access = [
        Access::User {
            user: "u".to_owned(),
            password: "p".to_owned(),
        },
        Access::Token("t".to_owned()),
    ];
    for (access, right) in access.into_iter().zip(right) {
        let broker = broker_with(Settings {
            access,
            ..Settings::default()
        });
        let refused = wrong().connect(broker.url()).await.expect_err("refused");
        assert_eq!(refused.kind(), ConnectErrorKind::AuthorizationViolation);
        let client = right.connect(broker.url()).await.expect("let in");
        assert!(client.server_info().auth_required);
        client.flush().await.expect("served");
    }
}

#[tokio::test]
async fn s34_async_nats_offers_a_service() {
    let broker = broker();
    let (server, _events) = connect(&broker.url()).await;
    let service = server
        .service_builder()
        .description("adds one")
        .start("adder", "1.0.0")
        .await
        .expect("a service");
    let mut endpoint = service.endpoint("add").await.expect("an endpoint");
    let serving = tokio::spawn(async move {
        while let Some(request) = endpoint.next().await {
            let number: u32 = std::str::from_utf8(&request.message.payload)
                .expect("text")
                .parse()
                .expect("a number");
            let sum = (number + 1).to_string();
            request.respond(Ok(sum.into())).await.expect("answered");
        }
    });
    let (client, _events) = connect(&broker.url()).await;
    let sum = client.request("add", "41".into()).await.expect("a sum");
    assert_eq!(&sum.payload[..], b"42");
    for (subject, kind) in [
        ("$SRV.PING", "io.nats.micro.v1.ping_response"),
        ("$SRV.INFO.adder", "io.nats.micro.v1.info_response"),
        ("$SRV.STATS.adder", "io.nats.micro.v1.stats_response"),
    ] {
        let reply = client.request(subject, "".into()).await.expect("a reply");
        let document: serde_json::Value = serde_json::from_slice(&reply.payload).expect("JSON");
        assert_eq!(document["type"], kind);
        assert_eq!(document["name"], "adder");
    }
    service.stop().await.expect("stopped");
    serving.await.expect("served to the end");
}

/// Waits for an event and skips others.
async fn until(events: &mut mpsc::UnboundedReceiver<Event>, wanted: Event) {
    let came = async {
        while let Some(event) = events.recv().await {
            if event == wanted {
                return;
            }
        }
        panic!("no {wanted} came");
    };
    timeout(PATIENCE, came).await.expect("in time");
}
