//! Contexts in a folder of their own.

use std::{fs, path::PathBuf};

use goingnats::context::{Environment, Variables};
use tempfile::TempDir;

/// The folder; gone when this is dropped.
pub struct Contexts(TempDir);

impl Contexts {
    /// These contexts, each a name and the text of its file.
    pub fn new(contexts: &[(&str, String)]) -> Contexts {
        let folder = Contexts(tempfile::tempdir().unwrap());
        for (name, text) in contexts {
            folder.write(name, text);
        }
        folder
    }

    /// Writes a context anew.
    pub fn write(&self, name: &str, text: &str) {
        let folder = self.0.path().join("nats/context");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.json")), text).unwrap();
    }

    /// Writes another file beside them, and says where.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The world they are in.
    pub fn environment(&self) -> Environment {
        let variables: Variables = [("XDG_CONFIG_HOME", self.0.path())].into_iter().collect();
        Environment {
            variables,
            home: None,
            working_directory: self.0.path().to_path_buf(),
        }
    }
}
