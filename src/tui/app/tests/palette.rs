//! What the palette lists, and what its rows do.

use super::stage::Stage;
use crate::tui::overlays::menu;

/// A draft, a request that was sent, and the keys where they say.
fn stage(keys: &str) -> Stage {
    let mut stage = Stage::new(&["t"]);
    stage.received(0, "t", b"hello");
    stage.keys("rpast<Enter><Esc>rdraft<Esc>").answered(Ok("1"));
    stage.keys("<Esc>").keys(keys);
    stage.asked.clear();
    stage
}

/// The row of the palette under the cursor, as it is drawn.
fn row_under_cursor(stage: &mut Stage) -> Option<String> {
    let buffer = stage.frame();
    let place = menu::place(stage.app.layout.popups);
    let selected = stage.app.theme.selected.bg;
    let mut lines = place.top()..place.bottom();
    let y = lines.find(|y| buffer[(place.x + 2, *y)].style().bg == selected)?;
    let cells = place.left()..place.right();
    Some(cells.map(|x| buffer[(x, y)].symbol()).collect())
}

#[test]
fn nothing_is_sent_but_by_rows_that_say_so() {
    for keys in ["", "h", "r", "&x"] {
        let (mut before, mut sent) = (String::new(), 0);
        for row in 0.. {
            let mut stage = stage(keys);
            stage.keys("<Ctrl-P>").keys(&"<Down>".repeat(row));
            let said = row_under_cursor(&mut stage).unwrap();
            if said == before {
                break;
            }
            stage.keys("<Enter>");
            if stage.asked.iter().any(|asked| asked.starts_with("send")) {
                assert!(said.contains(" Send "), "{keys}: {said}");
                sent += 1;
            }
            before = said;
        }
        assert_ne!(sent, 0, "{keys}");
    }
}

#[test]
fn a_row_is_there_where_its_command_means_what_it_says() {
    for (keys, typed, there) in [
        ("", "Keep the filter", false),
        ("&x", "Keep the filter", false),
        ("", "Stay on the hit", false),
        ("", "Send from a field", false),
        ("", "Take the highlighted suggestion", false),
        ("&x", "Take the highlighted suggestion", true),
        ("", "Send the selected request again", true),
        ("", "from anyw", true),
        // there it sends the selected request
        ("h", "from anyw", false),
    ] {
        let mut stage = stage(keys);
        stage.keys("<Ctrl-P>").keys(typed);
        let row = row_under_cursor(&mut stage).unwrap_or_default();
        assert_eq!(row.contains(typed), there, "{keys}: {row}");
    }
}

#[test]
fn how_much_is_kept_is_found_by_its_word() {
    let mut stage = stage("");
    stage
        .keys(":keep")
        .shows("Keep more or less of the log in memory");
    stage.keys("<Enter>").shows("Keep in memory");
    assert_eq!(stage.asked, [""; 0]);
}
