//! A frozen log: what is on the screen stays there, and nothing newer is gone to.

use super::stage::Stage;

/// Sixty numbered messages that much room is left behind, and the keys after them.
fn early(keys: &str) -> Stage {
    let mut stage = Stage::unconnected(4 << 20);
    stage.connect().keys("st<Enter>");
    for n in 0..60 {
        stage.received(0, "t", format!("early {n}").as_bytes());
    }
    stage.screen();
    stage.keys(keys);
    stage
}

/// So much comes that all that came before is evicted.
fn flood(stage: &mut Stage) {
    let large = vec![b'x'; 200_000];
    for _ in 0..40 {
        stage.received(0, "t", &large);
    }
    assert!(stage.app.store.counters().evicted > 60);
}

/// The numbers on the screen, sorted: Details stands beside the log.
fn numbers(stage: &mut Stage) -> Vec<String> {
    let screen = stage.screen();
    let words: Vec<&str> = screen.split_whitespace().collect();
    let early = words.windows(2).filter(|pair| pair[0] == "early");
    let mut numbers: Vec<String> = early.map(|pair| pair[1].to_owned()).collect();
    numbers.sort();
    numbers
}

#[test]
fn what_is_on_the_screen_stays_while_its_messages_are_evicted() {
    let mut stage = early("k <Esc>");
    stage.hides("FROZEN").keys("kk ");
    stage.shows("FROZEN +0 behind").shows("early 59");
    let before = numbers(&mut stage);
    flood(&mut stage);
    stage.shows("FROZEN +").shows("early 59").shows("early 40");
    assert_eq!(numbers(&mut stage), before);
    stage.keys("k<Enter>").shows("early 56").keys("<Esc>g");
    stage.shows("─ evicted ─").hides("early 59");
    stage.keys("G").pass(1_000).shows("FOLLOW").hides("early");
}

#[test]
fn however_it_came_onto_the_screen_it_stays() {
    for (keys, size) in [
        ("kk /early 3<Esc>", (160, 45)),
        ("kk /early 3<Enter>", (160, 45)),
        ("kk z", (160, 45)),
        ("kk zz", (160, 45)),
        ("kk /<Esc>", (160, 45)),
        ("kk ", (100, 60)),
        ("kk gG<Esc>k ", (160, 30)),
        ("kk &early 5<Enter>", (160, 45)),
        ("kk &early 5<Esc>", (160, 45)),
    ] {
        let mut stage = early("");
        for chord in crate::tui::keymap::Chord::sequence(keys).unwrap() {
            stage.key(chord);
            stage.screen();
        }
        stage.app.size = size;
        let before = numbers(&mut stage);
        assert!(before.len() > 5, "{keys}: {before:?}");
        flood(&mut stage);
        assert_eq!(numbers(&mut stage), before, "{keys}");
    }
}

#[test]
fn no_hit_newer_than_the_freeze_is_gone_to_or_counted() {
    for (keys, says) in [
        ("/needle", "1 of 1"),
        ("/needle<Enter>n", "from the newest again"),
        ("/needle<Enter>N", "from the oldest again"),
        ("/needle<Enter>nN", "1 of 1"),
    ] {
        let mut stage = Stage::new(&["t"]);
        stage.received(0, "t", b"a needle").received(0, "t", b"hay");
        stage.keys("k ").received(0, "t", b"another needle");
        stage.keys(keys).shows(says);
        let (_, payload) = stage.app.details.payload().unwrap();
        assert_eq!(payload, b"a needle", "{keys}");
    }
}

#[test]
fn the_other_leg_is_not_gone_to_where_it_came_after_the_freeze() {
    let mut stage = Stage::new(&[]);
    stage.app.store.add_subscription(1, b"_mine.>");
    stage.sent("today", "_mine.1", b"%Y").keys(" ");
    stage.data(crate::client::Sid(1), "_mine.1", None, b"2026");
    stage
        .keys("o")
        .shows("The other leg came after the log was frozen: Space lets it go on.");
    let (subject, _) = stage.app.details.payload().unwrap();
    assert_eq!(subject, b"today");
}

#[test]
fn what_is_copied_of_a_message_that_was_cut_is_said_to_be_its_beginning() {
    let mut stage = Stage::unconnected(16 << 20);
    stage.connect().keys("st<Enter>");
    for _ in 0..3 {
        stage.received(0, "t", &vec![b'x'; 3 << 20]);
    }
    stage.received(0, "t", b"small").keys("k ").screen();
    for _ in 0..80 {
        stage.received(0, "t", &[b'y'; 200_000]);
    }
    stage.keys("k").screen();
    stage
        .keys("y")
        .shows("MB of the payload are not kept.")
        .keys("y");
    let copied = stage.asked.last().unwrap();
    assert!(copied.starts_with("copy the beginning of the payload: xxx"));
}
