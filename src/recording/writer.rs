//! Writing a recording: buffered, on disk when it is finished, and whole lines only when the disk is
//! full.

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use super::{Error, Line, LineWriter};
use crate::protocol::Marker;

/// How much is held back before it is written, in bytes.
const HELD: usize = 256 << 10;

/// Where lines go: a file, or a test that fails when it wants to.
pub trait Medium: Write {
    /// Cuts everything behind this length off.
    ///
    /// # Errors
    /// Where that is not possible.
    fn cut(&mut self, len: u64) -> io::Result<()>;

    /// Returns when everything is on the disk.
    ///
    /// # Errors
    /// Where it did not get there.
    fn sync(&mut self) -> io::Result<()>;
}

impl Medium for File {
    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }

    fn sync(&mut self) -> io::Result<()> {
        match self.sync_all() {
            // A pipe or a terminal has no disk behind it.
            Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
            outcome => outcome,
        }
    }
}

/// What to do with a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave it, and fail.
    Keep,
    /// Write over it.
    Replace,
}

/// A recording that is being written. After an error it is over: what was written before stays, and
/// ends with a whole line.
#[derive(Debug)]
pub struct Writer<M: Medium = File> {
    medium: M,
    path: PathBuf,
    lines: LineWriter,
    buffer: Vec<u8>,
    /// Where messages end in the buffer; other lines are markers.
    ends: Vec<usize>,
    written: Written,
    /// The folder of a new file, whose name is on the disk only when the folder is.
    folder: Option<File>,
}

/// What a recording holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Messages; markers are not counted.
    pub messages: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

impl Writer {
    /// Begins a file, readable by its owner alone.
    ///
    /// # Errors
    /// [`Error::Exists`] and [`Error::Create`].
    pub fn create(path: &Path, existing: Existing) -> Result<Writer, Error> {
        begin(path, existing).map_err(|reason| match reason.kind() {
            ErrorKind::AlreadyExists => Error::Exists(path.to_owned()),
            _ => Error::Create {
                path: path.to_owned(),
                reason,
            },
        })
    }
}

fn begin(path: &Path, existing: Existing) -> io::Result<Writer> {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    match existing {
        Existing::Keep => options.create_new(true),
        Existing::Replace => options.create(true),
    };
    let file = options.open(path)?;
    let is_file = file.metadata()?.is_file();
    let mut writer = Writer::on(file, path);
    // A pipe or a terminal has neither a length nor a name to be kept.
    if is_file {
        // Whoever could read the old one shall not read this one.
        let for_its_owner = Permissions::from_mode(0o600);
        writer.medium.set_permissions(for_its_owner)?;
        writer.medium.set_len(0)?;
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        // One that we may write to and not read cannot be synced.
        writer.folder = File::open(folder.unwrap_or(Path::new("."))).ok();
    }
    Ok(writer)
}

impl<M: Medium> Writer<M> {
    /// Writes to an empty medium; `path` is its name in errors.
    pub fn on(medium: M, path: &Path) -> Writer<M> {
        Writer {
            medium,
            path: path.to_owned(),
            lines: LineWriter::default(),
            buffer: Vec::new(),
            ends: Vec::new(),
            written: Written::default(),
            folder: None,
        }
    }

    /// Adds a message.
    ///
    /// # Errors
    /// [`Error::Write`], also for messages added before and held back.
    pub fn message(&mut self, line: &Line) -> Result<(), Error> {
        self.lines.message(line, &mut self.buffer);
        self.buffer.push(b'\n');
        self.ends.push(self.buffer.len());
        self.make_room()
    }

    /// Adds a marker.
    ///
    /// # Errors
    /// As for [`Writer::message`].
    pub fn marker(&mut self, marker: &Marker) -> Result<(), Error> {
        self.lines.marker(marker, &mut self.buffer);
        self.buffer.push(b'\n');
        self.make_room()
    }

    fn make_room(&mut self) -> Result<(), Error> {
        if self.buffer.len() < HELD {
            return Ok(());
        }
        self.flush()
    }

    /// Writes what was held back: the system has it then, and a crash of ours loses nothing.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn flush(&mut self) -> Result<(), Error> {
        let (taken, outcome) = write_all(&mut self.medium, &self.buffer);
        let whole = memchr::memrchr(b'\n', &self.buffer[..taken]).map_or(0, |at| at + 1);
        self.written.bytes += whole as u64;
        self.written.messages += self.ends.partition_point(|end| *end <= whole) as u64;
        self.buffer.clear();
        self.ends.clear();
        self.buffer.shrink_to(2 * HELD);
        let Err(reason) = outcome else {
            return Ok(());
        };
        // What cannot be cut is read as a last line without its end, and what cannot be synced may
        // still get there: neither is worth another sentence than the one for the first failure.
        let _ = self.medium.cut(self.written.bytes);
        let _ = self.medium.sync();
        Err(self.failed(reason))
    }

    /// What was written so far; not what is held back.
    pub fn written(&self) -> Written {
        self.written
    }

    /// Ends the recording. When this returns without an error, it is on the disk.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn finish(mut self) -> Result<Written, Error> {
        self.flush()?;
        let folder = self.folder.take();
        let synced = self.medium.sync();
        let synced = synced.and_then(|()| folder.map_or(Ok(()), |folder| folder.sync_all()));
        synced.map_err(|reason| self.failed(reason))?;
        Ok(self.written)
    }

    fn failed(&self, reason: io::Error) -> Error {
        Error::Write {
            path: self.path.clone(),
            messages: self.written.messages,
            reason,
        }
    }
}

impl<M: Medium> Drop for Writer<M> {
    /// Writes what is held back where the recording was not finished.
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

/// As `Write::write_all`, and how much was written, whatever came of it.
fn write_all(medium: &mut impl Write, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut taken = 0;
    while taken < bytes.len() {
        match medium.write(&bytes[taken..]) {
            Ok(0) => return (taken, Err(ErrorKind::WriteZero.into())),
            Ok(more) => taken += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (taken, Err(error)),
        }
    }
    (taken, Ok(()))
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use proptest::prelude::*;

    use super::*;
    use crate::protocol::{Direction, MarkerKind};

    /// A disk with so much room; what is on it can be looked at from outside.
    #[derive(Clone)]
    struct Disk {
        room: usize,
        held: Rc<RefCell<Vec<u8>>>,
        synced: Rc<RefCell<bool>>,
    }

    impl Disk {
        fn new(room: usize) -> Disk {
            Disk {
                room,
                held: Rc::default(),
                synced: Rc::default(),
            }
        }

        fn lines(&self) -> usize {
            let held = self.held.borrow();
            assert!(held.last().is_none_or(|byte| *byte == b'\n'), "a cut line");
            held.iter().filter(|byte| **byte == b'\n').count()
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut held = self.held.borrow_mut();
            let taken = bytes.len().min(self.room - held.len()).min(1000);
            if taken == 0 {
                return Err(ErrorKind::StorageFull.into());
            }
            held.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Medium for Disk {
        fn cut(&mut self, len: u64) -> io::Result<()> {
            self.held.borrow_mut().truncate(len as usize);
            Ok(())
        }

        fn sync(&mut self) -> io::Result<()> {
            *self.synced.borrow_mut() = true;
            Ok(())
        }
    }

    fn line(payload: &[u8]) -> Line<'_> {
        Line::new(0, Direction::In, b"s", None, b"", payload)
    }

    const MARKER: Marker = Marker {
        at: 0,
        kind: MarkerKind::Moved,
    };

    #[test]
    fn what_is_finished_is_on_the_disk() {
        let disk = Disk::new(usize::MAX);
        let mut writer = Writer::on(disk.clone(), Path::new("f"));
        writer.message(&line(b"1")).unwrap();
        writer.marker(&MARKER).unwrap();
        writer.message(&line(b"2")).unwrap();
        assert_eq!(disk.lines(), 0);
        let written = writer.finish().unwrap();
        assert_eq!((written.messages, disk.lines()), (2, 3));
        assert_eq!(written.bytes, disk.held.borrow().len() as u64);
        assert!(*disk.synced.borrow());
    }

    #[test]
    fn what_is_not_finished_is_written_all_the_same() {
        let disk = Disk::new(usize::MAX);
        Writer::on(disk.clone(), Path::new("f"))
            .message(&line(b"1"))
            .unwrap();
        assert_eq!(disk.lines(), 1);
    }

    #[test]
    fn a_file_that_is_there_stays_unless_it_is_to_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.ndjson");
        std::fs::write(&path, "mine").unwrap();
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let error = Writer::create(&path, Existing::Keep).unwrap_err();
        assert!(matches!(error, Error::Exists(_)), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        assert_eq!(mode(), 0o644);
        let written = Writer::create(&path, Existing::Replace).unwrap().finish();
        assert_eq!(written.unwrap(), Written::default());
        assert_eq!(std::fs::read(&path).unwrap(), b"");
        assert_eq!(mode(), 0o600);
    }

    #[test]
    fn what_is_no_file_can_be_written_to() {
        let mut writer = Writer::create(Path::new("/dev/null"), Existing::Replace).unwrap();
        writer.message(&line(b"1")).unwrap();
        assert_eq!(writer.finish().unwrap().messages, 1);
    }

    proptest! {
        #[test]
        fn a_full_disk_keeps_whole_lines_and_the_error_counts_their_messages(
            room in 0..20_000usize,
            sizes in proptest::collection::vec(0..3_000usize, 1..20),
            flushes in any::<u32>(),
        ) {
            let disk = Disk::new(room);
            let mut writer = Writer::on(disk.clone(), Path::new("f"));
            let mut markers = 0;
            let mut outcome = Ok(());
            for (n, size) in sizes.iter().enumerate() {
                outcome = if n % 5 == 4 {
                    markers += 1;
                    writer.marker(&MARKER)
                } else {
                    writer.message(&line(&vec![b'x'; *size]))
                };
                if outcome.is_ok() && flushes & (1 << n) != 0 {
                    outcome = writer.flush();
                }
                if outcome.is_err() {
                    break;
                }
            }
            let outcome = outcome.and_then(|()| writer.finish());
            match outcome {
                Ok(written) => {
                    prop_assert_eq!(written.messages + markers, sizes.len() as u64);
                    prop_assert_eq!(disk.lines(), sizes.len());
                }
                Err(Error::Write { messages, .. }) => {
                    let held = disk.held.borrow().clone();
                    let held = String::from_utf8(held).unwrap();
                    prop_assert_eq!(held.matches("\"dir\"").count() as u64, messages);
                    prop_assert!(disk.lines() < sizes.len());
                    prop_assert!(*disk.synced.borrow());
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}
