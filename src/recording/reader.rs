//! Reading lines from anywhere, in bounded memory and in bounded steps, whatever stands in them.

use std::{
    fmt,
    io::{self, ErrorKind, Read},
    ops::Range,
};

use jiff::Timestamp;

use super::{Entry, LONGEST, ReadError};
use crate::text::without_bom;

/// How much is asked of the source at once, in bytes.
const BLOCK: usize = 1 << 20;

/// Reads entries from lines that end with a line feed, or with NUL as natscli's `--dump=-` writes
/// them. Neither stands inside a line of either kind.
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    times: Times,
    longest: usize,
    /// What was read and not yet taken is `buffer[start..end]`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// How much of that was searched for the end of the line.
    searched: usize,
    /// No whole line is held.
    hungry: bool,
    ended: bool,
    /// In the middle of a line that is too long.
    skipping: bool,
    read: u64,
    line: u64,
    problems: Problems,
}

/// When messages came that do not tell it themselves, in nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub(super) enum Times {
    /// At this time, all of them.
    At(i64),
    /// When they were read.
    Now,
}

/// What came of one step.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// An entry, as it was taken.
    Entry(T),
    /// Nothing: a blank line, or one of the [`Problems`].
    Nothing,
    /// There is no more.
    End,
}

/// What could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// Lines, or files, that are no entries, too long ones included.
    pub unreadable: u64,
    /// How many of them were longer than [`LONGEST`].
    pub too_long: u64,
    /// Whether the last line ends in the middle: whoever wrote it did not come to the end. It is not
    /// counted as unreadable.
    pub cut: bool,
    /// The first of them.
    pub first: Option<Problem>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a line by its number from 1, or a file by its name.
    pub place: String,
    /// Why, as a sentence without its subject.
    pub reason: String,
}

/// A piece of the source.
enum Frame {
    Whole(Range<usize>),
    /// Without its end.
    Last(Range<usize>),
    /// Not a line yet, or a part of one that is too long.
    Part,
    None,
}

impl<R: Read> Reader<R> {
    /// Reads a source. Messages that do not tell when they came get the time `at`, in nanoseconds
    /// since the Unix epoch.
    pub fn new(source: R, at: i64) -> Reader<R> {
        Reader::with(source, Times::At(at), LONGEST)
    }

    pub(super) fn with(source: R, times: Times, longest: usize) -> Reader<R> {
        Reader {
            source,
            times,
            longest,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            searched: 0,
            hungry: true,
            ended: false,
            skipping: false,
            read: 0,
            line: 0,
            problems: Problems::default(),
        }
    }

    /// Takes one step: at most one read of the source, and at most one entry, which is handed to
    /// `take`.
    ///
    /// # Errors
    /// Where the source cannot be read any further.
    pub fn step<T>(&mut self, take: impl FnOnce(Entry<'_>) -> T) -> io::Result<Step<T>> {
        let (range, whole) = match self.frame()? {
            Frame::Whole(range) => (range, true),
            Frame::Last(range) => (range, false),
            Frame::Part => return Ok(Step::Nothing),
            Frame::None => return Ok(Step::End),
        };
        self.line += 1;
        // where files were put together, a mark stands before later lines too
        let bytes = without_bom(&self.buffer[range]);
        if bytes.trim_ascii().is_empty() {
            return Ok(Step::Nothing);
        }
        let at = match self.times {
            Times::At(at) => at,
            Times::Now => now(),
        };
        match read(bytes, at) {
            Ok(entry) => Ok(Step::Entry(take(entry))),
            Err(reason) => {
                if whole || !is_cut(bytes, &reason) {
                    let problem = || (format!("line {}", self.line), sentence(&reason));
                    self.problems.add(problem);
                } else {
                    self.problems.cut = true;
                }
                Ok(Step::Nothing)
            }
        }
    }

    /// What could not be read so far.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Whether the next step reads the source, which may block.
    pub fn waits(&self) -> bool {
        self.hungry && !self.ended
    }

    /// What it holds for the line that is being read, in bytes.
    pub fn memory(&self) -> usize {
        self.buffer.capacity()
    }

    /// How far it is, in bytes of the source.
    pub fn position(&self) -> u64 {
        self.read - (self.end - self.start) as u64
    }

    /// The next line, or a step towards it.
    fn frame(&mut self) -> io::Result<Frame> {
        if self.waits() {
            self.more()?;
            self.hungry = false;
        }
        let held = &self.buffer[self.start..self.end];
        if let Some(at) = memchr::memchr2(b'\n', 0, &held[self.searched..]) {
            let range = self.start..self.start + self.searched + at;
            self.searched = 0;
            self.start = range.end + 1;
            return Ok(match std::mem::take(&mut self.skipping) {
                true => Frame::Part,
                false => Frame::Whole(range),
            });
        }
        self.searched = held.len();
        if self.ended {
            let range = self.start..self.end;
            (self.start, self.searched) = (self.end, 0);
            return Ok(match range.is_empty() || self.skipping {
                true => Frame::None,
                false => Frame::Last(range),
            });
        }
        self.hungry = true;
        if self.searched > self.longest && !self.skipping {
            self.skipping = true;
            self.too_long();
        }
        if self.skipping {
            (self.start, self.searched) = (self.end, 0);
        }
        Ok(Frame::Part)
    }

    fn too_long(&mut self) {
        self.line += 1;
        self.problems.too_long += 1;
        let limit = self.longest >> 20;
        self.problems.add(|| {
            let reason = format!("is longer than {limit} MiB");
            (format!("line {}", self.line), reason)
        });
    }

    /// Reads more behind what is held, which moves to the front.
    fn more(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end < BLOCK && self.buffer.len() > 2 * BLOCK {
            // A long line is behind us.
            self.buffer.truncate(2 * BLOCK);
            self.buffer.shrink_to_fit();
        }
        if self.buffer.len() - self.end < BLOCK / 2 {
            let len = (self.buffer.len() * 2).max(BLOCK);
            self.buffer.resize(len.min(self.longest + 2 * BLOCK), 0);
        }
        // However much room a long line needed: a step stays a short one.
        let room = self.buffer.len().min(self.end + BLOCK);
        loop {
            match self.source.read(&mut self.buffer[self.end..room]) {
                Ok(0) => self.ended = true,
                Ok(more) => {
                    self.end += more;
                    self.read += more as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            return Ok(());
        }
    }
}

/// Reads bytes that should be a line.
pub(super) fn read(bytes: &[u8], at: i64) -> Result<Entry<'_>, ReadError> {
    let text = str::from_utf8(bytes).map_err(|_| ReadError::NotText)?;
    Entry::read(text, at)
}

/// Whether a line that cannot be read goes wrong at its very end only.
fn is_cut(bytes: &[u8], reason: &ReadError) -> bool {
    match reason {
        ReadError::Json(error) => error.is_eof(),
        ReadError::NotText => str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none()),
        _ => false,
    }
}

pub(super) fn sentence(reason: &ReadError) -> String {
    // the reader of JSON counts lines too, and knows only one
    reason
        .to_string()
        .replace(" at line 1 column ", " at column ")
}

fn now() -> i64 {
    i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}

impl Problems {
    /// Whether there was nothing to complain of.
    pub fn is_none(&self) -> bool {
        self.unreadable == 0 && !self.cut
    }

    /// Counts one; the first is kept.
    pub(super) fn add(&mut self, problem: impl FnOnce() -> (String, String)) {
        self.unreadable += 1;
        self.first.get_or_insert_with(|| {
            let (place, reason) = problem();
            Problem { place, reason }
        });
    }
}

/// `3 entries could not be read (line 12: has no "dir"); the last line was cut short`.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unreadable {
            0 if !self.cut => f.write_str("everything was read")?,
            0 => {}
            1 => f.write_str("1 entry could not be read")?,
            n => write!(f, "{n} entries could not be read")?,
        }
        if let Some(Problem { place, reason }) = &self.first {
            write!(f, " ({place}: {reason})")?;
        }
        match self.cut {
            true if self.unreadable > 0 => f.write_str("; the last line was cut short"),
            true => f.write_str("the last line was cut short"),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        protocol::Direction,
        recording::{Line, tests::Trickle},
    };

    fn all<R: Read>(reader: &mut Reader<R>) -> Vec<String> {
        let mut entries = Vec::new();
        loop {
            let shown = |entry: Entry| match entry {
                Entry::Message(line) => String::from_utf8_lossy(&line.subject).into_owned(),
                Entry::Marker(marker) => format!("{:?}", marker.kind),
            };
            match reader.step(shown).unwrap() {
                Step::Entry(entry) => entries.push(entry),
                Step::Nothing => {}
                Step::End => return entries,
            }
        }
    }

    fn ours(subject: &str) -> String {
        Line::new(0, Direction::In, subject.as_bytes(), None, b"", b"x").to_string()
    }

    fn read_all(bytes: &[u8]) -> (Vec<String>, Problems) {
        let mut reader = Reader::new(bytes, 0);
        let entries = all(&mut reader);
        assert_eq!(reader.position(), bytes.len() as u64);
        (entries, reader.problems().clone())
    }

    #[test]
    fn lines_of_both_kinds_may_stand_in_one_stream() {
        let text = format!(
            "{}\n\r\n\n{{\"Subject\":\"b\",\"Data\":\"\"}}\0{{\"Subject\":\"c\"}}\0{}",
            ours("a"),
            ours("d")
        );
        let (entries, problems) = read_all(text.as_bytes());
        assert_eq!(entries, ["a", "b", "c", "d"]);
        assert_eq!(problems.to_string(), "everything was read");
    }

    #[test]
    fn a_byte_order_mark_before_a_line_is_skipped() {
        let mark = "\u{feff}";
        let dumped = r#"{"Subject":"b"}"#;
        let text = format!("{mark}{}\n{mark}{dumped}\0{mark}\n{mark}", ours("a"));
        let (entries, problems) = read_all(text.as_bytes());
        assert_eq!(entries, ["a", "b"]);
        assert_eq!(problems, Problems::default());
    }

    #[test]
    fn what_is_no_entry_is_counted_and_the_first_is_told() {
        let text = format!("{}\nnonsense\n\u{1}\n{}\n", ours("a"), ours("b"));
        let (entries, problems) = read_all(text.as_bytes());
        assert_eq!(entries, ["a", "b"]);
        let expected = "2 entries could not be read (line 2: expected ident at column 2)";
        assert_eq!(problems.to_string(), expected);
    }

    #[test]
    fn a_last_line_that_was_cut_short_is_told() {
        let whole = ours("b");
        let text = format!("{}\n{}", ours("a"), whole.get(..whole.len() / 2).unwrap());
        let (entries, problems) = read_all(text.as_bytes());
        assert_eq!(entries, ["a"]);
        assert_eq!(problems.to_string(), "the last line was cut short");
        let (_, problems) = read_all(format!("junk\n{text}").as_bytes());
        let expected = "1 entry could not be read (line 1: expected value at column 1); \
                        the last line was cut short";
        assert_eq!(problems.to_string(), expected);
    }

    #[test]
    fn what_is_whole_and_no_entry_is_not_cut_short() {
        let array = format!("[{},{}]", ours("a"), ours("b"));
        let hint = "is a JSON array, and a recording has one object a line; jq -c '.[]' writes an array so";
        for (text, expected) in [
            (
                array.as_bytes(),
                format!("1 entry could not be read (line 1: {hint})"),
            ),
            (b"[]", format!("1 entry could not be read (line 1: {hint})")),
            (
                b"[\n{\"a\":1}\n]",
                format!("3 entries could not be read (line 1: {hint})"),
            ),
            (
                b"{\"a\":1}",
                "1 entry could not be read (line 1: has no \"at\")".to_owned(),
            ),
            (
                b"junk",
                "1 entry could not be read (line 1: expected value at column 1)".to_owned(),
            ),
            (
                b"caf\xe9!",
                "1 entry could not be read (line 1: is not UTF-8)".to_owned(),
            ),
            (
                b"{\"subject\":\"caf\xc3",
                "the last line was cut short".to_owned(),
            ),
            (
                b"{\"subject\":\"caf",
                "the last line was cut short".to_owned(),
            ),
            (
                b"{\"subject\":\"caf\\",
                "the last line was cut short".to_owned(),
            ),
        ] {
            let (entries, problems) = read_all(text);
            assert!(entries.is_empty());
            assert_eq!(problems.to_string(), expected);
        }
    }

    #[test]
    fn an_endless_line_is_skipped_in_bounded_memory() {
        let endless = io::repeat(b'x').take(20 << 20);
        let behind = format!("\n{}\n", ours("a"));
        let source = endless.chain(behind.as_bytes());
        let mut reader = Reader::with(source, Times::At(0), 2 << 20);
        assert_eq!(all(&mut reader), ["a"]);
        assert_eq!(reader.problems().too_long, 1);
        assert!(reader.buffer.capacity() < 8 << 20);
        let expected = "1 entry could not be read (line 1: is longer than 2 MiB)";
        assert_eq!(reader.problems().to_string(), expected);
    }

    #[test]
    fn behind_a_long_line_the_buffer_is_small_again() {
        let long = Line::new(0, Direction::In, b"long", None, b"", &[b'x'; 12 << 20]).to_string();
        let short = format!("{}\n", ours("a")).repeat(20_000);
        let text = format!("{long}\n{short}");
        let mut reader = Reader::new(text.as_bytes(), 0);
        let (mut entries, mut read) = (0, 0);
        loop {
            match reader.step(|_| ()).unwrap() {
                Step::Entry(()) => entries += 1,
                Step::Nothing => {}
                Step::End => break,
            }
            assert!(reader.read - read <= BLOCK as u64);
            read = reader.read;
        }
        assert_eq!(entries, 20_001);
        assert!(reader.buffer.capacity() <= 2 * BLOCK);
    }

    #[test]
    fn an_endless_last_line_is_skipped_too() {
        let mut reader = Reader::with(io::repeat(b'x').take(9 << 20), Times::At(0), 1 << 20);
        assert_eq!(all(&mut reader).len(), 0);
        assert_eq!(reader.problems().unreadable, 1);
    }

    proptest! {
        #[test]
        fn no_file_makes_the_reader_panic(bytes in any::<Vec<u8>>(), piece in 1..50usize) {
            all(&mut Reader::with(Trickle(&bytes, piece), Times::Now, 64));
        }
    }
}
