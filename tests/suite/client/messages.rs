//! Publishing and receiving, against a real server.

use goingnats::{
    client::{Data, Error, Event, Sid},
    protocol::Headers,
};

use super::{NatsServer, SOON, Watched, connect, patient, payloads, take};

#[test]
fn c050_c051_one_message_as_it_was_published() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe("foo").unwrap();
    client.publish("foo", "hello").unwrap();
    client.publish("foo", "").unwrap();
    let messages = take(&client, 2);
    assert_eq!(messages[0].subject, b"foo");
    assert_eq!(messages[0].reply, None);
    assert_eq!(payloads(&messages), ["hello", ""]);
    assert_eq!(client.get(), Ok(vec![]));
}

#[test]
fn c052_payloads_that_look_like_protocol_are_data() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe("foo").unwrap();
    let mut payload: Vec<u8> = (0..=255).collect();
    payload.extend_from_slice(b"\r\nPING\r\nMSG a 1 3\r\nabc\r\n+OK\r\n-ERR 'x'\r\n");
    client.publish("foo", &payload).unwrap();
    client.publish("foo", "after").unwrap();
    let messages = take(&client, 2);
    assert_eq!(messages[0].payload, payload);
    assert_eq!(messages[1].payload, b"after");
}

#[test]
fn c058_a_burst_arrives_whole_and_in_order() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe("burst").unwrap();
    for n in 0_u32..100_000 {
        client.publish("burst", format!("{n:016}")).unwrap();
    }
    let messages = take(&client, 100_000);
    assert_eq!(client.dropped(), 0);
    for (n, message) in messages.iter().enumerate() {
        assert_eq!(message.payload, format!("{n:016}").as_bytes());
    }
}

#[test]
fn c059_without_echo_our_own_messages_stay_away() {
    let server = NatsServer::start();
    let mut options = patient(&server.url());
    options.echo = false;
    let quiet = goingnats::client::Client::with(options).unwrap();
    let other = connect(&server);
    quiet.subscribe("foo").unwrap();
    quiet.publish("foo", "own").unwrap();
    quiet.flush().unwrap();
    other.publish("foo", "other").unwrap();
    assert_eq!(payloads(&take(&quiet, 1)), ["other"]);
}

#[test]
fn c060_threads_that_publish_at_once_do_not_mix() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe("t.*").unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let client = &client;
            scope.spawn(move || {
                for n in 0..500 {
                    client
                        .publish(&format!("t.{thread}"), format!("{n}"))
                        .unwrap();
                }
            });
        }
    });
    let messages = take(&client, 4000);
    for thread in 0..8 {
        let subject = format!("t.{thread}");
        let of_thread = messages.iter().filter(|m| m.subject == subject.as_bytes());
        let numbers: Vec<String> = of_thread
            .map(|m| String::from_utf8(m.payload.clone()).unwrap())
            .collect();
        let expected: Vec<String> = (0..500).map(|n| n.to_string()).collect();
        assert_eq!(numbers, expected);
    }
}

#[test]
fn c068_c069_headers_keep_order_and_case() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe("foo").unwrap();
    let mut headers = Headers::new();
    for (name, value) in [("A", "1"), ("a", "2"), ("A", " 3 ")] {
        headers.append(name, value).unwrap();
    }
    client
        .publish_with("foo", Some("back"), headers, "body")
        .unwrap();
    let messages = take(&client, 1);
    let block = messages[0].headers();
    let expected: [(&[u8], &[u8]); 3] = [(b"A", b"1"), (b"a", b"2"), (b"A", b"3")];
    assert_eq!(block.fields, expected);
    assert_eq!(messages[0].reply.as_deref(), Some(&b"back"[..]));
    assert_eq!(messages[0].payload, b"body");
}

#[test]
fn c063_what_cannot_be_sent_is_refused_here() {
    let server = NatsServer::start();
    let client = connect(&server);
    for subject in [
        "",
        "a b",
        "a\tb",
        "a\r\nPUB x 0\r\n",
        "foo..bar",
        ".foo",
        "foo.",
    ] {
        let refused = client.publish(subject, "x");
        assert!(matches!(refused, Err(Error::Invalid(_))), "{subject:?}");
        let refused = client.subscribe(subject);
        assert!(matches!(refused, Err(Error::Invalid(_))), "{subject:?}");
    }
    client.flush().unwrap();
}

#[test]
fn c089_c090_payloads_up_to_the_limit_of_the_server() {
    let server = NatsServer::with_config("max_payload: 1000");
    let client = connect(&server);
    client.subscribe("foo").unwrap();
    client.publish("foo", vec![b'x'; 1000]).unwrap();
    assert_eq!(take(&client, 1)[0].payload.len(), 1000);
    let refused = Err(Error::TooLarge {
        size: 1001,
        limit: 1000,
    });
    assert_eq!(client.publish("foo", vec![b'x'; 1001]), refused);
    let mut headers = Headers::new();
    headers.append("A", "b").unwrap();
    let refused = client.publish_with("foo", None, headers, vec![b'x'; 1000]);
    assert!(matches!(refused, Err(Error::TooLarge { .. })));
    client.flush().unwrap();
}

#[test]
fn large_messages_come_through_whole() {
    let server = NatsServer::with_config("max_payload: 8MB");
    let client = connect(&server);
    client.subscribe("large").unwrap();
    let sizes = [300 << 10, 7 << 20, 10, 1 << 20];
    for (n, size) in sizes.into_iter().enumerate() {
        let byte = u8::try_from(n).unwrap();
        client.publish("large", vec![byte; size]).unwrap();
    }
    let messages = take(&client, sizes.len());
    for (n, size) in sizes.into_iter().enumerate() {
        assert_eq!(messages[n].payload.len(), size);
        assert!(
            messages[n]
                .payload
                .iter()
                .all(|byte| usize::from(*byte) == n)
        );
    }
}

#[test]
fn c131_subjects_are_bytes() {
    let server = NatsServer::start();
    let mut watched = Watched::patient(&server.url());
    watched.connected();
    watched.connection.subscribe(b"f\xff.*", None).unwrap();
    let published = watched
        .connection
        .publish("f\u{e9}".as_bytes(), None, Headers::new(), vec![]);
    published.unwrap();
    let published = watched
        .connection
        .publish(b"f\xff.\"\\", None, Headers::new(), b"x".to_vec());
    published.unwrap();
    let Data::Received(batch) = watched.entry() else {
        panic!("a message comes first");
    };
    assert_eq!(batch.records[0].subject(&batch.bytes), b"f\xff.\"\\");
}

#[test]
fn flush_means_that_the_server_has_it() {
    let server = NatsServer::start();
    let client = connect(&server);
    for _ in 0..1000 {
        client.publish("foo", "x").unwrap();
    }
    client.flush().unwrap();
    assert_eq!(server.monitor("/varz")["in_msgs"], 1000);
}

#[test]
fn c126_drain_leaves_nothing_behind() {
    let server = NatsServer::start();
    let (client, other) = (connect(&server), connect(&server));
    client.subscribe("in").unwrap();
    other.subscribe("out").unwrap();
    for _ in 0..1000 {
        client.publish("in", "x").unwrap();
        client.publish("out", "x").unwrap();
    }
    client.drain().unwrap();
    assert_eq!(client.get().unwrap().len(), 1000);
    assert_eq!(client.get(), Err(Error::Closed));
    assert_eq!(take(&other, 1000).len(), 1000);
    assert_eq!(client.publish("in", "x"), Err(Error::Closed));
}

#[test]
fn what_was_sent_stands_in_the_log_before_its_reply() {
    let server = NatsServer::start();
    let mut options = patient(&server.url());
    options.log_sent = true;
    let mut watched = Watched::open(options);
    watched.connected();
    let responder = connect(&server);
    responder.subscribe("ask").unwrap();
    let ticket = watched
        .connection
        .request(b"ask", Headers::new(), b"q".to_vec(), SOON)
        .unwrap();
    responder.respond(&take(&responder, 1)[0], "a").unwrap();
    let inbox = watched.event("the answer", |event| match event {
        Event::Answered {
            ticket: t,
            inbox,
            answer,
            ..
        } if *t == ticket => {
            assert_eq!(answer.as_ref().unwrap().payload, b"a");
            Some(inbox.clone())
        }
        _ => None,
    });
    let (Data::Sent(sent), Data::Received(received)) = (watched.entry(), watched.entry()) else {
        panic!("sent comes before received");
    };
    assert_eq!(sent.records[0].sid, 0);
    assert_eq!(sent.records[0].payload(&sent.bytes), b"q");
    assert_eq!(sent.records[0].reply(&sent.bytes), Some(&inbox[..]));
    assert_eq!(received.records[0].sid, Sid::INBOX.0);
    assert_eq!(received.records[0].subject(&received.bytes), inbox);
}

#[test]
fn c092_a_control_line_as_long_as_the_server_takes_and_no_longer() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe("s.>").unwrap();
    // The arguments are the subject, the reply subject and one digit, with blanks between them.
    let subject = format!("s.{}", "x".repeat(2000));
    let reply = "y".repeat(4096 - subject.len() - " ".len() - " 1".len());
    let publish = |reply: &str| client.publish_with(&subject, Some(reply), Headers::new(), "x");
    publish(&reply).unwrap();
    let message = take(&client, 1).remove(0);
    assert_eq!(message.reply.as_deref(), Some(reply.as_bytes()));
    let refused = publish(&format!("{reply}y"));
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    client.flush().unwrap();
}

#[test]
fn c132_c133_long_subjects_of_many_tokens_which_are_their_own_reply() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe(">").unwrap();
    let long = vec!["x".repeat(39); 50].join(".");
    let many = vec!["t"; 100].join(".");
    let longest = vec!["x".repeat(39); 100].join(".");
    assert_eq!(longest.len(), 3999);
    client.publish(&longest, "alone").unwrap();
    for subject in [&long, &many] {
        client
            .publish_with(subject, Some(subject), Headers::new(), "x")
            .unwrap();
    }
    let messages = take(&client, 3);
    assert_eq!(messages[0].subject, longest.as_bytes());
    for (message, subject) in messages[1..].iter().zip([&long, &many]) {
        assert_eq!(message.subject, subject.as_bytes());
        assert_eq!(message.reply.as_deref(), Some(subject.as_bytes()));
    }
}

#[test]
fn c134_a_reply_of_the_system_with_two_blanks_is_read() {
    let server = NatsServer::start();
    let client = connect(&server);
    let reply = client.request("$SYS.REQ.USER.INFO", "", SOON).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&reply.payload).unwrap();
    assert_eq!(document["data"]["account"], "$G");
}
