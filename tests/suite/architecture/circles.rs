//! No circle of imports between files: a file may not be imported, directly or through others, by a file
//! that it imports.

use super::{
    check::within,
    graph::{Graph, graph},
    sources,
};

/// Folders below `src/` whose circles are not removed yet. To see the circles of a folder, take it out.
const STILL_CIRCULAR: &[&str] = &["tui"];

#[test]
fn no_circle_between_files() {
    let mut graph = graph(&sources("src"));
    graph.retain(|path, _| !STILL_CIRCULAR.iter().any(|folder| lies_in(path, folder)));
    let circles = circles(&graph);
    assert!(circles.is_empty(), "\n{}", described(&graph, &circles));
}

/// A folder without circles must leave the list.
#[test]
fn a_folder_still_to_be_done_has_circles() {
    let graph = graph(&sources("src"));
    for folder in STILL_CIRCULAR {
        let mut inside = graph.clone();
        inside.retain(|path, _| lies_in(path, folder));
        let done = circles(&inside).is_empty();
        assert!(!done, "no circles in {folder}: take it out of the list");
    }
}

fn lies_in(path: &str, folder: &str) -> bool {
    within(path.trim_start_matches("src/"), folder)
}

/// The sets of files that import one another in a circle, directly or through each other: the
/// strongly connected components of more than one file.
fn circles(graph: &Graph) -> Vec<Vec<&str>> {
    let mut search = Components {
        graph,
        order: Vec::new(),
        lowest: Vec::new(),
        open: Vec::new(),
        found: Vec::new(),
    };
    for path in graph.keys() {
        if !search.order.contains(&path.as_str()) {
            search.visit(path);
        }
    }
    search.found.retain(|component| component.len() > 1);
    search.found.sort();
    search.found
}

/// Tarjan's algorithm.
struct Components<'a> {
    graph: &'a Graph,
    /// Files in the order of their first visit.
    order: Vec<&'a str>,
    /// For each of `order`: the index of the earliest open file that it reaches.
    lowest: Vec<usize>,
    /// Files whose component is incomplete.
    open: Vec<&'a str>,
    found: Vec<Vec<&'a str>>,
}

impl<'a> Components<'a> {
    fn visit(&mut self, path: &'a str) -> usize {
        let own = self.order.len();
        self.order.push(path);
        self.lowest.push(own);
        self.open.push(path);
        for target in self
            .graph
            .get(path)
            .into_iter()
            .flat_map(|edges| edges.keys())
        {
            if !self.graph.contains_key(target) {
                continue;
            }
            let reached = match self.order.iter().position(|seen| seen == target) {
                None => self.visit(target),
                Some(seen) if self.open.contains(&target.as_str()) => seen,
                Some(_) => continue,
            };
            self.lowest[own] = self.lowest[own].min(reached);
        }
        if self.lowest[own] == own {
            let at = self.open.iter().position(|open| *open == path);
            let mut component = self.open.split_off(at.expect("it was pushed"));
            component.sort_unstable();
            self.found.push(component);
        }
        self.lowest[own]
    }
}

/// The circles with their imports, as text.
fn described(graph: &Graph, circles: &[Vec<&str>]) -> String {
    let mut text = String::new();
    for circle in circles {
        text += &format!("{} files import one another in a circle:\n", circle.len());
        for path in circle {
            let edges = graph[*path].iter();
            for (target, names) in edges.filter(|(target, _)| circle.contains(&target.as_str())) {
                let (line, _) = names[0];
                let mut names: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
                names.sort_unstable();
                names.dedup();
                text += &format!("  {path}:{line} → {target}: {}\n", names.join(", "));
            }
        }
    }
    text
}

/// Paths of files with their text.
type Sources = &'static [(&'static str, &'static str)];

/// Sources, and the files of their circle.
const PLANTED: &[(Sources, &[&str])] = &[
    // Directly.
    (
        &[
            ("src/a/mod.rs", "mod x;\nmod y;"),
            ("src/a/x.rs", "use super::y::Y;"),
            ("src/a/y.rs", "use crate::a::x::X;"),
        ],
        &["src/a/x.rs", "src/a/y.rs"],
    ),
    // Through what two mod.rs re-export, and through a third file.
    (
        &[
            ("src/a/mod.rs", "mod x;\npub use x::X;"),
            ("src/a/x.rs", "use crate::b::{Y as Why, other};"),
            (
                "src/b/mod.rs",
                "mod y;\nmod z;\npub use y::Y;\npub use self::z::Z;",
            ),
            ("src/b/y.rs", "use super::Z;"),
            ("src/b/z.rs", "use crate::a::X;"),
        ],
        &["src/a/x.rs", "src/b/y.rs", "src/b/z.rs"],
    ),
    // By paths in code, through a module that is imported under another name.
    (
        &[
            ("src/a/mod.rs", "mod x;\nmod y;"),
            (
                "src/a/x.rs",
                "use crate::a as here;\nfn f() { here::y::f() }",
            ),
            ("src/a/y.rs", "fn f() { super::x::f() }"),
        ],
        &["src/a/x.rs", "src/a/y.rs"],
    ),
    // A file and a module inside it: one names a type, the other a function.
    (
        &[
            (
                "src/a/x.rs",
                "mod draw;\npub struct X;\nfn f() { draw::draw() }",
            ),
            ("src/a/x/draw.rs", "use super::X;"),
        ],
        &["src/a/x.rs", "src/a/x/draw.rs"],
    ),
    // From within an inline module; one name imported through another.
    (
        &[
            ("src/a/x.rs", "mod inner {\n use super::super::y::Y;\n}"),
            ("src/a/y.rs", "use super::x;\nuse x::X;"),
        ],
        &["src/a/x.rs", "src/a/y.rs"],
    ),
    // By globs: of a file, and of what a mod.rs re-exports by one.
    (
        &[
            ("src/a/mod.rs", "mod x;\nmod y;\npub use y::*;"),
            ("src/a/x.rs", "use super::Y;"),
            ("src/a/y.rs", "use super::x::*;"),
        ],
        &["src/a/x.rs", "src/a/y.rs"],
    ),
    (
        &[
            (
                "src/a/mod.rs",
                "mod x;\nmod y;\npub use x::X;\npub use y::Y;",
            ),
            ("src/a/x.rs", "use super::*;"),
            ("src/a/y.rs", "use super::*;"),
        ],
        &["src/a/x.rs", "src/a/y.rs"],
    ),
];

#[test]
fn a_planted_circle_is_found() {
    for (files, expected) in PLANTED {
        let graph = graph(&owned(files));
        assert_eq!(circles(&graph), [*expected], "{files:?}");
    }
}

/// Sources that only look like circles.
const INNOCENT: &[Sources] = &[
    // A mod.rs names every file of its folder, and these name it.
    &[
        (
            "src/a/mod.rs",
            "mod x;\nmod y;\npub use x::X;\npub use y::Y;",
        ),
        ("src/a/x.rs", "use super::Y;\npub struct X(Y);"),
        ("src/a/y.rs", "use crate::a;\npub struct Y;"),
    ],
    // A file declares a module and names nothing in it.
    &[
        ("src/a/x.rs", "mod draw;\npub struct X;"),
        ("src/a/x/draw.rs", "use super::X;\nimpl X {}"),
    ],
    // Tests, beside the code and in files of their own.
    &[
        (
            "src/a/x.rs",
            "#[cfg(test)]\nmod tests {\n use super::super::y::Y;\n}\npub struct X;",
        ),
        ("src/a/y.rs", "#[cfg(test)]\nmod tests;\nuse super::x::X;"),
        ("src/a/y/tests.rs", "mod deep;\nuse super::super::x::X;"),
        ("src/a/y/tests/deep.rs", "use super::super::Y;"),
    ],
    // Comments, literals, other crates, and names that are nobody's.
    &[
        (
            "src/a/x.rs",
            "//! use super::y::Y;\nuse y::Z;\nfn f() { Y::new(\"super::y::Y\") }",
        ),
        ("src/a/y.rs", "use super::x::X;"),
    ],
    // A type that another file imports under the name of a module.
    &[
        ("src/a/x.rs", "use crate::b::y;\nfn f() { y() }"),
        ("src/a/y.rs", "use super::x::X;"),
        ("src/b/mod.rs", "mod y;\npub use y::y;"),
        ("src/b/y.rs", "pub fn y() {}"),
    ],
];

#[test]
fn what_only_looks_like_a_circle_is_none() {
    for files in INNOCENT {
        let graph = graph(&owned(files));
        assert_eq!(circles(&graph), [[""; 0]; 0], "{files:?}");
    }
}

/// The sources as a crate: the folders `a` and `b` get a mod.rs where they have none.
fn owned(files: Sources) -> Vec<(String, String)> {
    let given = |path: &str| files.iter().any(|(given, _)| *given == path);
    let folders = ["src/a/mod.rs", "src/b/mod.rs"].map(|path| (path, ""));
    let added = folders.iter().filter(|(path, _)| !given(path));
    let all = files.iter().chain(added);
    all.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}
