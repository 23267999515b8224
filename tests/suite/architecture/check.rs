//! Holds one file against the table. Every offence is one sentence with its place.

use std::fmt::Display;

use super::{
    EMPTY_NAMES, IN_MOD_RS, KNOWS_LESS, Keepers, LONGEST_FILE, LONGEST_MAIN, MAY_IMPORT, RESERVED,
    Reserved,
    imports::{Import, Place, imports},
    known,
};

/// What a file of `src/` breaks, a sentence each.
pub fn violations(path: &str, source: &str) -> Vec<String> {
    let folder = folder(path);
    let mut found = shape(path, source);
    if known(top(&folder)).is_none() {
        let sentence = "is not in the table of who may import whom.";
        found.push(format!("{path}:1: {} {sentence}", top(&folder)));
        return found;
    }
    let roots: Vec<&str> = MAY_IMPORT.iter().map(|(name, _)| *name).collect();
    for import in imports(&module(path), &roots, source) {
        let offence = match &import.place {
            Place::Ours(target) => own_offence(&folder, &target.join("/")),
            Place::Foreign(target) => foreign_offence(&folder, &target.join("::"), &import),
        };
        found.extend(offence.map(|sentence| format!("{path}:{}: {sentence}", import.line)));
    }
    found
}

/// What is wrong with the name and the length of a file, and with the items of a `mod.rs`.
pub fn shape(path: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let at = |line: usize, sentence: &dyn Display| format!("{path}:{line}: {sentence}");
    for name in path.trim_end_matches(".rs").split('/') {
        if name.split('_').any(|part| EMPTY_NAMES.contains(&part)) {
            let sentence = format!("the name {name:?} says nothing of what the file is.");
            found.push(at(1, &sentence));
        }
    }
    let longest = if path == "src/main.rs" {
        LONGEST_MAIN
    } else {
        LONGEST_FILE
    };
    let lines = source.lines().count();
    if lines > longest {
        let sentence = format!("a file has at most {longest} lines, this one has {lines}.");
        found.push(at(lines, &sentence));
    }
    if path.starts_with("src/") && path.ends_with("/mod.rs") {
        let sentence = "a mod.rs holds its documentation, its mod lines and what it re-exports, \
                        nothing else.";
        let items = (1..)
            .zip(source.lines())
            .filter(|(_, line)| begins_item(line));
        let other = items.filter(|(_, line)| !IN_MOD_RS.iter().any(|item| line.starts_with(item)));
        found.extend(other.take(1).map(|(line, _)| at(line, &sentence)));
    }
    found
}

/// Whether a line opens something at the margin, as formatted sources do.
fn begins_item(line: &str) -> bool {
    line.starts_with(|c: char| !c.is_whitespace() && !"})]".contains(c))
}

fn own_offence(folder: &str, target: &str) -> Option<String> {
    let less = KNOWS_LESS.iter().find(|(narrow, _)| within(folder, narrow));
    let all = MAY_IMPORT.iter().find(|(name, _)| *name == top(folder));
    let (who, allowed) = less.or(all)?;
    if within(target, who) || allowed.iter().any(|allowed| within(target, allowed)) {
        return None;
    }
    let target = target.replace('/', "::");
    let allowed = if allowed.is_empty() {
        "nothing of ours".to_owned()
    } else {
        allowed.join(", ")
    };
    Some(format!(
        "{who} may not import {target}; it may import {allowed}."
    ))
}

fn foreign_offence(folder: &str, target: &str, import: &Import) -> Option<String> {
    let broken = RESERVED
        .iter()
        .filter(|rule| !import.in_test || rule.in_tests)
        .filter(|rule| rule.names(target))
        .find(|rule| !rule.keepers.hold(folder))?;
    let because = broken.because;
    Some(format!("{folder} may not name {target}: {because}."))
}

impl Reserved {
    fn names(&self, target: &str) -> bool {
        let named = self
            .names
            .iter()
            .any(|name| match name.strip_prefix("*::") {
                Some(segment) => target.split("::").any(|part| part == segment),
                None => below(target, name),
            });
        named && !self.free.iter().any(|free| below(target, free))
    }
}

impl Keepers {
    fn hold(&self, folder: &str) -> bool {
        let in_one = |folders: &[&str]| folders.iter().any(|outer| within(folder, outer));
        match self {
            Keepers::Only(keepers) => in_one(keepers),
            Keepers::AllBut(others) => !in_one(others),
        }
    }
}

/// Whether a path of folders is `outer` or lies in it; everything lies in the empty path.
pub fn within(path: &str, outer: &str) -> bool {
    outer.is_empty()
        || path
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a path of modules is `outer` or lies below it.
fn below(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

pub fn top(folder: &str) -> &str {
    folder.split('/').next().unwrap_or(folder)
}

/// The folder that a file belongs to, below `src/`; a file at the root stands for itself.
pub fn folder(path: &str) -> String {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    inner
        .rsplit_once('/')
        .map_or(inner, |(folder, _)| folder)
        .to_owned()
}

/// The module that a file is.
pub fn module(path: &str) -> Vec<String> {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    let segments = inner
        .split('/')
        .filter(|segment| !matches!(*segment, "mod" | "lib" | "main"));
    segments.map(str::to_owned).collect()
}
