//! What can be wrong with a history file.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}", path = path.display())]
pub struct Error {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub reason: io::Error,
}

impl Error {
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
        |reason| Error {
            path: path.into(),
            reason,
        }
    }
}

/// A line that was skipped; it stays in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// The number of the line, from 1; nothing where the file cannot be read.
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
    /// The first line that is not told, and how many follow it.
    more: Option<(usize, usize)>,
}

impl Problems {
    /// The most that are told one by one.
    const KEPT: usize = 100;

    pub(super) fn new(path: &Path) -> Problems {
        Problems {
            path: path.into(),
            kept: Vec::new(),
            more: None,
        }
    }

    /// A line that was skipped.
    pub(super) fn add(&mut self, line: usize, reason: String) {
        if self.kept.len() < Problems::KEPT {
            self.push(Some(line), reason);
        } else if let Some((_, more)) = &mut self.more {
            *more += 1;
        } else {
            self.more = Some((line, 0));
        }
    }

    /// What is wrong with the file itself.
    pub(super) fn add_for_file(&mut self, reason: String) {
        self.push(None, reason);
    }

    pub(super) fn finish(mut self) -> Vec<Problem> {
        if let Some((line, more)) = self.more {
            self.push(
                Some(line),
                format!("this line and {more} more cannot be read"),
            );
        }
        self.kept
    }

    fn push(&mut self, line: Option<usize>, reason: String) {
        let path = self.path.clone();
        self.kept.push(Problem { path, line, reason });
    }
}
