//! Searching and filtering on the real loop: with a server, a flood and files.

use goingnats::{
    broker::{Broker, Settings},
    client::Client,
    settings,
};

use super::harness::{Given, Running};

const LAST: &str = "orders.eu.last";

fn opened(given: Given, broker: &Broker) -> Running {
    let mut screen = given.subscribed(&["orders.>"]).open(&broker.url());
    screen.shows("embedded");
    screen
}

/// Publishes numbered orders, every tenth on `orders.us`, and one at the end that says so.
fn publish(broker: &Broker, count: usize) {
    let client = Client::connect("shop", &broker.url()).unwrap();
    for n in 0..count {
        let region = if n % 10 == 0 { "us" } else { "eu" };
        let payload = format!("{{\"id\":{n},\"total\":{}}}", n % 200);
        client
            .publish(&format!("orders.{region}.created"), payload)
            .unwrap();
        if n % 1000 == 999 {
            client.flush().unwrap();
        }
    }
    client.publish(LAST, "done").unwrap();
    client.flush().unwrap();
}

#[test]
fn among_many_messages_the_one_is_found_and_marked() {
    let broker = Broker::start(Settings::default()).unwrap();
    let mut screen = opened(Given::new(), &broker);
    publish(&broker, 20_000);
    screen
        .shows(LAST)
        .keys("/\"id\":12345}<Backspace>,")
        .shows("1 of 1")
        .shows("12345");
    screen.keys("<Enter>").shows("\"total\": 145");
    screen.keys("<Esc>G/zebra").shows("0 hits");
}

#[test]
fn a_filter_over_many_messages_counts_exactly_and_goes_on_live() {
    let broker = Broker::start(Settings::default()).unwrap();
    let mut screen = opened(Given::new(), &broker);
    publish(&broker, 20_000);
    screen
        .shows(LAST)
        .keys("&subject:orders.us.> json:.total>100<Enter>");
    // every tenth, of which totals are 0, 10 … 190: nine of twenty are above 100
    screen.shows("900 shown").shows("19 101 filtered out");
    publish(&broker, 200);
    screen.shows("909 shown");
}

#[test]
fn a_named_filter_is_a_tab_the_next_time() {
    let broker = Broker::start(Settings::default()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("filters.toml");
    let mut screen = opened(Given::new().filters(path.clone()), &broker);
    publish(&broker, 100);
    screen
        .shows(LAST)
        .keys("&subject:orders.us.><Ctrl-S>america<Enter>")
        .shows(" america ");
    // the line is done with: `<` goes to the tab before
    screen
        .keys("<<>")
        .shows("101 shown")
        .keys(">")
        .shows("10 shown");
    screen.keys("q").ends();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "america = \"subject:orders.us.>\"\n");

    let mut screen = opened(Given::new().filters(path), &broker);
    screen.shows(" all ").shows(" america ");
    publish(&broker, 100);
    screen.shows(LAST).keys(">").shows("10 shown");
}

#[test]
fn a_broken_file_of_filters_is_told_and_harms_nothing() {
    let broker = Broker::start(Settings::default()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("filters.toml");
    std::fs::write(&path, "a = ?\n").unwrap();
    opened(Given::new().filters(path), &broker).shows("line 1");
}

#[test]
fn typing_a_search_and_a_filter_under_a_flood_is_never_held_up() {
    let broker = Broker::start(Settings::default()).unwrap();
    let mut screen = opened(Given::new(), &broker);
    std::thread::scope(|scope| {
        scope.spawn(|| publish(&broker, 60_000));
        screen.keys("/total\":199");
        screen.shows("/ total\":199");
        screen.keys("<Enter>&subject:orders.us.> json:.total>100");
        screen
            .shows("& subject:orders.us.> json:.total>100")
            .keys("<Enter>");
    });
    screen.shows("2 700 shown");
}

#[test]
fn filters_that_another_copy_saved_are_there_once_the_terminal_is_looked_at() {
    let broker = Broker::start(Settings::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("filters.toml");
    let mut screen = opened(Given::new().filters(path.clone()), &broker);
    screen.hides("elsewhere");
    settings::filters::save(&path, "elsewhere", Some("size>1k")).unwrap();
    screen.looked_at().shows(" elsewhere ");
}
