//! The session without sockets: bytes in, bytes and events out, and a clock that is told the time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Handshake, Session};
use crate::{
    client::{
        Data, Error, Event, Options, Sid, Ticket,
        clock::Now,
        commands::{Command, EncodedMessage},
        limits::ServerLimits,
    },
    protocol::{Decoder, Headers, Info, Limits, encode},
};

/// A session, and the time.
struct Stage {
    session: Session,
    now: Now,
}

impl Stage {
    fn new() -> Stage {
        let mut options = Options::new("test", "h").unwrap();
        options.log_sent = true;
        let limits = Arc::new(ServerLimits::unknown());
        Stage {
            session: Session::new(&options, b"_INBOX.id.".as_slice().into(), limits),
            now: Now {
                instant: Instant::now(),
                wall: 0,
            },
        }
    }

    /// One whose subscriptions are in place.
    fn ready() -> Stage {
        let mut stage = Stage::new();
        stage.connect();
        stage.server("PONG\r\nPONG\r\n");
        stage.written();
        stage.events();
        stage
    }

    fn connect(&mut self) {
        let info = Info {
            headers: true,
            max_payload: 100,
            ..Info::default()
        };
        let server = "nats://h:4222".to_owned();
        let rtt = Duration::ZERO;
        let handshake = Handshake {
            server,
            info,
            rtt,
            tls: None,
        };
        self.session.connected(handshake, self.now);
    }

    fn server(&mut self, bytes: &str) {
        let chunk = bytes.as_bytes();
        let mut decoder = Decoder::new(Limits::CLIENT);
        let mut at = 0;
        self.session.note_inbound(self.now);
        while let Some(op) = decoder.server_op(chunk, &mut at).unwrap() {
            self.session.operation(op, chunk, self.now).unwrap();
        }
        assert_eq!(at, chunk.len(), "a script of whole operations");
    }

    fn command(&mut self, command: Command) {
        self.session.command(command, self.now);
    }

    fn subscribe(&mut self, sid: u64, subject: &str) {
        self.command(Command::Subscribe {
            sid: Sid(sid),
            subject: subject.into(),
            queue: None,
        });
    }

    fn publish(&mut self, ticket: u64, subject: &str) {
        self.command(Command::Publish(message(ticket, subject, None)));
    }

    fn request(&mut self, ticket: u64, subject: &str, seconds: u64) {
        let reply = format!("_INBOX.id.{ticket}");
        let message = message(ticket, subject, Some(reply.as_bytes()));
        let timeout = Duration::from_secs(seconds);
        self.command(Command::Request(message, timeout));
    }

    fn lose(&mut self) {
        self.session.lost(Error::Disconnected, self.now);
    }

    fn advance(&mut self, seconds: u64) -> Result<(), Error> {
        self.now.instant += Duration::from_secs(seconds);
        self.session.tick(self.now)
    }

    /// Writes everything; gives what was written.
    fn written(&mut self) -> String {
        let bytes = self.session.unwritten().to_vec();
        self.session.wrote(bytes.len(), self.now);
        String::from_utf8(bytes).unwrap()
    }

    fn events(&mut self) -> Vec<Event> {
        self.session.take_events()
    }

    /// The only event since the last look.
    #[track_caller]
    fn event(&mut self) -> Event {
        let mut events = self.events();
        assert_eq!(events.len(), 1, "{events:?}");
        events.remove(0)
    }
}

fn message(ticket: u64, subject: &str, reply: Option<&[u8]>) -> EncodedMessage {
    let mut encoded = Vec::new();
    let record = encode::publish(
        &mut encoded,
        subject.as_bytes(),
        reply,
        &Headers::new(),
        b"x",
    );
    EncodedMessage {
        ticket: Ticket(ticket),
        encoded,
        record: record.unwrap(),
    }
}

#[test]
fn a_connection_begins_with_the_inbox_and_every_subscription_each_with_its_fence() {
    let mut stage = Stage::new();
    stage.subscribe(2, "a");
    stage.connect();
    let expected = "SUB _INBOX.id.* 1\r\nPING\r\nSUB a 2\r\nPING\r\nPING\r\n";
    assert_eq!(stage.written(), expected);
    stage.server("PONG\r\nPONG\r\n");
    assert!(matches!(stage.event(), Event::Subscribed(Sid(2))));
    stage.server("PONG\r\n");
    assert!(matches!(stage.event(), Event::Connected { .. }));
}

#[test]
fn until_the_subscriptions_are_in_place_nothing_is_published() {
    let mut stage = Stage::new();
    stage.connect();
    stage.written();
    stage.publish(7, "s");
    assert_eq!(stage.written(), "");
    let failed = stage.event();
    let expected = Error::Disconnected;
    assert!(
        matches!(failed, Event::PublishFailed { ticket: Ticket(7), reason } if reason == expected)
    );
}

#[test]
fn pings_are_answered() {
    let mut stage = Stage::ready();
    stage.server("PING\r\n");
    assert_eq!(stage.written(), "PONG\r\n");
    assert!(stage.events().is_empty());
}

#[test]
fn a_reply_finds_its_request_and_a_second_one_is_late() {
    let mut stage = Stage::ready();
    stage.request(7, "s", 5);
    assert_eq!(stage.written(), "PUB s _INBOX.id.7 1\r\nx\r\n");
    stage.server("MSG _INBOX.id.7 1 2\r\nhi\r\n");
    match stage.event() {
        Event::Answered {
            ticket,
            inbox,
            answer,
            ..
        } => {
            assert_eq!((ticket, inbox), (Ticket(7), b"_INBOX.id.7".to_vec()));
            assert_eq!(answer.unwrap().payload, b"hi");
        }
        other => panic!("{other:?}"),
    }
    stage.server("MSG _INBOX.id.7 1 0\r\n\r\nMSG _INBOX.id.x 1 0\r\n\r\nMSG y 1 0\r\n\r\n");
    assert!(matches!(stage.event(), Event::LateReplies(3)));
}

#[test]
fn requests_time_out_each_at_its_own_time() {
    let mut stage = Stage::ready();
    stage.request(7, "slow", 5);
    stage.request(8, "slow", 2);
    stage.advance(2).unwrap();
    assert!(matches!(
        stage.event(),
        Event::Answered {
            ticket: Ticket(8),
            ..
        }
    ));
    assert_eq!(
        stage.session.deadline(),
        Some(stage.now.instant + Duration::from_secs(3))
    );
    stage.advance(3).unwrap();
    assert!(matches!(
        stage.event(),
        Event::Answered {
            ticket: Ticket(7),
            answer: Err(Error::Timeout { .. }),
            ..
        }
    ));
}

#[test]
fn a_loss_ends_what_was_on_its_way_and_keeps_what_was_asked_for() {
    let mut stage = Stage::ready();
    stage.subscribe(2, "a");
    stage.written();
    stage.server("PONG\r\n");
    stage.command(Command::Flush(Ticket(6)));
    stage.request(7, "s", 5);
    stage.written();
    stage.publish(8, "unwritten");
    stage.events();
    stage.lose();
    let ended: Vec<u64> = stage
        .events()
        .into_iter()
        .map(|event| match event {
            Event::Answered {
                ticket,
                answer: Err(Error::Disconnected),
                ..
            }
            | Event::Flushed {
                ticket,
                result: Err(Error::Disconnected),
            }
            | Event::PublishFailed {
                ticket,
                reason: Error::Disconnected,
            } => ticket.0,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ended, [7, 6, 8]);
    stage.connect();
    let written = stage.written();
    assert!(
        written.contains("SUB a 2\r\n") && !written.contains("PUB"),
        "{written}"
    );
}

#[test]
fn a_gap_stands_before_the_first_message_of_the_new_connection() {
    let mut stage = Stage::ready();
    assert!(stage.session.take_entries().is_empty());
    stage.lose();
    stage.now.instant += Duration::from_secs(3);
    stage.connect();
    assert!(stage.session.take_entries().is_empty());
    stage.server("MSG a 2 0\r\n\r\nPONG\r\nPONG\r\n");
    let entries = stage.session.take_entries();
    assert!(matches!(&entries[..], [Data::Gap(gap)] if gap.lasted == Duration::from_secs(3)));
}

#[test]
fn what_was_sent_is_logged_when_it_is_written() {
    let mut stage = Stage::ready();
    stage.publish(7, "a");
    stage.command(Command::Flush(Ticket(8)));
    stage.publish(9, "b");
    assert!(stage.session.take_entries().is_empty());
    stage.written();
    let entries = stage.session.take_entries();
    let [Data::Sent(batch)] = &entries[..] else {
        panic!("{entries:?}");
    };
    let subjects: Vec<&[u8]> = batch
        .records
        .iter()
        .map(|r| r.subject(&batch.bytes))
        .collect();
    assert_eq!(subjects, [b"a", b"b"]);
}

#[test]
fn a_late_refusal_is_matched_by_its_words() {
    let mut stage = Stage::ready();
    stage.subscribe(2, "a");
    stage.subscribe(3, "b");
    stage.server("PONG\r\nPONG\r\n");
    stage.events();
    stage.server("-ERR 'Permissions Violation for Subscription to \"a\" (sid \"2\")'\r\n");
    assert!(matches!(
        stage.event(),
        Event::SubscriptionRefused { sid: Sid(2), .. }
    ));
    stage.server("-ERR 'Permissions Violation for Subscription to \"b\"'\r\n");
    assert!(matches!(
        stage.event(),
        Event::SubscriptionRefused { sid: Sid(3), .. }
    ));
    stage.server("-ERR 'Permissions Violation for Subscription to \"b\"'\r\n");
    assert!(matches!(stage.event(), Event::ServerError { .. }));
}

#[test]
fn an_error_before_an_earlier_fence_is_not_the_subscriptions() {
    let mut stage = Stage::ready();
    stage.command(Command::Flush(Ticket(7)));
    stage.subscribe(2, "a");
    stage.server("-ERR 'Invalid Subject'\r\nPONG\r\nPONG\r\n");
    let events = stage.events();
    assert!(
        matches!(
            &events[..],
            [
                Event::ServerError { .. },
                Event::Flushed { .. },
                Event::Subscribed(Sid(2))
            ]
        ),
        "{events:?}"
    );
}

#[test]
fn a_refused_publish_is_a_request_first_then_the_oldest_publish_that_is_not_fenced() {
    let mut stage = Stage::ready();
    stage.publish(5, "s");
    stage.command(Command::Flush(Ticket(6)));
    stage.publish(7, "s");
    stage.request(8, "s", 5);
    stage.server("PONG\r\n");
    stage.events();
    let refused = "-ERR 'Permissions Violation for Publish to \"s\"'\r\n";
    stage.server(refused);
    assert!(matches!(
        stage.event(),
        Event::Answered {
            ticket: Ticket(8),
            ..
        }
    ));
    stage.server(refused);
    assert!(matches!(
        stage.event(),
        Event::PublishFailed {
            ticket: Ticket(7),
            ..
        }
    ));
    stage.server(refused);
    assert!(matches!(stage.event(), Event::ServerError { .. }));
}

#[test]
fn a_silent_server_is_asked_twice_and_given_up() {
    let mut stage = Stage::ready();
    for _ in 0..2 {
        stage.advance(10).unwrap();
        assert_eq!(stage.written(), "PING\r\n");
    }
    let silent = Duration::from_secs(30);
    assert!(matches!(stage.advance(10), Err(Error::Stale { silent: s, .. }) if s == silent));
}

#[test]
fn a_write_that_is_stuck_for_ten_seconds_is_a_loss() {
    let mut stage = Stage::ready();
    stage.publish(7, "s");
    stage.session.wrote(0, stage.now);
    stage.advance(9).unwrap();
    stage.server("MSG a 2 0\r\n\r\n");
    assert!(matches!(stage.advance(1), Err(Error::Lost { .. })));
}

#[test]
fn unsubscribing_twice_or_what_is_not_there_writes_nothing() {
    let mut stage = Stage::ready();
    let end = |sid, max| Command::Unsubscribe { sid: Sid(sid), max };
    stage.subscribe(2, "a");
    stage.written();
    stage.command(end(2, Some(3)));
    assert_eq!(stage.written(), "UNSUB 2 3\r\n");
    stage.command(end(2, None));
    assert_eq!(stage.written(), "UNSUB 2\r\n");
    stage.command(end(2, None));
    stage.command(end(99, None));
    assert_eq!(stage.written(), "");
}

#[test]
fn closing_waits_for_the_last_pong_and_not_longer_than_a_second() {
    let mut stage = Stage::ready();
    stage.command(Command::Close);
    assert_eq!(stage.written(), "PING\r\n");
    assert!(!stage.session.is_over());
    stage.server("PONG\r\n");
    assert!(matches!(stage.event(), Event::Closed { reason: None }));

    let mut deaf = Stage::ready();
    deaf.command(Command::Close);
    deaf.advance(1).unwrap();
    assert!(matches!(deaf.event(), Event::Closed { reason: None }));
    assert!(deaf.session.is_over());
}

#[test]
fn draining_waits_for_replies_and_not_longer_than_three_seconds() {
    let mut stage = Stage::ready();
    stage.subscribe(2, "a");
    stage.request(7, "s", 60);
    stage.written();
    stage.command(Command::Drain);
    assert_eq!(stage.written(), "UNSUB 2\r\nPING\r\n");
    stage.server("PONG\r\nPONG\r\n");
    assert!(!stage.session.is_over());
    stage.server("MSG _INBOX.id.7 1 0\r\n\r\n");
    let events = stage.events();
    assert!(matches!(
        &events[..],
        [Event::Answered { .. }, Event::Closed { reason: None }]
    ));

    let mut deaf = Stage::ready();
    deaf.command(Command::Drain);
    deaf.advance(3).unwrap();
    assert!(matches!(
        deaf.event(),
        Event::Closed {
            reason: Some(Error::Timeout { .. })
        }
    ));
}

#[test]
fn nothing_follows_the_end() {
    let mut stage = Stage::new();
    stage.command(Command::Close);
    assert!(matches!(stage.event(), Event::Closed { reason: None }));
    stage.publish(7, "s");
    stage.command(Command::Close);
    stage.lose();
    assert!(stage.events().is_empty());
}

#[test]
fn c114_limits_are_adjusted_for_the_next_connection() {
    let mut stage = Stage::ready();
    stage.subscribe(2, "a");
    stage.command(Command::Unsubscribe {
        sid: Sid(2),
        max: Some(5),
    });
    stage.server("MSG a 2 0\r\n\r\nMSG a 2 0\r\n\r\n");
    stage.lose();
    stage.connect();
    assert!(stage.written().contains("SUB a 2\r\nUNSUB 2 3\r\n"));
    stage.server("MSG a 2 0\r\n\r\n".repeat(3).as_str());
    stage.lose();
    stage.connect();
    assert!(!stage.written().contains("SUB a"));
}
