//! What could follow in a path that is being typed, from payloads that were seen.

use std::{cmp::Reverse, collections::HashMap};

use super::{
    path::{Path, Step, WrittenName, half},
    walk::{behind_blanks, members, walk},
};
use crate::{filter::part::Part, text::without_bom};

/// Lines of a payload that are looked at, where each is a document.
const LINES: usize = 20;

/// Comparisons, the one to offer first at first.
const OF_NUMBERS: &[&str] = &[">", ">=", "<", "<=", "=", "!="];
const OF_TEXTS: &[&str] = &["=", "!=", ">", ">=", "<", "<="];

/// What may stand at the end of a path: what it replaces, and the texts.
pub(in crate::filter) struct Offer<'a> {
    pub replaced: Part<'a>,
    pub texts: Vec<String>,
    /// Whether there are names among them.
    pub are_names: bool,
}

/// What could stand at the end of what is typed behind `json:`. `None` where that is no path, or one
/// with a comparison behind it.
pub(in crate::filter) fn complete<'a, 'p>(
    typed: Part<'a>,
    payloads: impl Iterator<Item = &'p [u8]>,
) -> Option<Offer<'a>> {
    let end = typed.split(typed.text.len()).1;
    if typed.text.is_empty() {
        let names = Names::below(&Path(Vec::new()), payloads);
        let paths = names
            .beginning_with("")
            .map(|name| format!(".{}", WrittenName(name)));
        let mut texts: Vec<String> = paths.collect();
        if texts.is_empty() {
            texts.push(".".to_owned());
        }
        return Some(Offer {
            replaced: typed,
            texts,
            are_names: true,
        });
    }
    let (path, name) = half(typed)?;
    let names = Names::below(&path, payloads);
    let Some(name) = name else {
        return Some(Offer {
            replaced: end,
            texts: owned(names.whole.map_or(OF_NUMBERS, behind)).collect(),
            are_names: false,
        });
    };
    let is_empty = name.text.is_empty();
    let others = names
        .beginning_with(name.text)
        .filter(|other| is_empty || *other != name.text);
    let mut texts: Vec<String> = others.map(|other| WrittenName(other).to_string()).collect();
    let kind = names.kind_of(name.text).filter(|_| !is_empty);
    let are_names = !texts.is_empty();
    if !are_names && !is_empty {
        return Some(Offer {
            replaced: end,
            texts: owned(kind.map_or(OF_NUMBERS, behind)).collect(),
            are_names: false,
        });
    }
    let signs = owned(kind.map_or(&[], behind));
    texts.extend(signs.map(|sign| format!("{}{sign}", name.text)));
    Some(Offer {
        replaced: name,
        texts,
        are_names,
    })
}

fn owned(texts: &'static [&'static str]) -> impl Iterator<Item = String> {
    texts.iter().map(|text| (*text).to_owned())
}

/// What may stand behind the way to a value that begins with this byte.
fn behind(first: u8) -> &'static [&'static str] {
    match first {
        b'{' => &["."],
        b'[' => &["[0]"],
        b'"' => OF_TEXTS,
        b't' | b'f' => &["=true", "=false"],
        b'n' => &["=null", "!=null"],
        _ => OF_NUMBERS,
    }
}

/// The members that the values at the end of a path have, in payloads.
#[derive(Default)]
struct Names {
    /// How often a name was there, which one it was, and the byte its newest value begins with.
    seen: HashMap<String, (usize, usize, u8)>,
    /// The byte that the first of the values begins with.
    whole: Option<u8>,
}

impl Names {
    fn below<'p>(path: &Path, payloads: impl Iterator<Item = &'p [u8]>) -> Names {
        let mut names = Names::default();
        for payload in payloads {
            let payload = without_bom(payload);
            if !names.add(payload, &path.0) {
                for line in payload.split(|byte| *byte == b'\n').take(LINES) {
                    names.add(line, &path.0);
                }
            }
        }
        names
    }

    /// Takes a document; says whether it is one.
    fn add(&mut self, json: &[u8], path: &[Step]) -> bool {
        let walked = walk(json, path);
        let Some(walked) = walked.filter(|it| behind_blanks(json, it.end) == json.len()) else {
            return false;
        };
        if let Some(at) = walked.found {
            self.whole = self.whole.or(json.get(at).copied());
            for (name, first) in members(json, at) {
                let number = self.seen.len();
                self.seen.entry(name).or_insert((0, number, first)).0 += 1;
            }
        }
        true
    }

    /// The names that begin so, whatever their capitals, the most common first.
    fn beginning_with(&self, typed: &str) -> impl Iterator<Item = &str> {
        let begins = |name: &str| {
            let start = name.get(..typed.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(typed))
        };
        let seen = self.seen.iter().filter(|(name, _)| begins(name));
        let mut seen: Vec<_> = seen.collect();
        seen.sort_unstable_by_key(|(_, (count, number, _))| (Reverse(*count), *number));
        seen.into_iter().map(|(name, _)| name.as_str())
    }

    fn kind_of(&self, name: &str) -> Option<u8> {
        self.seen.get(name).map(|(_, _, first)| *first)
    }
}
