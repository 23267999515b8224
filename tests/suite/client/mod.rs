//! The client against a real nats-server and scripted peers.

mod auth;
mod cluster;
mod errors;
pub mod fake;
mod handshake;
mod headers;
mod keepalive;
mod messages;
mod reconnect;
mod requests;
mod silence;
mod soak;
mod subscriptions;
mod taker;
mod tls;
mod waiting;
mod websocket;
mod wildcards;

use std::{cell::RefCell, time::Duration};

use goingnats::client::{Client, Connection, Data, Event, Lanes, Message, Options, open};

use crate::support::{NatsServer, PATIENCE, wait_for, wait_within};

/// Long enough for whatever takes milliseconds.
const SOON: Duration = Duration::from_secs(10);

fn connect(server: &NatsServer) -> Client {
    Client::connect("test", &server.url()).expect("a connection")
}

/// The next `count` messages; panics where they do not come.
#[track_caller]
fn take(client: &Client, count: usize) -> Vec<Message> {
    let mut taken = Vec::new();
    wait_for(format!("{count} messages"), || {
        taken.extend(
            client
                .get_within(Duration::from_millis(50))
                .expect("an open client"),
        );
        (taken.len() >= count).then_some(())
    });
    taken
}

fn payloads(messages: &[Message]) -> Vec<&str> {
    let text = |message| std::str::from_utf8(message).expect("text");
    messages
        .iter()
        .map(|message| text(&message.payload))
        .collect()
}

/// A connection whose lanes the test takes itself.
struct Watched {
    connection: Connection,
    lanes: Lanes,
}

impl Watched {
    fn open(options: Options) -> Watched {
        let (connection, lanes) = open(options).expect("a thread");
        Watched { connection, lanes }
    }

    /// A patient one: it goes on trying from the beginning.
    fn patient(urls: &str) -> Watched {
        Watched::open(patient(urls))
    }

    /// The next event of the wanted kind; others before it are passed over.
    #[track_caller]
    fn event<T>(&mut self, what: &str, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        let seen = RefCell::new(Vec::new());
        let in_vain = || format!("no {what} came, but {:#?}", seen.borrow());
        let events = &mut self.lanes.events;
        let look = || {
            let is_over = events.is_closed();
            while let Ok(event) = events.try_recv() {
                let found = wanted(&event);
                if found.is_some() {
                    return found;
                }
                seen.borrow_mut().push(event);
            }
            assert!(!is_over, "{}", in_vain());
            None
        };
        wait_within(PATIENCE, look, in_vain)
    }

    #[track_caller]
    fn connected(&mut self) {
        self.event("Connected", |event| {
            matches!(event, Event::Connected { .. }).then_some(())
        });
    }

    /// The next entry of the data lane.
    #[track_caller]
    fn entry(&mut self) -> Data {
        wait_for("an entry of the data lane", || {
            self.lanes.data.try_recv().ok()
        })
    }
}

fn patient(urls: &str) -> Options {
    let mut options = Options::new("test", urls).expect("good options");
    options.retry_first = true;
    options
}
