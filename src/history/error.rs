//! What can be wrong with a history file.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}", path = path.display())]
pub struct Error {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

impl Error {
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
        |source| Error {
            path: path.into(),
            source,
        }
    }
}

/// A line that was skipped; it stays in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// The number of the line, from 1; nothing where it is about the file.
    pub line: Option<usize>,
    /// What is wrong, without anything the line holds.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.line {
            Some(line) => write!(f, "{path}:{line}: {}", self.reason),
            None => write!(f, "{path}: {}", self.reason),
        }
    }
}

/// Collects problems; from some point on they are only counted.
pub(super) struct Problems {
    path: PathBuf,
    kept: Vec<Problem>,
    more: usize,
}

impl Problems {
    /// The most that are told one by one.
    const KEPT: usize = 100;

    pub(super) fn new(path: &Path) -> Problems {
        Problems {
            path: path.into(),
            kept: Vec::new(),
            more: 0,
        }
    }

    pub(super) fn add(&mut self, line: Option<usize>, reason: String) {
        if self.kept.len() == Problems::KEPT {
            self.more += 1;
            return;
        }
        let path = self.path.clone();
        self.kept.push(Problem { path, line, reason });
    }

    pub(super) fn finish(mut self) -> Vec<Problem> {
        if self.more > 0 {
            self.kept.push(Problem {
                path: self.path,
                line: None,
                reason: format!("{} more lines cannot be read", self.more),
            });
        }
        self.kept
    }
}
