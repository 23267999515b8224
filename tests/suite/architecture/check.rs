//! Checks one file against the rules. A violation is one sentence with file and line.

use std::fmt::Display;

use super::{
    EMPTY_NAMES, Folders, IN_MOD_RS, KNOWS_LESS, MAX_FILE_LINES, MAX_MAIN_LINES, MAY_IMPORT,
    RESTRICTIONS, Restriction,
    imports::{Import, Place, imports},
    known,
};

/// The violations in a file of `src/`.
pub fn violations(path: &str, source: &str) -> Vec<String> {
    let folder = folder(path);
    let mut found = form_violations(path, source);
    if known(top(&folder)).is_none() {
        let sentence = "is not in the table of who may import whom.";
        found.push(format!("{path}:1: {} {sentence}", top(&folder)));
        return found;
    }
    let roots: Vec<&str> = MAY_IMPORT.iter().map(|(name, _)| *name).collect();
    for import in imports(&module(path), &roots, source) {
        let offence = match &import.place {
            Place::Ours(target) => import_violation(&folder, &target.join("/")),
            Place::Foreign(target) => restriction_violation(&folder, &target.join("::"), &import),
        };
        found.extend(offence.map(|sentence| format!("{path}:{}: {sentence}", import.line)));
    }
    found
}

/// Violations in the name and length of a file, and in the items of a `mod.rs`.
pub fn form_violations(path: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let at = |line: usize, sentence: &dyn Display| format!("{path}:{line}: {sentence}");
    for name in path.trim_end_matches(".rs").split('/') {
        if name.split('_').any(|part| EMPTY_NAMES.contains(&part)) {
            let sentence = format!("the name {name:?} says nothing of what the file is.");
            found.push(at(1, &sentence));
        }
    }
    let longest = if path == "src/main.rs" {
        MAX_MAIN_LINES
    } else {
        MAX_FILE_LINES
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
            .filter(|(_, line)| starts_item(line));
        let other = items.filter(|(_, line)| !IN_MOD_RS.iter().any(|item| line.starts_with(item)));
        found.extend(other.take(1).map(|(line, _)| at(line, &sentence)));
    }
    found
}

/// Whether a line of formatted source begins an item at the margin.
fn starts_item(line: &str) -> bool {
    line.starts_with(|c: char| !c.is_whitespace() && !"})]".contains(c))
}

fn import_violation(folder: &str, target: &str) -> Option<String> {
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

fn restriction_violation(folder: &str, target: &str, import: &Import) -> Option<String> {
    let broken = RESTRICTIONS
        .iter()
        .filter(|rule| !import.in_test || rule.in_tests)
        .filter(|rule| rule.names(target))
        .find(|rule| !rule.folders.contain(folder))?;
    let reason = broken.reason;
    Some(format!("{folder} may not name {target}: {reason}."))
}

impl Restriction {
    fn names(&self, target: &str) -> bool {
        let named = self
            .names
            .iter()
            .any(|name| match name.strip_prefix("*::") {
                Some(segment) => target.split("::").any(|part| part == segment),
                None => below(target, name),
            });
        named && !self.except.iter().any(|free| below(target, free))
    }
}

impl Folders {
    fn contain(&self, folder: &str) -> bool {
        let in_one = |folders: &[&str]| folders.iter().any(|outer| within(folder, outer));
        match self {
            Folders::Only(folders) => in_one(folders),
            Folders::AllBut(others) => !in_one(others),
        }
    }
}

/// Whether a folder is `outer` or lies in it. All folders lie in the empty path.
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

/// The folder of a file, below `src/`; for a file at the root, its name.
pub fn folder(path: &str) -> String {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    inner
        .rsplit_once('/')
        .map_or(inner, |(folder, _)| folder)
        .to_owned()
}

/// The path of the module in a file.
pub fn module(path: &str) -> Vec<String> {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    let segments = inner
        .split('/')
        .filter(|segment| !matches!(*segment, "mod" | "lib" | "main"));
    segments.map(str::to_owned).collect()
}
