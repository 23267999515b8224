//! Servers that fall silent, or close, after any of their steps: whoever waits is told in time.

use std::time::{Duration, Instant};

use goingnats::client::{Client, Error, Event, Message, Options, one, request};

use super::{
    Watched,
    fake::{Fake, Last, accept},
    patient,
};

/// How long is waited.
const NAMED: Duration = Duration::from_secs(1);
/// How long it may take: the wait, a second for the goodbye, and what a machine under load needs.
const SOON: Duration = Duration::from_secs(8);

/// Does something against a server that falls silent after each of its steps, all at once.
fn against_silence(work: impl Fn(&str, Last) + Sync) {
    std::thread::scope(|scope| {
        for last in Last::ALL {
            let work = &work;
            scope.spawn(move || {
                let fake = Fake::silent_after(last);
                let since = Instant::now();
                work(&fake.url, last);
                let took = since.elapsed();
                assert!(took < SOON, "{took:?} against {last:?}");
            });
        }
    });
}

fn is_timeout<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Timeout { .. }))
}

fn is_silence<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::HandshakeTimeout { .. }))
}

#[test]
fn a_step_of_connecting_that_is_given_a_time_takes_no_longer() {
    against_silence(|url, last| {
        let options = Options::new("test", url).unwrap().steps_within(NAMED);
        let connected = Client::with(options).map(|_| ());
        assert_eq!(connected.is_ok(), last.lets_in(), "{last:?}: {connected:?}");
        assert!(connected.is_ok() || is_silence(&connected), "{connected:?}");
    });
}

#[test]
fn a_step_is_given_a_second_however_short_the_wait() {
    let steps = |wait| {
        Options::new("n", "h")
            .unwrap()
            .steps_within(wait)
            .step_timeout
    };
    assert_eq!(
        steps(Duration::from_millis(5)),
        Some(Duration::from_secs(1))
    );
    assert_eq!(steps(Duration::from_secs(7)), Some(Duration::from_secs(7)));
}

#[test]
fn a_first_message_and_a_reply_are_waited_for_as_long_as_was_said() {
    let holds = |result: Result<Message, Error>, last: Last| {
        let expected = if last.lets_in() {
            is_timeout
        } else {
            is_silence
        };
        assert!(expected(&result), "{last:?}: {result:?}");
    };
    std::thread::scope(|scope| {
        scope.spawn(|| against_silence(|url, last| holds(one(url, "a", NAMED), last)));
        scope.spawn(|| against_silence(|url, last| holds(request(url, "a", "", NAMED), last)));
    });
}

#[test]
fn what_a_client_waits_for_ends_by_its_own_clock() {
    against_silence(|url, last| {
        let options = Options::new("test", url).unwrap().steps_within(NAMED);
        let Ok(client) = Client::with(options) else {
            assert!(!last.lets_in());
            return;
        };
        let reply = client.request("a", "", NAMED);
        assert!(is_timeout(&reply), "{reply:?}");
        assert_eq!(client.get_within(NAMED / 10), Ok(Vec::new()));
    });
}

#[test]
fn c110_a_server_that_never_lets_us_in_is_found_out_by_the_keepalive() {
    let fake = Fake::silent_after(Last::Pong(1));
    let mut options = Options::new("test", &fake.url).unwrap();
    options.keepalive = Duration::from_millis(100);
    let reason = Client::with(options).unwrap_err();
    assert!(matches!(reason, Error::Stale { .. }), "{reason}");
}

#[test]
fn a_server_that_closes_after_the_first_pong_has_not_let_us_in() {
    let table = [
        ("", "closed by the server"),
        (
            "-ERR 'Nope'\r\n",
            "closed by the server after the words \"Nope\"",
        ),
        (
            "-ERR 'Stale Connection'\r\n",
            "connection lost: Stale Connection",
        ),
        (
            "-ERR 'User Authentication Expired'\r\n",
            "refused to let us in: User Authentication Expired",
        ),
    ];
    for (words, expected) in table {
        // One connection: another one would fail the script, which ends here.
        let fake = Fake::once(move |peer| peer.throw_out(words));
        let reason = Client::connect("test", &fake.url).unwrap_err().to_string();
        assert!(reason.ends_with(expected), "{reason}");
    }
}

#[test]
fn words_are_the_reason_only_where_the_close_follows_them() {
    let fake = Fake::listening(|listener| {
        let mut peer = accept(&listener);
        peer.welcome(0);
        peer.send("-ERR 'Long Ago'\r\n");
        peer.answer_ping();
        peer.send("PING\r\n");
        peer.expect("PONG\r\n");
        drop(peer);
        accept(&listener).until_closed();
    });
    let mut watched = Watched::patient(&fake.url);
    watched.connected();
    watched.connection.flush().unwrap();
    watched.event("Disconnected", |event| match event {
        Event::Disconnected { reason, .. } => {
            assert!(!reason.to_string().contains("Long Ago"), "{reason}");
            Some(())
        }
        _ => None,
    });
}

#[test]
fn c122_a_server_that_closes_after_the_first_pong_is_waited_for_longer_each_time() {
    const TIMES: usize = 4;
    let fake = Fake::listening(|listener| {
        for _ in 0..TIMES {
            accept(&listener).throw_out("-ERR 'Nope'\r\n");
        }
        let mut peer = accept(&listener);
        peer.welcome(0);
        peer.answer_until_closed();
    });
    let mut watched = Watched::open(patient(&fake.url));
    let (mut attempts, mut waits) = (Vec::new(), Vec::new());
    watched.event("Connected", |event| match event {
        Event::Connecting { attempt, .. } => {
            attempts.push(*attempt);
            None
        }
        Event::Disconnected { reason, retry_in } => {
            assert!(reason.to_string().contains("\"Nope\""), "{reason}");
            waits.push(*retry_in);
            None
        }
        Event::Connected { .. } => Some(()),
        _ => None,
    });
    assert_eq!(attempts, [1, 2, 3, 4, 5]);
    // With full jitter each is anything up to its ceiling.
    for (n, wait) in waits.iter().enumerate() {
        assert!(*wait <= Duration::from_millis(100 << n), "{waits:?}");
    }
}
