//! `filters.toml`: filters that have a name.
//!
//! ```toml
//! # written by hand or by Ctrl-S in the filter's line
//! errors = "status:>=500 | /panic/"
//! large = "size>100k"
//! ```

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use toml_edit::{DocumentMut, value};

use super::file::{Error, is_missing, read};

/// A filter with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedFilter {
    /// Its name.
    pub name: String,
    /// What it says, in the filter language; whether it is understood is for its reader to say.
    pub expression: String,
}

/// Reads the file, in its order; one that does not exist says nothing.
///
/// # Errors
/// [`enum@Error`] where it cannot be read, is no TOML, or names something that is no text.
pub fn load(path: &Path) -> Result<Vec<SavedFilter>, Error> {
    let document = open(path)?;
    document
        .iter()
        .map(|(name, item)| match item.as_str() {
            Some(expression) => Ok(SavedFilter {
                name: name.to_owned(),
                expression: expression.to_owned(),
            }),
            None => Err(Error::Invalid {
                path: path.to_owned(),
                line: 1,
                reason: format!("{name:?} is no text; write {name} = \"…\""),
            }),
        })
        .collect()
}

/// Saves a filter under a name, in place of what has that name; `None` takes the name away. Comments
/// and order stay. When this returns, it is on disk. Other processes that save wait.
///
/// # Errors
/// [`enum@Error`] where the file cannot be read, understood or written; it is as it was then.
pub fn save(path: &Path, name: &str, expression: Option<&str>) -> Result<(), Error> {
    let failed = |error| Error::Write {
        path: path.to_owned(),
        error,
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed)?;
    // the folder and not the file is locked, since the file is replaced
    let folder = File::open(folder).map_err(failed)?;
    folder.lock().map_err(failed)?;
    let mut document = open(path)?;
    match expression {
        Some(expression) => document[name] = value(expression),
        None => drop(document.remove(name)),
    }
    replace(path, document.to_string().as_bytes())
        .and_then(|()| folder.sync_all())
        .map_err(failed)
}

fn open(path: &Path) -> Result<DocumentMut, Error> {
    let text = match read(path) {
        Ok(text) => text,
        Err(error) if is_missing(&error) => String::new(),
        Err(error) => {
            return Err(Error::Read {
                path: path.to_owned(),
                error,
            });
        }
    };
    text.parse().map_err(|error: toml_edit::TomlError| {
        let before = error.span().and_then(|span| text.get(..span.start));
        Error::Invalid {
            path: path.to_owned(),
            line: before.unwrap_or_default().matches('\n').count() + 1,
            reason: error.message().replace('\n', ", "),
        }
    })
}

/// Writes beside the file and renames, so that no half of it is ever read.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("toml.new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(text)?;
    file.sync_all()?;
    std::fs::rename(beside, path)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn named(name: &str, expression: &str) -> SavedFilter {
        SavedFilter {
            name: name.into(),
            expression: expression.into(),
        }
    }

    #[test]
    fn what_is_saved_is_read_and_comments_and_order_stay() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("new/filters.toml");
        assert_eq!(load(&path).unwrap(), []);
        save(&path, "zebra", Some("size>1k")).unwrap();
        fs::write(
            &path,
            format!("# mine\n{}", fs::read_to_string(&path).unwrap()),
        )
        .unwrap();

        save(&path, "a name", Some(r#"json:."odd key"="x""#)).unwrap();
        save(&path, "zebra", Some("size>2k")).unwrap();

        let expected = [
            named("zebra", "size>2k"),
            named("a name", r#"json:."odd key"="x""#),
        ];
        assert_eq!(load(&path).unwrap(), expected);
        assert!(fs::read_to_string(&path).unwrap().starts_with("# mine\n"));

        save(&path, "zebra", None).unwrap();
        assert_eq!(load(&path).unwrap(), expected[1..]);
    }

    #[test]
    fn a_file_that_is_not_understood_says_where_and_stays_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("filters.toml");
        for (text, place) in [
            ("a = \"x\"\nb = ?\n", "line 2"),
            ("a = 1\n", "\"a\" is no text"),
        ] {
            fs::write(&path, text).unwrap();
            let error = load(&path).unwrap_err().to_string();
            assert!(
                error.contains("filters.toml") && error.contains(place),
                "{error}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        fs::write(&path, "b = ?\n").unwrap();
        save(&path, "a", Some("x")).unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), "b = ?\n");
    }

    #[test]
    fn many_that_save_at_once_lose_nothing() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("filters.toml");
        std::thread::scope(|scope| {
            for n in 0..8 {
                let path = &path;
                scope.spawn(move || save(path, &format!("filter {n}"), Some("a")).unwrap());
            }
        });
        assert_eq!(load(&path).unwrap().len(), 8);
    }
}
