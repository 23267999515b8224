//! async-nats, the official client in Rust.

use async_nats::{Client, ConnectOptions, Event, HeaderMap, RequestErrorKind};
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::raw::broker;
use crate::support::PATIENCE;

const BINARY: &[u8] = b"PING\r\nMSG a 1 3\r\n\0\xff\xfe";

/// A client, and what happens to it.
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
    // It drains what it has received, and does not ask the server whether more is on its way.
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
