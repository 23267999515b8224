//! The pool without a network: in which order, after which waits.

use super::*;

const MOST: u64 = u64::MAX;

fn pool(urls: &str) -> Pool {
    Pool::new(&Options::new("n", urls).unwrap(), 0)
}

fn pool_in_order(urls: &str) -> Pool {
    let mut options = Options::new("n", urls).unwrap();
    options.keep_order = true;
    Pool::new(&options, 0)
}

fn hosts(pool: &Pool) -> Vec<&str> {
    let servers = pool.list.iter();
    servers.map(|entry| entry.server.host.as_str()).collect()
}

fn urls(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn unreachable() -> Error {
    Error::Disconnected
}

fn refused() -> Error {
    refused_as(1)
}

fn refused_as(credentials: u64) -> Error {
    Error::Refused {
        server: String::new(),
        reason: String::new(),
        credentials: Some(credentials),
    }
}

fn after(millis: u64) -> NextAttempt {
    NextAttempt::Try(Duration::from_millis(millis))
}

#[test]
fn c113_a_round_is_free_and_the_next_ones_wait_longer() {
    let mut pool = pool("a,b");
    let mut seen = Vec::new();
    for _ in 0..5 {
        let (server, attempt) = pool.begin();
        let next = pool.failed(&unreachable(), false, MOST);
        seen.push((server.host, attempt, next));
    }
    let expected = [("a", 0), ("b", 100), ("a", 0), ("b", 200), ("a", 0)];
    for (n, (host, millis)) in expected.into_iter().enumerate() {
        assert_eq!(seen[n], (host.to_owned(), n as u32 + 1, after(millis)));
    }
}

#[test]
fn c011_a_round_in_which_nobody_has_a_place_is_followed_by_a_longer_wait() {
    let full = || Error::TurnedAway {
        server: String::new(),
        reason: "maximum connections exceeded".to_owned(),
    };
    let stranger = || Error::NotNats {
        server: String::new(),
        hint: String::new(),
    };
    let table = [
        ([full(), full()], 2100),
        ([stranger(), stranger()], 400),
        ([stranger(), full()], 2100),
        ([unreachable(), full()], 100),
        ([full(), unreachable()], 100),
    ];
    for ([first, second], expected) in table {
        let mut pool = pool("a,b");
        assert_eq!(pool.failed(&first, false, MOST), after(0));
        assert_eq!(pool.failed(&second, false, MOST), after(expected));
        // The next round begins anew.
        assert_eq!(pool.failed(&unreachable(), false, MOST), after(0));
        assert_eq!(pool.failed(&second, false, MOST), after(200));
    }
}

#[test]
fn without_patience_the_first_round_is_the_last() {
    let mut pool = pool("a,b");
    assert_eq!(pool.failed(&unreachable(), true, MOST), after(0));
    assert_eq!(pool.failed(&unreachable(), true, MOST), NextAttempt::GiveUp);
}

#[test]
fn the_same_refusal_twice_is_meant() {
    let mut pool = pool("a,b");
    assert_eq!(pool.failed(&refused(), false, MOST), after(0));
    assert_eq!(pool.failed(&refused(), false, MOST), after(100));
    assert_eq!(pool.failed(&refused(), false, MOST), NextAttempt::GiveUp);
}

#[test]
fn other_credentials_have_their_own_refusals() {
    let mut pool = pool("a");
    for credentials in [1, 2, 1, 2] {
        let next = pool.failed(&refused_as(credentials), false, 0);
        assert!(matches!(next, NextAttempt::Try(_)));
    }
    assert_eq!(pool.failed(&refused_as(2), false, 0), NextAttempt::GiveUp);
}

#[test]
fn being_let_in_forgives_a_refusal() {
    let mut pool = pool("a");
    for _ in 0..3 {
        assert!(matches!(
            pool.failed(&refused(), false, 0),
            NextAttempt::Try(_)
        ));
        pool.connected();
    }
}

#[test]
fn a_good_connection_is_followed_by_an_attempt_at_once() {
    let mut pool = pool("a,b");
    let start = Instant::now();
    pool.connected();
    assert_eq!(
        pool.lost(&unreachable(), start, start + GOOD_AFTER, MOST),
        Duration::ZERO
    );
    assert_eq!(pool.begin().0.host, "b");
}

#[test]
fn c122_a_server_that_throws_everybody_out_is_waited_for() {
    let mut pool = pool("a");
    let start = Instant::now();
    for expected in [100, 200, 400, 800] {
        pool.connected();
        let wait = pool.lost(&unreachable(), start, start, MOST);
        assert_eq!(wait, Duration::from_millis(expected));
    }
}

#[test]
fn servers_of_the_cluster_come_and_go_with_the_credentials_of_the_one_that_named_them() {
    let mut pool = pool("nats://u:p@a,b");
    pool.discover(&urls(&["a:4222", "c:4222", "d:1"]), 0);
    assert_eq!(hosts(&pool), ["a", "d", "c", "b"]);
    assert_eq!(
        pool.list.iter().nth(1).unwrap().server.user.as_deref(),
        Some("u")
    );
    pool.discover(&urls(&[]), 0);
    pool.discover(&urls(&["not a url"]), 0);
    assert_eq!(pool.list.len(), 4);
    pool.discover(&urls(&["c:4222"]), 0);
    assert_eq!(hosts(&pool), ["a", "c", "b"]);
}

#[test]
fn a_server_that_was_only_heard_of_is_forgotten_when_it_never_answers() {
    let mut pool = pool("a");
    pool.discover(&["gone:1".to_owned()], 0);
    for _ in 0..2 * MAX_FAILURES_OF_DISCOVERED {
        pool.failed(&unreachable(), false, MOST);
    }
    assert_eq!(hosts(&pool), ["a"]);
}

#[test]
fn c004_a_huge_cluster_is_bounded() {
    let mut pool = pool("a");
    let urls: Vec<String> = (0..5000).map(|n| format!("h{n}")).collect();
    pool.discover(&urls, 7);
    assert_eq!(pool.list.len(), list::MAX_SERVERS);
}

#[test]
fn c120_in_order_where_asked_for_and_shuffled_behind_the_first_where_not() {
    let mut ordered = pool_in_order("a,b,c");
    ordered.discover(&urls(&["d", "e"]), 7);
    assert_eq!(hosts(&ordered), ["a", "b", "c", "d", "e"]);
    let order = |random| {
        let pool = Pool::new(&Options::new("n", "a,b,c,d").unwrap(), random);
        hosts(&pool).concat()
    };
    let orders: std::collections::BTreeSet<String> = (0..200).map(order).collect();
    assert_eq!(orders.len(), 6, "{orders:?}");
    assert!(orders.iter().all(|order| order.starts_with('a')));
}

#[test]
fn c119_servers_that_are_only_named_can_be_ignored() {
    let mut options = Options::new("n", "a").unwrap();
    options.ignore_discovered = true;
    let mut pool = Pool::new(&options, 0);
    pool.discover(&urls(&["b", "c"]), 0);
    assert_eq!(hosts(&pool), ["a"]);
}

#[test]
fn c118_the_server_in_use_stays_although_its_cluster_forgot_it() {
    let mut pool = pool_in_order("a");
    pool.discover(&urls(&["b"]), 0);
    pool.failed(&unreachable(), false, MOST);
    pool.begin();
    pool.connected();
    pool.discover(&urls(&["c"]), 0);
    assert_eq!(hosts(&pool), ["b", "a", "c"]);
    pool.lost(&unreachable(), Instant::now(), Instant::now(), MOST);
    pool.begin();
    pool.connected();
    pool.discover(&urls(&["c"]), 0);
    assert_eq!(hosts(&pool), ["a", "c"]);
}

#[test]
fn c123_the_refuge_from_a_server_that_leaves_is_one_that_stays() {
    let mut pool = pool_in_order("a,b,c");
    assert_eq!(pool.alternative().unwrap().host, "b");
    let b = pool.alternative().unwrap();
    pool.move_begun(&b);
    pool.move_failed(&b, &unreachable());
    let c = pool.alternative().unwrap();
    assert_eq!(c.host, "c");
    pool.note_lame_duck();
    pool.moved(&c);
    assert_eq!(hosts(&pool), ["c", "a", "b"]);
    assert_eq!(pool.alternative().unwrap().host, "b");
    let news = pool.take_changes().unwrap();
    let states: Vec<_> = news
        .iter()
        .map(|entry| (entry.state, entry.lame_duck))
        .collect();
    let expected = [
        (ServerState::Connected, false),
        (ServerState::Idle, true),
        (ServerState::Failed, false),
    ];
    assert_eq!(states, expected);
    assert_eq!(news[2].last_error, Some(unreachable()));
    assert!(pool.take_changes().is_none());
    let alone = pool_in_order("a");
    assert!(alone.alternative().is_none());
}

#[test]
fn a_server_asked_for_is_the_next_with_the_credentials_known_for_it() {
    let mut pool = pool_in_order("a,nats://u:p@b,c");
    let b = ServerUrl::parse("b:4222").unwrap();
    assert_eq!(pool.find_or_add(&b).user.as_deref(), Some("u"));
    pool.prefer(&b);
    assert_eq!(hosts(&pool), ["b", "a", "c"]);
    let stranger = ServerUrl::parse("nats://x:y@d").unwrap();
    assert_eq!(pool.find_or_add(&stranger).user.as_deref(), Some("x"));
    pool.prefer(&stranger);
    assert_eq!(hosts(&pool), ["d", "b", "a", "c"]);
}

#[test]
fn whoever_is_not_dialed_any_more_is_not_said_to_be() {
    let mut pool = pool_in_order("a,b,c");
    let server = |host: &str| ServerUrl::parse(host).unwrap();
    let dialed = |pool: &Pool| {
        let entries = pool.list.iter();
        let dialed = entries.filter(|entry| entry.state == ServerState::Dialing);
        let hosts: Vec<_> = dialed.map(|entry| entry.server.host.clone()).collect();
        hosts
    };
    pool.begin();
    // another one is asked for before this one answered
    pool.prefer(&server("b"));
    pool.begin();
    assert_eq!(dialed(&pool), ["b"]);
    pool.connected();
    pool.move_begun(&server("c"));
    pool.move_failed(&server("c"), &unreachable());
    for host in ["c", "a"] {
        pool.move_begun(&server(host));
        assert_eq!(dialed(&pool), [host]);
    }
    // what was known of it before holds again
    let news = pool.take_changes().unwrap();
    let c = news.iter().find(|entry| entry.server.contains("//c:"));
    assert_eq!(c.unwrap().state, ServerState::Failed);
}
