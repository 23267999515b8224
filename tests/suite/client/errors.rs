//! What a server says and sends that it should not, and where one read ends and the next begins.

use std::time::Duration;

use goingnats::client::{Client, Data, Error, Event};

use super::{
    Watched,
    fake::{Fake, accept},
    payloads, take,
};
use crate::support::wait_until;

/// The texts of `ServerError` events up to and including `last`.
fn complaints_until(watched: &mut Watched, last: &str) -> Vec<String> {
    let mut texts = Vec::new();
    watched.event(last, |event| match event {
        Event::ServerError { text, .. } => {
            texts.push(text.clone());
            (text == last).then_some(())
        }
        _ => None,
    });
    texts
}

#[test]
fn c099_c100_errors_of_every_form_keep_the_connection() {
    let fake = Fake::once(|mut peer| {
        peer.welcome(0);
        peer.send(
            "-ERR\r\n-ERR ''\r\n-ERR no quotes\r\n-ERR 'Something New'\r\n-ERR 'the end'\r\n",
        );
        peer.answer_until_closed();
    });
    let mut watched = Watched::patient(&fake.url);
    watched.connected();
    let texts = complaints_until(&mut watched, "the end");
    assert_eq!(texts, ["", "no quotes", "Something New", "the end"]);
    let ticket = watched.connection.flush().unwrap();
    watched.event("Flushed", |event| match event {
        Event::Flushed { ticket: t, result } if *t == ticket => {
            assert_eq!(*result, Ok(()));
            Some(())
        }
        _ => None,
    });
}

#[test]
fn repeated_errors_are_told_with_a_count() {
    let fake = Fake::once(|mut peer| {
        peer.welcome(0);
        peer.send("-ERR 'again'\r\n".repeat(1000));
        peer.answer_until_closed();
    });
    let mut watched = Watched::patient(&fake.url);
    watched.connected();
    let (mut told, mut events) = (0, 0);
    watched.event("all repetitions", |event| {
        if let Event::ServerError { count, .. } = event {
            told += count;
            events += 1;
        }
        (told == 1000).then_some(())
    });
    assert!(events <= 20, "{events} events");
}

#[test]
fn an_error_cannot_reach_the_terminal_raw() {
    let fake = Fake::once(|mut peer| {
        peer.welcome(0);
        peer.send("-ERR '\u{1b}[2J'\r\n");
        peer.answer_until_closed();
    });
    let mut watched = Watched::patient(&fake.url);
    watched.event("ServerError", |event| match event {
        Event::ServerError { text, .. } => {
            assert!(!text.contains('\u{1b}'), "{text:?}");
            Some(())
        }
        _ => None,
    });
}

#[test]
fn c101_c102_c103_what_cannot_be_framed_ends_the_connection_and_not_the_client() {
    let broken = [
        "XYZZY\r\n",
        "MSG a 1 999999999999999999\r\n",
        "MSG a 1 -5\r\n",
        "MSG a 1 00000000000000000005\r\n",
        "MSG a 1\r\n",
        "MSG a 2 3\r\nabcXX",
        "HMSG a 2 9 3\r\nabc\r\n",
    ];
    let fake = Fake::listening(move |listener| {
        for bytes in broken {
            let mut peer = accept(&listener);
            peer.welcome(0);
            peer.send("MSG before 2 0\r\n\r\n");
            peer.send(bytes);
            peer.until_closed();
        }
    });
    let mut watched = Watched::patient(&fake.url);
    for bytes in broken {
        watched.event("Disconnected", |event| match event {
            Event::Disconnected {
                reason: Error::Protocol { .. },
                ..
            } => Some(()),
            Event::Disconnected { reason, .. } => panic!("{bytes:?} gave {reason}"),
            _ => None,
        });
        watched.connection.reconnect_now().unwrap();
    }
    // What came before the nonsense is not lost with it.
    let mut before = 0;
    while before < broken.len() {
        if let Data::Received(batch) = watched.entry() {
            before += batch.records.len();
        }
    }
}

#[test]
fn the_reason_of_the_server_is_the_reason_of_the_end() {
    let fake = Fake::listening(|listener| {
        let mut peer = accept(&listener);
        peer.welcome(0);
        peer.send("-ERR 'User Authentication Expired'\r\n");
        drop(peer);
        accept(&listener).answer_until_closed();
    });
    let mut watched = Watched::patient(&fake.url);
    watched.event("Disconnected", |event| match event {
        Event::Disconnected {
            reason: Error::Refused { reason, .. },
            ..
        } => {
            assert_eq!(reason, "User Authentication Expired");
            Some(())
        }
        _ => None,
    });
}

#[test]
fn c091_a_lower_limit_counts_from_the_next_message_on() {
    let fake = Fake::once(|mut peer| {
        peer.welcome(1);
        peer.send("INFO {\"headers\":true,\"max_payload\":3}\r\nMSG s 2 0\r\n\r\n");
        peer.answer_until_closed();
    });
    let client = Client::connect("test", &fake.url).unwrap();
    client.subscribe("s").unwrap();
    take(&client, 1);
    assert_eq!(
        client.publish("s", "1234"),
        Err(Error::TooLarge { size: 4, limit: 3 })
    );
    wait_until("the new INFO", || client.info().unwrap().max_payload == 3);
}

const TRANSCRIPT: &str = concat!(
    "MSG s 2 5\r\nhello\r\nPING\r\nmsg s 2  3\r\na\r\n\r\n+OK\r\n",
    "HMSG s 2 back 22 27\r\nNATS/1.0\r\nBar: Baz\r\n\r\nhello\r\n",
    "-ERR 'Something'\r\nMSG s 2 00\n\r\nMSG\ts\t2\t6\r\nPING\r\n\r\n",
);
const PAYLOADS: [&str; 5] = ["hello", "a\r\n", "hello", "", "PING\r\n"];

#[test]
fn c104_c105_wherever_the_transcript_is_split() {
    let fake = Fake::once(|mut peer| {
        peer.welcome(1);
        for split in 1..TRANSCRIPT.len() {
            let (first, second) = TRANSCRIPT.as_bytes().split_at(split);
            peer.expect("PUB first 0\r\n\r\n");
            peer.send(first);
            peer.expect("PUB second 0\r\n\r\n");
            peer.send(second);
        }
        peer.answer_until_closed();
    });
    let client = Client::connect("test", &fake.url).unwrap();
    client.subscribe("s").unwrap();
    for split in 1..TRANSCRIPT.len() {
        client.publish("first", "").unwrap();
        client.publish("second", "").unwrap();
        assert_eq!(payloads(&take(&client, 5)), PAYLOADS, "split at {split}");
    }
}

#[test]
fn c104_byte_by_byte() {
    let fake = Fake::once(|mut peer| {
        peer.welcome(1);
        peer.send_bytewise(TRANSCRIPT.repeat(3));
        peer.answer_until_closed();
    });
    let client = Client::connect("test", &fake.url).unwrap();
    client.subscribe("s").unwrap();
    assert_eq!(payloads(&take(&client, 15)), PAYLOADS.repeat(3));
}

#[test]
fn c073_a_malformed_header_block_is_a_message_like_any_other() {
    let fake = Fake::once(|mut peer| {
        peer.welcome(1);
        peer.send("HMSG s 2 3 5\r\nhello\r\nMSG s 2 1\r\nx\r\n");
        peer.answer_until_closed();
    });
    let client = Client::connect("test", &fake.url).unwrap();
    client.subscribe("s").unwrap();
    let messages = take(&client, 2);
    assert!(messages[0].headers().malformed);
    assert_eq!(payloads(&messages), ["lo", "x"]);
}

#[test]
fn c128_a_cut_in_the_middle_of_a_message_is_named() {
    let fake = Fake::listening(|listener| {
        let mut peer = accept(&listener);
        peer.welcome(0);
        peer.send("MSG s 2 100\r\nhalf");
        drop(peer);
        accept(&listener).until_closed();
    });
    let mut watched = Watched::patient(&fake.url);
    watched.event("Disconnected", |event| match event {
        Event::Disconnected { reason, retry_in } => {
            assert!(
                reason.to_string().contains("in the middle of a message"),
                "{reason}"
            );
            assert!(*retry_in <= Duration::from_secs(5));
            Some(())
        }
        _ => None,
    });
}
