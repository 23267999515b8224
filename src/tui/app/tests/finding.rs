//! Searching and filtering, by keys.

use super::stage::Stage;
use crate::{
    protocol::Headers,
    settings::SavedFilter,
    tui::app::{JobDone, ingest},
};

/// Five messages, from the oldest to the newest.
fn stage() -> Stage {
    let mut stage = Stage::new(&["orders.>"]);
    stage
        .received(
            0,
            "orders.eu.created",
            br#"{"total":88.25,"customer":"Ada"}"#,
        )
        .received(0, "orders.us.created", br#"{"total":120,"customer":"lin"}"#)
        .received(0, "orders.eu.paid", b"card")
        .received(0, "orders.us.paid", b"cash, and a note that goes on")
        .received(0, "orders.eu.shipped", b"DHL");
    stage
}

fn selected(stage: &mut Stage) -> String {
    stage.screen();
    let (subject, _) = stage.app.details.payload().unwrap();
    String::from_utf8_lossy(subject).into_owned()
}

#[test]
fn typing_goes_to_the_newest_hit_and_esc_back_to_where_it_stood() {
    for (keys, at, shows) in [
        ("/.us.", "orders.us.paid", "2 of 2"),
        ("/created", "orders.us.created", "2 of 2"),
        ("/ada", "orders.eu.created", "1 of 1"),
        ("/Ada", "orders.eu.created", "1 of 1"),
        ("/ADA", "orders.eu.shipped", "0 hits"),
        ("/total\": 8", "orders.eu.created", "1 of 1"),
        ("/\\/c.+d/", "orders.eu.shipped", "0 hits"),
        ("//c.+d$/", "orders.eu.paid", "3 of 3"),
        ("/us<Esc>", "orders.eu.shipped", "FOLLOW"),
        ("/us<Esc>n", "orders.eu.shipped", "Nothing is searched for"),
        (
            "/created<Backspace><Backspace><Enter>",
            "orders.us.created",
            "/creat 2 of 2",
        ),
    ] {
        let mut stage = stage();
        stage.keys(keys);
        assert_eq!(selected(&mut stage), at, "{keys}");
        stage.shows(shows);
    }
}

#[test]
fn n_goes_up_from_hit_to_hit_and_around() {
    for (keys, at) in [
        ("", "orders.eu.shipped"),
        ("n", "orders.eu.paid"),
        ("nn", "orders.eu.created"),
        ("nnn", "orders.eu.shipped"),
        ("N", "orders.eu.created"),
        ("nN", "orders.eu.shipped"),
        // the same again means the next one
        ("/<Enter>", "orders.eu.paid"),
    ] {
        let mut stage = stage();
        stage.keys("/eu<Enter>").keys(keys);
        assert_eq!(selected(&mut stage), at, "{keys}");
    }
    stage().keys("/eu<Enter>nnn").shows("from the newest again");
    stage()
        .keys("/eu<Enter><Esc>")
        .hides("3 of 3")
        .shows("READING");
}

#[test]
fn a_search_that_is_no_regular_expression_says_so_and_the_one_before_stays() {
    let mut stage = stage();
    stage.keys("/eu<Enter>//(/").shows("regular expression");
    stage.keys("<Esc>").shows("/eu 3 of 3");
    stage.keys("//(/<Enter>").shows("regular expression");
    assert!(stage.app.messages.line.is_some(), "the line stays open");
}

#[test]
fn what_comes_later_is_searched_too() {
    let mut stage = stage();
    stage.keys("/cash<Enter>").shows("1 of 1");
    stage.received(0, "orders.eu.paid", b"cash").shows("1 of 2");
    stage.keys("Nn").shows("1 of 2");
}

#[test]
fn a_hit_beyond_the_preview_is_shown_with_what_stands_around_it() {
    let mut stage = stage();
    let payload = format!("{}needle and more", "x".repeat(3000));
    stage.received(0, "orders.eu.paid", payload.as_bytes());
    stage
        .hides("needle")
        .keys("/needle")
        .shows("xneedle and more");
}

#[test]
fn a_filter_is_in_force_while_it_is_typed() {
    for (keys, shown) in [
        ("&subject:orders.eu.>", "3 shown"),
        ("&subject:orders.eu.><Enter>", "3 shown · 2 filtered out"),
        ("&subject:orders.eu.><Esc><Esc>", "5 shown"),
        ("&subject:orders.eu.><Enter><Esc>", "5 shown"),
        ("&json:.total>100", "1 shown"),
        ("&ada | cash<Enter>", "2 shown"),
        ("&zebra<Enter>", "The filter shows none of 5 messages"),
        // the second replaces the first, and is taken back alone
        ("&ada<Enter>&<Ctrl-U>cash<Esc>", "& ada"),
    ] {
        stage().keys(keys).shows(shown);
    }
}

#[test]
fn a_filter_that_is_wrong_says_so_and_the_one_before_stays() {
    let mut stage = stage();
    stage.keys("&subject:orders.eu.> size>x").shows("3 shown");
    stage.keys("<Enter>").shows("size>x");
    assert!(stage.app.messages.line.is_some(), "the line stays open");
}

#[test]
fn down_with_nothing_offered_keeps_what_is_typed_and_comes_back_to_it_after_up() {
    let mut stage = stage();
    stage.keys("&cash<Enter>").keys("&<Ctrl-U>");
    stage.keys("zzz<Down>").shows("& zzz");
    stage.keys("<Up>").shows("& cash");
    stage.keys("<Down>").shows("& zzz");
}

#[test]
fn tab_takes_what_may_stand_there_and_up_recalls_filters_from_before() {
    let mut stage = stage();
    stage.keys("&subj<Down><Tab>").shows("& subject:");
    stage
        .keys("orders.eu.p")
        .shows("orders.eu.paid")
        .keys("<Down><Tab><Enter>")
        .shows("1 shown");
    stage.keys("&<Ctrl-U>cash<Enter><Esc>&<Up>").shows("& cash");
    stage.keys("<Up>").shows("& subject:orders.eu.paid");
    stage
        .keys("<Down><Down>")
        .hides("& cash")
        .shows("5 of 5 shown");
}

#[test]
fn only_what_is_highlighted_is_taken_and_the_box_says_so() {
    let mut stage = stage();
    stage
        .keys("&subject:or")
        .shows("↓ chooses one")
        .keys("<Tab>")
        .shows("& subject:or ")
        .shows("↓ chooses what is offered");
    stage
        .keys("<Down>")
        .shows("Tab takes it")
        .keys("<Enter>")
        .shows("& subject:or ");
    for (keys, taken) in [
        ("&subject:or<Down><Tab>", "& subject:orders.>"),
        (
            "&subject:orders.<Down><Down><Down><Down><Tab>",
            "& subject:orders.*.paid",
        ),
        (
            "&subject:orders.*.s<Down><Tab>",
            "& subject:orders.*.shipped",
        ),
        ("&json:.t<Down><Tab>", "& json:.total"),
        ("&json:.t<Down><Tab><Down><Tab>100", "& json:.total>100"),
    ] {
        self::stage().keys(keys).shows(taken);
    }
}

#[test]
fn a_term_that_is_half_typed_leaves_the_filter_before_in_force() {
    for (keys, shown) in [
        ("&subject:o", "5 shown"),
        ("&subject:orders", "5 shown"),
        ("&subject:orders.eu.pai", "5 shown"),
        ("&subject:orders.eu.paid", "1 shown"),
        ("&subject:orders.*.p", "5 shown"),
        ("&subject:nobody.knows", "5 shown"),
        ("&subject:nobody.knows ", "none of 5"),
        ("&subject:nobody.knows<Enter>", "none of 5"),
        ("&cash<Enter>& subject:orders.us.p", "1 shown"),
        ("&header:Tra", "5 shown"),
        ("&json:.", "5 shown"),
        ("&json:.<Enter>", "2 shown"),
        ("&json:.tot", "5 shown"),
        ("&json:.total", "2 shown"),
        ("&json:.customer=l", "2 shown"),
        ("&json:.customer=lin", "1 shown"),
        ("&json:.total>8", "2 shown"),
        ("&json:.total>8000", "none of 5"),
    ] {
        stage().keys(keys).shows(shown);
    }
    stage()
        .keys("&subject:orders.e")
        .shows("the filter before stays");
}

#[test]
fn escaped_json_is_shown_and_found_as_what_it_says() {
    for keys in [
        "/grün<Enter>",
        "/\"farbe\": \"grün\"<Enter>",
        "&grün<Enter>",
        "&\"farbe\": \"grün\"<Enter>",
    ] {
        let mut stage = stage();
        stage.received(0, "orders.eu.paid", br#"{"farbe":"gr\u00fcn"}"#);
        stage
            .shows(r#"{"farbe":"grün"}"#)
            .shows(r#""farbe": "grün""#)
            .hides("u00fc")
            .keys(keys)
            .hides("0 hits")
            .hides("none of")
            .shows(r#""farbe": "grün""#);
        // the raw form is one key away
        stage.keys("<Tab>v").shows(r#"{"farbe":"gr\u00fcn"}"#);
    }
    let mut stage = stage();
    let payload = format!(r#"{{"a":"{}","farbe":"gr\u00fcn"}}"#, "x".repeat(3000));
    stage.received(0, "orders.eu.paid", payload.as_bytes());
    stage.keys("/grün").shows(r#"…farbe":"grün"}"#);
}

#[test]
fn new_messages_are_filtered_as_they_come() {
    let mut stage = stage();
    stage.keys("&subject:*.eu.><Enter>").shows("3 shown");
    stage
        .received(0, "orders.eu.created", b"1")
        .received(0, "orders.us.created", b"2")
        .shows("4 shown · 3 filtered out");
}

#[test]
fn a_subject_is_hidden_by_one_more_term() {
    let mut stage = stage();
    stage
        .keys("#")
        .shows("4 shown")
        .shows("& !subject:orders.eu");
    stage.keys("#").shows("3 shown");
    let mut stage = self::stage();
    stage
        .keys("&card | cash<Enter>#")
        .shows("& (card | cash) !sub")
        .shows("1 shown");
}

#[test]
fn filters_with_a_name_are_tabs() {
    let mut stage = stage();
    stage.keys(">").shows("No filter has a name yet");
    let saved = |name: &str, expression: &str| SavedFilter {
        name: name.into(),
        expression: expression.into(),
    };
    let filters = vec![
        saved("europe", "subject:orders.eu.>"),
        saved("broken", "size>x"),
    ];
    let now = stage.now();
    ingest::job(&mut stage.app, JobDone::Filters(Ok(filters)), now);
    stage
        .shows(" all ")
        .shows(" europe ")
        .keys(">")
        .shows("3 shown");
    stage
        .keys(">")
        .shows("broken")
        .shows("size>x")
        .shows("3 shown");
    stage.keys("<<>").shows("5 shown");
}

#[test]
fn the_filter_that_is_typed_gets_the_name_and_is_shown_with_it() {
    for (keys, saved) in [
        ("&cash<Ctrl-S>", Some("cash")),
        // it may become `size`, and so was not in force yet
        ("&cash<Enter>&<Ctrl-U>siz<Ctrl-S>", Some("siz")),
        ("&cash<Enter>&<Ctrl-U>size>x<Ctrl-S>", None),
        ("&<Ctrl-S>", None),
    ] {
        let mut stage = stage();
        stage.keys(keys);
        if let Some(saved) = saved {
            stage.shows(&format!("For {saved}"));
        }
        stage.keys("mine<Enter>");
        let job =
            |text| format!("job(savefilter {{ name: \"mine\", expression: some({text:?}) }})");
        assert_eq!(stage.asked, saved.map(job).as_slice(), "{keys}");
    }
}

#[test]
fn a_filter_that_got_its_name_is_done_with_and_can_be_recalled() {
    let mut stage = stage();
    stage.keys("&cash<Ctrl-S><Esc>!").shows("& cash!");
    stage.keys("<Backspace><Ctrl-S>mine<Enter>");
    assert!(stage.app.messages.line.is_none());
    stage.keys("<<>").hides("cash<");
    stage.keys("&<Ctrl-U>zzz<Up>").shows("& cash");
}

#[test]
fn a_hit_in_json_is_marked_as_it_is_shown_and_gone_to() {
    let mut stage = stage();
    let items: Vec<String> = (0..100).map(|n| format!("\"key{n}\":{n}")).collect();
    let json = format!("{{{}}}", items.join(","));
    stage.received(0, "orders.eu.paid", json.as_bytes());
    stage
        .hides("\"key77\": 77")
        .keys("/\"key77\":77")
        .shows("\"key77\": 77");
    let (x, y) = stage.place_of("\"key77\": 77");
    let cell = stage.frame()[(x, y)].clone();
    assert!(cell.modifier.contains(ratatui::style::Modifier::REVERSED));
    // another one in the same message
    stage.keys("<Enter>/\"key2\":2<Enter>").shows("\"key2\": 2");
}

#[test]
fn a_hit_in_a_large_payload_is_gone_to_once_that_is_laid_out() {
    let mut stage = stage();
    let lines = format!("{}the needle\n", "hay\n".repeat(300_000));
    stage.received(0, "orders.eu.paid", lines.as_bytes());
    stage.keys("/needle").hides("the needle");
    let lines = format!(
        "{}the needle\n{}",
        "hay\n".repeat(1_000),
        "hay\n".repeat(300_000)
    );
    stage.received(0, "orders.us.paid", lines.as_bytes());
    stage.keys("<Enter>G").shows("the needle");
}

#[test]
fn a_file_of_filters_that_cannot_be_read_is_told_of_once_however_often_it_is_looked_at() {
    let mut stage = stage();
    let mut look = |found: Result<Vec<SavedFilter>, &str>| {
        let now = stage.now();
        while stage.app.toasts.dismiss() {}
        let found = found.map_err(str::to_owned);
        ingest::job(&mut stage.app, JobDone::Filters(found), now);
        stage.toasts().len()
    };
    assert_eq!(look(Err("line 3 is broken")), 1);
    assert_eq!(look(Err("line 3 is broken")), 0);
    assert_eq!(look(Err("line 4 is broken")), 1);
    assert_eq!(look(Ok(Vec::new())), 0);
    assert_eq!(look(Err("line 4 is broken")), 1);
}

#[test]
fn names_of_headers_come_from_messages_that_a_key_can_wait_for() {
    let mut stage = Stage::new(&["t"]);
    let sid = stage.app.subscriptions.rows()[0].sid.unwrap();
    let mut send = |names: &mut dyn Iterator<Item = String>| {
        let mut headers = Headers::new();
        names.for_each(|name| headers.append(&name, "").unwrap());
        stage.data_with(&headers, sid, "t", None, b"");
    };
    send(&mut ["Trace".to_owned()].into_iter());
    send(&mut (0..60_000).map(|n| format!("Flood-{n}")));
    send(&mut std::iter::empty());
    stage.keys("&header:").shows("Trace").hides("Flood");
}
