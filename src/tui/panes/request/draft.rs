//! What the composer holds, read and checked.

use std::time::Duration;

use super::Part;
use crate::{
    protocol::{Headers, subject},
    requests::Kind,
    text::{duration, quoted},
    tui::widgets::{Editor, Field},
};

/// Something that can be sent.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Request or publish.
    pub kind: Kind,
    /// Where to.
    pub subject: String,
    /// The headers, checked.
    pub headers: Headers,
    /// The payload.
    pub payload: String,
    /// The longest wait for the reply.
    pub timeout: Duration,
}

impl Draft {
    pub(super) fn read(
        kind: Kind,
        subject: &str,
        timeout: &Field,
        headers: &Editor,
        payload: &Editor,
    ) -> Result<Draft, (Part, String)> {
        let subject = subject.trim();
        if subject.is_empty() {
            return Err((Part::Subject, "Type a subject to send to.".into()));
        }
        subject::check_publish(subject.as_bytes())
            .map_err(|error| (Part::Subject, format!("Cannot send: {error}.")))?;
        let timeout = match (read_timeout(timeout.text()), kind) {
            (Ok(timeout), _) => timeout,
            (Err(reason), Kind::Request) => return Err((Part::Timeout, reason)),
            // what is published waits for nothing
            (Err(_), Kind::Publish) => Duration::from_secs(5),
        };
        let headers = read_headers(headers.text()).map_err(|reason| (Part::Headers, reason))?;
        Ok(Draft {
            kind,
            subject: subject.to_owned(),
            headers,
            payload: payload.text().to_owned(),
            timeout,
        })
    }
}

/// What does not count at the ends of a name or a value: receivers leave it out too (ADR-4).
const BLANKS: [char; 2] = [' ', '\t'];

/// Writes headers as lines that [`read_headers`] reads back.
///
/// # Errors
/// Where one would be read as another header, or as several: what is wrong with it, without a full stop.
pub(super) fn write_headers(headers: &[(String, String)]) -> Result<String, String> {
    let lines: Result<Vec<String>, String> = headers
        .iter()
        .map(|(name, value)| write_header(name, value))
        .collect();
    Ok(lines?.join("\n"))
}

fn write_header(name: &str, value: &str) -> Result<String, String> {
    let called = || quoted(shortened(name));
    let has_break = |text: &str| text.contains(['\r', '\n']);
    if value.contains("\n ") || value.contains("\n\t") {
        return Err(format!(
            "Header {} is folded over several lines, and the composer edits one line a header",
            called()
        ));
    }
    if has_break(name) || has_break(value) {
        return Err(format!(
            "Header {} holds a line break, and the composer edits one line a header",
            called()
        ));
    }
    let line = format!("{name}: {value}");
    match read_headers(&line) {
        Ok(read) if !read.iter().eq([(name, value.trim_matches(BLANKS))]) => Err(format!(
            "Header {} has a colon or a blank in its name, and would be sent as another one",
            called()
        )),
        // what is no header is told where it is sent
        Ok(_) | Err(_) => Ok(line),
    }
}

/// Whether headers are these names and values, blanks around values aside.
pub(super) fn is_same(headers: &Headers, others: &[(String, String)]) -> bool {
    let others = others.iter();
    headers
        .iter()
        .eq(others.map(|(name, value)| (name.as_str(), value.trim_matches(BLANKS))))
}

/// The beginning of a name, enough to know it by.
fn shortened(name: &str) -> &str {
    const SHOWN: usize = 40;
    let end = name
        .char_indices()
        .nth(SHOWN)
        .map_or(name.len(), |(at, _)| at);
    name.get(..end).unwrap_or(name)
}

/// Reads `Name: value` lines; empty lines are skipped.
///
/// # Errors
/// The sentence that names the line and the reason.
pub fn read_headers(text: &str) -> Result<Headers, String> {
    let mut headers = Headers::new();
    for (n, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let Some((name, value)) = line.split_once(':') else {
            return Err(format!("Header line {} needs a colon: Name: value.", n + 1));
        };
        headers
            .append(name.trim_matches(BLANKS), value.trim_matches(BLANKS))
            .map_err(|error| format!("Header line {}: {error}.", n + 1))?;
    }
    Ok(headers)
}

/// Reads a duration from a millisecond to an hour; a number without a unit is in seconds.
///
/// # Errors
/// The sentence that says how a timeout is written.
pub fn read_timeout(text: &str) -> Result<Duration, String> {
    let fits = Duration::from_millis(1)..=Duration::from_secs(3_600);
    let timeout = duration::read_or_seconds(text);
    timeout
        .ok()
        .filter(|time| fits.contains(time))
        .ok_or_else(|| {
            let text = quoted(text);
            format!(
                "Timeout {text} is not a time from 1 ms to 1 h: write it as 5 s, 1m30s or 2 min."
            )
        })
}

/// Writes a time so that [`read_timeout`] reads it back.
pub(super) fn write_timeout(timeout: Duration) -> String {
    duration::setting(timeout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, milliseconds) in [
            ("5 s", 5_000),
            ("100ms", 100),
            ("1.5s", 1_500),
            ("2 min", 120_000),
            ("3", 3_000),
            (".5", 500),
            ("1m30s", 90_000),
            ("1 min 30 s", 90_000),
            ("0.5h", 1_800_000),
        ] {
            assert_eq!(
                read_timeout(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for text in ["", "s", "-1 s", "1 day", "0", "2000000 h", "1e99", "61 min"] {
            assert!(read_timeout(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for milliseconds in [1, 100, 1_500, 5_000, 120_000] {
            let timeout = Duration::from_millis(milliseconds);
            assert_eq!(read_timeout(&write_timeout(timeout)), Ok(timeout));
        }
    }

    #[test]
    fn headers_are_written_as_they_are_read() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for (headers, lines) in [
            (&[][..], ""),
            (&[header("A", "1"), header("A", "")], "A: 1\nA: "),
            (
                &[header("A", "b: c"), header("B", "\u{a0}")],
                "A: b: c\nB: \u{a0}",
            ),
        ] {
            assert_eq!(write_headers(headers).as_deref(), Ok(lines));
            let read = read_headers(lines).unwrap();
            let pairs = headers.iter().map(|(name, value)| (&**name, &**value));
            assert!(read.iter().eq(pairs), "{lines}");
        }
        for (name, value, reason) in [
            ("A", "1\r\n B: 2", "folded"),
            ("A", "1\n\tB: 2", "folded"),
            ("A", "1\r\nB: 2", "a line break"),
            ("A", "1\r", "a line break"),
            ("A\nB", "1", "a line break"),
            ("A:B", "1", "a colon"),
            (" A", "1", "a blank"),
        ] {
            let told = write_headers(&[header(name, value)]).unwrap_err();
            assert!(told.contains(reason), "{name:?}: {value:?}: {told}");
        }
    }

    #[test]
    fn a_bad_header_line_is_named() {
        assert_eq!(
            read_headers("A: 1\n\nA: 2").map(|headers| headers.len()),
            Ok(2)
        );
        assert!(read_headers("A: 1\nnonsense").is_err_and(|reason| reason.contains("line 2")));
    }
}
