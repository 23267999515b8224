//! The rules for the structure of the sources, as data: which folder may import which, which crates each
//! may use, names and lengths of files. A planted violation shows for each rule that it can fail.
//!
//! Tests beside the code follow the same rules, except for the environment and the names of colours.

mod check;
mod circles;
mod graph;
mod headless;
mod imports;
mod planted;
mod tokens;

use std::{
    fs,
    path::{Path, PathBuf},
};

use check::{folder, form_violations, top, violations};

/// A folder of `src/`, and the folders that it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("protocol", &["text"]),
    ("settings", &["text"]),
    ("payload", &["text"]),
    ("filter", &["protocol", "payload", "text"]),
    ("store", &["filter", "protocol", "payload", "text"]),
    ("requests", &["filter", "protocol", "payload", "text"]),
    ("recording", &["protocol", "text"]),
    ("jetstream", &["protocol", "text"]),
    ("services", &["protocol", "text"]),
    ("client", &["protocol", "text"]),
    ("broker", &["protocol", "text"]),
    ("context", &["client", "protocol", "text"]),
    ("demo", &["client"]),
    (
        "tui",
        &[
            "client",
            "context",
            "filter",
            "jetstream",
            "payload",
            "protocol",
            "recording",
            "requests",
            "services",
            "settings",
            "store",
            "text",
        ],
    ),
    ("cli", EVERYTHING),
    ("main", EVERYTHING),
    ("lib", EVERYTHING),
];

const EVERYTHING: &[&str] = &[""];

/// Folders inside a folder that know less than the whole of it does.
const KNOWS_LESS: &[(&str, &[&str])] = &[
    ("tui/widgets", &["payload", "text", "tui/theme"]),
    ("tui/theme", &["payload"]),
];

/// Names that only some folders may use.
struct Restriction {
    /// Paths of other crates, or one segment anywhere in a path (`*::Color`).
    names: &'static [&'static str],
    /// Paths below these names that all folders may use.
    except: &'static [&'static str],
    folders: Folders,
    /// Whether it applies to tests beside the code too.
    in_tests: bool,
    reason: &'static str,
}

enum Folders {
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

/// Folders without I/O and clocks.
const PURE: &[&str] = &[
    "text",
    "protocol",
    "payload",
    "filter",
    "store",
    "requests",
    "recording",
    "jetstream",
    "services",
];

const RESTRICTIONS: &[Restriction] = &[
    Restriction {
        names: &["tokio", "tokio_util", "futures_util"],
        except: &[],
        folders: Folders::AllBut(PURE),
        in_tests: true,
        reason: "this folder does no I/O and waits for nothing",
    },
    Restriction {
        names: &["ratatui", "crossterm"],
        except: &[],
        folders: Folders::Only(&["tui"]),
        in_tests: true,
        reason: "only the terminal front end knows a screen",
    },
    Restriction {
        names: &["anyhow"],
        except: &[],
        folders: Folders::Only(&["cli", "main"]),
        in_tests: true,
        reason: "errors outside the commands are enums",
    },
    Restriction {
        names: &["std::env", "directories"],
        except: &["std::env::split_paths", "std::env::join_paths"],
        folders: Folders::Only(&["cli", "main"]),
        in_tests: false,
        reason: "environment, home and working directory are passed as values",
    },
    Restriction {
        names: &["*::Color", "*::Stylize"],
        except: &[],
        folders: Folders::Only(&["tui/theme"]),
        in_tests: false,
        reason: "only the theme names colours",
    },
];

/// Names that do not say what a file is for.
const EMPTY_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "manager", "misc",
];

const MAX_FILE_LINES: usize = 600;
const MAX_MAIN_LINES: usize = 19;

/// Beginnings of the items that a `mod.rs` may contain.
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
        .flat_map(|(path, source)| form_violations(path, source))
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

/// All `.rs` files below a folder of the repository, as `src/x/y.rs`, with their text.
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

/// The folders that a folder may import, if it is in the table.
fn known(top: &str) -> Option<&'static [&'static str]> {
    MAY_IMPORT
        .iter()
        .find(|(name, _)| *name == top)
        .map(|(_, allowed)| *allowed)
}
