//! Where files live: the platform's own folders, or one folder named by `GOINGNATS_HOME`.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// Where the files of this user are. Nothing here touches the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    data: PathBuf,
    config: PathBuf,
}

/// The platform's own folders for this program.
#[derive(Clone, Copy, Debug)]
pub struct Platform<'a> {
    /// What the program keeps.
    pub data: &'a Path,
    /// What the user writes.
    pub config: &'a Path,
}

impl Paths {
    /// Everything in `moved` (the value of `GOINGNATS_HOME`) where it is set and not empty, else in
    /// the platform's folders; `None` where there is neither.
    pub fn new(moved: Option<&OsStr>, platform: Option<Platform>) -> Option<Paths> {
        let moved = moved.filter(|path| !path.is_empty()).map(Path::new);
        let moved = moved.map(|home| Platform {
            data: home,
            config: home,
        });
        let Platform { data, config } = moved.or(platform)?;
        Some(Paths {
            data: data.to_path_buf(),
            config: config.to_path_buf(),
        })
    }

    /// Requests that were sent or saved, as JSON lines.
    pub fn history(&self) -> PathBuf {
        self.data.join("history.jsonl")
    }

    /// Filters that have a name.
    pub fn filters(&self) -> PathBuf {
        self.config.join("filters.toml")
    }

    /// What the user wants otherwise.
    pub fn settings(&self) -> PathBuf {
        self.config.join("settings.toml")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_moves_everything_and_an_empty_one_nothing() {
        let platform = Some(Platform {
            data: Path::new("/data"),
            config: Path::new("/config"),
        });
        let moved = Some(["/moved/history.jsonl", "/moved/settings.toml"]);
        let at_home = Some(["/data/history.jsonl", "/config/settings.toml"]);
        let table = [
            (None, platform, at_home),
            (Some("/moved"), platform, moved),
            (Some("/moved"), None, moved),
            (Some(""), platform, at_home),
            (Some(""), None, None),
        ];
        for (variable, platform, expected) in table {
            let paths = Paths::new(variable.map(OsStr::new), platform);
            assert_eq!(
                paths.map(|paths| [paths.history(), paths.settings()]),
                expected.map(|paths| paths.map(PathBuf::from)),
                "{variable:?} {platform:?}"
            );
        }
    }
}
