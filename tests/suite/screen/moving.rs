//! Scrollbars, marks and the graph of rates, cell by cell at every size.

use super::{harness::setup, snapshots::Scene};

const SIZES: [(u16, u16); 4] = [(200, 50), (160, 45), (100, 30), (60, 20)];

/// Two thousand messages on three subjects, ten milliseconds apart.
fn long_log(width: u16, height: u16) -> Scene {
    let mut scene = Scene::new(width, height, setup());
    scene.connect();
    let sid = scene.subscribe("t.>");
    for n in 0..2_000u64 {
        let (subject, payload) = (format!("t.{}", n % 3), format!("{{\"number\":{n}}}"));
        scene.received(n * 10, sid, &subject, payload.as_bytes());
    }
    scene.tick(20_000);
    scene
}

/// Ten minutes: a wave on `orders.>`, a beat on `time.time`.
fn ten_minutes(width: u16, height: u16) -> Scene {
    let mut scene = Scene::new(width, height, setup());
    scene.connect();
    let (time, orders) = (scene.subscribe("time.time"), scene.subscribe("orders.>"));
    for second in 0..600u64 {
        let at = second * 1_000;
        scene.tick(at);
        scene.received(at, time, "time.time", b"1646389271.6568809");
        let phase = (second % 120).abs_diff(60);
        for _ in 0..phase / 4 {
            scene.received(at + 500, orders, "orders.eu.created", b"{\"id\":70414}");
        }
        if second % 7 == 0 {
            scene.received(at + 600, orders, "orders.us.paid", b"{}");
        }
    }
    scene.tick(600_000);
    scene
}

#[test]
fn a_long_log_with_marks_and_its_scrollbar() {
    for (width, height) in SIZES {
        let mut scene = long_log(width, height);
        scene.keys(20_000, "gmt12:00:05<Enter>mt12:00:12.5<Enter>jjm");
        insta::assert_snapshot!(format!("long_log_{width}x{height}"), scene.frame(20_000));
    }
}

#[test]
fn the_graph_of_everything() {
    for (width, height) in SIZES {
        let mut scene = ten_minutes(width, height);
        scene.keys(600_000, "b");
        insta::assert_snapshot!(format!("graph_{width}x{height}"), scene.frame(600_200));
    }
}

#[test]
fn the_graph_of_a_part_of_the_tree_in_bytes() {
    let mut scene = ten_minutes(100, 30);
    scene.keys(600_000, "<Shift-Tab>bv-");
    insta::assert_snapshot!("graph_of_a_part_in_bytes", scene.frame(600_200));
}

#[test]
fn asking_for_a_time() {
    let mut scene = long_log(100, 30);
    scene.keys(20_000, "t");
    insta::assert_snapshot!("time_asked", scene.frame(20_000));
    scene.keys(20_000, "-1h");
    insta::assert_snapshot!("time_outside", scene.frame(20_000));
}
