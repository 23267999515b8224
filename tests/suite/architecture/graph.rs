//! The graph of imports between the files of `src/`: each path in a file is resolved, through
//! re-exports, to the file that defines the item.
//!
//! These are no edges: a `mod` line, what a `mod.rs` re-exports, a path that ends at a module. Tests are
//! left out.

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
    /// All files but tests.
    sources: Vec<(&'a str, Source)>,
    /// The file of each module, inline modules included.
    file: HashMap<Module, &'a str>,
    /// The imports that bind a name in a module.
    bound: HashMap<(Module, String), Vec<Import>>,
}

/// The result of resolving a path.
enum Target<'a> {
    Module(Module),
    Items(Vec<Item<'a>>),
}

/// An item and the file that defines it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Item<'a> {
    file: &'a str,
    name: String,
}

/// Maximum length of a chain of re-exports.
const MAX_STEPS: usize = 32;

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
            // main.rs has the same module path as lib.rs, and nothing imports it.
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

    /// The items that an import leads to.
    fn items_of(&self, import: &Import) -> Vec<Item<'a>> {
        match self.resolve_import(import, MAX_STEPS) {
            Some(Target::Items(items)) => items,
            Some(Target::Module(_)) | None => Vec::new(),
        }
    }

    /// Resolves an import; `None` if it leads out of the crate.
    fn resolve_import(&self, import: &Import, steps: usize) -> Option<Target<'a>> {
        let steps = steps.checked_sub(1)?;
        match &import.place {
            Place::Ours(path) => self.resolve_path(Vec::new(), path, import, steps),
            Place::Foreign(path) => {
                let first = path.first()?;
                let in_scope = self.is_module(&import.module, first)
                    || self
                        .bindings_of(&import.module, first, import)
                        .next()
                        .is_some();
                in_scope.then(|| self.resolve_path(import.module.clone(), path, import, steps))?
            }
        }
    }

    fn resolve_path(
        &self,
        mut at: Module,
        path: &[String],
        from: &Import,
        steps: usize,
    ) -> Option<Target<'a>> {
        for (i, name) in path.iter().enumerate() {
            let is_last = i + 1 == path.len();
            if name == "*" {
                return Some(Target::Items(self.glob_items(&at, from, steps)));
            }
            let is_bound = self.bindings_of(&at, name, from).next().is_some();
            if self.is_module(&at, name) && !(is_last && is_bound) {
                at.push(name.clone());
                continue;
            }
            let mut items = Vec::new();
            let mut inner = None;
            let bound_as = if is_bound { name } else { "*" };
            for import in self.bindings_of(&at, bound_as, from) {
                match self.resolve_import(import, steps) {
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

    /// The imports that bind a name in a module, except the one being resolved.
    fn bindings_of<'m>(
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

    /// What a glob may import: the imports of a module, and its own items as `*`.
    fn glob_items(&self, at: &Module, from: &Import, steps: usize) -> Vec<Item<'a>> {
        let imports = self.bound.iter().filter(|((module, _), _)| module == at);
        let imports = imports.flat_map(|(_, imports)| imports);
        let mut items: Vec<Item> = imports
            .filter(|import| *import != from)
            .filter_map(|import| self.resolve_import(import, steps))
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
