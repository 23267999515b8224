//! Subscriptions: copies, queue groups, limits, refusals.

use goingnats::client::{Client, Data, Error, Event};

use super::{NatsServer, Watched, connect, fake::Fake, payloads, take};

#[test]
fn c053_c054_every_subscription_gets_its_copy() {
    let server = NatsServer::start();
    let client = connect(&server);
    for subject in ["a.b", "a.b", "a.*", ">"] {
        client.subscribe(subject).unwrap();
    }
    client.publish("a.b", "x").unwrap();
    client.flush().unwrap();
    assert_eq!(payloads(&take(&client, 4)), ["x"; 4]);
}

#[test]
fn c055_after_unsubscribing_nothing_comes() {
    let server = NatsServer::start();
    let client = connect(&server);
    let sid = client.subscribe("foo").unwrap();
    client.publish("foo", "before").unwrap();
    assert_eq!(payloads(&take(&client, 1)), ["before"]);
    client.unsubscribe(sid, None).unwrap();
    client.publish("foo", "after").unwrap();
    client.flush().unwrap();
    assert_eq!(client.get(), Ok(vec![]));
}

#[test]
fn c056_a_limit_counts_from_the_beginning() {
    let server = NatsServer::start();
    let client = connect(&server);
    let sid = client.subscribe("foo").unwrap();
    client.publish("foo", "1").unwrap();
    take(&client, 1);
    client.unsubscribe(sid, Some(3)).unwrap();
    for n in 2..10 {
        client.publish("foo", format!("{n}")).unwrap();
    }
    client.flush().unwrap();
    assert_eq!(payloads(&take(&client, 2)), ["2", "3"]);
    assert_eq!(client.get(), Ok(vec![]));
}

#[test]
fn c062_stars_inside_a_token_are_letters() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe("foo*").unwrap();
    client.publish("foobar", "no").unwrap();
    client.publish("foo*", "yes").unwrap();
    client.flush().unwrap();
    assert_eq!(payloads(&take(&client, 1)), ["yes"]);
}

#[test]
fn c065_c066_one_member_of_a_queue_group_and_everybody_else() {
    let server = NatsServer::start();
    let members: Vec<Client> = (0..3).map(|_| connect(&server)).collect();
    for member in &members {
        member.subscribe_queue("work", "q").unwrap();
    }
    let all = connect(&server);
    all.subscribe("work").unwrap();
    for n in 0..300 {
        all.publish("work", format!("{n}")).unwrap();
    }
    all.flush().unwrap();
    assert_eq!(take(&all, 300).len(), 300);
    members.iter().for_each(|member| member.flush().unwrap());
    let shares: Vec<usize> = members.iter().map(|m| m.get().unwrap().len()).collect();
    assert_eq!(shares.iter().sum::<usize>(), 300);
    assert!(shares.iter().all(|share| *share > 0), "{shares:?}");
}

#[test]
fn c093_too_many_subscriptions_are_refused_one_by_one() {
    let server = NatsServer::with_config("max_subscriptions: 3");
    let client = connect(&server);
    client.subscribe("a").unwrap();
    client.subscribe("b").unwrap();
    match client.subscribe("c") {
        Err(Error::Denied { subject, reason }) => {
            assert_eq!(subject, "c");
            assert_eq!(reason, "maximum subscriptions exceeded");
        }
        other => panic!("{other:?}"),
    }
    client.publish("a", "x").unwrap();
    assert_eq!(payloads(&take(&client, 1)), ["x"]);
}

const DENY: &str = r#"authorization { users: [{user: u, password: p, permissions: {
    subscribe: {deny: ["no.>", "odd.\"q", "both q2"]}, publish: {deny: "no.>"} }}] }"#;

fn connect_denied(server: &NatsServer) -> Client {
    let url = server.url().replace("nats://", "nats://u:p@");
    Client::connect("test", &url).expect("a connection")
}

#[test]
fn c095_c096_c098_a_refused_subscription_says_so() {
    let server = NatsServer::with_config(DENY);
    let client = connect_denied(&server);
    for subject in ["no.way", "odd.\"q"] {
        match client.subscribe(subject) {
            Err(Error::Denied { reason, .. }) => {
                assert!(reason.starts_with("Permissions Violation for Subscription"));
            }
            other => panic!("{subject}: {other:?}"),
        }
    }
    assert!(client.subscribe_queue("both", "q1").is_ok());
    match client.subscribe_queue("both", "q2") {
        Err(Error::Denied { reason, .. }) => assert!(reason.contains("q2"), "{reason}"),
        other => panic!("{other:?}"),
    }
    client.subscribe("yes").unwrap();
    client.publish("yes", "x").unwrap();
    assert_eq!(payloads(&take(&client, 1)), ["x"]);
}

#[test]
fn c094_a_refused_publish_is_told() {
    let server = NatsServer::with_config(DENY);
    let url = server.url().replace("nats://", "nats://u:p@");
    let mut watched = Watched::patient(&url);
    watched.connected();
    let publish = |subject: &[u8]| {
        let headers = goingnats::protocol::Headers::new();
        watched.connection.publish(subject, None, headers, vec![])
    };
    publish(b"yes").unwrap();
    let refused = publish(b"no.way").unwrap();
    publish(b"yes").unwrap();
    watched.event("PublishFailed", |event| match event {
        Event::PublishFailed { ticket, reason } => {
            assert_eq!(*ticket, refused);
            matches!(reason, Error::Denied { .. }).then_some(())
        }
        _ => None,
    });
    let client = connect_denied(&server);
    client.publish("no.way", "x").unwrap();
    assert!(matches!(client.flush(), Err(Error::Denied { .. })));
    assert_eq!(client.flush(), Ok(()));
}

#[test]
fn c097_a_subscription_that_is_taken_away_is_told() {
    let users = |permissions: &str| {
        format!("authorization {{ users: [{{user: u, password: p, {permissions}}}] }}")
    };
    let mut server = NatsServer::with_config(&users(""));
    let url = server.url().replace("nats://", "nats://u:p@");
    let mut watched = Watched::patient(&url);
    watched.connected();
    let sid = watched.connection.subscribe(b"later", None).unwrap();
    let kept = watched.connection.subscribe(b"kept", None).unwrap();
    watched.event("Subscribed", |event| {
        matches!(event, Event::Subscribed(s) if *s == kept).then_some(())
    });
    server.configure(&users(r#"permissions: {subscribe: {deny: "later"}}"#));
    server.reload();
    watched.event("SubscriptionRefused", |event| match event {
        Event::SubscriptionRefused { sid: s, .. } => {
            assert_eq!(*s, sid);
            Some(())
        }
        _ => None,
    });
}

#[test]
fn c064_an_error_without_a_name_belongs_to_the_subscription_before_its_fence() {
    let fake = Fake::once(|mut peer| {
        peer.welcome(0);
        peer.expect("SUB one 2\r\n");
        peer.answer_ping();
        peer.expect("SUB two 3\r\nPING\r\n");
        peer.send("-ERR 'Invalid Subject'\r\nPONG\r\n");
        peer.expect("SUB three 4\r\n");
        peer.answer_ping();
        peer.answer_until_closed();
    });
    let client = Client::connect("test", &fake.url).unwrap();
    assert!(client.subscribe("one").is_ok());
    match client.subscribe("two") {
        Err(Error::Denied { subject, reason }) => {
            assert_eq!(
                (subject.as_str(), reason.as_str()),
                ("two", "Invalid Subject")
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(client.subscribe("three").is_ok());
}

#[test]
fn c125_what_is_under_way_to_a_subscription_that_ends_arrives() {
    const MESSAGES: usize = 10_000;
    let server = NatsServer::start();
    let mut watched = Watched::patient(&server.url());
    watched.connected();
    let sid = watched.connection.subscribe(b"s", None).unwrap();
    watched.event("Subscribed", |event| {
        matches!(event, Event::Subscribed(s) if *s == sid).then_some(())
    });
    let publisher = connect(&server);
    for _ in 0..MESSAGES {
        publisher.publish("s", "x").unwrap();
    }
    publisher.flush().unwrap();
    watched.connection.unsubscribe(sid, None).unwrap();
    let behind = watched.connection.flush().unwrap();
    watched.event("Flushed", |event| {
        matches!(event, Event::Flushed { ticket, .. } if *ticket == behind).then_some(())
    });
    publisher.publish("s", "too late").unwrap();
    publisher.flush().unwrap();
    watched.connection.close();
    let mut taken = 0;
    while let Some(entry) = watched.lanes.data.blocking_recv() {
        let Data::Received(batch) = entry else {
            panic!("{entry:?}");
        };
        taken += batch.records.len();
    }
    assert_eq!(taken, MESSAGES);
}
