//! Headers: writing them, and reading received header blocks.

use super::ProtocolError;
use super::error::excerpt;

/// The version at the beginning of every header block (ADR-4).
const VERSION: &[u8] = b"NATS/1.0";

/// Headers to send: names and values in order; names may repeat (ADR-4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No headers.
    pub fn new() -> Headers {
        Headers::default()
    }

    /// Adds a header.
    ///
    /// # Errors
    /// [`ProtocolError::BadHeader`] if the name is empty or contains a colon, a blank or anything but
    /// printable ASCII, or if the value contains CR or LF (ADR-4).
    pub fn append(&mut self, name: &str, value: &str) -> Result<(), ProtocolError> {
        if name.is_empty() {
            return Err(bad(name, "has an empty name"));
        }
        if !is_name(name.as_bytes()) {
            return Err(bad(name, "has a colon, a blank or non-ASCII in its name"));
        }
        if value.bytes().any(|byte| matches!(byte, b'\r' | b'\n')) {
            return Err(bad(name, "has a line break in its value"));
        }
        self.0.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The number of headers.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no headers; the message is then sent without a header block.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Length of the encoded block in bytes, including the final blank line; 0 without headers.
    pub fn encoded_len(&self) -> usize {
        if self.is_empty() {
            return 0;
        }
        let lines: usize = self
            .iter()
            .map(|(name, value)| name.len() + ": ".len() + value.len() + "\r\n".len())
            .sum();
        VERSION.len() + "\r\n".len() + lines + "\r\n".len()
    }

    /// Appends the encoded block; nothing without headers.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        if self.is_empty() {
            return;
        }
        out.extend_from_slice(VERSION);
        out.extend_from_slice(b"\r\n");
        for (name, value) in self.iter() {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
    }
}

/// A header block made of parts that came from elsewhere, such as a file: status and description of its
/// first line, and fields in their order. Whatever the parts hold, each field stays one: a value with line
/// feeds is folded (RFC 822, which nats.go reads), those of the description become blanks. Names must hold
/// neither colons nor line feeds.
pub fn header_block<'a>(
    status: Option<u16>,
    description: &[u8],
    fields: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
) -> Vec<u8> {
    let mut block = VERSION.to_vec();
    if let Some(status) = status {
        block.extend_from_slice(format!(" {status:03}").as_bytes());
    }
    if !description.is_empty() {
        block.push(b' ');
        let blank = |byte: &u8| match byte {
            b'\r' | b'\n' => b' ',
            byte => *byte,
        };
        block.extend(description.iter().map(blank));
    }
    block.extend_from_slice(b"\r\n");
    for (name, value) in fields {
        block.extend_from_slice(name);
        block.extend_from_slice(b": ");
        push_folded(&mut block, value);
        block.extend_from_slice(b"\r\n");
    }
    block.extend_from_slice(b"\r\n");
    block
}

/// Appends a value; each of its lines but the first begins with a blank.
fn push_folded(block: &mut Vec<u8>, value: &[u8]) {
    if memchr::memchr(b'\n', value).is_none() {
        return block.extend_from_slice(value);
    }
    let lines = value.split(|byte| *byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    for (n, line) in lines.filter(|line| !line.is_empty()).enumerate() {
        if n > 0 {
            block.extend_from_slice(b"\r\n");
            if !line.starts_with(b" ") && !line.starts_with(b"\t") {
                block.push(b' ');
            }
        }
        block.extend_from_slice(line);
    }
}

/// A received header block, parsed leniently: errors set [`malformed`](HeaderBlock::malformed) and never
/// reject the block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderBlock<'a> {
    /// The number of the status line, such as 503, if present.
    pub status: Option<u16>,
    /// The text after the status number; empty if absent.
    pub description: &'a [u8],
    /// Names and values in order, values trimmed. A value folded over several lines keeps its line breaks.
    pub fields: Vec<(&'a [u8], &'a [u8])>,
    /// Whether any part of the block violates the rules.
    pub malformed: bool,
}

impl<'a> HeaderBlock<'a> {
    /// Parses a block, as [`Record::header`](super::Record::header) returns it.
    pub fn parse(block: &'a [u8]) -> HeaderBlock<'a> {
        let mut read = HeaderBlock::default();
        if block.is_empty() {
            return read;
        }
        let mut lines = Fields::of(block);
        match lines.status_line {
            Some(line) => read.status_line(line),
            None => read.malformed = true,
        }
        read.fields = lines.by_ref().collect();
        read.malformed |= lines.malformed || !lines.closed || lines.at < block.len();
        read
    }

    /// The number of the status line, without parsing the rest.
    pub fn status_of(block: &[u8]) -> Option<u16> {
        status(trim(block.strip_prefix(VERSION)?)).map(|(number, _)| number)
    }

    /// The block without the version: what searches and filters look at.
    pub fn behind_version(block: &[u8]) -> &[u8] {
        block.strip_prefix(VERSION).unwrap_or(block)
    }

    /// The first value of a name, compared exactly (ADR-4).
    pub fn get(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.fields
            .iter()
            .find(|(field, _)| *field == name)
            .map(|(_, value)| *value)
    }

    /// Parses the rest of the status line: nothing, a number, or a number and a text.
    fn status_line(&mut self, behind: &'a [u8]) {
        let text = trim(behind);
        match status(text) {
            Some((number, description)) => {
                self.status = Some(number);
                self.description = trim(description);
            }
            None => {
                self.malformed |= !text.is_empty();
                self.description = text;
            }
        }
    }
}

/// Iterates over the names and values of a block, as in [`HeaderBlock::fields`], without allocating.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    block: &'a [u8],
    /// The first line after the version.
    status_line: Option<&'a [u8]>,
    /// Offset of the next line.
    at: usize,
    /// Whether the final blank line was reached.
    closed: bool,
    malformed: bool,
}

impl<'a> Fields<'a> {
    /// The fields of a block, as [`Record::header`](super::Record::header) returns it.
    pub fn of(block: &'a [u8]) -> Fields<'a> {
        let mut fields = Fields {
            block,
            status_line: None,
            at: 0,
            closed: false,
            malformed: false,
        };
        if block.starts_with(VERSION) {
            let line = fields.line();
            fields.status_line = Some(&line[VERSION.len()..]);
        }
        fields
    }

    /// Removes and returns the next line, without its line end.
    fn line(&mut self) -> &'a [u8] {
        let rest = &self.block[self.at..];
        let Some(end) = memchr::memchr(b'\n', rest) else {
            self.malformed = true;
            self.at = self.block.len();
            return rest;
        };
        self.at += end + 1;
        let line = &rest[..end];
        line.strip_suffix(b"\r").unwrap_or_else(|| {
            self.malformed = true;
            line
        })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.block.len() && !self.closed {
            let line_at = self.at;
            let line = self.line();
            if line.is_empty() {
                self.closed = true;
                return None;
            }
            let Some(colon) = memchr::memchr(b':', line) else {
                self.malformed = true;
                continue;
            };
            let name = &line[..colon];
            self.malformed |= !is_name(name);
            let value_at = line_at + colon + 1;
            let mut end = line_at + line.len();
            // A line that begins with a blank continues the value.
            while let Some(b' ' | b'\t') = self.block.get(self.at) {
                let at = self.at;
                end = at + self.line().len();
            }
            return Some((name, trim(&self.block[value_at..end])));
        }
        None
    }
}

/// Splits a status line into its number, always three digits, and what follows (nats.go `decodeHeadersMsg`).
fn status(text: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<3>()?;
    let number = digits.iter().try_fold(0_u16, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + u16::from(byte - b'0'))
    })?;
    Some((number, rest))
}

fn is_name(name: &[u8]) -> bool {
    !name.is_empty()
        && name
            .iter()
            .all(|&byte| byte.is_ascii_graphic() && byte != b':')
}

/// Trims blanks and tabs at both ends.
fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

#[cold]
fn bad(name: &str, reason: &'static str) -> ProtocolError {
    ProtocolError::BadHeader {
        name: excerpt(name.as_bytes()),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_that_would_break_the_block_are_refused() {
        let mut headers = Headers::new();
        for (name, value) in [
            ("", "x"),
            ("a:b", "x"),
            ("a b", "x"),
            ("a\tb", "x"),
            ("ü", "x"),
            ("a\r\nb", "x"),
            ("a\u{7f}", "x"),
            ("a", "x\r\nEvil: 1"),
            ("a", "x\r"),
            ("a", "\nx"),
        ] {
            assert!(headers.append(name, value).is_err(), "{name:?}: {value:?}");
        }
        assert!(headers.is_empty());
        assert_eq!(headers.encoded_len(), 0);
    }

    #[test]
    fn a_block_of_parts_keeps_each_field_one() {
        for (value, expected) in [
            ("1\r\nB: 2", "1\r\n B: 2"),
            ("1\r\n\t2", "1\r\n\t2"),
            ("1\n2\r3", "1\r\n 2\r3"),
            ("\r\n1\r\n\r\n", "1"),
        ] {
            let fields = [(&b"A"[..], value.as_bytes())];
            let block = header_block(Some(7), b"a\r\nC: 3", fields);
            let expected = format!("NATS/1.0 007 a  C: 3\r\nA: {expected}\r\n\r\n");
            assert_eq!(block, expected.as_bytes(), "{value:?}");
        }
    }

    #[test]
    fn headers_are_written_in_order_with_their_case() {
        let mut headers = Headers::new();
        for (name, value) in [("A", "1"), ("a", "2"), ("A", ""), ("X-", "ü")] {
            headers.append(name, value).unwrap();
        }
        let mut out = Vec::new();
        headers.encode(&mut out);
        assert_eq!(
            out,
            "NATS/1.0\r\nA: 1\r\na: 2\r\nA: \r\nX-: ü\r\n\r\n".as_bytes()
        );
        assert_eq!(headers.encoded_len(), out.len());
        let read = HeaderBlock::parse(&out);
        assert!(!read.malformed);
        assert_eq!(read.fields[3], (&b"X-"[..], "ü".as_bytes()));
        assert_eq!(read.get(b"A"), Some(&b"1"[..]));
        assert_eq!(read.get(b"b"), None);
    }

    #[test]
    fn status_lines_of_every_form_are_read() {
        for (line, status, description, malformed) in [
            ("NATS/1.0", None, "", false),
            ("NATS/1.0 ", None, "", false),
            ("NATS/1.0 503", Some(503), "", false),
            (
                "NATS/1.0 100 Idle Heartbeat",
                Some(100),
                "Idle Heartbeat",
                false,
            ),
            (
                "NATS/1.0  404   No Messages  ",
                Some(404),
                "No Messages",
                false,
            ),
            (
                "NATS/1.0\t408\tRequest Timeout",
                Some(408),
                "Request Timeout",
                false,
            ),
            ("NATS/1.0 abc", None, "abc", true),
            ("NATS/1.0 50", None, "50", true),
        ] {
            let block = format!("{line}\r\n\r\n");
            let read = HeaderBlock::parse(block.as_bytes());
            assert_eq!(read.status, status, "{line:?}");
            assert_eq!(read.description, description.as_bytes(), "{line:?}");
            assert_eq!(read.malformed, malformed, "{line:?}");
            assert_eq!(HeaderBlock::status_of(block.as_bytes()), status, "{line:?}");
        }
        assert_eq!(HeaderBlock::status_of(b"NATS/1.0\r\n503: x\r\n\r\n"), None);
        assert_eq!(HeaderBlock::status_of(b"HTTP/1.1 503\r\n\r\n"), None);
        assert_eq!(HeaderBlock::status_of(b""), None);
    }

    #[test]
    fn fields_keep_their_order_case_and_repetitions() {
        let read = HeaderBlock::parse(b"NATS/1.0\r\nA:1\r\na:  2 \r\nA: \xff:\r\nB:\r\n\r\n");
        let fields: [(&[u8], &[u8]); 4] =
            [(b"A", b"1"), (b"a", b"2"), (b"A", b"\xff:"), (b"B", b"")];
        assert_eq!(read.fields, fields);
        assert!(!read.malformed);
    }

    #[test]
    fn folded_lines_continue_the_value_before() {
        let read = HeaderBlock::parse(b"NATS/1.0\r\nA: 1\r\n 2\r\n\t3\r\nB: 4\r\n\r\n");
        let fields: [(&[u8], &[u8]); 2] = [(b"A", b"1\r\n 2\r\n\t3"), (b"B", b"4")];
        assert_eq!(read.fields, fields);
        assert!(!read.malformed);
    }

    #[test]
    fn what_breaks_the_rules_is_flagged_and_the_rest_is_read() {
        for (block, fields) in [
            (&b"hel"[..], 0),
            (b"A: 1\r\n\r\n", 1),
            (b"NATS/1.0", 0),
            (b"NATS/1.0\r\n", 0),
            (b"NATS/1.0\r\nA: 1\r\n", 1),
            (b"NATS/1.0\r\nA: 1\n\r\n", 1),
            (b"NATS/1.0\r\nno colon\r\nA: 1\r\n\r\n", 1),
            (b"NATS/1.0\r\n folded onto nothing\r\nA: 1\r\n\r\n", 1),
            (b"NATS/1.0\r\n: no name\r\n\r\n", 1),
            (b"NATS/1.0\r\nA B: 1\r\n\r\n", 1),
            (b"NATS/1.0\r\nA: 1\r\n\r\nbehind", 1),
        ] {
            let read = HeaderBlock::parse(block);
            assert!(read.malformed, "{:?}", block.escape_ascii().to_string());
            assert_eq!(
                read.fields.len(),
                fields,
                "{:?}",
                block.escape_ascii().to_string()
            );
        }
        assert_eq!(HeaderBlock::parse(b""), HeaderBlock::default());
    }

    #[test]
    fn a_block_of_many_lines_is_read_whole() {
        let mut headers = Headers::new();
        for index in 0..200 {
            headers
                .append(&format!("K{index}"), &"v".repeat(300))
                .unwrap();
        }
        let mut out = Vec::new();
        headers.encode(&mut out);
        let read = HeaderBlock::parse(&out);
        assert_eq!(read.fields.len(), 200);
        assert!(!read.malformed);
    }
}
