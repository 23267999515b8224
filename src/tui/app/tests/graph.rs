//! The graph of rates.

use super::stage::Stage;

/// A minute of one message a second on `a.x` and two on `b.y`, each of ten bytes.
fn minute() -> Stage {
    let mut stage = Stage::new(&["a.>", "b.>"]);
    for _ in 0..60 {
        stage.received(0, "a.x", b"0123456789");
        stage
            .received(1, "b.y", b"0123456789")
            .received(1, "b.y", b"9876543210");
        stage.pass(1_000);
    }
    stage
}

#[test]
fn it_opens_on_what_is_under_the_cursor_and_goes_through_the_series() {
    for (keys, shown) in [
        (
            "b",
            "now 3.0/s   mean 3.0/s   peak 3.0/s at 00:00:00   180 in 1 min",
        ),
        ("b<Tab>", "now 1.0/s   mean 1.0/s   peak 1.0/s"),
        ("b<Tab><Tab>", "now 2.0/s   mean 2.0/s   peak 2.0/s"),
        ("b<Tab><Tab><Tab>", "now 3.0/s"),
        ("b<Left>", "now 2.0/s"),
        (
            "bv",
            "now 30 B/s   mean 30 B/s   peak 30 B/s at 00:00:00   1.8 kB in 1 min",
        ),
        ("b-", "180 since 00:00:00"),
        ("b--", "last 15 min"),
        // Subscriptions, with the cursor on the last one
        ("<Shift-Tab><Shift-Tab>b", "now 2.0/s"),
        ("<Shift-Tab><Shift-Tab>kb", "now 1.0/s"),
        // Subjects, with the cursor on `a`; then on `b.y`
        ("<Shift-Tab>b", "now 1.0/s"),
        (
            "<Shift-Tab>jjjb",
            "now 2.0/s   mean 2.0/s   peak 2.0/s at 00:00:00   120 in 1 min",
        ),
    ] {
        minute().keys(keys).shows("─ Rates ").shows(shown);
    }
}

#[test]
fn a_part_of_the_tree_stands_among_the_series_by_its_name() {
    let mut stage = minute();
    stage
        .keys("<Shift-Tab>b")
        .shows("total  3.0/s   ▾ a  1.0/s   a.>  1.0/s   b.>  2.0/s");
    stage
        .received(0, "a.z", b"1")
        .pass(1_000)
        .shows("now 1.0/s");
    stage
        .keys("b")
        .hides("Rates")
        .keys("<Tab>b")
        .shows("now 2.6/s")
        .hides("▾ a  ");
}

#[test]
fn a_subscription_that_is_gone_gives_way_to_the_total() {
    let mut stage = minute();
    stage
        .keys("<Shift-Tab><Shift-Tab>b<Esc>ub")
        .shows("a.>  1.0/s");
    stage.keys("<Esc>ub").shows("now 3.0/s");
}

#[test]
fn the_newest_column_is_the_second_before_and_silence_is_said() {
    let mut stage = Stage::new(&["a"]);
    stage.keys("b").shows("Nothing came in the last 5 min.");
    stage
        .keys("<Esc>")
        .received(0, "a", b"1")
        .keys("b")
        .shows("Nothing came");
    stage.pass(1_000).hides("Nothing came").shows("█");
    for _ in 0..400 {
        stage.pass(1_000);
    }
    stage
        .shows("Nothing came in the last 5 min.")
        .keys("-")
        .hides("Nothing came");
}

#[test]
fn it_fits_every_size() {
    for size in [(200, 50), (160, 45), (100, 30), (60, 20), (40, 8)] {
        let mut stage = minute();
        stage.app.size = size;
        stage.keys("b").shows("Rates").shows("now 3.0/s");
    }
}
