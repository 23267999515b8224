//! Each rule finds planted violations, and nothing that only looks like one.

use super::{MAX_FILE_LINES, check::violations};

/// A path, its source, and the expected violation, in which `…` stands for the path.
const PLANTED: &[(&str, &str, &str)] = &[
    (
        "src/store/log.rs",
        "//! Log.\nuse crate::{\n    filter::Expr,\n    protocol::{Record, subject},\n    tui::{app::App},\n};",
        "…:5: store may not import tui::app::App; it may import filter, protocol, payload, text.",
    ),
    (
        "src/protocol/line.rs",
        "fn f() { let x = crate::payload::visible(b\"\"); }",
        "…:1: protocol may not import payload::visible; it may import text.",
    ),
    (
        "src/text/visible.rs",
        "use crate::payload::Form;",
        "…:1: text may not import payload::Form; it may import nothing of ours.",
    ),
    (
        "src/client/mod.rs",
        "pub use super::tui::app;",
        "…:1: client may not import tui::app; it may import protocol, text.",
    ),
    (
        "src/requests/wire.rs",
        "mod inner {\n  mod deep {\n    use super::super::super::super::client::Client;\n  }\n}",
        "…:3: requests may not import client::Client; it may import filter, protocol, payload, text.",
    ),
    (
        "src/demo/mod.rs",
        "use crate::Server;",
        "…:1: demo may not import Server; it may import client.",
    ),
    (
        "src/tui/panes/status.rs",
        "#[cfg(test)]\nmod tests {\n    use crate::broker::Server;\n}",
        "…:3: tui may not import broker::Server; it may import client, context, filter, \
         jetstream, payload, protocol, recording, requests, services, settings, store, text.",
    ),
    (
        "src/new_folder/thing.rs",
        "",
        "…:1: new_folder is not in the table of who may import whom.",
    ),
    (
        "src/tui/widgets/list.rs",
        "use super::super::app::App;",
        "…:1: tui/widgets may not import tui::app::App; it may import payload, text, tui/theme.",
    ),
    (
        "src/tui/widgets/list.rs",
        "use crate::store::Store;",
        "…:1: tui/widgets may not import store::Store; it may import payload, text, tui/theme.",
    ),
    (
        "src/store/view.rs",
        "async fn f() {\n    tokio::select! {}\n}",
        "…:2: store may not name tokio::select: this folder does no I/O and waits for nothing.",
    ),
    (
        "src/client/mod.rs",
        "use ratatui::Frame as F;",
        "…:1: client may not name ratatui::Frame: only the terminal front end knows a screen.",
    ),
    (
        "src/recording/line.rs",
        "fn f<T: Into<crossterm::event::Event>>(t: T) {}",
        "…:1: recording may not name crossterm::event::Event: only the terminal front end knows a \
         screen.",
    ),
    (
        "src/tui/jobs.rs",
        "use anyhow as a;",
        "…:1: tui may not name anyhow: errors outside the commands are enums.",
    ),
    (
        "src/context/resolve.rs",
        "use std::{env, fs};",
        "…:1: context may not name std::env: environment, home and working directory are passed \
         as values.",
    ),
    (
        "src/settings/file.rs",
        "use directories::ProjectDirs;",
        "…:1: settings may not name directories::ProjectDirs: environment, home and working \
         directory are passed as values.",
    ),
    (
        "src/tui/panes/details.rs",
        "fn f() -> Style {\n    Style::new().fg(ratatui::style::Color::Red)\n}",
        "…:2: tui/panes may not name ratatui::style::Color::Red: only the theme names colours.",
    ),
    (
        "src/store/record_utils.rs",
        "",
        "…:1: the name \"record_utils\" says nothing of what the file is.",
    ),
    (
        "src/store/helpers/mod.rs",
        "",
        "…:1: the name \"helpers\" says nothing of what the file is.",
    ),
    (
        "src/store/mod.rs",
        "//! Store.\nmod log;\n\npub use log::{\n    Log,\n};\n\nfn extra() {}\n",
        "…:8: a mod.rs holds its documentation, its mod lines and what it re-exports, nothing else.",
    ),
];

#[test]
fn a_planted_violation_is_found() {
    for (path, source, expected) in PLANTED {
        assert_eq!(violations(path, source), [expected.replace('…', path)]);
    }
}

#[test]
fn a_file_that_is_too_long_is_found() {
    let long = "\n".repeat(MAX_FILE_LINES);
    assert!(violations("src/store/log.rs", &long).is_empty());
    let found = violations("src/store/log.rs", &format!("{long}\n"));
    assert_eq!(
        found,
        ["src/store/log.rs:601: a file has at most 600 lines, this one has 601."]
    );
    let found = violations("src/main.rs", &"\n".repeat(20));
    assert_eq!(
        found,
        ["src/main.rs:20: a file has at most 19 lines, this one has 20."]
    );
}

/// Sources that only look like violations.
const INNOCENT: &[(&str, &str)] = &[
    (
        "src/store/log.rs",
        "//! ```\n//! use crate::tui::App;\n//! ```\n/* tokio::spawn /* */ */",
    ),
    (
        "src/store/log.rs",
        r##"const A: &str = "use crate::tui;"; const B: &str = r#""tokio::x"#;"##,
    ),
    (
        "src/store/log.rs",
        "const Q: [char; 2] = ['\"', '\\'']; use crate::filter::Expr; // '\"",
    ),
    (
        "src/store/log.rs",
        "use super::segment::Segment; use crate::store::view;",
    ),
    (
        "src/store/segments/open.rs",
        "use super::super::log; fn f<'a>(x: &'a str) -> &'a str { x }",
    ),
    (
        "src/tui/widgets/list.rs",
        "use super::fit::fit; use crate::tui::{theme::Theme, widgets};",
    ),
    (
        "src/tui/terminal/clipboard.rs",
        "fn f() { std::env::split_paths(p); }",
    ),
    (
        "src/requests/append.rs",
        "#[cfg(test)]\nmod tests {\n    use std::env;\n}",
    ),
    ("src/tui/theme/styles.rs", "use ratatui::style::Color;"),
    (
        "src/main.rs",
        "fn main() -> std::process::ExitCode { goingnats::cli::main() }",
    ),
    (
        "src/lib.rs",
        "pub mod client;\npub use client::{Client, Error};",
    ),
    (
        "src/client/mod.rs",
        "mod data;\n\n#[doc(inline)]\npub use data::{\n    Batch,\n    Data,\n};",
    ),
];

#[test]
fn what_only_looks_like_a_violation_is_none() {
    for (path, source) in INNOCENT {
        assert_eq!(violations(path, source), [""; 0], "{path}: {source}");
    }
}
