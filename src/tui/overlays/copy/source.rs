//! A message to copy from. What is copied is what came, byte for byte; nothing is replaced.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    recording,
    store::Direction,
    text::size,
    tui::{
        app::Action,
        keymap::{Scope, TABLE},
    },
};

/// A part of a message, in one of the forms in which it can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The payload, where it is text.
    Text,
    /// The payload in hexadecimal digits.
    Hex,
    /// The payload in base64.
    Base64,
    /// The subject.
    Subject,
    /// The reply subject.
    Reply,
    /// The headers, one a line.
    Headers,
    /// Everything, as `--json` prints it.
    Json,
}

impl Part {
    /// All of them, in the order of the menu.
    pub const ALL: [Part; 7] = [
        Part::Text,
        Part::Hex,
        Part::Base64,
        Part::Subject,
        Part::Reply,
        Part::Headers,
        Part::Json,
    ];

    /// What it is called in a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Part::Text => "the payload",
            Part::Hex => "the payload as hex",
            Part::Base64 => "the payload as base64",
            Part::Subject => "the subject",
            Part::Reply => "the reply subject",
            Part::Headers => "the headers",
            Part::Json => "the message as JSON",
        }
    }
}

/// A message to copy from: it stays as it is, whatever Details show meanwhile.
#[derive(Clone, Debug)]
pub struct Source {
    /// When it came or went, in nanoseconds since the Unix epoch.
    pub at: i64,
    /// Which way it went.
    pub direction: Direction,
    /// The subject.
    pub subject: Vec<u8>,
    /// The reply subject.
    pub reply: Option<Vec<u8>>,
    /// The header block as it came; empty where there is none.
    pub header: Vec<u8>,
    /// The payload, or the beginning of it that is kept.
    pub payload: Arc<[u8]>,
    /// Bytes at the end of the payload that are not kept any more.
    pub missing: usize,
}

/// What is copied: its name in a sentence, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Such as `the payload as hex`.
    pub what: String,
    /// The text.
    pub text: Arc<[u8]>,
}

impl Source {
    /// A part of it, to be copied.
    ///
    /// # Errors
    /// The sentence that says why there is nothing to copy, and what there is instead.
    pub fn copied(&self, part: Part) -> Result<Copied, String> {
        if let Some(reason) = self.lack(part) {
            return Err(self.sentence(part, reason));
        }
        let text: Arc<[u8]> = match part {
            Part::Text => self.payload.clone(),
            Part::Hex => hex(&self.payload).into(),
            Part::Base64 => STANDARD.encode(&self.payload).into_bytes().into(),
            Part::Subject => self.subject.as_slice().into(),
            Part::Reply => self.reply.as_deref().unwrap_or_default().into(),
            Part::Headers => header_lines(&self.header).into(),
            Part::Json => self.json().into_bytes().into(),
        };
        let what = match part.name().split_once(' ') {
            Some((_, of)) if self.is_cut(part) => format!("the beginning of the {of}"),
            _ => part.name().to_owned(),
        };
        Ok(Copied { what, text })
    }

    fn is_cut(&self, part: Part) -> bool {
        self.missing > 0 && matches!(part, Part::Text | Part::Hex | Part::Base64)
    }

    /// Why a part cannot be copied, in a few words.
    fn lack(&self, part: Part) -> Option<Lack> {
        let is_text =
            |bytes: &[u8]| std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'));
        let text_or = |bytes: &[u8]| (!is_text(bytes)).then_some(Lack::NotText);
        match part {
            Part::Text | Part::Hex | Part::Base64 if self.payload.is_empty() => Some(Lack::Empty),
            Part::Text => text_or(&self.payload),
            Part::Hex | Part::Base64 => None,
            Part::Subject => text_or(&self.subject),
            Part::Reply => self.reply.as_deref().map_or(Some(Lack::Empty), text_or),
            Part::Headers if self.header.is_empty() => Some(Lack::Empty),
            Part::Headers => text_or(&self.header),
            Part::Json => (self.missing > 0).then_some(Lack::Cut),
        }
    }

    fn sentence(&self, part: Part, lack: Lack) -> String {
        match (lack, part) {
            (Lack::Empty, Part::Reply) => "The message has no reply subject.".into(),
            (Lack::Empty, Part::Headers) => "The message has no headers.".into(),
            (Lack::Empty, _) => "The payload is empty: there is nothing to copy.".into(),
            (Lack::NotText, Part::Text) => {
                let (hex, base64) = (key(Part::Hex), key(Part::Base64));
                format!("The payload is not text: {hex} copies it as hex, {base64} as base64.")
            }
            (Lack::NotText, part) => {
                let (name, json) = (capital(part.name()), key(Part::Json));
                format!(
                    "{name} would not be text: {json} copies the message as JSON, with every byte."
                )
            }
            (Lack::Cut, _) => {
                "The end of the payload is not kept any more, which a line of JSON would not tell."
                    .into()
            }
        }
    }

    fn json(&self) -> String {
        recording::Line::new(
            self.at,
            self.direction,
            &self.subject,
            self.reply.as_deref(),
            &self.header,
            &self.payload,
        )
        .to_string()
    }

    /// How large a part is, or why it cannot be copied, for the row of the menu.
    pub(super) fn size(&self, part: Part) -> Result<String, &'static str> {
        if let Some(lack) = self.lack(part) {
            return Err(match lack {
                Lack::Empty if part == Part::Reply => "none",
                Lack::Empty if part == Part::Headers => "none",
                Lack::Empty => "empty",
                Lack::NotText => "not text",
                Lack::Cut => "not whole",
            });
        }
        let bytes = match part {
            Part::Text => self.payload.len(),
            Part::Hex => 2 * self.payload.len(),
            Part::Base64 => self.payload.len().div_ceil(3) * 4,
            Part::Subject => self.subject.len(),
            Part::Reply => self.reply.as_ref().map_or(0, Vec::len),
            Part::Headers => header_lines(&self.header).len(),
            // written when it is copied: it may be large
            Part::Json => return Ok(String::new()),
        };
        Ok(size::rounded(bytes as u64))
    }
}

/// Why a part cannot be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    Empty,
    NotText,
    Cut,
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| {
        [
            DIGITS[usize::from(byte >> 4)],
            DIGITS[usize::from(byte & 15)],
        ]
    });
    digits.collect()
}

/// The block as it came, without the version line where it says nothing more, and with plain line ends.
fn header_lines(block: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(block.len());
    for (n, line) in block.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let says_nothing = n == 0 && line.trim_ascii_end() == b"NATS/1.0";
        if !line.is_empty() && !says_nothing {
            lines.extend_from_slice(line);
            lines.push(b'\n');
        }
    }
    lines
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|char| char.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// The key of a part in the menu.
pub(super) fn key(part: Part) -> &'static str {
    let mut rows = TABLE.iter().filter(|row| row.scope == Scope::Copy);
    let found = rows.find(|row| row.action == Action::CopyPart(part));
    found
        .and_then(|row| row.keys.first())
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn source(payload: &[u8]) -> Source {
        Source {
            at: 1_795_435_201_123_456_789,
            direction: Direction::In,
            subject: b"orders.eu".to_vec(),
            reply: None,
            header: Vec::new(),
            payload: payload.into(),
            missing: 0,
        }
    }

    fn text(source: &Source, part: Part) -> Result<String, String> {
        let copied = source.copied(part)?;
        Ok(String::from_utf8_lossy(&copied.text).into_owned())
    }

    #[test]
    fn no_header_is_left_out_and_no_word_of_a_status() {
        for (block, lines) in [
            ("NATS/1.0\r\nA: 1\r\n\r\n", "A: 1\n"),
            ("NATS/1.0 503\r\n\r\n", "NATS/1.0 503\n"),
            ("NATS/1.0 words\r\nA: 1\r\n\r\n", "NATS/1.0 words\nA: 1\n"),
            ("A: 1\r\nB: 2\r\n\r\n", "A: 1\nB: 2\n"),
        ] {
            assert_eq!(header_lines(block.as_bytes()), lines.as_bytes());
        }
    }

    #[test]
    fn what_is_copied_is_what_came() {
        let message = Source {
            reply: Some(b"_INBOX.x".to_vec()),
            header: b"NATS/1.0\r\nA: 1\r\nB:\t2\r\n\r\n".to_vec(),
            ..source(b"\x1b[31mred\r\n")
        };
        let refused = Source {
            header: b"NATS/1.0 503 No Responders\r\nA: 1\r\n\r\n".to_vec(),
            ..source(b"")
        };
        for (source, part, expected) in [
            (&message, Part::Text, "\x1b[31mred\r\n"),
            (&message, Part::Hex, "1b5b33316d7265640d0a"),
            (&message, Part::Base64, "G1szMW1yZWQNCg=="),
            (&message, Part::Subject, "orders.eu"),
            (&message, Part::Reply, "_INBOX.x"),
            (&message, Part::Headers, "A: 1\nB:\t2\n"),
            (
                &refused,
                Part::Headers,
                "NATS/1.0 503 No Responders\nA: 1\n",
            ),
        ] {
            assert_eq!(text(source, part).as_deref(), Ok(expected), "{part:?}");
        }
        let json = text(&message, Part::Json).unwrap();
        assert!(json.starts_with("{\"at\":\"2026-11-23T12:00:01.123456789Z\",\"dir\":\"in\""));
        assert!(!json.contains('\n'), "{json}");
    }

    #[test]
    fn what_cannot_be_copied_as_it_is_says_what_can() {
        let binary = Source {
            subject: b"a\xff".to_vec(),
            header: b"NATS/1.0\r\nA: \xff\r\n\r\n".to_vec(),
            ..source(b"caf\xe9")
        };
        let cut = Source {
            missing: 1,
            ..source(b"x")
        };
        for (source, part, told) in [
            (
                &binary,
                Part::Text,
                "not text: x copies it as hex, b as base64",
            ),
            (&source(b"a\0b"), Part::Text, "not text"),
            (
                &binary,
                Part::Subject,
                "The subject would not be text: j copies",
            ),
            (
                &binary,
                Part::Headers,
                "The headers would not be text: j copies",
            ),
            (&binary, Part::Reply, "has no reply subject"),
            (&source(b""), Part::Text, "The payload is empty"),
            (&source(b""), Part::Hex, "The payload is empty"),
            (&source(b"x"), Part::Headers, "has no headers"),
            (&cut, Part::Json, "not kept any more"),
        ] {
            let reason = source.copied(part).unwrap_err();
            assert!(reason.contains(told), "{part:?}: {reason}");
        }
        let what = |part| cut.copied(part).unwrap().what;
        assert_eq!(what(Part::Text), "the beginning of the payload");
        assert_eq!(what(Part::Hex), "the beginning of the payload as hex");
        assert_eq!(what(Part::Subject), "the subject");
    }

    proptest! {
        #[test]
        fn no_byte_is_lost_or_replaced(payload: Vec<u8>, header in "[A-Z]{1,3}: [a-z\\u{e0}-\\u{ff}]{0,9}") {
            let message = Source { header: format!("NATS/1.0\r\n{header}\r\n\r\n").into_bytes(), ..source(&payload) };
            for part in Part::ALL {
                match (part, message.copied(part)) {
                    (Part::Text, Ok(copied)) => {
                        prop_assert_eq!(&copied.text[..], &payload[..]);
                        prop_assert!(std::str::from_utf8(&payload).is_ok());
                    }
                    (Part::Hex, Ok(copied)) => {
                        let digits = std::str::from_utf8(&copied.text).unwrap();
                        let bytes: Vec<u8> = (0..digits.len()).step_by(2)
                            .map(|at| u8::from_str_radix(digits.get(at..at + 2).unwrap(), 16).unwrap())
                            .collect();
                        prop_assert_eq!(&bytes, &payload);
                    }
                    (Part::Base64, Ok(copied)) => {
                        prop_assert_eq!(STANDARD.decode(&copied.text).unwrap(), payload.clone());
                    }
                    (Part::Json, copied) => {
                        let copied = copied.unwrap();
                        let line = std::str::from_utf8(&copied.text).unwrap();
                        let read = recording::Line::read(line).unwrap();
                        prop_assert_eq!(&read.payload[..], &payload[..]);
                        prop_assert_eq!(read.header(), message.header.clone());
                    }
                    _ => {}
                }
            }
        }
    }
}
