//! The tree of subjects against a plain sorted list.

use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;

use crate::store::{NodeId, subjects::Tree};

const TOKENS: [&str; 5] = ["a", "b", "_INBOX", "$SYS", ""];

/// What the rows should be: every prefix once, in order, children of folded ones left out.
fn rows(subjects: &BTreeMap<Vec<&str>, u32>, folded: &HashSet<Vec<&str>>) -> Vec<String> {
    let mut prefixes: Vec<Vec<&str>> = subjects
        .keys()
        .flat_map(|path| (1..=path.len()).map(|len| path[..len].to_vec()))
        .collect();
    prefixes.sort();
    prefixes.dedup();
    let hidden = |path: &Vec<&str>| (1..path.len()).any(|len| folded.contains(&path[..len]));
    prefixes
        .iter()
        .filter(|path| !hidden(path))
        .map(|path| path.join("."))
        .collect()
}

proptest! {
    #[test]
    fn given_any_subjects_and_folds_the_rows_are_those_of_a_sorted_list(
        steps in prop::collection::vec((prop::collection::vec(0..TOKENS.len(), 1..4), 0..4u8), 0..60)
    ) {
        let mut tree = Tree::new();
        let mut subjects: BTreeMap<Vec<&str>, u32> = BTreeMap::new();
        let mut folded: HashSet<Vec<&str>> = HashSet::new();
        for (step, (path, action)) in steps.iter().enumerate() {
            let path: Vec<&str> = path.iter().map(|token| TOKENS[*token]).collect();
            let name = path.join(".");
            let before = rows(&subjects, &HashSet::new());
            match (action, subjects.get(&path)) {
                (0 | 1, None) => {
                    let node = tree.insert(name.as_bytes(), step as u32);
                    let top = vec![path[0]];
                    if !before.contains(&top[0].to_owned()) && ["_INBOX", "$SYS"].contains(&top[0]) {
                        folded.insert(top);
                    }
                    subjects.insert(path, node);
                }
                (2, Some(node)) => {
                    tree.remove(*node);
                    subjects.remove(&path);
                    let after = rows(&subjects, &HashSet::new());
                    folded.retain(|path| after.contains(&path.join(".")));
                }
                (3, _) => {
                    let has_children = before.iter().any(|row| row.starts_with(&(name.clone() + ".")));
                    if let (Some(node), true) = (tree.find(name.as_bytes()), has_children) {
                        let fold = !folded.remove(&path);
                        if fold {
                            folded.insert(path);
                        }
                        tree.fold(NodeId(node), fold);
                    }
                }
                _ => {}
            }
            let expected = rows(&subjects, &folded);
            let window = tree.window(0..usize::MAX);
            let shown: Vec<_> = window.iter().map(|row| String::from_utf8_lossy(&row.prefix).into_owned()).collect();
            prop_assert_eq!(&shown, &expected);
            prop_assert_eq!(tree.rows(), expected.len());
            for (index, row) in window.iter().enumerate() {
                prop_assert_eq!(tree.row_of(row.node), Some(index));
                prop_assert_eq!(tree.find(&row.prefix), Some(row.node.0));
                prop_assert_eq!(&tree.window(index..index + 2)[..], &window[index..(index + 2).min(window.len())]);
            }
            prop_assert_eq!(tree.subjects().count(), subjects.len());
        }
    }
}

#[test]
fn given_a_forgotten_subject_its_totals_stay_above_it() {
    let mut tree = Tree::new();
    let created = tree.insert(b"orders.eu.created", 1);
    let paid = tree.insert(b"orders.eu.paid", 2);
    tree.count(created, 3, 30);
    tree.count(paid, 4, 40);
    tree.remove(created);
    let counts: Vec<_> = tree
        .window(0..9)
        .iter()
        .map(|row| (row.depth, row.count, row.bytes))
        .collect();
    assert_eq!(counts, [(0, 7, 70), (1, 7, 70), (2, 4, 40)]);
    assert_eq!(tree.row_of(NodeId(created)), None);
    assert_eq!(tree.parent(NodeId(created)), None);
    tree.fold(NodeId(created), true);
    tree.remove(paid);
    assert_eq!(tree.rows(), 0);
}

#[test]
fn given_very_many_siblings_each_row_is_found_at_once() {
    let mut tree = Tree::new();
    let nodes: Vec<u32> = (0..20_000u32)
        .map(|n| tree.insert(format!("a.{:05}.b.c", n * 7919 % 20_000).as_bytes(), n))
        .collect();
    let folded = tree.find(b"a.00004").expect("inserted");
    tree.fold(NodeId(folded), true);
    tree.remove(nodes[0]);
    assert_eq!(tree.rows(), 1 + 19_999 * 3 - 2);
    let prefixes = |rows: std::ops::Range<usize>| -> Vec<String> {
        let rows = tree.window(rows).into_iter();
        rows.map(|row| String::from_utf8(row.prefix).expect("text"))
            .collect()
    };
    assert_eq!(
        prefixes(8..14),
        [
            "a.00003.b",
            "a.00003.b.c",
            "a.00004",
            "a.00005",
            "a.00005.b",
            "a.00005.b.c"
        ]
    );
    let last = tree.rows() - 1;
    assert_eq!(prefixes(last..last + 9), ["a.19999.b.c"]);
    let node = tree.find(b"a.19999.b.c").expect("inserted");
    assert_eq!(tree.row_of(NodeId(node)), Some(last));
}
