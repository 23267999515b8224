//! Requests and their ends: replies, silence, nobody there, refusals.

use std::time::Duration;

use goingnats::{
    client::{Error, Event},
    protocol::Headers,
};

use super::{
    NatsServer, SOON, Watched, connect,
    fake::{Fake, INFO},
    payloads, take,
};

#[test]
fn c078_c079_each_request_gets_its_reply_on_one_subscription() {
    let server = NatsServer::start();
    let (client, responder) = (connect(&server), connect(&server));
    responder.subscribe("double").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..100 {
                let request = &take(&responder, 1)[0];
                let twice = [&request.payload[..], &request.payload[..]].concat();
                responder.respond(request, twice).unwrap();
            }
        });
        for n in 0..100 {
            let reply = client.request("double", format!("{n}"), SOON).unwrap();
            assert_eq!(reply.payload, format!("{n}{n}").as_bytes());
        }
    });
    assert_eq!(client.get(), Ok(vec![]));
    let connections = server.monitor("/connz");
    assert_eq!(connections["connections"][0]["subscriptions"], 1);
}

#[test]
fn c081_a_thousand_requests_at_once() {
    let server = NatsServer::start();
    let mut watched = Watched::patient(&server.url());
    watched.connected();
    let responder = connect(&server);
    responder.subscribe("echo").unwrap();
    let tickets: Vec<_> = (0..1000)
        .map(|n| {
            let payload = format!("{n}").into_bytes();
            watched
                .connection
                .request(b"echo", Headers::new(), payload, SOON)
        })
        .collect::<Result<_, _>>()
        .unwrap();
    // Answered from the last to the first.
    for request in take(&responder, 1000).iter().rev() {
        responder.respond(request, &request.payload).unwrap();
    }
    let mut missing = tickets.len();
    watched.event("all answers", |event| {
        if let Event::Answered { ticket, answer, .. } = event {
            let n = tickets.iter().position(|t| t == ticket).unwrap();
            let reply = answer.as_ref().unwrap();
            assert_eq!(reply.payload, format!("{n}").as_bytes());
            missing -= 1;
        }
        (missing == 0).then_some(())
    });
}

#[test]
fn c080_a_late_reply_answers_nobody() {
    let server = NatsServer::start();
    let (client, responder) = (connect(&server), connect(&server));
    responder.subscribe("slow").unwrap();
    let after = Duration::from_millis(50);
    let subject = "slow".to_owned();
    let late = client.request("slow", "first", after);
    assert_eq!(late, Err(Error::Timeout { subject, after }));
    let first = take(&responder, 1).remove(0);
    std::thread::scope(|scope| {
        let second = scope.spawn(|| client.request("slow", "second", SOON));
        let request = take(&responder, 1).remove(0);
        responder.respond(&first, "late").unwrap();
        responder.respond(&request, "in time").unwrap();
        assert_eq!(second.join().unwrap().unwrap().payload, b"in time");
    });
    assert_eq!(client.get(), Ok(vec![]));
}

#[test]
fn c080_late_replies_are_counted() {
    let server = NatsServer::start();
    let mut watched = Watched::patient(&server.url());
    watched.connected();
    let responder = connect(&server);
    responder.subscribe("slow").unwrap();
    let brief = Duration::from_millis(20);
    let asked = watched
        .connection
        .request(b"slow", Headers::new(), vec![], brief);
    let ticket = asked.unwrap();
    watched.event("Timeout", |event| match event {
        Event::Answered {
            ticket: t, answer, ..
        } => {
            assert_eq!(*t, ticket);
            matches!(answer, Err(Error::Timeout { .. })).then_some(())
        }
        _ => None,
    });
    responder.respond(&take(&responder, 1)[0], "late").unwrap();
    watched.event("LateReplies", |event| {
        matches!(event, Event::LateReplies(1)).then_some(())
    });
}

#[test]
fn c082_nobody_there_is_known_at_once() {
    let server = NatsServer::start();
    let client = connect(&server);
    let subject = "nobody".to_owned();
    // who waits for the end of the time is not done today
    let answer = client.request("nobody", "", Duration::from_secs(86_400));
    assert_eq!(answer, Err(Error::NoResponders { subject }));
}

#[test]
fn c083_nobody_there_as_older_servers_say_it() {
    let fake = Fake::once(|mut peer| {
        peer.welcome(0);
        peer.expect("PUB nobody ");
        let reply = peer.expect(" 1\r\n");
        peer.send(format!("HMSG {reply} 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n"));
        peer.answer_until_closed();
    });
    let client = goingnats::client::Client::connect("test", &fake.url).unwrap();
    let subject = "nobody".to_owned();
    let answer = client.request("nobody", "x", SOON);
    assert_eq!(answer, Err(Error::NoResponders { subject }));
}

#[test]
fn a_reply_that_says_503_with_a_body_is_a_reply() {
    let fake = Fake::once(|mut peer| {
        peer.welcome(0);
        peer.expect("PUB s ");
        let reply = peer.expect(" 1\r\n");
        peer.send(format!(
            "HMSG {reply} 1 16 18\r\nNATS/1.0 503\r\n\r\nhi\r\n"
        ));
        peer.answer_until_closed();
    });
    let client = goingnats::client::Client::connect("test", &fake.url).unwrap();
    assert_eq!(client.request("s", "x", SOON).unwrap().payload, b"hi");
}

#[test]
fn c084_somebody_who_listens_to_everything_hides_that_nobody_answers() {
    let server = NatsServer::start();
    let (client, observer) = (connect(&server), connect(&server));
    observer.subscribe(">").unwrap();
    let answer = client.request("nobody", "", Duration::from_millis(50));
    assert!(matches!(answer, Err(Error::Timeout { .. })));
}

#[test]
fn c086_a_request_that_may_not_be_published_fails_at_once() {
    let server = NatsServer::with_config(
        r#"authorization { users: [{user: u, password: p, permissions: {publish: {deny: "no.>"}}}] }"#,
    );
    let url = server.url().replace("nats://", "nats://u:p@");
    let client = goingnats::client::Client::connect("test", &url).unwrap();
    match client.request("no.way", "", Duration::from_secs(60)) {
        Err(Error::Denied { subject, reason }) => {
            assert_eq!(subject, "no.way");
            assert!(reason.starts_with("Permissions Violation"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn c087_without_an_inbox_requests_say_why() {
    let server = NatsServer::with_config(
        r#"authorization { users: [{user: u, password: p, permissions: {subscribe: {deny: "_INBOX.>"}}}] }"#,
    );
    let url = server.url().replace("nats://", "nats://u:p@");
    let client = goingnats::client::Client::connect("test", &url).unwrap();
    for _ in 0..2 {
        let answer = client.request("s", "", Duration::from_secs(60));
        match answer {
            Err(Error::InboxDenied { subject, .. }) => assert!(subject.starts_with("_INBOX.")),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn c088_a_lost_connection_ends_its_requests_at_once() {
    let mut server = NatsServer::start();
    let (client, responder) = (connect(&server), connect(&server));
    responder.subscribe("never").unwrap();
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| client.request("never", "", Duration::from_secs(600)));
        take(&responder, 1);
        server.stop();
        assert_eq!(asking.join().unwrap(), Err(Error::Disconnected));
    });
    assert_eq!(client.request("never", "", SOON), Err(Error::Disconnected));
}

#[test]
fn inboxes_begin_as_told() {
    let server = NatsServer::start();
    let mut options = super::patient(&server.url());
    options.inbox_prefix = "my.inbox".to_owned();
    let client = goingnats::client::Client::with(options).unwrap();
    let responder = connect(&server);
    responder.subscribe("s").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| client.request("s", "", SOON));
        let request = &take(&responder, 1)[0];
        let reply = request.reply.as_deref().unwrap();
        assert!(reply.starts_with(b"my.inbox."), "{reply:?}");
        responder.respond(request, "").unwrap();
    });
}

#[test]
fn an_answer_to_what_is_no_request_is_refused() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe("s").unwrap();
    client.publish("s", "x").unwrap();
    let message = &take(&client, 1)[0];
    assert_eq!(payloads(std::slice::from_ref(message)), ["x"]);
    assert!(matches!(
        client.respond(message, ""),
        Err(Error::Invalid(_))
    ));
}

#[test]
fn a_server_without_headers_is_told_none() {
    let fake = Fake::once(|mut peer| {
        peer.send(INFO.replace(r#""headers":true"#, r#""headers":false"#));
        let connect = peer.greeted();
        assert!(connect.contains(r#""headers":false"#), "{connect}");
        assert!(connect.contains(r#""no_responders":false"#), "{connect}");
        peer.answer_until_closed();
    });
    let client = goingnats::client::Client::connect("test", &fake.url).unwrap();
    let mut headers = Headers::new();
    headers.append("A", "b").unwrap();
    let refused = client.publish_with("s", None, headers, "");
    assert_eq!(refused, Err(Error::NoHeaders));
}
