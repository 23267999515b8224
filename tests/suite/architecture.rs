//! The table of who may import whom, held against the sources: what the house is allowed to look
//! like stands here as data, and every rule is shown to fail on a planted offence.
//!
//! Tests beside the code obey the folders and the crates like the code they test; only the
//! environment and the names of colours are free there.

mod check;
mod circles;
mod graph;
mod imports;
mod planted;
mod tokens;

use std::{
    fs,
    path::{Path, PathBuf},
};

use check::{folder, shape, top, violations};

/// A folder of `src/`, and what of ours stands behind its arrow.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("payload", &[]),
    ("settings", &[]),
    ("filter", &["protocol", "payload"]),
    ("store", &["filter", "protocol", "payload"]),
    ("history", &["filter", "protocol", "payload"]),
    ("recording", &["protocol"]),
    ("jetstream", &["protocol"]),
    ("services", &["protocol"]),
    ("client", &["protocol"]),
    ("broker", &["protocol"]),
    ("context", &["client", "protocol"]),
    ("demo", &["client"]),
    (
        "tui",
        &[
            "client",
            "context",
            "filter",
            "history",
            "jetstream",
            "payload",
            "protocol",
            "recording",
            "services",
            "settings",
            "store",
        ],
    ),
    ("cli", EVERYTHING),
    ("main", EVERYTHING),
    ("lib", EVERYTHING),
];

const EVERYTHING: &[&str] = &[""];

/// Folders inside a folder that know less than the whole of it does.
const KNOWS_LESS: &[(&str, &[&str])] = &[
    ("tui/widgets", &["payload", "tui/theme"]),
    ("tui/theme", &["payload"]),
];

/// A name of another crate, or of anything, that only some folders may write.
struct Reserved {
    /// Paths of other crates, or one segment anywhere in a path (`*::Color`).
    names: &'static [&'static str],
    /// What below these paths everybody may use.
    free: &'static [&'static str],
    keepers: Keepers,
    /// Whether it holds in tests beside the code too.
    in_tests: bool,
    because: &'static str,
}

enum Keepers {
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

/// The folders that are pure functions of bytes and time.
const PURE: &[&str] = &[
    "protocol",
    "payload",
    "filter",
    "store",
    "history",
    "recording",
    "jetstream",
    "services",
];

const RESERVED: &[Reserved] = &[
    Reserved {
        names: &["tokio", "tokio_util", "futures_util"],
        free: &[],
        keepers: Keepers::AllBut(PURE),
        in_tests: true,
        because: "this folder does no I/O and waits for nothing",
    },
    Reserved {
        names: &["ratatui", "ratatui_textarea", "crossterm", "tui_input"],
        free: &[],
        keepers: Keepers::Only(&["tui"]),
        in_tests: true,
        because: "only the terminal front end knows a screen",
    },
    Reserved {
        names: &["anyhow"],
        free: &[],
        keepers: Keepers::Only(&["cli", "main"]),
        in_tests: true,
        because: "errors outside the commands are enums",
    },
    Reserved {
        names: &["std::env", "directories"],
        free: &["std::env::split_paths", "std::env::join_paths"],
        keepers: Keepers::Only(&["cli", "main"]),
        in_tests: false,
        because: "environment, home and working directory are passed as values",
    },
    Reserved {
        names: &["*::Color", "*::Stylize"],
        free: &[],
        keepers: Keepers::Only(&["tui/theme"]),
        in_tests: false,
        because: "only the theme names colours",
    },
];

/// Names that say nothing of what a file is.
const EMPTY_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "manager", "misc",
];

const LONGEST_FILE: usize = 600;
const LONGEST_MAIN: usize = 19;

/// What begins an item that a `mod.rs` may hold.
const IN_MOD_RS: &[&str] = &[
    "mod ", "pub mod ", "use ", "pub use ", "pub(", "#[", "#![", "//",
];

#[test]
fn the_sources_keep_to_the_table() {
    let broken: Vec<String> = sources("src")
        .iter()
        .flat_map(|(path, source)| violations(path, source))
        .collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn tests_and_benches_have_names_and_lengths_too() {
    let broken: Vec<String> = [sources("tests"), sources("benches")]
        .iter()
        .flatten()
        .flat_map(|(path, source)| shape(path, source))
        .collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_folder_is_in_the_table() {
    let missing: Vec<String> = sources("src")
        .iter()
        .map(|(path, _)| top(&folder(path)).to_owned())
        .filter(|top| known(top).is_none())
        .collect();
    assert!(missing.is_empty(), "not in MAY_IMPORT: {missing:?}");
    for (_, allowed) in MAY_IMPORT.iter().filter(|(_, a)| *a != EVERYTHING) {
        assert!(allowed.iter().all(|name| known(name).is_some()));
    }
}

/// Every `.rs` file below a folder of the repository, as `src/x/y.rs`, with its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("below the root");
                let source = fs::read_to_string(&path).expect("a source in UTF-8");
                found.push((name.display().to_string(), source));
            }
        }
    }
    assert!(!found.is_empty(), "nothing below {folder}");
    found.sort();
    found
}

/// What a folder may import, if it is in the table.
fn known(top: &str) -> Option<&'static [&'static str]> {
    MAY_IMPORT
        .iter()
        .find(|(name, _)| *name == top)
        .map(|(_, allowed)| *allowed)
}
