//! What the composer holds, read and checked.

use std::time::Duration;

use super::Part;
use crate::{
    protocol::{Headers, subject},
    requests::Kind,
    text::quoted,
    tui::widgets::{Editor, Field, number},
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
            .append(name.trim(), value.trim())
            .map_err(|error| format!("Header line {}: {error}.", n + 1))?;
    }
    Ok(headers)
}

/// Reads `5 s`, `100ms`, `1.5s`, `2 min`, or a number of seconds.
///
/// # Errors
/// The sentence that says how a time is written.
pub fn read_timeout(text: &str) -> Result<Duration, String> {
    let how = || {
        let text = quoted(text);
        format!("Timeout {text} is no time: write it as 5 s, 100 ms or 2 min, up to an hour.")
    };
    let text = text.trim();
    let number_ends = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(number_ends);
    let number: f64 = number.parse().map_err(|_| how())?;
    let seconds = match unit.trim() {
        "" | "s" => number,
        "ms" => number / 1_000.0,
        "m" | "min" => number * 60.0,
        _ => return Err(how()),
    };
    let timeout = Duration::try_from_secs_f64(seconds).map_err(|_| how())?;
    let fits = Duration::from_millis(1)..=Duration::from_secs(3_600);
    if fits.contains(&timeout) {
        Ok(timeout)
    } else {
        Err(how())
    }
}

/// Writes a time so that [`read_timeout`] reads it back.
pub(super) fn write_timeout(timeout: Duration) -> String {
    number::setting(timeout)
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
    fn a_bad_header_line_is_named() {
        assert_eq!(
            read_headers("A: 1\n\nA: 2").map(|headers| headers.len()),
            Ok(2)
        );
        assert!(read_headers("A: 1\nnonsense").is_err_and(|reason| reason.contains("line 2")));
    }
}
