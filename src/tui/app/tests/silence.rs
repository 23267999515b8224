//! Nothing happens in silence: what a key cannot do, what is hidden and what is cut says so.

use super::stage::Stage;
use crate::{
    client::Sid,
    tui::{
        app::{Action, Focus, focus},
        keymap::{Chord, resolve},
    },
};

/// Two subjects with a fold, a request with its reply, and text to look at.
fn stage() -> Stage {
    let mut stage = Stage::new(&["a.>"]);
    stage.app.store.add_subscription(1, b"_mine.>");
    stage
        .received(0, "a.x", b"x")
        .received(0, "a.y", b"{\"k\": 1}");
    stage.sent("a.ask", "_mine.1", b"?");
    stage.data(Sid(1), "_mine.1", None, b"!");
    stage.screen();
    stage
}

/// Every chord that a terminal sends for a key alone, with Ctrl, and with Alt.
fn chords() -> Vec<Chord> {
    let characters = ('!'..='~').map(String::from);
    let held = ('A'..='Z').flat_map(|key| [format!("Ctrl-{key}"), format!("Alt-{key}")]);
    let functions = (1..=12).map(|key| format!("F{key}"));
    let named = [
        "Enter",
        "Tab",
        "Backspace",
        "Delete",
        "Insert",
        "Space",
        "Esc",
    ];
    let named = named.map(str::to_owned);
    let all = characters.chain(held).chain(functions).chain(named);
    all.filter_map(|key| key.parse().ok()).collect()
}

#[test]
fn a_key_that_does_nothing_says_so() {
    let panes = [
        "",
        "<Tab>",
        "<Shift-Tab>",
        "<Shift-Tab><Shift-Tab>",
        "b",
        "S",
        "y",
        "x",
        ":counters<Enter>",
    ];
    let mut silent: Vec<String> = Vec::new();
    let stages = ["full", "empty"].into_iter();
    for (name, pane) in stages.flat_map(|name| panes.map(|pane| (name, pane))) {
        if (name, pane) == ("empty", "y") {
            // there is no menu
            continue;
        }
        let opened = || {
            let mut stage = match name {
                "full" => stage(),
                _ => Stage::new(&[]),
            };
            stage.keys(pane);
            stage.asked.clear();
            stage
        };
        let before = opened().frame();
        for chord in chords() {
            let mut stage = opened();
            let action = resolve(&focus::scopes(&stage.app), chord).map(|row| row.action.clone());
            let is_step = |action: &Action| {
                action.step().is_some() || matches!(action, Action::DetailsUp | Action::DetailsDown)
            };
            if action.as_ref().is_some_and(is_step) {
                // a list that ends there says so by itself
                continue;
            }
            let toasts = stage.toasts().len();
            stage.key(chord);
            // most keys are told from a toast alone, which costs no frame
            let told = stage.toasts().len() > toasts || !stage.asked.is_empty();
            if !told && stage.frame() == before {
                silent.push(format!("{name}: {chord} after {pane:?}: {action:?}"));
            }
        }
    }
    assert_eq!(silent, [""; 0]);
}

#[test]
fn what_has_no_meaning_is_told_with_the_way_to_what_has() {
    for (keys, told) in [
        ("3", "There is no view 3: 1 Messages, 2 History."),
        ("0", "There is no view 0: 1 Messages, 2 History."),
        ("<Tab>9", "There is no view 9: 1 Messages, 2 History."),
        ("Q", "Q does nothing here; ? shows the keys."),
        ("<F9>", "F9 does nothing here; ? shows the keys."),
        ("r<F9>", "F9 does nothing here; F1 shows the keys."),
        ("/<F9>", "F9 does nothing here; F1 shows the keys."),
        ("s<F9>", "F9 does nothing here; Esc leaves."),
        ("s<F5>", "F5 does nothing here; Esc leaves."),
        ("xk", "k does nothing here; Esc leaves."),
        ("<Esc>", "Esc has nothing to go back from here; q quits."),
    ] {
        assert_eq!(stage().keys(keys).toasts(), [told], "{keys}");
    }
    // what is typed is typed
    let mut typed = stage();
    typed.keys("r").keys("3Q").shows("3Q");
    assert_eq!(typed.toasts(), [""; 0]);
}

#[test]
fn why_the_other_leg_is_hidden_is_told_with_the_key_that_shows_it() {
    for (keys, told, shows) in [
        (
            "&dir:in<Enter>o",
            "The other leg is hidden by the filter: & changes it, Esc drops it.",
            "<Esc>",
        ),
        (
            "*o",
            "The other leg is on a subject that is not shown: Esc shows all.",
            "<Esc>",
        ),
    ] {
        let mut stage = stage();
        stage.keys(keys);
        assert_eq!(stage.toasts(), [told], "{keys}");
        stage.keys(shows).keys("Go").screen();
        let (subject, _) = stage.app.details.payload().unwrap();
        assert_eq!(subject, b"a.ask", "{keys}");
    }
}

#[test]
fn why_a_mark_is_hidden_is_told_with_the_key_that_shows_it() {
    for (given, hide, told) in [
        (
            "_INBOX.x.1",
            "i",
            "The next mark is on an inbox or a subject of the server: i shows those.",
        ),
        (
            "$SYS.x",
            "i",
            "The next mark is on an inbox or a subject of the server: i shows those.",
        ),
        (
            "other",
            "<Tab><Tab><Tab><Tab><Tab><Tab>jm<Esc>",
            "The next mark is muted: m in Subscriptions shows it.",
        ),
    ] {
        let mut stage = Stage::new(&["t", ">"]);
        stage.received(1, given, b"1");
        stage.keys("i").keys("gm");
        stage.received(0, "t", b"2").keys("i");
        if given == "other" {
            // the i above was not needed for it
            stage.keys(hide);
        }
        assert_eq!(stage.app.focus, Focus::Messages);
        stage.keys("G'");
        assert_eq!(stage.toasts().last(), Some(&told), "{given}");
    }
}

#[test]
fn as_many_rows_are_marked_as_there_are_hits() {
    for (typed, hits) in [("ask", 1), ("x", 1), ("a.", 3), ("k", 2), ("_mine", 2)] {
        let mut stage = stage();
        stage.keys(&format!("/{typed}<Enter>"));
        let buffer = stage.frame();
        let (hit, area) = (stage.app.theme.hit, stage.app.layout.list(Focus::Messages));
        let is_marked = |y| {
            let mut columns = area.x..area.right();
            columns.any(|x| {
                let style = buffer[(x, y)].style();
                style.fg == hit.fg && style.add_modifier.contains(hit.add_modifier)
            })
        };
        let marked = (area.y..area.bottom()).filter(|y| is_marked(*y)).count();
        assert_eq!(stage.app.store.hits(), hits, "{typed}");
        // a hit in a reply subject shows nowhere in the row
        let shown = if typed == "_mine" { 0 } else { hits as usize };
        assert_eq!(marked, shown, "{typed}");
    }
}

#[test]
fn text_is_wrapped_and_what_is_cut_says_so() {
    let long = format!("begin{}end", " middle".repeat(30));
    let mut stage = Stage::new(&["t"]);
    stage.received(0, "t", long.as_bytes());
    stage.shows("end  ");
    stage.keys("<Tab>W").shows("…").hides("end  ");
    assert_eq!(
        stage.toasts(),
        ["Long lines are cut; W wraps them, and → goes on along them."]
    );
    let first = screen_line(&mut stage, "begin");
    assert!(first.ends_with('…'), "{first}");
    stage.keys("<Right>");
    let next = screen_line(&mut stage, "middle");
    assert!(next.starts_with('…') && next.ends_with('…'), "{next}");
    stage.keys(&"<Right>".repeat(40));
    let last = screen_line(&mut stage, "end");
    assert!(last.starts_with('…') && last.ends_with("end"), "{last}");
    // JSON stands as it is laid out
    let json = format!("{{\"k\": \"{long}\"}}");
    stage.received(0, "t", json.as_bytes());
    stage.pass(2_000).keys("<Esc>G").shows("\"k\": \"begin");
    let cut = screen_line(&mut stage, "\"k\": \"begin");
    assert!(cut.ends_with('…'), "{cut}");
}

/// What Details show in the line that holds a text.
fn screen_line(stage: &mut Stage, text: &str) -> String {
    let screen = stage.screen();
    let area = stage.app.layout.area(Focus::Details);
    let mut lines = screen.lines().map(|line| -> String {
        line.chars()
            .skip(usize::from(area.x) + 1)
            .take(usize::from(area.width) - 2)
            .collect()
    });
    let found = lines.rfind(|line| line.contains(text));
    found
        .unwrap_or_else(|| panic!("{text} is not on\n{screen}"))
        .trim()
        .to_owned()
}
