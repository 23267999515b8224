//! Which file of `src/` imports which: every path that a file names, resolved to the file that
//! defines the item, through re-exports.
//!
//! A `mod` line is no edge, nor is what a `mod.rs` re-exports, nor a path that ends at a module
//! (only what is then named in it). Tests are left out.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    check::module,
    imports::{Import, Place, Source, read},
};

/// The names by which one file imports another, each with its line.
pub type Names = Vec<(usize, String)>;

/// Path of a file → paths of the files that it imports.
pub type Graph = BTreeMap<String, BTreeMap<String, Names>>;

/// The graph of a whole crate, given as paths with their sources.
pub fn graph(files: &[(String, String)]) -> Graph {
    let modules = Modules::of(files);
    let mut graph = Graph::new();
    for (path, source) in &modules.sources {
        let edges = graph.entry((*path).to_owned()).or_default();
        if path.ends_with("/mod.rs") {
            continue;
        }
        for import in source.imports.iter().filter(|import| !import.in_test) {
            for target in modules.items_of(import) {
                if target.file != *path {
                    let names: &mut Names = edges.entry(target.file.to_owned()).or_default();
                    names.push((import.line, target.name));
                }
            }
        }
    }
    graph
}

/// A module as a path from the root of the crate.
type Module = Vec<String>;

struct Modules<'a> {
    /// The files that are no tests, with what they name.
    sources: Vec<(&'a str, Source)>,
    /// The file that each module stands in.
    file: HashMap<Module, &'a str>,
    /// The imports that bring a name into the scope of a module.
    bound: HashMap<(Module, String), Vec<Import>>,
}

/// What a path leads to.
enum Target<'a> {
    Module(Module),
    Items(Vec<Item<'a>>),
}

/// An item with the file that defines it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Item<'a> {
    file: &'a str,
    name: String,
}

/// Longest chain of re-exports that is followed; a longer one is a circle that does not compile.
const MOST_STEPS: usize = 32;

impl<'a> Modules<'a> {
    fn of(files: &'a [(String, String)]) -> Modules<'a> {
        let mut read_files = Vec::new();
        let mut tests = Vec::new();
        let roots: HashSet<String> = files
            .iter()
            .filter_map(|(path, _)| module(path).into_iter().next())
            .collect();
        let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
        for (path, text) in files {
            let own = module(path);
            let source = read(&own, &roots, text);
            tests.extend(source.test_modules.iter().cloned());
            read_files.push((path.as_str(), own, source));
        }
        read_files.retain(|(_, own, _)| !tests.iter().any(|test| own.starts_with(test)));

        let mut modules = Modules {
            sources: Vec::new(),
            file: HashMap::new(),
            bound: HashMap::new(),
        };
        for (path, own, source) in read_files {
            // The binary's root shares the path of the library's and is imported by nobody.
            if path != "src/main.rs" {
                modules.file.insert(own, path);
            }
            for inline in &source.inline {
                modules.file.insert(inline.clone(), path);
            }
            for import in source.imports.iter().filter(|import| !import.in_test) {
                if let Some(name) = &import.binds {
                    let key = (import.module.clone(), name.clone());
                    modules.bound.entry(key).or_default().push(import.clone());
                }
            }
            modules.sources.push((path, source));
        }
        modules
    }

    /// The items that an import names.
    fn items_of(&self, import: &Import) -> Vec<Item<'a>> {
        match self.lead(import, MOST_STEPS) {
            Some(Target::Items(items)) => items,
            Some(Target::Module(_)) | None => Vec::new(),
        }
    }

    /// Where an import leads; nowhere if out of the crate.
    fn lead(&self, import: &Import, steps: usize) -> Option<Target<'a>> {
        let steps = steps.checked_sub(1)?;
        match &import.place {
            Place::Ours(path) => self.walk(Vec::new(), path, import, steps),
            Place::Foreign(path) => {
                let first = path.first()?;
                let in_scope = self.is_module(&import.module, first)
                    || self.binding(&import.module, first, import).next().is_some();
                in_scope.then(|| self.walk(import.module.clone(), path, import, steps))?
            }
        }
    }

    fn walk(
        &self,
        mut at: Module,
        path: &[String],
        from: &Import,
        steps: usize,
    ) -> Option<Target<'a>> {
        for (i, name) in path.iter().enumerate() {
            let is_last = i + 1 == path.len();
            if name == "*" {
                return Some(Target::Items(self.everything_in(&at, from, steps)));
            }
            let is_bound = self.binding(&at, name, from).next().is_some();
            if self.is_module(&at, name) && !(is_last && is_bound) {
                at.push(name.clone());
                continue;
            }
            let mut items = Vec::new();
            let mut inner = None;
            let bound_as = if is_bound { name } else { "*" };
            for import in self.binding(&at, bound_as, from) {
                match self.lead(import, steps) {
                    Some(Target::Module(module)) => inner = Some(module),
                    Some(Target::Items(found)) => items.extend(found),
                    None => {}
                }
            }
            if !is_bound {
                items.retain(|item| item.name == *name || item.name == "*");
                items.extend(self.item(&at, name));
                return Some(Target::Items(items));
            }
            match inner {
                Some(module) if items.is_empty() || !is_last => at = module,
                _ => return (!items.is_empty()).then_some(Target::Items(items)),
            }
        }
        Some(Target::Module(at))
    }

    fn is_module(&self, at: &Module, name: &str) -> bool {
        let mut child = at.clone();
        child.push(name.to_owned());
        self.file.contains_key(&child)
    }

    /// The imports that bring a name into scope, but for the one that is followed.
    fn binding<'m>(
        &'m self,
        at: &Module,
        name: &str,
        from: &'m Import,
    ) -> impl Iterator<Item = &'m Import> {
        let bound = self.bound.get(&(at.clone(), name.to_owned()));
        bound
            .into_iter()
            .flatten()
            .filter(move |import| *import != from)
    }

    /// What a glob may mean: all that a module imports, and the unnamed rest of its own file.
    fn everything_in(&self, at: &Module, from: &Import, steps: usize) -> Vec<Item<'a>> {
        let imports = self.bound.iter().filter(|((module, _), _)| module == at);
        let imports = imports.flat_map(|(_, imports)| imports);
        let mut items: Vec<Item> = imports
            .filter(|import| *import != from)
            .filter_map(|import| self.lead(import, steps))
            .flat_map(|target| match target {
                Target::Items(items) => items,
                Target::Module(_) => Vec::new(),
            })
            .collect();
        items.extend(self.item(at, "*"));
        items.sort_unstable();
        items.dedup();
        items
    }

    fn item(&self, at: &Module, name: &str) -> Option<Item<'a>> {
        let name = name.to_owned();
        self.file.get(at).map(|file| Item { file, name })
    }
}
