//! `filters.toml`: filters that have a name.
//!
//! ```toml
//! # written by hand or by Ctrl-S in the filter's line
//! errors = "status:>=500 | /panic/"
//! large = "size>100k"
//! ```

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    ops::Range,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use toml_edit::{Document, Item, Value};

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
    let text = text(path)?;
    let document = parsed(&text, path)?;
    document
        .iter()
        .map(|(name, item)| match item.as_str() {
            Some(expression) => Ok(SavedFilter {
                name: name.to_owned(),
                expression: expression.to_owned(),
            }),
            None => {
                let reason = format!("\"{name}\" is no text; write {name} = \"…\"");
                Err(invalid(path, &text, item.span(), reason))
            }
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
    let mut document = parsed(&text(path)?, path)?.into_mut();
    match expression {
        Some(expression) => {
            let mut new = Value::from(expression);
            if let Some(old) = document.get(name).and_then(Item::as_value) {
                // The blanks and the comment beside it.
                *new.decor_mut() = old.decor().clone();
            }
            document[name] = Item::Value(new);
        }
        None => drop(document.remove(name)),
    }
    replace(path, document.to_string().as_bytes()).map_err(failed)
}

fn text(path: &Path) -> Result<String, Error> {
    match read(path) {
        Err(error) if is_missing(&error) => Ok(String::new()),
        outcome => outcome.map_err(|error| Error::Read {
            path: path.to_owned(),
            error,
        }),
    }
}

fn parsed<'a>(text: &'a str, path: &Path) -> Result<Document<&'a str>, Error> {
    Document::parse(text).map_err(|error| {
        let reason = error.message().replace('\n', ", ");
        invalid(path, text, error.span(), reason)
    })
}

fn invalid(path: &Path, text: &str, place: Option<Range<usize>>, reason: String) -> Error {
    let before = place.and_then(|place| text.get(..place.start));
    Error::Invalid {
        path: path.to_owned(),
        line: before.unwrap_or_default().matches('\n').count() + 1,
        reason,
    }
}

/// Writes beside the file and renames, so that no half of it is ever read. A link stays one, and a
/// file that was there keeps its mode.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let path = match fs::canonicalize(path) {
        Err(error) if is_missing(&error) => path.to_owned(),
        outcome => outcome?,
    };
    let beside = path.with_extension("toml.new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(text)?;
    if let Ok(before) = fs::metadata(&path) {
        file.set_permissions(before.permissions())?;
    }
    file.sync_all()?;
    fs::rename(beside, &path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

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
            ("b = \"x\"\n\na = 1\n", "line 3: \"a\" is no text"),
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
    fn what_stands_beside_a_filter_stays_and_a_link_stays_a_link() {
        let home = tempfile::tempdir().unwrap();
        let (path, dotfile) = (home.path().join("filters.toml"), home.path().join("mine"));
        fs::write(&dotfile, "errors = \"x\"  # why\n").unwrap();
        fs::set_permissions(&dotfile, fs::Permissions::from_mode(0o644)).unwrap();
        symlink("mine", &path).unwrap();

        save(&path, "errors", Some("y")).unwrap();

        assert_eq!(
            fs::read_to_string(&dotfile).unwrap(),
            "errors = \"y\"  # why\n"
        );
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        let mode = fs::metadata(&dotfile).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644);
    }

    #[test]
    fn a_byte_order_mark_before_the_text_is_skipped() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("filters.toml");
        fs::write(&path, "\u{feff}# mine\na = 'x'\n").unwrap();
        assert_eq!(load(&path).unwrap(), [named("a", "x")]);
        save(&path, "b", Some("y")).unwrap();
        assert_eq!(load(&path).unwrap(), [named("a", "x"), named("b", "y")]);
        assert!(fs::read_to_string(&path).unwrap().contains("# mine\n"));
    }

    #[test]
    fn a_file_that_is_too_long_to_be_read_is_not_cut() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("filters.toml");
        let text = "# a line of a file that goes on and on\n".repeat(30_000);
        fs::write(&path, &text).unwrap();
        save(&path, "a", Some("x")).unwrap_err();
        assert!(fs::read_to_string(&path).unwrap() == text);
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
