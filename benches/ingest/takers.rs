//! Who takes the stream, each as its users would.

use std::io::Read;

use futures_util::StreamExt;
use goingnats::{
    client::{self, Data, Event, Lanes, Options, Sid},
    protocol::{Decoder, Limits, ServerOp},
    store::{DEFAULT_BUDGET, Direction, Store},
};
use tokio::runtime::{Builder, Runtime};

use crate::{
    harness::raw,
    meter::{Meter, Plan},
};

/// What a taker prints when its subscription is in place.
pub const READY: &str = "ready";

/// One way to take messages.
pub struct Taker {
    pub name: &'static str,
    take: fn(address: &str, meter: &mut Meter<'_>),
}

/// The first is the one that the others are compared with.
pub const TAKERS: &[Taker] = &[
    Taker {
        name: "goingnats-store",
        take: store,
    },
    Taker {
        name: "goingnats-count",
        take: count,
    },
    Taker {
        name: "async-nats-count",
        take: async_nats,
    },
    Taker {
        name: "frame-only",
        take: frame,
    },
];

/// Runs one of them to the end of the stream.
pub fn run(name: &str, address: &str, plan: &Plan) {
    let taker = TAKERS.iter().find(|taker| taker.name == name);
    let mut meter = Meter::new(plan);
    (taker.expect("a known taker").take)(address, &mut meter);
    meter.report();
}

/// As the explorer: the background task, the data lane, the store of the default size.
fn store(address: &str, meter: &mut Meter<'_>) {
    let mut store = Store::new(DEFAULT_BUDGET);
    let mut second = 0;
    goingnats(address, meter, |sid, data| match data {
        None => store.add_subscription(sid.0, b">"),
        Some(Data::Received(batch)) => {
            store.append(Direction::In, &batch.bytes, &batch.records, batch.at);
            if batch.at / 1_000_000_000 != second {
                second = batch.at / 1_000_000_000;
                store.tick(batch.at);
            }
        }
        Some(_) => {}
    });
}

/// As the explorer, with nothing kept.
fn count(address: &str, meter: &mut Meter<'_>) {
    goingnats(address, meter, |_, _| {});
}

/// `take` sees the subscription first, with no data, and then everything that comes.
fn goingnats(address: &str, meter: &mut Meter<'_>, mut take: impl FnMut(Sid, Option<&Data>)) {
    let options = Options::new("bench", address).expect("options");
    let (connection, mut lanes) = client::open(options).expect("a client");
    let sid = connection.subscribe(b">", None).expect("a subscription");
    runtime().block_on(async {
        in_place(&mut lanes, sid).await;
        take(sid, None);
        println!("{READY}");
        while let Some(data) = lanes.data.recv().await {
            take(sid, Some(&data));
            let last = match &data {
                Data::Received(batch) => meter.saw(batch.records.len() as u64),
                Data::Dropped(dropped) => meter.missed(dropped.received),
                _ => false,
            };
            if last {
                break;
            }
        }
    });
}

async fn in_place(lanes: &mut Lanes, sid: Sid) {
    while let Some(event) = lanes.events.recv().await {
        if matches!(event, Event::Subscribed(subscribed) if subscribed == sid) {
            return;
        }
    }
    panic!("no subscription");
}

/// The official client: a subscription whose messages are counted and let go. Task and taker share a
/// thread, which spares it the waking of another.
fn async_nats(address: &str, meter: &mut Meter<'_>) {
    runtime().block_on(async {
        let client = async_nats::ConnectOptions::new()
            .name("bench")
            // it drops what does not fit, and would never see the last message
            .subscription_capacity(1 << 23)
            .connect(address)
            .await
            .expect("a client");
        let mut messages = client.subscribe(">").await.expect("a subscription");
        client.flush().await.expect("a server");
        println!("{READY}");
        while let Some(message) = messages.next().await {
            drop(message);
            if meter.saw(1) {
                break;
            }
        }
    });
}

/// The floor: blocking reads into one buffer, every message framed, nothing done with it.
fn frame(address: &str, meter: &mut Meter<'_>) {
    let mut stream = raw::subscribe(address);
    let mut decoder = Decoder::new(Limits::CLIENT);
    let mut chunk = vec![0; 256 << 10];
    let (mut at, mut filled) = (0, 0);
    println!("{READY}");
    loop {
        chunk.copy_within(at..filled, 0);
        (filled, at) = (filled - at, 0);
        filled += stream.read(&mut chunk[filled..]).expect("a server");
        let mut messages = 0;
        while let Some(op) = decoder
            .server_op(&chunk[..filled], &mut at)
            .expect("what a server says")
        {
            messages += u64::from(matches!(op, ServerOp::Message(_)));
        }
        if meter.saw(messages) {
            return;
        }
    }
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}
