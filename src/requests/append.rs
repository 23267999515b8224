//! Writing lines.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::Path,
};

use super::{Error, Line, Secrets, lock::locked, wire};

/// Appends lines to the file, making it (0600) and its folders (0700) where needed. When this
/// returns, the lines are on disk, whole and together, whatever other processes wrote meanwhile.
///
/// It waits for the lock of the file, five seconds at most, and for the disk: never call it where a
/// screen is drawn.
///
/// # Errors
/// [`Error`] where the file or its folder cannot be made, opened, locked or written; then nothing was
/// appended.
pub fn append(path: &Path, lines: &[Line], secrets: &Secrets) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(Error::at(folder))?;
    write(path, folder, lines, secrets).map_err(Error::at(path))
}

fn write(path: &Path, folder: &Path, lines: &[Line], secrets: &Secrets) -> io::Result<()> {
    let mut text = Vec::new();
    for line in lines {
        text.extend(wire::encode(line, secrets)?);
    }
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    locked(|| file.try_lock())?;
    let len = file.metadata()?.len();
    if !ends_a_line(&file, len)? {
        text.insert(0, b'\n');
    }
    if let Err(error) = file.write_all(&text).and_then(|()| file.sync_data()) {
        // A full disk may have taken half a line; if even this fails, the next writer repairs it.
        let _best_effort = file.set_len(len);
        return Err(error);
    }
    if len == 0 {
        // The name of a new file is on disk only when its folder is.
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Whether a new line may start at the end of the file. A process that died while it wrote, or an
/// editor, may have left the last one open.
pub(super) fn ends_a_line(file: &File, len: u64) -> io::Result<bool> {
    let Some(last) = len.checked_sub(1) else {
        return Ok(true);
    };
    let mut byte = [0];
    file.read_exact_at(&mut byte, last)?;
    Ok(byte == *b"\n")
}

#[cfg(test)]
mod tests {
    use std::{
        env, fs,
        os::unix::fs::PermissionsExt,
        path::PathBuf,
        process::{Command, Stdio},
        thread,
    };

    use jiff::Timestamp;

    use super::*;
    use crate::requests::{Entry, History, Kind};

    fn deleted(id: &str) -> Line {
        Line::Deleted { id: id.into() }
    }

    #[test]
    fn files_and_folders_are_for_their_owner_alone() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("new/data/history.jsonl");

        append(&path, &[deleted("a")], &Secrets::default()).expect("it can be written");

        let mode = |path: &Path| {
            let metadata = fs::metadata(path).expect("it is there");
            metadata.permissions().mode() & 0o777
        };
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&root.path().join("new/data")), 0o700);
        assert_eq!(mode(&root.path().join("new")), 0o700);
    }

    #[test]
    fn an_open_line_is_ended_first_and_stays() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("history.jsonl");
        let line = "{\"v\":1,\"id\":\"a\",\"deleted\":true}\n";
        for (before, after) in [
            ("", line.to_owned()),
            ("torn {", format!("torn {{\n{line}")),
            ("whole\n", format!("whole\n{line}")),
        ] {
            fs::write(&path, before).expect("it can be written");

            append(&path, &[deleted("a")], &Secrets::default()).expect("it can be written");

            assert_eq!(fs::read_to_string(&path).expect("it is there"), after);
        }
    }

    #[test]
    fn what_cannot_be_written_says_which_file() {
        let root = tempfile::tempdir().expect("a folder");

        let error = append(root.path(), &[deleted("a")], &Secrets::default());

        let shown = error.expect_err("a folder is no file").to_string();
        assert!(
            shown.starts_with(&root.path().display().to_string()),
            "{shown}"
        );
    }

    /// Says to this test, started as a process of its own, which file to write.
    const WRITE_TO: &str = "GOINGNATS_TEST_WRITE_TO";

    /// Lines too long for one write of the system to be whole by chance.
    fn write_thirty(path: &Path) {
        for _ in 0..30 {
            let mut entry = Entry::new(Kind::Publish, "a", Timestamp::UNIX_EPOCH);
            entry.payload = vec![b'x'; 100_000];
            let line = Line::Entry(Box::new(entry));
            append(path, &[line], &Secrets::default()).expect("it can be written");
        }
    }

    #[test]
    fn threads_and_processes_that_write_at_once_write_whole_lines() {
        if let Some(path) = env::var_os(WRITE_TO) {
            write_thirty(&PathBuf::from(path));
            return;
        }
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("history.jsonl");
        let itself = concat!(
            "requests::append::tests::",
            "threads_and_processes_that_write_at_once_write_whole_lines"
        );
        let processes: Vec<_> = (0..2)
            .map(|_| {
                Command::new(env::current_exe().expect("this program"))
                    .args(["--exact", itself])
                    .env(WRITE_TO, &path)
                    .stdout(Stdio::null())
                    .spawn()
                    .expect("it can be started")
            })
            .collect();
        thread::scope(|scope| {
            scope.spawn(|| write_thirty(&path));
            scope.spawn(|| write_thirty(&path));
        });
        for mut process in processes {
            assert!(process.wait().expect("it ends").success());
        }

        let (history, problems) = History::load(&path);

        assert_eq!(problems, []);
        assert_eq!(history.entries().len(), 4 * 30);
    }
}
