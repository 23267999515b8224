//! Headless commands know nothing of the terminal front end, not even through other files.

use super::{
    check::within,
    graph::{Graph, graph},
    sources,
};

/// The files of `cli` that open the explorer, and may import `tui`.
const OPEN_THE_EXPLORER: &[&str] = &["src/cli/demo.rs", "src/cli/explore.rs", "src/cli/open.rs"];

/// Chooses the command, and so imports all of them; of `tui` it imports nothing itself.
const DISPATCH: &str = "src/cli/run.rs";

#[test]
fn no_headless_command_reaches_the_screen() {
    let reached = reached(&graph(&sources("src")));
    assert!(reached.is_empty(), "\n{}", reached.join("\n"));
}

#[test]
fn a_file_that_opens_the_explorer_imports_it() {
    let graph = graph(&sources("src"));
    for path in OPEN_THE_EXPLORER {
        let imports = graph.get(*path).into_iter().flat_map(|edges| edges.keys());
        assert!(
            imports.into_iter().any(|path| is_screen(path)),
            "{path}: take it out of the list"
        );
    }
}

/// For each headless file from which `tui` can be reached: the way there.
fn reached(graph: &Graph) -> Vec<String> {
    let is_headless =
        |path: &str| path.starts_with("src/cli/") && !OPEN_THE_EXPLORER.contains(&path);
    let starts = graph.keys().filter(|path| is_headless(path));
    starts
        .filter_map(|start| way_to_screen(graph, start))
        .collect()
}

/// The shortest chain of imports from a file to one of `tui`.
fn way_to_screen(graph: &Graph, start: &str) -> Option<String> {
    let mut ways = vec![vec![start]];
    let mut seen = vec![start];
    let mut next = 0;
    while let Some(way) = ways.get(next).cloned() {
        next += 1;
        let last = *way.last()?;
        for target in graph.get(last).into_iter().flat_map(|edges| edges.keys()) {
            let longer = || way.iter().copied().chain([target.as_str()]);
            if is_screen(target) {
                return Some(longer().collect::<Vec<_>>().join(" → "));
            }
            let is_explorer = start == DISPATCH && OPEN_THE_EXPLORER.contains(&target.as_str());
            if !is_explorer && !seen.contains(&target.as_str()) {
                seen.push(target);
                ways.push(longer().collect());
            }
        }
    }
    None
}

fn is_screen(path: &str) -> bool {
    within(path.trim_start_matches("src/"), "tui")
}

#[test]
fn a_planted_import_is_found_directly_and_through_other_files() {
    let sources = [
        ("src/tui/mod.rs", "mod app;\npub use app::App;"),
        ("src/tui/app.rs", "pub struct App;"),
        (
            "src/cli/mod.rs",
            "mod explore;\nmod print;\nmod run;\nmod sub;",
        ),
        (
            "src/cli/explore.rs",
            "use crate::tui::App;\npub fn explore() {}",
        ),
        ("src/cli/run.rs", "use super::{explore::explore, sub::sub};"),
        (
            "src/cli/sub.rs",
            "use super::print::print;\npub fn sub() { print() }",
        ),
        ("src/cli/print.rs", "pub fn print() { crate::tui::App; }"),
    ];
    let sources = sources.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let expected = [
        "src/cli/print.rs → src/tui/app.rs",
        "src/cli/run.rs → src/cli/sub.rs → src/cli/print.rs → src/tui/app.rs",
        "src/cli/sub.rs → src/cli/print.rs → src/tui/app.rs",
    ];
    assert_eq!(reached(&graph(&sources)), expected);
}
