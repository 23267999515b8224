//! S20: a real nats-server and the broker give the same answers to the same scripts.

use std::net::SocketAddr;

use goingnats::broker::Broker;
use proptest::prelude::*;
use proptest::test_runner::RngAlgorithm::ChaCha;
use proptest::test_runner::{Config, TestRng, TestRunner};

use super::raw::{Raw, broker};
use crate::support::NatsServer;

/// Both servers.
struct Pair {
    theirs: NatsServer,
    ours: Broker,
}

impl Pair {
    fn start() -> Pair {
        Pair {
            theirs: NatsServer::start(),
            ours: broker(),
        }
    }

    /// Runs `run` against both; returns the results of nats-server and of the broker.
    fn each<T>(&self, run: impl Fn(SocketAddr) -> T) -> (T, T) {
        let theirs = SocketAddr::from(([127, 0, 0, 1], self.theirs.port()));
        (run(theirs), run(self.ours.addr()))
    }
}

#[test]
fn s20_random_scripts_with_wildcards_are_answered_as_nats_server_does() {
    let pair = Pair::start();
    let config = Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    };
    // The same cases in every run, so that failures can be repeated.
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(ChaCha));
    let result = runner.run(&(connects(), steps()), |(connects, steps)| {
        let (theirs, ours) = pair.each(|addr| transcript(addr, &connects, &steps));
        prop_assert_eq!(ours, theirs);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn s20_final_errors_are_those_of_nats_server() {
    let pair = Pair::start();
    for script in [
        "CONNECT {\"verbose\":false,\"protocol\":2}\r\n",
        "CONNECT {\"verbose\":false,\"no_responders\":true}\r\n",
        "CONNECT {\r\n",
        "CONNECT {}\r\nSUB a 1\r\nCONNECT {}\r\nPUB a 0\r\n\r\nbye\r\n",
        "NONSENSE\r\n",
        "\r\n",
        "MSG a 1 0\r\n",
        "-ERR 'no'\r\n",
        "PUB a\r\n",
        "PUB a b c 0\r\n",
        "PUB a -1\r\n",
        "PUB a 0000000005\r\n",
        "PUB a 1048577\r\n",
        "PUB a 999999999\r\n",
        "SUB a\r\n",
        "SUB a b c d\r\n",
        "UNSUB 1 2 3\r\n",
        "HPUB a 0 0\r\n\r\n",
        "CONNECT {\"verbose\":false,\"headers\":true}\r\nHPUB a 6 5\r\n",
        "SUB a 1\r\nPUB a 5\r\nhello\n",
        &format!("SUB {} 1\r\n", "x".repeat(4_095)),
    ] {
        let (theirs, ours) = pair.each(|addr| {
            let mut client = Raw::open(addr);
            client.send(script);
            client.read_to_end()
        });
        assert_eq!(ours, theirs, "{script:?}");
    }
}

/// One operation of one of two clients.
#[derive(Clone, Debug)]
struct Step {
    client: usize,
    operation: String,
}

/// The CONNECT documents of two clients. Protocol 0: with 1 the server sends a second INFO.
fn connects() -> impl Strategy<Value = [String; 2]> {
    let connect = || {
        (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
            |(chatty, echo, headers, no_responders)| {
                let no_responders = headers && no_responders;
                format!(
                    "CONNECT {{\"verbose\":{chatty},\"pedantic\":{chatty},\"echo\":{echo},\
                     \"headers\":{headers},\"no_responders\":{no_responders},\"protocol\":0}}"
                )
            },
        )
    };
    [connect(), connect()]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        operation("g").prop_map(|operation| Step {
            client: 0,
            operation
        }),
        operation("h").prop_map(|operation| Step {
            client: 1,
            operation
        }),
    ];
    proptest::collection::vec(step, 1..25)
}

/// An operation with few different subjects, so that they match often. The members of a queue group belong
/// to one client, and their sids begin with its name, because the member that is served is random.
fn operation(group: &'static str) -> impl Strategy<Value = String> {
    let word = prop_oneof![
        8 => Just("a"), 8 => Just("b"), 3 => Just("*"), 2 => Just(">"), 1 => Just("a*"), 1 => Just(""),
    ];
    let subject = proptest::collection::vec(word, 1..4)
        .prop_map(|words| words.join("."))
        .prop_filter("no subject makes another operation", |subject| {
            !subject.is_empty()
        });
    let sid = 1..4;
    let reply = proptest::sample::select(vec!["", "a.b ", "r.1 "]);
    prop_oneof![
        4 => (subject.clone(), sid.clone()).prop_map(|(subject, sid)| format!("SUB {subject} {sid}")),
        2 => (subject.clone(), sid.clone())
            .prop_map(move |(subject, sid)| format!("SUB {subject} {group} {group}-{sid}")),
        1 => sid.clone().prop_map(|sid| format!("SUB r.* {sid}")),
        1 => (sid.clone(), 0..4).prop_map(|(sid, max)| format!("UNSUB {sid} {max}")),
        1 => sid.prop_map(move |sid| format!("UNSUB {group}-{sid}")),
        6 => (subject, reply).prop_map(|(subject, reply)| format!("PUB {subject} {reply}2\r\nhi")),
    ]
}

/// The answers to both clients after each step, normalized.
fn transcript(addr: SocketAddr, connects: &[String; 2], steps: &[Step]) -> Vec<[Vec<String>; 2]> {
    let mut clients = connects.each_ref().map(|connect| {
        let mut client = Raw::open(addr);
        client.exchange(connect);
        client
    });
    steps
        .iter()
        .map(|step| {
            let mut heard = [Vec::new(), Vec::new()];
            heard[step.client] = settled(&clients[step.client].exchange(&step.operation));
            let other = 1 - step.client;
            heard[other] = settled(&clients[other].receive_all());
            heard
        })
        .collect()
}

/// Normalizes an answer where the choice of the server is random: the member of a queue group, the
/// subscription that gets the 503, and the order of the copies of one message.
fn settled(answer: &str) -> Vec<String> {
    let mut lines = answer.split_terminator("\r\n");
    let mut said = Vec::new();
    let mut copies = Vec::new();
    while let Some(line) = lines.next() {
        if let Some((before, rest)) = line.split_once("MSG ") {
            let mut fields: Vec<&str> = rest.split(' ').collect();
            fields[1] = fields[1].split('-').next().expect("a sid");
            let body: Vec<&str> = if before == "H" {
                fields[1] = "any";
                lines.by_ref().take(4).collect()
            } else {
                lines.by_ref().take(1).collect()
            };
            copies.push(format!(
                "{before}MSG {} | {}",
                fields.join(" "),
                body.join(" | ")
            ));
        } else if line != "PING" {
            said.push(line.to_owned());
        }
    }
    copies.sort();
    said.extend(copies);
    said
}
