//! Where files live: the platform's own folders, or one folder named by `GOINGNATS_HOME`.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// Where the files of this user are. Nothing here touches the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    data: PathBuf,
}

impl Paths {
    /// Everything in `moved` (the value of `GOINGNATS_HOME`) where it is set and not empty, else in
    /// the platform's data folder; `None` where there is neither.
    pub fn new(moved: Option<&OsStr>, platform_data: Option<&Path>) -> Option<Paths> {
        let moved = moved.filter(|path| !path.is_empty()).map(Path::new);
        let data = moved.or(platform_data)?.to_path_buf();
        Some(Paths { data })
    }

    /// Requests that were sent or saved, as JSON lines.
    pub fn history(&self) -> PathBuf {
        self.data.join("history.jsonl")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_moves_everything_and_an_empty_one_nothing() {
        let platform = Some(Path::new("/platform"));
        let table = [
            (None, platform, Some("/platform/history.jsonl")),
            (Some("/moved"), platform, Some("/moved/history.jsonl")),
            (Some("/moved"), None, Some("/moved/history.jsonl")),
            (Some(""), platform, Some("/platform/history.jsonl")),
            (Some(""), None, None),
        ];
        for (moved, platform, expected) in table {
            let paths = Paths::new(moved.map(OsStr::new), platform);
            assert_eq!(
                paths.map(|paths| paths.history()),
                expected.map(PathBuf::from),
                "{moved:?} {platform:?}"
            );
        }
    }
}
