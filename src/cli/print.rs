//! How one message is printed: for people, for programs, or as it is.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use super::output::{Output, OutputError, tell};
use crate::{
    recording::{Line, LineWriter},
    text::{visible, visible_subject},
};

/// For whom messages are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A message with its time, subject and headers, a reply as its payload alone. On a terminal all
    /// of it is made visible, one line a message; everywhere else payloads are exact.
    People,
    /// One JSON object a line.
    Json,
    /// The exact payload, and a line feed.
    Raw,
    /// The exact payload, and nothing else.
    Raw0,
}

/// Prints messages to stdout.
pub struct Printer {
    form: Form,
    zone: TimeZone,
    output: Output,
    json: LineWriter,
    /// One JSON object, while it is written.
    object: Vec<u8>,
}

impl Printer {
    /// Prints times as of the local time zone.
    pub fn new(form: Form) -> Printer {
        Printer {
            form,
            zone: TimeZone::system(),
            output: Output::new(),
            json: LineWriter::default(),
            object: Vec::new(),
        }
    }

    /// Prints a message.
    pub fn message(&mut self, line: &Line) -> Result<(), OutputError> {
        match self.form {
            Form::People => self.for_people(line)?,
            Form::Json => {
                self.object.clear();
                self.json.message(line, &mut self.object);
                self.output.raw(&self.object)?;
            }
            Form::Raw => self.output.raw(&line.payload)?,
            Form::Raw0 => return self.output.raw(&line.payload),
        }
        self.output.raw(b"\n")
    }

    /// Prints a reply to a request of ours. For people: its payload alone, on a terminal with its own
    /// line breaks and the rest on stderr; everywhere else exact, with a line feed only where more
    /// replies may follow it.
    pub fn reply(&mut self, line: &Line, is_only: bool) -> Result<(), OutputError> {
        if self.form != Form::People {
            return self.message(line);
        }
        if let Some(rtt) = line.rtt {
            tell(format_args!("replied in {}", took(rtt)));
        }
        for header in headers(line) {
            tell(header);
        }
        if !self.output.is_terminal() {
            self.output.raw(&line.payload)?;
            return match is_only {
                true => Ok(()),
                false => self.output.raw(b"\n"),
            };
        }
        let payload = line.payload.strip_suffix(b"\n").unwrap_or(&line.payload);
        for text in payload.split(|byte| *byte == b'\n') {
            self.output.line(visible(text))?;
        }
        Ok(())
    }

    /// Hands over what was printed.
    pub fn flush(&mut self) -> Result<(), OutputError> {
        self.output.flush()
    }

    /// `12:00:01.123 subject (reply _INBOX.x, Name: value)  payload`.
    fn for_people(&mut self, line: &Line) -> Result<(), OutputError> {
        self.output.raw(head(line, &self.zone).as_bytes())?;
        self.output.of_message(&line.payload)
    }
}

/// What stands before the payload, made visible.
fn head(line: &Line, zone: &TimeZone) -> String {
    let at = Timestamp::from_nanosecond(line.at.into()).unwrap_or(Timestamp::UNIX_EPOCH);
    let at = at.to_zoned(zone.clone()).strftime("%H:%M:%S%.3f");
    let mut head = format!("{at} {}", visible_subject(&line.subject));
    let reply = line.reply.iter();
    let reply = reply.map(|reply| format!("reply {}", visible_subject(reply)));
    let more: Vec<String> = reply.chain(headers(line)).collect();
    if !more.is_empty() {
        head += &format!(" ({})", more.join(", "));
    }
    head + "  "
}

/// `status 503`, `Name: value`, everything made visible.
fn headers(line: &Line) -> impl Iterator<Item = String> {
    let status = line.status.iter().map(|status| format!("status {status}"));
    let fields = line.headers.iter().flat_map(|(name, values)| {
        values.iter().map(move |value| {
            let (name, value) = (visible(name.as_bytes()), visible(value.as_bytes()));
            format!("{name}: {value}")
        })
    });
    status.chain(fields)
}

/// A time that something took, in the unit that suits it: `312 µs`, `12.3 ms`, `2.003 s`.
pub fn took(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 0.001 {
        format!("{} µs", time.as_micros())
    } else if seconds < 1.0 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.3} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Direction;

    const NOON: i64 = 1_795_435_201_123_456_789;

    #[test]
    fn what_stands_before_a_payload_is_what_there_is() {
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
                "12:00:01.123 time.time  ",
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
                "12:00:01.123 a (status 503, A: 1, A: 2)  ",
            ),
        ];
        for (line, expected) in table {
            assert_eq!(head(&line, &TimeZone::UTC), expected);
        }
    }

    #[test]
    fn whatever_subject_and_headers_hold_they_stay_on_their_line_and_act_on_no_terminal() {
        let hostile = b"\x1b]0;owned\x07\r\n\x9b31m";
        let block = b"NATS/1.0\r\nA: \x1b[2J\r\n\r\n";
        let line = Line::new(NOON, Direction::In, hostile, Some(hostile), block, hostile);

        let shown = head(&line, &TimeZone::UTC);

        assert!(!shown.chars().any(char::is_control), "{shown:?}");
    }

    #[test]
    fn a_time_is_told_in_the_unit_that_suits_it() {
        let table = [
            (Duration::from_nanos(312_900), "312 µs"),
            (Duration::from_micros(12_345), "12.3 ms"),
            (Duration::from_micros(2_003_123), "2.003 s"),
        ];
        for (time, expected) in table {
            assert_eq!(took(time), expected);
        }
    }
}
