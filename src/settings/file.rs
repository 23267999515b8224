//! `settings.toml`: what the user wants otherwise.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use thiserror::Error;

use super::{Keep, Zone};
use crate::text::without_bom;

/// The most that is read of the file, in bytes.
const LIMIT: u64 = 1 << 20;

/// The user's settings. Every key may be left out; an unknown one is an error, so that a slip of the pen
/// is not taken for consent.
///
/// ```toml
/// guarded = ["prod"]
/// keep = "1GiB"
/// zone = "UTC"
///
/// [history]
/// hide_headers = ["Authorization", "X-*"]
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Contexts that ask before anything is published.
    pub guarded: Vec<String>,
    /// Bytes that the log may hold; `None` for the default.
    pub keep: Option<Keep>,
    /// The zone that times are shown in.
    pub zone: Zone,
    /// What the history file holds.
    pub history: HistorySettings,
}

/// The table `[history]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HistorySettings {
    /// Names of headers whose values are not written, with `*` and `?`; `None` for the default list.
    pub hide_headers: Option<Vec<String>>,
}

/// Why the settings cannot be used, in one sentence.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is there and cannot be read.
    #[error("\"{}\" cannot be read: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It cannot be written.
    #[error("\"{}\" cannot be written: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It says what is not understood.
    #[error("\"{}\" line {line}: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// Why.
        reason: String,
    },
}

impl Settings {
    /// Reads the file; one that does not exist says nothing.
    ///
    /// # Errors
    /// [`enum@Error`] where it cannot be read or understood.
    pub fn load(path: &Path) -> Result<Settings, Error> {
        match read(path) {
            Ok(text) => Settings::parse(&text, path),
            Err(error) if is_missing(&error) => Ok(Settings::default()),
            Err(error) => Err(Error::Read {
                path: path.to_owned(),
                error,
            }),
        }
    }

    fn parse(text: &str, path: &Path) -> Result<Settings, Error> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            Error::Invalid {
                path: path.to_owned(),
                line: before.unwrap_or_default().matches('\n').count() + 1,
                reason: error.message().replace('\n', ", "),
            }
        })
    }

    /// Whether publishing asks first in this context.
    pub fn guards(&self, context: &str) -> bool {
        self.guarded.iter().any(|guarded| guarded == context)
    }
}

/// Also where what should be its folder is a file.
pub(super) fn is_missing(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

pub(super) fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        // A part of it would be taken for all of it, and written back.
        return Err(io::Error::other(format!("it is longer than {LIMIT} bytes")));
    }
    let text = without_bom(&bytes).to_vec();
    String::from_utf8(text).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Settings, String> {
        Settings::parse(text, Path::new("/s.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_may_be_left_out() {
        assert_eq!(parsed("").unwrap(), Settings::default());
        let settings = parsed("guarded = ['prod']\n[history]\nhide_headers = ['X-*']").unwrap();
        assert_eq!(settings.history.hide_headers, Some(vec!["X-*".to_owned()]));
        for (line, bytes) in [("keep = '1GiB'", 1 << 30), ("keep = 20000000", 20_000_000)] {
            let keep = parsed(line).unwrap().keep;
            assert_eq!(keep.map(Keep::bytes), Some(bytes), "{line}");
        }
        assert_eq!(parsed("").unwrap().zone, Zone::Local);
        assert_eq!(parsed("zone = '+02:00'").unwrap().zone, Zone::Fixed(7_200));
        assert!(settings.guards("prod") && !settings.guards("Prod") && !settings.guards(""));
    }

    #[test]
    fn a_byte_order_mark_before_it_means_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, "\u{feff}guarded = ['prod']\n").unwrap();
        assert!(Settings::load(&path).unwrap().guards("prod"));
    }

    #[test]
    fn what_is_not_understood_is_named_with_its_line() {
        let table = [
            ("\nguard = []", "\"/s.toml\" line 2: unknown field `guard`"),
            (
                "[history]\n\nhide = 1",
                "\"/s.toml\" line 3: unknown field `hide`",
            ),
            (
                "guarded = 'prod'",
                "\"/s.toml\" line 1: invalid type: string",
            ),
            ("guarded = [", "\"/s.toml\" line 1: "),
            (
                "\nkeep = '1 MB'",
                "\"/s.toml\" line 2: 1 MB is too little to keep: 8MiB at least",
            ),
            (
                "\nzone = 'CET'",
                "\"/s.toml\" line 2: \"CET\" is no zone: local, UTC, or an offset",
            ),
            (
                "keep = 1.5",
                "\"/s.toml\" line 1: invalid type: floating point `1.5`, expected a size",
            ),
        ];
        for (text, expected) in table {
            let sentence = parsed(text).unwrap_err();
            assert!(sentence.starts_with(expected), "{sentence}");
            assert!(!sentence.contains('\n'), "{sentence}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_says_nothing_and_a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Settings::load(&folder.path().join("settings.toml")).unwrap();
        assert_eq!(missing, Settings::default());
        let error = Settings::load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("cannot be read"), "{error}");
    }

    #[test]
    fn a_file_without_end_is_not_read_in_part() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        let whole = format!("#{}\n", "x".repeat(LIMIT as usize - 2));
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(Settings::load(&path).unwrap(), Settings::default());
        std::fs::write(&path, whole + "#").unwrap();
        let error = Settings::load(&path).unwrap_err().to_string();
        assert!(
            error.ends_with("it is longer than 1048576 bytes"),
            "{error}"
        );
    }
}
