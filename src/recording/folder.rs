//! The folder that natscli's `sub --dump DIRECTORY` writes: a file for each message.
//!
//! `17.json` is message 17, by its stream sequence or by count; `17_reply.json` the reply that
//! `--match-replies` found to it (natscli `cli/sub_command.go`). The files do not tell when the
//! message came: that is when they were written.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use super::{
    Entry, Error, LONGEST, Problems,
    reader::{Step, read, sentence},
};
use crate::text::without_bom;

/// The files of a folder, in the order of their messages.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    files: Vec<(u64, Leg)>,
    next: usize,
    problems: Problems,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Leg {
    Message,
    Reply,
}

impl Folder {
    pub fn open(path: &Path) -> Result<Folder, Error> {
        let failed = |reason| Error::Open {
            path: path.to_owned(),
            reason,
        };
        let mut files = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            files.extend(name.to_str().and_then(numbered));
        }
        if files.is_empty() {
            return Err(Error::NoDump(path.to_owned()));
        }
        files.sort_unstable();
        Ok(Folder {
            path: path.to_owned(),
            files,
            next: 0,
            problems: Problems::default(),
        })
    }

    /// Reads one file.
    pub fn step<T>(&mut self, take: impl FnOnce(Entry<'_>) -> T) -> Step<T> {
        let Some((number, leg)) = self.files.get(self.next) else {
            return Step::End;
        };
        self.next += 1;
        let name = match leg {
            Leg::Message => format!("{number}.json"),
            Leg::Reply => format!("{number}_reply.json"),
        };
        let mut bytes = Vec::new();
        let outcome = match load(&self.path.join(&name), &mut bytes) {
            Ok(at) => {
                let text = without_bom(&bytes).trim_ascii_end();
                let text = text.strip_suffix(b"\0").unwrap_or(text);
                read(text, at).map_err(|reason| sentence(&reason))
            }
            Err(reason) => Err(reason.to_string()),
        };
        match outcome {
            Ok(entry) => Step::Entry(take(entry)),
            Err(reason) => {
                self.problems.too_long += u64::from(bytes.len() > LONGEST);
                self.problems.add(|| (name, reason));
                Step::Nothing
            }
        }
    }

    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// How many files were read, and how many there are.
    pub fn position(&self) -> (u64, u64) {
        (self.next as u64, self.files.len() as u64)
    }
}

/// The number in the name of a file of natscli's.
fn numbered(name: &str) -> Option<(u64, Leg)> {
    let stem = name.strip_suffix(".json")?;
    let (digits, leg) = match stem.strip_suffix("_reply") {
        Some(digits) => (digits, Leg::Reply),
        None => (stem, Leg::Message),
    };
    let number: u64 = digits.parse().ok()?;
    (number.to_string() == digits).then_some((number, leg))
}

/// Reads a file that is one, and says when it was written.
fn load(path: &Path, bytes: &mut Vec<u8>) -> io::Result<i64> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("is no file"));
    }
    File::open(path)?
        .take(LONGEST as u64 + 1)
        .read_to_end(bytes)?;
    if bytes.len() > LONGEST {
        return Err(io::Error::other(format!(
            "is longer than {} MiB",
            LONGEST >> 20
        )));
    }
    Ok(written_at(&metadata))
}

/// When a file was written, in nanoseconds since the Unix epoch.
pub(super) fn written_at(metadata: &fs::Metadata) -> i64 {
    let modified = metadata.modified().ok();
    let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let since = since.and_then(|since| i64::try_from(since.as_nanos()).ok());
    since.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_in_the_order_of_their_numbers_and_others_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            ("10.json", r#"{"Subject":"j"}"#),
            ("9.json", r#"{"Subject":"i"}"#),
            ("9_reply.json", "{\"Subject\":\"r\"}\0\n"),
            ("11.json", "junk"),
            ("01.json", r#"{"Subject":"no"}"#),
            ("x.json", r#"{"Subject":"no"}"#),
            ("9.json.bak", r#"{"Subject":"no"}"#),
        ];
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        fs::create_dir(folder.path().join("12.json")).unwrap();
        let mut dump = Folder::open(folder.path()).unwrap();
        let mut subjects = Vec::new();
        let subject = |entry: Entry| match entry {
            Entry::Message(line) => {
                assert!(line.at > 1_700_000_000_000_000_000);
                line.subject[0]
            }
            Entry::Marker(marker) => panic!("{marker:?}"),
        };
        loop {
            match dump.step(subject) {
                Step::Entry(subject) => subjects.push(subject),
                Step::Nothing => {}
                Step::End => break,
            }
        }
        assert_eq!(subjects, b"irj");
        assert_eq!(dump.position(), (5, 5));
        assert_eq!(
            dump.problems().to_string(),
            "2 entries could not be read (11.json: expected value at column 1)"
        );
    }

    #[test]
    fn a_folder_without_such_files_is_no_dump() {
        let folder = tempfile::tempdir().unwrap();
        let error = Folder::open(folder.path()).unwrap_err();
        assert!(matches!(error, Error::NoDump(_)), "{error}");
    }
}
