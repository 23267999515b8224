//! The size of the program, and of each folder of the sources.
//!
//! `cargo bench --bench size`

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Lines that are neither blank nor a comment.
#[derive(Clone, Copy, Default)]
struct Lines {
    code: usize,
    /// Lines of tests beside the code.
    tests: usize,
}

fn main() {
    let program = fs::metadata(env!("CARGO_BIN_EXE_goingnats")).expect("the built program");
    println!("figure: binary {} bytes", program.len());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for top in ["src", "tests", "benches"] {
        let mut folders: BTreeMap<String, Lines> = BTreeMap::new();
        let mut total = Lines::default();
        for path in sources(root.join(top)) {
            let inner = path.strip_prefix(root.join(top)).expect("below it");
            let folder = match (top, inner.iter().next()) {
                ("src", Some(first)) => first.display().to_string(),
                _ => String::new(),
            };
            let lines = count(&path);
            for sum in [&mut total, folders.entry(folder).or_default()] {
                sum.code += lines.code;
                sum.tests += lines.tests;
            }
        }
        folders.remove("");
        folders.insert("total".to_owned(), total);
        for (folder, Lines { code, tests }) in folders {
            let name = format!("{top}/{}", folder.trim_end_matches(".rs"));
            println!("figure: lines-{name} {code} lines, {tests} more of tests");
        }
    }
}

/// The Rust files below a folder.
fn sources(folder: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(sources(path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Tests beside the code: everything after a `#[cfg(test)]` at the margin, and files and folders named
/// `tests`.
fn count(path: &Path) -> Lines {
    let source = fs::read_to_string(path).expect("UTF-8");
    let mut in_tests = path
        .with_extension("")
        .iter()
        .skip_while(|part| *part != "src")
        .any(|part| part == "tests");
    let mut lines = Lines::default();
    let mut rest = source.lines().peekable();
    while let Some(line) = rest.next() {
        let module = rest.peek().is_some_and(|next| next.ends_with('{'));
        in_tests |= line == "#[cfg(test)]" && module;
        let line = line.trim_start();
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        if in_tests {
            lines.tests += 1;
        } else {
            lines.code += 1;
        }
    }
    lines
}
