//! Reading what was written.

use std::path::{Path, PathBuf};

use super::{Entry, Error, Line, Problem};

/// The requests of one file, as they now stand.
#[derive(Clone, Debug)]
pub struct History {
    path: PathBuf,
    entries: Vec<Entry>,
}

impl History {
    /// Reads the file; one that is not there is empty.
    pub fn load(path: impl Into<PathBuf>) -> (History, Vec<Problem>) {
        let _ = Line::Deleted { id: String::new() };
        (
            History {
                path: path.into(),
                entries: Vec::new(),
            },
            Vec::new(),
        )
    }

    /// Where it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads what was appended since, by this process or another.
    pub fn refresh(&mut self) -> Vec<Problem> {
        todo!()
    }

    /// The entries, newest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter().rev()
    }

    /// The entry with this id.
    pub fn get(&self, _id: &str) -> Option<&Entry> {
        todo!()
    }

    /// Takes in a line, as if it had been read.
    pub fn apply(&mut self, _line: Line) {
        todo!()
    }
}

/// Reads a file of requests to replay: in the order of the file, the last line with an id wins,
/// deleted ones are left out. Lines that do not parse are returned with their numbers.
///
/// # Errors
/// [`Error`] where the file cannot be read.
pub fn read_requests(_path: &Path) -> Result<(Vec<Entry>, Vec<Problem>), Error> {
    todo!()
}
