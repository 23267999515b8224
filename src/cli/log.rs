//! `--log`: what happens inside, in a file that only its owner reads and that stays small.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Mutex,
};

use tracing::level_filters::LevelFilter;

use super::exit::UsageError;

/// The most that both files hold together, in bytes.
const BUDGET: u64 = 10 << 20;

/// Sends everything that is traced from now on to the file.
pub fn start(path: &Path) -> Result<(), UsageError> {
    let file = LogFile::open(path)
        .map_err(|error| UsageError(format!("the log {}: {error}", path.display())))?;
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::DEBUG)
        .with_ansi(false)
        // A full disk must not write across the screen.
        .log_internal_errors(false)
        .with_writer(Mutex::new(file))
        .init();
    tracing::info!("goingnats {} starts", env!("CARGO_PKG_VERSION"));
    Ok(())
}

/// A file that is moved aside, to a name with `.old` behind it, when it has half of the budget.
struct LogFile {
    path: PathBuf,
    file: File,
    size: u64,
}

impl LogFile {
    fn open(path: &Path) -> io::Result<LogFile> {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)?;
        Ok(LogFile {
            path: path.to_path_buf(),
            size: file.metadata()?.len(),
            file,
        })
    }

    fn move_aside(&mut self) -> io::Result<()> {
        let mut old = self.path.clone().into_os_string();
        old.push(".old");
        fs::rename(&self.path, old)?;
        *self = LogFile::open(&self.path)?;
        Ok(())
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.size > 0 && self.size + bytes.len() as u64 > BUDGET / 2 {
            self.move_aside()?;
        }
        let written = self.file.write(bytes)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_log_is_for_its_owner_alone_and_never_outgrows_its_budget() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = LogFile::open(&path).unwrap();
        let line = vec![b'x'; 1 << 20];

        for _ in 0..23 {
            log.write_all(&line).unwrap();
        }

        let files: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let size: u64 = files
            .iter()
            .map(|file| file.metadata().unwrap().len())
            .sum();
        assert_eq!(files.len(), 2);
        assert!(size <= BUDGET, "{size}");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
