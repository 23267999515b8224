//! The paths in a Rust file: its `use` trees, flattened, and the paths in its code, each relative to the
//! root of this crate or in another crate. Comments, including documentation, and literals are ignored.

use super::tokens::{Token, tokens};

/// A path in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The line, from 1.
    pub line: usize,
    pub place: Place,
    /// The module that contains it, inline modules included.
    pub module: Vec<String>,
    /// The name that a `use` binds (`*` for a glob); `None` for a path in code.
    pub binds: Option<String>,
    /// Whether it is in an item under `#[cfg(test)]`.
    pub in_test: bool,
}

/// A path, by segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this crate, from its root.
    Ours(Vec<String>),
    /// In another crate, or relative to a name in scope.
    Foreign(Vec<String>),
}

/// The paths in a file, and the modules it declares.
pub struct Source {
    pub imports: Vec<Import>,
    /// Inline modules, as paths from the root of the crate.
    pub inline: Vec<Vec<String>>,
    /// Modules under `#[cfg(test)]` in their own files, as paths from the root.
    pub test_modules: Vec<Vec<String>>,
}

/// The paths in the source of `module`, which is a path from the root of the crate. `roots` are the
/// names at the root of the crate.
pub fn imports(module: &[String], roots: &[&str], source: &str) -> Vec<Import> {
    read(module, roots, source).imports
}

/// As [`imports`], with the modules that the source declares.
pub fn read(module: &[String], roots: &[&str], source: &str) -> Source {
    let mut reader = Reader {
        tokens: tokens(source),
        at: 0,
        module: module.to_vec(),
        roots,
        inline: Vec::new(),
        depth: 0,
        test_until: None,
        found: Source {
            imports: Vec::new(),
            inline: Vec::new(),
            test_modules: Vec::new(),
        },
    };
    reader.read();
    reader.found
}

struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    /// The module of the token at `at`, inline modules included.
    module: Vec<String>,
    roots: &'a [&'a str],
    /// The depth around each open inline module.
    inline: Vec<usize>,
    /// The number of open brackets of any kind.
    depth: usize,
    /// The depth at which the item under `#[cfg(test)]` ends.
    test_until: Option<usize>,
    found: Source,
}

impl Reader<'_> {
    fn read(&mut self) {
        while self.at < self.tokens.len() {
            match self.text(0) {
                "#" if self.reads(&["#", "[", "cfg", "(", "test", ")", "]"]) => {
                    self.test_until.get_or_insert(self.depth);
                    self.at += 7;
                }
                "mod" if self.text(2) == "{" => {
                    let name = self.text(1).to_owned();
                    self.module.push(name);
                    self.inline.push(self.depth);
                    self.found.inline.push(self.module.clone());
                    self.at += 2;
                }
                "mod" if self.text(2) == ";" => {
                    if self.test_until.is_some() {
                        let mut declared = self.module.clone();
                        declared.push(self.text(1).to_owned());
                        self.found.test_modules.push(declared);
                    }
                    self.at += 2;
                }
                "use" if self.text(1) != "<" => {
                    self.at += 1;
                    self.tree(&[]);
                }
                "{" | "(" | "[" => (self.depth, self.at) = (self.depth + 1, self.at + 1),
                ")" | "]" => self.close(),
                "}" => {
                    self.close();
                    self.end_of_item();
                }
                ";" => {
                    self.end_of_item();
                    self.at += 1;
                }
                _ => self.path(),
            }
        }
    }

    fn text(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |t| &t.text)
    }

    fn reads(&self, expected: &[&str]) -> bool {
        (0..).zip(expected).all(|(i, text)| self.text(i) == *text)
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.at += 1;
        if self.inline.last() == Some(&self.depth) {
            self.inline.pop();
            self.module.pop();
        }
    }

    fn end_of_item(&mut self) {
        if self.test_until == Some(self.depth) {
            self.test_until = None;
        }
    }

    /// Reads a `use` tree up to, but not including, the `,`, `}` or `;` after it.
    fn tree(&mut self, before: &[String]) {
        let mut path = before.to_vec();
        let mut alias = None;
        let line = self.tokens.get(self.at).map_or(0, |t| t.line);
        loop {
            match self.text(0) {
                "::" => self.at += 1,
                "{" => {
                    self.at += 1;
                    while !matches!(self.text(0), "}" | ";" | "") {
                        self.tree(&path);
                        if self.text(0) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                "as" => {
                    alias = Some(self.text(1).to_owned());
                    self.at += 2;
                }
                "," | "}" | ";" | "" => break,
                segment => {
                    path.push(segment.to_owned());
                    self.at += 1;
                }
            }
        }
        let last = path.iter().rev().find(|segment| *segment != "self");
        let binds = alias.or_else(|| last.cloned());
        self.found(line, path, binds);
    }

    /// Reads a path of at least two segments in code; skips any other token.
    fn path(&mut self) {
        let Token { line, .. } = self.tokens[self.at];
        let mut path = Vec::new();
        while is_name(self.text(0)) {
            path.push(self.text(0).to_owned());
            self.at += 1;
            if self.text(0) != "::" {
                break;
            }
            self.at += 1;
        }
        match path.len() {
            0 => self.at += 1,
            1 => {}
            _ => self.found(line, path, None),
        }
    }

    fn found(&mut self, line: usize, path: Vec<String>, binds: Option<String>) {
        let place = self.resolve(path);
        let in_test = self.test_until.is_some();
        self.found.imports.push(Import {
            line,
            place,
            module: self.module.clone(),
            binds,
            in_test,
        });
    }

    fn resolve(&self, path: Vec<String>) -> Place {
        let mut here = self.module.clone();
        let mut rest = path.as_slice();
        match rest {
            [first, tail @ ..] if first == "crate" || first == "goingnats" => {
                here.clear();
                rest = tail;
            }
            [first, ..] if first == "self" || first == "super" => {
                while let [first, tail @ ..] = rest
                    && (first == "self" || first == "super")
                {
                    if first == "super" {
                        here.pop();
                    }
                    rest = tail;
                }
            }
            [first, ..] if here.is_empty() && self.roots.contains(&first.as_str()) => {}
            _ => return Place::Foreign(path),
        }
        here.extend(rest.iter().filter(|segment| *segment != "self").cloned());
        Place::Ours(here)
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
