//! Requests and replies.

use std::time::Duration;

use super::traffic::{Msg, SECOND, START, msg, request, subscribed};
use crate::store::{Entry, MessageId, Outcome, Pair, Store};

const MIB: usize = 1 << 20;
const INBOX: &str = "_INBOX.x.1";
const NO_RESPONDERS: &str = "NATS/1.0 503\r\n\r\n";

fn asked() -> (Store, MessageId) {
    let mut store = subscribed(MIB, &[">"]);
    store.send(START, &[request(0, "today", INBOX)]);
    let id = store.newest().expect("the request");
    (store, id)
}

fn pair(other: Option<MessageId>, outcome: Outcome) -> Option<Pair> {
    Some(Pair { other, outcome })
}

fn replied(seconds: u64) -> Outcome {
    Outcome::Replied {
        took: Duration::from_secs(seconds),
    }
}

fn answers<'a>(entry: Option<Entry<'a>>) -> Option<(MessageId, &'a [u8])> {
    entry?.message()?.answers
}

#[test]
fn given_a_request_of_ours_its_reply_is_shown_with_what_was_asked() {
    let (mut store, asked) = asked();
    assert_eq!(store.pair(asked), pair(None, Outcome::Waiting));
    store.receive(START + 2 * SECOND, &[msg(1, INBOX, "20261123")]);
    let reply = store.newest().expect("the reply");
    assert_eq!(store.shown(), ["today", INBOX]);
    assert_eq!(answers(store.row(1)), Some((asked, &b"today"[..])));
    assert_eq!(store.pair(asked), pair(Some(reply), replied(2)));
    assert_eq!(store.pair(reply), pair(Some(asked), replied(2)));
}

#[test]
fn given_the_clients_word_it_replaces_the_times_of_the_log() {
    let (mut store, asked) = asked();
    store.receive(START + 2 * SECOND, &[msg(1, INBOX, "x")]);
    let reply = store.newest();
    store.set_outcome(INBOX.as_bytes(), replied(1));
    assert_eq!(store.pair(asked), pair(reply, replied(1)));
}

#[test]
fn given_a_timeout_a_later_reply_is_paired_but_changes_nothing() {
    let (mut store, asked) = asked();
    let outcome = Outcome::TimedOut {
        after: Duration::from_secs(5),
    };
    store.set_outcome(INBOX.as_bytes(), outcome.clone());
    store.receive(START + 9 * SECOND, &[msg(1, INBOX, "x")]);
    assert_eq!(store.pair(asked), pair(store.newest(), outcome));
}

#[test]
fn given_the_answer_before_the_request_in_the_log_it_is_remembered() {
    let mut store = subscribed(MIB, &[]);
    store.set_outcome(INBOX.as_bytes(), Outcome::Failed("refused".to_owned()));
    store.send(START, &[request(0, "today", INBOX)]);
    let asked = store.newest().expect("the request");
    assert_eq!(
        store.pair(asked),
        pair(None, Outcome::Failed("refused".to_owned()))
    );
}

#[test]
fn given_a_503_nobody_responds() {
    let (mut store, asked) = asked();
    store.receive(
        START,
        &[Msg {
            header: NO_RESPONDERS,
            ..msg(1, INBOX, "")
        }],
    );
    assert_eq!(
        store.pair(asked),
        pair(store.newest(), Outcome::NoResponders)
    );
}

#[test]
fn given_a_subscription_to_everything_our_reply_is_shown_once() {
    for order in [[1, 2], [2, 1]] {
        let (mut store, _) = asked();
        store.receive(START, &[request(2, "today", INBOX)]);
        store.receive(START, &order.map(|sid| msg(sid, INBOX, "x")));
        assert_eq!(store.shown(), ["today", INBOX], "{order:?}");
        assert_eq!(store.counters().hidden_copies, 2);
    }
}

#[test]
fn given_both_legs_of_other_people_they_are_paired_and_their_inbox_is_hidden() {
    let mut store = subscribed(MIB, &[">"]);
    store.receive(START, &[request(2, "stock", "_INBOX.y.7")]);
    let asked = store.newest().expect("the request");
    assert_eq!(store.pair(asked), None);
    store.receive(START + 3 * SECOND, &[msg(2, "_INBOX.y.7", "5")]);
    let reply = store.newest().expect("the reply");
    assert_eq!(store.pair(asked), pair(Some(reply), replied(3)));
    assert_eq!(answers(store.get(reply)), Some((asked, &b"stock"[..])));
    assert_eq!(store.shown(), ["stock"]);
}

#[test]
fn given_many_replies_each_answers_and_the_first_counts() {
    let (mut store, asked) = asked();
    for after in 1..4 {
        store.receive(START + after * SECOND, &[msg(1, INBOX, &after.to_string())]);
    }
    for row in 1..4 {
        assert_eq!(answers(store.row(row)).map(|it| it.0), Some(asked));
    }
    assert_eq!(store.pair(asked).map(|it| it.outcome), Some(replied(1)));
}

#[test]
fn given_a_publish_with_a_reply_subject_nobody_waits() {
    let mut store = subscribed(MIB, &["results"]);
    store.send(START, &[request(0, "work", "results")]);
    let sent = store.newest().expect("the publish");
    assert_eq!(store.pair(sent), None);
    store.receive(START + SECOND, &[msg(2, "results", "1")]);
    assert_eq!(store.pair(sent), pair(store.newest(), replied(1)));
}

#[test]
fn given_another_inbox_prefix_its_pattern_tells_requests() {
    let mut store = subscribed(MIB, &[]);
    store.add_subscription(1, b"me.inbox.*");
    store.send(
        START,
        &[
            request(0, "today", "me.inbox.3"),
            request(0, "a", "_INBOX.z.1"),
        ],
    );
    let outcomes: Vec<_> = (0..2)
        .map(|row| store.pair(store.row(row).expect("a row").id()))
        .collect();
    assert_eq!(outcomes, [pair(None, Outcome::Waiting), None]);
}

#[test]
fn given_an_acknowledgement_subject_nothing_is_paired() {
    let mut store = subscribed(MIB, &[">"]);
    let ack = "$JS.ACK.orders.me.1.1.1.1.0";
    store.receive(START, &[request(2, "orders", ack), msg(2, ack, "+ACK")]);
    assert_eq!(store.pair(store.newest().expect("the ack")), None);
    assert_eq!(store.counters().hidden_inboxes, 1);
}

#[test]
fn given_an_evicted_request_its_reply_still_tells_what_was_asked() {
    let (mut store, asked) = asked();
    let filler = "x".repeat(MIB);
    store.receive(START, &[msg(2, "a", &filler), msg(2, "a", &filler)]);
    assert_eq!(store.get(asked), None);
    store.receive(START, &[msg(1, INBOX, "x")]);
    assert_eq!(
        answers(store.get(store.newest().expect("the reply"))),
        Some((asked, &b"today"[..]))
    );
}
