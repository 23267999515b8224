//! Every number of the conformance lists stands in a test's name, or in `conformance.md` with the
//! reason why no test has it; never in both.

use std::{collections::BTreeSet, fs, path::Path};

/// C001 to C134: the client. S01 to S42: the embedded server.
fn all() -> BTreeSet<String> {
    let client = (1..=134).map(|n| format!("c{n:03}"));
    let server = (1..=42).map(|n| format!("s{n:02}"));
    client.chain(server).collect()
}

/// The numbers that the name of a function begins with: `c001_c002_name` has two.
fn numbers_of(name: &str) -> impl Iterator<Item = &str> {
    name.split('_').take_while(|part| is_number(part))
}

fn is_number(word: &str) -> bool {
    let digits = |rest: &str, len| rest.len() == len && rest.bytes().all(|b| b.is_ascii_digit());
    let client = word.strip_prefix('c').is_some_and(|rest| digits(rest, 3));
    let server = word.strip_prefix('s').is_some_and(|rest| digits(rest, 2));
    client || server
}

/// The numbers in the names of the functions below a folder.
fn tested(folder: &Path, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            tested(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            let names = text
                .lines()
                .filter_map(|line| line.split_once("fn ")?.1.split_once('('));
            into.extend(
                names
                    .flat_map(|(name, _)| numbers_of(name))
                    .map(str::to_owned),
            );
        }
    }
}

#[test]
fn every_number_is_tested_or_has_its_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = BTreeSet::new();
    tested(&root.join("src"), &mut tests);
    tested(&root.join("tests/suite"), &mut tests);
    let document = fs::read_to_string(root.join("tests/conformance.md")).expect("conformance.md");
    // A row of the table: `| C085 | reason |`.
    let excused: BTreeSet<String> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "))
        .filter(|(number, reason)| is_number(&number.to_lowercase()) && reason.len() > 10)
        .map(|(number, _)| number.to_lowercase())
        .collect();
    let known: BTreeSet<String> = tests.union(&excused).cloned().collect();
    let none = BTreeSet::new();
    assert_eq!(&all() - &known, none, "neither tested nor excused");
    assert_eq!(&known - &all(), none, "not in the lists");
    assert_eq!(&tests & &excused, none, "tested, and excused all the same");
}
