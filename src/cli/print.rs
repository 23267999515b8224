//! How one message is printed: for people, for programs, or as it is.

use std::{fmt, time::Duration};

use jiff::{Timestamp, tz::TimeZone};

use super::output::{Output, OutputError, tell};
use crate::{payload::visible, recording::Line};

/// For whom messages are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One line a message, everything made visible.
    People,
    /// One JSON object a line.
    Json,
    /// The payload as it is, and a line feed.
    Raw,
}

/// Prints messages to stdout.
pub struct Printer {
    form: Form,
    zone: TimeZone,
    output: Output,
}

impl Printer {
    /// Prints times as of UTC.
    pub fn new(form: Form) -> Printer {
        Printer {
            form,
            zone: TimeZone::UTC,
            output: Output::new(),
        }
    }

    /// Prints times as of another zone.
    pub fn in_zone(self, zone: TimeZone) -> Printer {
        Printer { zone, ..self }
    }

    /// Prints a message.
    pub fn message(&mut self, line: &Line) -> Result<(), OutputError> {
        match self.form {
            Form::People => self.output.line(ForPeople(line, &self.zone)),
            Form::Json => self.output.line(line),
            Form::Raw => self.output.raw(&line.payload),
        }
    }

    /// Prints a reply to a request of ours. For people: its payload alone, with its own line breaks,
    /// and the rest on stderr.
    pub fn reply(&mut self, line: &Line) -> Result<(), OutputError> {
        if self.form != Form::People {
            return self.message(line);
        }
        if let Some(rtt) = line.rtt {
            tell(format_args!("replied in {}", took(rtt)));
        }
        for header in headers(line) {
            tell(header);
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
}

/// `12:00:01.123 subject (reply _INBOX.x, Name: value)  payload`, everything made visible.
struct ForPeople<'a>(&'a Line<'a>, &'a TimeZone);

impl fmt::Display for ForPeople<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ForPeople(line, zone) = self;
        let at = Timestamp::from_nanosecond(line.at.into()).unwrap_or(Timestamp::UNIX_EPOCH);
        let at = at.to_zoned((*zone).clone());
        write!(
            f,
            "{} {}",
            at.strftime("%H:%M:%S%.3f"),
            visible(&line.subject)
        )?;
        let reply = line.reply.iter();
        let reply = reply.map(|reply| format!("reply {}", visible(reply)));
        let more: Vec<String> = reply.chain(headers(line)).collect();
        if !more.is_empty() {
            write!(f, " ({})", more.join(", "))?;
        }
        write!(f, "  {}", visible(&line.payload))
    }
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
            assert_eq!(ForPeople(&line, &TimeZone::UTC).to_string(), expected);
        }
    }

    #[test]
    fn whatever_a_message_holds_it_stays_on_its_line_and_acts_on_no_terminal() {
        let hostile = b"\x1b]0;owned\x07\r\n\x9b31m";
        let block = b"NATS/1.0\r\nA: \x1b[2J\r\n\r\n";
        let line = Line::new(NOON, Direction::In, hostile, Some(hostile), block, hostile);

        let shown = ForPeople(&line, &TimeZone::UTC).to_string();

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
