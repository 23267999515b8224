//! How one message is printed: for people, for programs, or as it is.

use jiff::{Timestamp, tz::TimeZone};

use super::output::{Output, OutputError, Reader, tell};
use crate::{
    protocol::HeaderBlock,
    recording::{Line, LineWriter},
    text::{duration, visible},
};

/// For whom messages are printed. Where a terminal shows them, whatever came from elsewhere is made
/// visible in every form; everybody else gets its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One line a message, with the time and what else there is.
    People,
    /// One JSON object a line.
    Json,
    /// The payload and a line feed.
    Raw,
    /// The payload, and nothing between one and the next.
    Raw0,
}

/// Prints messages to stdout.
pub struct Printer {
    form: Form,
    zone: TimeZone,
    output: Output,
    json: LineWriter,
    clock: Clock,
}

impl Printer {
    /// Prints times as of UTC.
    pub fn new(form: Form) -> Printer {
        Printer {
            form,
            zone: TimeZone::UTC,
            output: Output::new(),
            json: LineWriter::default(),
            clock: Clock::default(),
        }
    }

    /// Prints times as of another zone.
    pub fn in_zone(self, zone: TimeZone) -> Printer {
        Printer { zone, ..self }
    }

    /// Whether payloads are all that is printed, so that nothing else of a message need be read.
    pub fn prints_payloads_alone(&self) -> bool {
        matches!(self.form, Form::Raw | Form::Raw0)
    }

    /// Prints a payload alone.
    pub fn payload(&mut self, payload: &[u8]) -> Result<(), OutputError> {
        let (form, reader) = (self.form, self.output.reader);
        self.output.append(|out| {
            reader.push_lines(out, payload);
            if form != Form::Raw0 {
                out.push(b'\n');
            }
        })
    }

    /// Prints a message.
    pub fn message(&mut self, line: &Line) -> Result<(), OutputError> {
        if self.prints_payloads_alone() {
            return self.payload(&line.payload);
        }
        let Printer {
            form,
            zone,
            output,
            json,
            clock,
        } = self;
        let reader = output.reader;
        output.append(|out| {
            match form {
                Form::Json => json.message(line, out),
                _ => for_people(out, line, clock.text(line.at, zone), reader),
            }
            out.push(b'\n');
        })
    }

    /// Prints a reply to a request of ours. For people: the rest on stderr, and the payload alone on
    /// stdout; to a terminal as lines, to others its bytes, with a line feed behind it only where it is
    /// one of several.
    pub fn reply(&mut self, line: &Line, one_of_several: bool) -> Result<(), OutputError> {
        if self.form != Form::People {
            return self.message(line);
        }
        if let Some(rtt) = line.rtt {
            tell(format_args!("replied in {}", duration::precise(rtt)));
        }
        if let Some(status) = line.status {
            tell(format_args!("status {status}"));
        }
        for (name, value) in HeaderBlock::parse(&line.header()).fields {
            tell(format_args!("{}: {}", visible(name), visible(value)));
        }
        let reader = self.output.reader;
        let (payload, ends_line) = match reader {
            Reader::Terminal => (line.payload.strip_suffix(b"\n"), true),
            Reader::Program => (None, one_of_several),
        };
        self.output.append(|out| {
            reader.push_lines(out, payload.unwrap_or(&line.payload));
            out.extend_from_slice(if ends_line { b"\n" } else { b"" });
        })
    }

    /// Hands over what was printed.
    pub fn flush(&mut self) -> Result<(), OutputError> {
        self.output.flush()
    }
}

/// The time of day, made for the first message of a millisecond only.
#[derive(Debug, Default)]
struct Clock {
    millisecond: Option<i64>,
    text: String,
}

impl Clock {
    /// `12:00:01.123`, of nanoseconds since the Unix epoch.
    fn text(&mut self, at: i64, zone: &TimeZone) -> &str {
        let millisecond = at.div_euclid(1_000_000);
        if self.millisecond != Some(millisecond) {
            let at = Timestamp::from_nanosecond(at.into()).unwrap_or(Timestamp::UNIX_EPOCH);
            let at = at.to_zoned(zone.clone());
            self.text = at.strftime("%H:%M:%S%.3f").to_string();
            self.millisecond = Some(millisecond);
        }
        &self.text
    }
}

/// `12:00:01.123 subject (reply _INBOX.x, Name: value)  payload`, without a line feed.
fn for_people(out: &mut Vec<u8>, line: &Line, time: &str, reader: Reader) {
    out.extend_from_slice(time.as_bytes());
    out.push(b' ');
    reader.push_name(out, &line.subject);
    let mut before = " (";
    let mut begin = |out: &mut Vec<u8>| {
        out.extend_from_slice(before.as_bytes());
        before = ", ";
    };
    if let Some(reply) = &line.reply {
        begin(out);
        out.extend_from_slice(b"reply ");
        reader.push_name(out, reply);
    }
    if let Some(status) = line.status {
        begin(out);
        out.extend_from_slice(format!("status {status}").as_bytes());
    }
    for (name, value) in HeaderBlock::parse(&line.header()).fields {
        begin(out);
        reader.push_name(out, name);
        out.extend_from_slice(b": ");
        reader.push(out, value);
    }
    out.extend_from_slice(if before == ", " { b")  " } else { b"  " });
    reader.push(out, &line.payload);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Direction;

    const NOON: i64 = 1_795_435_201_123_456_789;

    fn printed(line: &Line, reader: Reader) -> String {
        let mut out = Vec::new();
        let mut clock = Clock::default();
        let time = clock.text(line.at, &TimeZone::UTC);
        for_people(&mut out, line, time, reader);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_for_people_shows_what_there_is() {
        let table = [
            (
                Line::new(
                    NOON,
                    Direction::In,
                    b"time.time",
                    None,
                    b"",
                    b"1646389270.65",
                ),
                "12:00:01.123 time.time  1646389270.65",
            ),
            (
                Line::new(NOON, Direction::In, b"today", Some(b"_INBOX.x"), b"", b""),
                "12:00:01.123 today (reply _INBOX.x)  ",
            ),
            (
                Line::new(
                    NOON,
                    Direction::In,
                    b"a",
                    None,
                    b"NATS/1.0 503\r\nA: 1\r\nA: 2\r\n\r\n",
                    b"x",
                ),
                "12:00:01.123 a (status 503, A: 1, A: 2)  x",
            ),
        ];
        for (line, expected) in table {
            assert_eq!(printed(&line, Reader::Terminal), expected);
            assert_eq!(printed(&line, Reader::Program), expected);
        }
    }

    #[test]
    fn whatever_a_message_holds_it_stays_on_its_line_and_acts_on_no_terminal() {
        let hostile = b"\x1b]0;owned\x07\r\n\x9b31m";
        let block = b"NATS/1.0\r\nA: \x1b[2J\r\n\r\n";
        let line = Line::new(NOON, Direction::In, hostile, Some(hostile), block, hostile);

        let shown = printed(&line, Reader::Terminal);

        assert!(!shown.chars().any(char::is_control), "{shown:?}");
    }

    #[test]
    fn a_subject_hides_nothing_on_a_terminal() {
        let subject = "می\u{200c}خ".as_bytes();
        let line = Line::new(NOON, Direction::In, subject, Some(subject), b"", b"");
        let shown = printed(&line, Reader::Terminal);
        assert_eq!(shown.matches("می\\u{200c}خ").count(), 2, "{shown}");
    }

    #[test]
    fn a_program_gets_every_byte_as_it_came() {
        let bytes = "a\tb\r\n👨\u{200d}👩\u{feff}\u{2028}\u{1b}[m".as_bytes();
        let block = b"NATS/1.0\r\nA: \xff\t1\r\n\r\n";
        let payload = [bytes, b"\xff"].concat();
        let line = Line::new(NOON, Direction::In, b"s\x01", None, block, &payload);
        let mut out = Vec::new();

        for_people(&mut out, &line, "T", Reader::Program);

        let expected = [b"T s\x01 (A: \xff\t1)  ", bytes, b"\xff"].concat();
        assert_eq!(out, expected, "{}", out.escape_ascii());
    }

    #[test]
    fn the_clock_tells_each_millisecond() {
        let mut clock = Clock::default();
        for (at, expected) in [
            (NOON, "12:00:01.123"),
            (NOON + 500_000, "12:00:01.123"),
            (NOON + 600_000, "12:00:01.124"),
            (NOON, "12:00:01.123"),
            (-1, "23:59:59.999"),
        ] {
            assert_eq!(clock.text(at, &TimeZone::UTC), expected);
        }
    }
}
