//! `--log`: what happens inside, in a file that only its owner reads and that stays small.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Mutex,
};

use tracing::level_filters::LevelFilter;

use super::{exit::UsageError, output::visible_lines};

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

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.size > 0 && self.size + bytes.len() as u64 > BUDGET / 2 {
            self.move_aside()?;
        }
        self.file.write_all(bytes)?;
        self.size += bytes.len() as u64;
        Ok(())
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
    /// Takes whole lines, and makes them visible: names and texts of other people stand in them.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let visible = visible_lines(&String::from_utf8_lossy(bytes));
        self.append(visible.as_bytes())?;
        Ok(bytes.len())
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
    fn nothing_in_a_log_acts_on_the_terminal_that_shows_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = LogFile::open(&path).unwrap();

        log.write_all("a\x1b[2J\u{202e}b\n\u{9b}31m\n".as_bytes())
            .unwrap();

        let written = fs::read_to_string(&path).unwrap();
        assert_eq!(written, "a␛[2J\\u{202e}b\n\\u{9b}31m\n");
    }

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
