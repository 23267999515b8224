//! The history file, as it now stands.

use std::{
    fs::{File, Metadata},
    io::{self, BufReader, Seek, SeekFrom},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::{
    Entry, Line, Problem,
    append::ends_a_line,
    entries::Entries,
    error::Problems,
    lock::locked,
    scan::{Place, scan},
};

/// The most that is held in memory, in bytes; the file may be larger.
const BUDGET: usize = 64 * 1024 * 1024;

/// The requests of one file, as they now stand.
///
/// Named and pinned entries are all held; of the others the newest, up to 64 MiB in all.
#[derive(Clone, Debug)]
pub struct History {
    path: PathBuf,
    entries: Entries,
    left_out: usize,
    read: Place,
    /// The number of the last line that was reported: a torn one is met at every refresh.
    reported: usize,
    /// Device and inode of what was read.
    file: Option<(u64, u64)>,
}

impl History {
    /// Reads the file; one that is not there is empty. May wait for a writer: do it in a job.
    pub fn load(path: impl Into<PathBuf>) -> (History, Vec<Problem>) {
        let mut history = History::empty(path.into());
        let problems = history.refresh();
        (history, problems)
    }

    /// Where it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads what was appended since, by this process or another; all of it where the file is
    /// another one now. May wait for a writer: do it in a job.
    pub fn refresh(&mut self) -> Vec<Problem> {
        let mut problems = Problems::new(&self.path);
        if let Err(error) = self.read_tail(&mut problems) {
            problems.add_for_file(error.to_string());
        }
        self.left_out += self.entries.shed(BUDGET);
        problems.finish()
    }

    /// The entries, newest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter().rev()
    }

    /// The entry with this id.
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// How many old entries are in the file only.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Takes in a line, as if it had been read. Secrets in it stay until the line is read from the
    /// file.
    pub fn apply(&mut self, line: Line) {
        self.entries.apply(line);
        self.left_out += self.entries.shed(BUDGET);
    }

    fn empty(path: PathBuf) -> History {
        History {
            path,
            entries: Entries::default(),
            left_out: 0,
            read: Place::default(),
            reported: 0,
            file: None,
        }
    }

    fn read_tail(&mut self, problems: &mut Problems) -> io::Result<()> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.file.is_some() {
                    *self = History::empty(self.path.clone());
                }
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        // Not every file system has locks. Without, a line may be met half-written: it is
        // unreadable now, and read at the next refresh.
        let _best_effort = locked(|| file.try_lock_shared());
        let metadata = file.metadata()?;
        if self.file.is_some() && !self.continues(&file, &metadata)? {
            *self = History::empty(self.path.clone());
        }
        self.file = Some((metadata.dev(), metadata.ino()));
        file.seek(SeekFrom::Start(self.read.offset))?;
        let (entries, reported) = (&mut self.entries, &mut self.reported);
        self.read = scan(
            &mut BufReader::new(file),
            self.read,
            |number, line| match line.and_then(with_id) {
                Ok(line) => entries.apply(line),
                Err(reason) if number > *reported => {
                    *reported = number;
                    problems.add(number, reason);
                }
                Err(_) => {}
            },
        )?;
        Ok(())
    }

    /// Whether this is the file that was read, with nothing but lines added.
    fn continues(&self, file: &File, metadata: &Metadata) -> io::Result<bool> {
        Ok(self.file == Some((metadata.dev(), metadata.ino()))
            && metadata.len() >= self.read.offset
            && ends_a_line(file, self.read.offset)?)
    }
}

/// What has no id can be neither named nor deleted.
fn with_id(line: Line) -> Result<Line, String> {
    let id = match &line {
        Line::Entry(entry) => &entry.id,
        Line::Deleted { id } => id,
    };
    if id.is_empty() {
        return Err("id is missing".into());
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, time::Duration};

    use jiff::Timestamp;

    use super::*;
    use crate::requests::{Kind, Outcome, ReplyRecord, Secrets, append};

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Folder {
            Folder(tempfile::tempdir().expect("a folder"))
        }

        fn path(&self) -> PathBuf {
            self.0.path().join("history.jsonl")
        }

        fn append(&self, line: Line) {
            append(&self.path(), &[line], &Secrets::default()).expect("it can be written");
        }

        fn append_raw(&self, text: &str) {
            let mut file = File::options()
                .create(true)
                .append(true)
                .open(self.path())
                .expect("it can be opened");
            file.write_all(text.as_bytes()).expect("it can be written");
        }
    }

    fn entry(id: &str) -> Entry {
        Entry {
            id: id.into(),
            ..Entry::new(Kind::Request, id, Timestamp::UNIX_EPOCH)
        }
    }

    fn line(entry: Entry) -> Line {
        Line::Entry(Box::new(entry))
    }

    fn ids(history: &History) -> Vec<&str> {
        history.entries().map(|entry| entry.id.as_str()).collect()
    }

    #[test]
    fn a_file_that_is_not_there_is_empty() {
        let (history, problems) = History::load("/nowhere/history.jsonl");

        assert_eq!(history.entries().len(), 0);
        assert_eq!(problems, []);
    }

    #[test]
    fn later_lines_bring_outcome_name_pin_and_deletion() {
        let folder = Folder::new();
        folder.append(line(entry("a")));
        folder.append(line(entry("b")));
        let (mut history, problems) = History::load(folder.path());
        assert_eq!((ids(&history), problems), (vec!["b", "a"], vec![]));

        let answered = Entry {
            outcome: Some(Outcome::replied(
                Duration::from_millis(3),
                vec![ReplyRecord::new(b"\xff", b"")],
            )),
            ..entry("a")
        };
        let kept = Entry {
            name: Some("mine".into()),
            pinned: true,
            ..answered.clone()
        };
        for (written, then) in [(answered.clone(), answered), (kept.clone(), kept)] {
            folder.append(line(written));
            assert_eq!(history.refresh(), []);
            assert_eq!(history.get("a"), Some(&then));
            assert_eq!(ids(&history), ["b", "a"]);
        }

        folder.append(Line::Deleted { id: "b".into() });
        assert_eq!(history.refresh(), []);
        assert_eq!(ids(&history), ["a"]);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_reported_once_and_stays() {
        let folder = Folder::new();
        folder.append(line(entry("a")));
        folder.append_raw("{\"v\":1,\"torn");

        let (mut history, problems) = History::load(folder.path());
        let told: Vec<_> = problems
            .iter()
            .map(|p| (p.line, p.reason.as_str()))
            .collect();
        assert_eq!(told, [(Some(2), "the line ends too early")]);
        assert_eq!(history.refresh(), []);

        folder.append(line(entry("b")));
        folder.append_raw("{\"v\":1,\"subject\":\"x\"}\n");
        let problems = history.refresh();
        assert_eq!(ids(&history), ["b", "a"]);
        let told: Vec<_> = problems
            .iter()
            .map(|p| (p.line, p.reason.as_str()))
            .collect();
        assert_eq!(told, [(Some(4), "id is missing")]);
        let text = fs::read_to_string(folder.path()).expect("it is there");
        assert!(text.contains("\n{\"v\":1,\"torn\n"), "{text}");
        assert_eq!(History::load(folder.path()).1.len(), 2);
    }

    #[test]
    fn problems_beyond_a_hundred_are_counted() {
        let folder = Folder::new();
        folder.append_raw(&"what\n".repeat(130));

        let (_, problems) = History::load(folder.path());

        assert_eq!(problems.len(), 101);
        assert!(
            problems[100]
                .to_string()
                .ends_with(":101: this line and 29 more cannot be read")
        );
        assert!(
            problems[7]
                .to_string()
                .ends_with(":8: not JSON at column 1")
        );
    }

    #[test]
    fn a_file_that_was_replaced_is_read_anew() {
        let folder = Folder::new();
        folder.append(line(entry("a")));
        let (mut history, _) = History::load(folder.path());

        fs::rename(folder.path(), folder.path().with_extension("old")).expect("it can be moved");
        folder.append(line(entry("b")));
        history.refresh();
        assert_eq!(ids(&history), ["b"]);

        fs::write(folder.path(), "").expect("it can be cut");
        history.refresh();
        assert_eq!(ids(&history), Vec::<&str>::new());

        history.apply(line(entry("c")));
        fs::remove_file(folder.path()).expect("it can be removed");
        history.refresh();
        assert_eq!(ids(&history), Vec::<&str>::new());
    }

    #[test]
    fn what_was_applied_is_there_before_it_is_read() {
        let folder = Folder::new();
        let (mut history, _) = History::load(folder.path());

        history.apply(line(entry("a")));
        folder.append(line(entry("a")));
        folder.append(line(entry("b")));
        history.refresh();

        assert_eq!(ids(&history), ["b", "a"]);
    }
}
