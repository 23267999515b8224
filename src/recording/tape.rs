//! What there is to open: a file of lines, a folder of natscli's, or a stream.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    Entry, Error, LONGEST, Problems, Reader,
    folder::{Folder, written_at},
    reader::{Step, Times},
};

/// A recording that is being read.
#[derive(Debug)]
pub struct Tape {
    source: Source,
    /// Bytes of the file, where there is one.
    total: Option<u64>,
    path: PathBuf,
}

enum Source {
    Lines(Reader<Box<dyn Read + Send>>),
    Folder(Folder),
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Source::Lines(_) => "Lines",
            Source::Folder(_) => "Folder",
        })
    }
}

/// How far the reading is: bytes, or files of a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What was read.
    pub done: u64,
    /// What there is; not known of a stream.
    pub total: Option<u64>,
}

impl Progress {
    /// The share that was read, from 0 to 1; `None` where it cannot be told.
    pub fn share(&self) -> Option<f64> {
        let total = self.total?.max(self.done);
        Some(if total == 0 {
            1.0
        } else {
            self.done as f64 / total as f64
        })
    }
}

impl Tape {
    /// Opens a file or a folder.
    ///
    /// # Errors
    /// [`Error::Open`] and [`Error::NoDump`].
    pub fn open(path: &Path) -> Result<Tape, Error> {
        let failed = |reason| Error::Open {
            path: path.to_owned(),
            reason,
        };
        let metadata = std::fs::metadata(path).map_err(failed)?;
        let path = path.to_owned();
        if metadata.is_dir() {
            return Ok(Tape {
                source: Source::Folder(Folder::open(&path)?),
                total: None,
                path,
            });
        }
        let file: Box<dyn Read + Send> = Box::new(File::open(&path).map_err(failed)?);
        let (times, total) = if metadata.is_file() {
            (Times::At(written_at(&metadata)), Some(metadata.len()))
        } else {
            (Times::Now, None)
        };
        Ok(Tape {
            source: Source::Lines(Reader::with(file, times, LONGEST)),
            total,
            path,
        })
    }

    /// Reads a stream, which `name` stands for in errors. Messages that do not tell when they came get
    /// the time when they were read.
    pub fn stream(stream: impl Read + Send + 'static, name: &str) -> Tape {
        Tape {
            source: Source::Lines(Reader::with(Box::new(stream), Times::Now, LONGEST)),
            total: None,
            path: name.into(),
        }
    }

    /// Takes one step: at most one entry, which is handed to `take`.
    ///
    /// # Errors
    /// [`Error::Open`] where it cannot be read any further.
    pub fn step<T>(&mut self, take: impl FnOnce(Entry<'_>) -> T) -> Result<Step<T>, Error> {
        let outcome: io::Result<Step<T>> = match &mut self.source {
            Source::Lines(reader) => reader.step(take),
            Source::Folder(folder) => Ok(folder.step(take)),
        };
        outcome.map_err(|reason| Error::Open {
            path: self.path.clone(),
            reason,
        })
    }

    /// Whether the next step may block for long: it reads a stream, or the disk.
    pub fn waits(&self) -> bool {
        match &self.source {
            Source::Lines(reader) => reader.waits(),
            Source::Folder(_) => false,
        }
    }

    /// What it holds of what is being read, in bytes.
    pub fn memory(&self) -> usize {
        match &self.source {
            Source::Lines(reader) => reader.memory(),
            Source::Folder(_) => 0,
        }
    }

    /// What could not be read so far.
    pub fn problems(&self) -> &Problems {
        match &self.source {
            Source::Lines(reader) => reader.problems(),
            Source::Folder(folder) => folder.problems(),
        }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        match &self.source {
            Source::Lines(reader) => Progress {
                done: reader.position(),
                total: self.total,
            },
            Source::Folder(folder) => {
                let (done, total) = folder.position();
                Progress {
                    done,
                    total: Some(total),
                }
            }
        }
    }
}
