//! More than the screen, the log or the loop can take, from a real nats-server: what is shown stands
//! still where it should, and every message is accounted for.

use std::{collections::HashMap, time::Duration};

use super::{
    harness::{Given, Running},
    switching::goes_to,
};
use crate::support::{NatsServer, Source, wait_for, wait_until, wait_within};

/// Messages of 128 bytes a second that a debug build takes beside the other tests.
const RATE: u64 = 20_000;

/// What loss is shown in.
const RED: vt100::Color = vt100::Color::Idx(1);

fn sensors(number: u64) -> String {
    format!("sensors.room{}", number % 100)
}

/// Opens the screen; the server knows so many subscriptions of it.
fn subscribed(given: Given, subjects: &[&str], server: &NatsServer) -> Running {
    let screen = given.subscribed(subjects).open(&server.url());
    wait_until("the subscriptions to stand", || {
        connection(server, "subscriptions") >= subjects.len() as u64
    });
    screen
}

/// Publishes 50 000 messages while the loop stands still.
fn burst(screen: &mut Running, server: &NatsServer) {
    let mut source = Source::connect(&server.address());
    screen.hold(true);
    source.publish(50_000, sensors);
    assert_eq!(source.settle(), 50_000);
    assert_eq!(delivered(server), 50_000);
    screen.hold(false);
    screen.shows("message 49999 ");
}

/// What the server says of the explorer's connection.
fn connection(server: &NatsServer, what: &str) -> u64 {
    let all = server.monitor("/connz");
    let mut connections = all["connections"].as_array().into_iter().flatten();
    let explorer = connections.find(|connection| connection["name"] == "explorer");
    explorer.map_or(0, |explorer| explorer[what].as_u64().unwrap_or(0))
}

/// Waits until the server has written everything it had for the explorer; how many messages.
fn delivered(server: &NatsServer) -> u64 {
    wait_until("the server to have written everything", || {
        connection(server, "pending_bytes") == 0
    });
    connection(server, "out_msgs")
}

/// The counters overlay: what its rows say.
#[derive(Debug)]
struct Counters(HashMap<String, u64>);

impl Counters {
    /// Opens the overlay, and waits until as many messages are in it as the server has delivered.
    fn settled(screen: &mut Running, server: &NatsServer) -> Counters {
        screen.keys(":where every<Enter>").shows("memory allowed");
        let delivered = delivered(server);
        wait_for("every message to be accounted for", || {
            let counters = Counters::read(&screen.text());
            let late = counters.of("after unsubscribing, not kept");
            (counters.of("received") + late == delivered).then_some(counters)
        })
    }

    /// Rows are a name, blanks, and a number.
    fn read(text: &str) -> Counters {
        let parts = text.lines().flat_map(|line| line.split('│'));
        let rows = parts.filter_map(|part| {
            let (name, number) = part.trim().split_once("  ")?;
            let number = number.trim().replace(' ', "").parse().ok()?;
            Some((name.to_owned(), number))
        });
        Counters(rows.collect())
    }

    fn of(&self, name: &str) -> u64 {
        *self
            .0
            .get(name)
            .unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }

    fn assert_add_up(&self) {
        let added = |is_hidden: bool| {
            let of_sum = |name: &str| name.starts_with("+ ");
            let rows = self.0.iter().filter(|(name, _)| of_sum(name));
            let group = rows.filter(|(name, _)| name.contains("hidden") == is_hidden);
            group.map(|(_, number)| number).sum::<u64>()
        };
        let taken = self.of("received") + self.of("sent");
        assert_eq!(taken, self.of("= kept") + added(false), "{self:?}");
        assert_eq!(
            self.of("kept"),
            self.of("= shown") + added(true),
            "{self:?}"
        );
        assert_eq!(self.of("kept"), self.of("= kept"), "{self:?}");
    }
}

#[test]
fn what_a_burst_has_too_much_of_is_dropped_oldest_first_and_told_in_three_places() {
    let server = NatsServer::start();
    let given = Given::new().backlog(256 << 10);
    let mut screen = subscribed(given, &["sensors.>"], &server);
    burst(&mut screen, &server);
    let counters = Counters::settled(&mut screen, &server);
    counters.assert_add_up();
    let dropped = counters.of("+ dropped before they were kept");
    assert!((1..50_000).contains(&dropped), "{dropped}");
    // markers stay where nothing else is shown
    screen
        .keys("<Esc><Shift-Tab><Shift-Tab>m")
        .shows("messages dropped here");
    let (status, told) = (grouped(dropped), screen.text());
    let of_subscription = format!("{status} dropped ");
    assert!(told.contains(&format!("dropped {status}")), "{told}");
    assert!(told.contains(&of_subscription), "{told}");
    for place in [
        format!("dropped {status}"),
        of_subscription,
        "dropped here".into(),
    ] {
        assert_eq!(screen.colour_of(&place), Some(RED), "{place}");
    }
}

#[test]
fn where_one_goes_the_budget_bounds_what_may_wait_as_well() {
    let (here, there) = (NatsServer::start(), NatsServer::start());
    let mut screen = subscribed(Given::new().keep(2 << 20), &["sensors.>"], &here);
    goes_to(&mut screen, &there.address());
    wait_until("the subscription to stand there", || {
        connection(&there, "subscriptions") > 0
    });
    burst(&mut screen, &there);
    let counters = Counters::settled(&mut screen, &there);
    counters.assert_add_up();
    assert!(counters.of("+ dropped before they were kept") > 0);
}

#[test]
fn whatever_is_muted_cleared_copied_late_or_dropped_the_counters_add_up() {
    let server = NatsServer::start();
    let given = Given::new().backlog(128 << 10).keep(2 << 20);
    let mut screen = subscribed(given, &["sensors.>", "sensors.*", "sensors.room1"], &server);
    let flow = Source::connect(&server.address()).flow(RATE, sensors);
    screen
        .shows("sensors.room")
        .keys("<Shift-Tab><Shift-Tab>")
        .shows("unsubscribe");
    let mut seed = 0x2026_1123_u64;
    for _ in 0..60 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        match seed >> 60 {
            0..3 => screen.keys("m"),
            3..5 => screen.keys("<Tab><Tab>xy<Shift-Tab><Shift-Tab>"),
            5..8 => screen.keys("uU"),
            8..10 => screen.keys("<Tab><Tab>c<Shift-Tab><Shift-Tab>"),
            10..12 => screen.keys("<Space>"),
            12..14 => screen.keys("<Down>"),
            _ => {
                let before = connection(&server, "out_msgs");
                screen.hold(true);
                wait_until("a burst to come while the loop stands still", || {
                    connection(&server, "out_msgs") > before + 4_000
                });
                // keys go first: what waits on the subscription they end is late
                screen.keys("uU").hold(false)
            }
        };
        screen.settle();
    }
    flow.stop();
    screen.keys("<Esc><Esc><Esc>");
    let counters = Counters::settled(&mut screen, &server);
    counters.assert_add_up();
    for name in [
        "after unsubscribing, not kept",
        "+ evicted, oldest first",
        "+ cleared by hand",
        "+ dropped before they were kept",
    ] {
        assert!(counters.of(name) > 0, "{name}: {counters:?}");
    }
}

#[test]
fn a_log_frozen_for_a_minute_under_flood_stands_still_and_goes_on_collecting() {
    let server = NatsServer::start();
    let given = Given::new().keep(8 << 20);
    let mut screen = subscribed(given, &["sensors.>"], &server);
    let flow = Source::connect(&server.address()).flow(RATE, sensors);
    screen.shows("evicted").keys("<Space>").shows("FROZEN");
    let rows = |screen: &Running| -> Vec<String> {
        let text = screen.text();
        let parts = text.lines().flat_map(|line| line.split(['│', '█']));
        let rows = parts.filter(|part| part.contains('◂'));
        rows.map(|row| row.trim_end().to_owned()).collect()
    };
    let frozen = rows(&screen);
    assert!(frozen.len() > 10, "{}", screen.text());
    let before = connection(&server, "out_msgs");
    let came = || connection(&server, "out_msgs") - before;
    // a minute's, however long a slow machine takes for them
    let look = || {
        assert_eq!(rows(&screen), frozen, "{}", screen.text());
        (came() > 60 * RATE).then_some(())
    };
    wait_within(Duration::from_secs(600), look, || {
        format!("{} messages came", came())
    });
    screen.keys("<Space>").shows("FOLLOW");
    let published = flow.stop();
    assert_ne!(rows(&screen), frozen);
    let counters = Counters::settled(&mut screen, &server);
    counters.assert_add_up();
    assert_eq!(counters.of("received"), published);
    assert_eq!(counters.of("+ dropped before they were kept"), 0);
}

/// `48 210`, as the screen shows it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(" ")
}
