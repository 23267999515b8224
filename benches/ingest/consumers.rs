//! The consumers of the stream, each used as its users would.

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

/// Printed by a consumer when its subscription is in place.
pub const READY: &str = "ready";

/// One way to consume messages.
pub struct Consumer {
    pub name: &'static str,
    take: fn(address: &str, meter: &mut Meter<'_>),
}

/// The others are compared with the first.
pub const CONSUMERS: &[Consumer] = &[
    Consumer {
        name: "goingnats-store",
        take: store,
    },
    Consumer {
        name: "goingnats-count",
        take: count,
    },
    Consumer {
        name: "async-nats-count",
        take: async_nats,
    },
    Consumer {
        name: "frame-only",
        take: frame,
    },
];

/// Runs one to the end of the stream.
pub fn run(name: &str, address: &str, plan: &Plan) {
    let consumer = CONSUMERS.iter().find(|consumer| consumer.name == name);
    let mut meter = Meter::new(plan);
    (consumer.expect("a known consumer").take)(address, &mut meter);
    meter.report();
}

/// As in the explorer: the background task, the data lane, a store of the default size.
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

/// As in the explorer, without a store.
fn count(address: &str, meter: &mut Meter<'_>) {
    goingnats(address, meter, |_, _| {});
}

/// Calls `take` first with the subscription and no data, then with all data.
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
                Data::Received(batch) => meter.received(batch.records.len() as u64),
                Data::Dropped(dropped) => meter.dropped(dropped.received),
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

/// The official client: messages are counted and dropped. Its task shares the thread of the consumer,
/// which saves waking another.
fn async_nats(address: &str, meter: &mut Meter<'_>) {
    runtime().block_on(async {
        let client = async_nats::ConnectOptions::new()
            .name("bench")
            // without this capacity it drops messages and never sees the last one
            .subscription_capacity(1 << 23)
            .connect(address)
            .await
            .expect("a client");
        let mut messages = client.subscribe(">").await.expect("a subscription");
        client.flush().await.expect("a server");
        println!("{READY}");
        while let Some(message) = messages.next().await {
            drop(message);
            if meter.received(1) {
                break;
            }
        }
    });
}

/// The lower bound: blocking reads into one buffer, and framing.
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
        if meter.received(messages) {
            return;
        }
    }
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}
