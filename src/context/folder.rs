//! The folder of natscli's contexts: which there are, which is selected, and reading one. Nothing here
//! writes (natscontext `backend_file.go`, `backend_selector.go`).

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{ColorScheme, ContextFile, Environment, Error};
use crate::client::Secret;

/// The most that is read of one file, in bytes.
const LIMIT: u64 = 1 << 20;
/// The most contexts that are listed.
const MOST: usize = 10_000;

/// Where contexts are: `nats` below the configuration directory, on every system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(PathBuf);

impl Folder {
    /// Below `XDG_CONFIG_HOME` where that is set and not empty, else below `.config` of the home
    /// directory; `None` where there is neither.
    pub fn new(environment: &Environment) -> Option<Folder> {
        let config = match environment.variables.raw("XDG_CONFIG_HOME") {
            Some(config) => PathBuf::from(config),
            None => environment.home.as_ref()?.join(".config"),
        };
        Some(Folder(
            environment.working_directory.join(config).join("nats"),
        ))
    }

    /// The file of a context; `None` where the name could lead out of the folder.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        is_name(name).then(|| self.0.join("context").join(format!("{name}.json")))
    }

    /// The file that names the selected context.
    pub fn selection(&self) -> PathBuf {
        self.0.join("context.txt")
    }

    /// The selected context, whether or not it exists.
    pub fn selected(&self) -> Option<String> {
        let name = String::from_utf8(read(&self.selection()).ok()?).ok()?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// The names of all contexts, sorted. A folder that cannot be read has none.
    pub fn names(&self) -> Vec<String> {
        let Ok(files) = fs::read_dir(self.0.join("context")) else {
            return Vec::new();
        };
        let name = |file: io::Result<fs::DirEntry>| {
            let file = file.ok()?;
            let name = file.file_name().into_string().ok()?;
            let name = name.strip_suffix(".json")?;
            // Follows links, as natscli's reading does.
            let facts = fs::metadata(file.path()).ok()?;
            (facts.is_file() && facts.len() > 0 && is_name(name)).then(|| name.to_owned())
        };
        let mut names: Vec<String> = files.filter_map(name).take(MOST).collect();
        names.sort();
        names
    }
}

/// natscli's rule (`ValidateName`). Blanks and any letters are allowed.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains("..") && !name.contains(['/', '\\', '\0'])
}

/// Reads the file of a context.
///
/// # Errors
/// [`Error::Context`] with the path and the reason, which repeats nothing of the file.
pub fn load(path: &Path) -> Result<ContextFile, Error> {
    let refuse = |reason: String| Error::Context {
        path: path.to_owned(),
        reason,
    };
    let bytes = read(path).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    ContextFile::parse(&bytes).map_err(|error| refuse(error.to_string()))
}

/// Anything but a file is refused: a pipe could keep us waiting for ever. A byte order mark before the
/// text is left out.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    let text = bytes.strip_prefix("\u{feff}".as_bytes());
    Ok(text.map(<[u8]>::to_vec).unwrap_or(bytes))
}

/// A context in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its name.
    pub name: Arc<str>,
    /// Whether it is the selected one.
    pub selected: bool,
    /// Where its file is.
    pub path: PathBuf,
    /// What it says for people.
    pub description: Option<String>,
    /// Its servers. May hold user info: [`shown_servers`](super::shown_servers) leaves it out.
    pub url: Option<Secret>,
    /// Its colour, where that is one of natscli's.
    pub color_scheme: Option<ColorScheme>,
    /// Why it cannot be used.
    pub problem: Option<Error>,
}

/// All contexts, sorted by name, also those that cannot be read. Reads every file: not for an event
/// loop.
pub fn load_all(environment: &Environment) -> Vec<Listed> {
    let Some(folder) = Folder::new(environment) else {
        return Vec::new();
    };
    let selected = folder.selected();
    let listed = |name: String| {
        let path = folder.path(&name)?;
        let (file, problem) = match load(&path) {
            Ok(file) => (file, None),
            Err(error) => (ContextFile::default(), Some(error)),
        };
        Some(Listed {
            selected: selected.as_ref() == Some(&name),
            name: name.into(),
            path,
            description: file.description,
            url: file.url,
            color_scheme: file.color_scheme.and_then(|name| name.parse().ok()),
            problem,
        })
    };
    folder.names().into_iter().filter_map(listed).collect()
}
