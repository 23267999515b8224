//! What is written is read back, whatever the messages hold: as a line, as a file, as natscli's dump,
//! and in the form of the wire.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{self, Read},
    path::Path,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{Chunk, Entry, Existing, Line, LineWriter, Problems, Reader, Step, Writer};
use crate::{
    protocol::{Direction, Marker, MarkerKind},
    text::visible_json,
};

/// Hands out a few bytes at a time.
pub(super) struct Trickle<'a>(pub &'a [u8], pub usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.0.len().min(self.1).min(buffer.len());
        buffer[..taken].copy_from_slice(&self.0[..taken]);
        self.0 = &self.0[taken..];
        Ok(taken)
    }
}

/// A message as it came or went.
#[derive(Clone, Debug)]
struct Message {
    at: i64,
    subject: Vec<u8>,
    reply: Option<Vec<u8>>,
    header: Vec<u8>,
    payload: Vec<u8>,
    /// The subscription it came in on; we sent it where there is none.
    sid: Option<u64>,
}

impl Message {
    fn line(&self) -> Line<'_> {
        let direction = match self.sid {
            Some(_) => Direction::In,
            None => Direction::Out,
        };
        let reply = self.reply.as_deref();
        let line = Line::new(
            self.at,
            direction,
            &self.subject,
            reply,
            &self.header,
            &self.payload,
        );
        Line {
            sid: self.sid,
            ..line
        }
    }

    #[track_caller]
    fn assert_is(&self, line: &Line) {
        assert_eq!(line.at, self.at);
        assert_eq!(line.sid, self.sid);
        assert_eq!(line.subject.as_ref(), self.subject);
        assert_eq!(line.reply.as_deref(), self.reply.as_deref());
        assert_eq!(line.header().as_ref(), self.header);
        assert_eq!(line.payload.as_ref(), self.payload);
    }
}

/// Bytes that are text, nearly text, or neither.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let odd = [
        "\0",
        "\x1b[2J",
        "\u{7f}",
        "\u{9b}",
        "\u{202e}",
        "\u{feff}",
        "\u{2028}",
        "👨\u{200d}👩",
    ];
    prop_oneof![
        any::<Vec<u8>>(),
        "[ -~]{0,80}".prop_map(String::into_bytes),
        any::<String>().prop_map(String::into_bytes),
        vec(select(odd.to_vec()), 0..6).prop_map(|odd| odd.concat().into_bytes()),
    ]
}

/// A header block, well formed or not.
fn block() -> impl Strategy<Value = Vec<u8>> {
    let pieces: [&[u8]; 22] = [
        b"NATS/1.0",
        b" 503",
        b" No Responders",
        b"\r\n",
        b"\r\n",
        b"\r\n",
        b"\r",
        b"\n",
        b" ",
        b"\t",
        b"A",
        b"B",
        b"Nats-Service-Error",
        b":",
        b": ",
        b"1",
        b"22",
        b"\xff",
        b"\0",
        b"\x1b",
        "é".as_bytes(),
        "\u{202e}".as_bytes(),
    ];
    let value = "[ -~]{0,9}(\r\n[ \t][ -~]{0,9}){0,2}";
    let folded = vec(("[!-9;-~]{1,8}", value), 0..5).prop_map(|fields| {
        let field = |(name, value): &(String, String)| format!("{name}: {value}\r\n");
        let fields: String = fields.iter().map(field).collect();
        format!("NATS/1.0\r\n{fields}\r\n").into_bytes()
    });
    prop_oneof![
        Just(Vec::new()),
        folded,
        vec(select(pieces.to_vec()), 0..30).prop_map(|pieces| pieces.concat()),
        vec(select(pieces.to_vec()), 0..30).prop_map(|pieces| [
            b"NATS/1.0\r\nA: 1",
            &pieces.concat()[..],
            b"\r\n\r\n"
        ]
        .concat()),
        any::<Vec<u8>>(),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    // All that can stand in a control line.
    let byte = any::<u8>().prop_filter("no blank", |byte| !b" \t\r\n".contains(byte));
    let subject = prop_oneof![
        vec(byte, 1..20),
        "[a-z.]{1,20}".prop_map(String::into_bytes)
    ];
    let reply = proptest::option::of(subject.clone());
    let parts = (
        any::<i64>(),
        subject,
        reply,
        block(),
        bytes(),
        any::<Option<u64>>(),
    );
    parts.prop_map(|(at, subject, reply, header, payload, sid)| Message {
        at,
        subject,
        reply,
        header,
        payload,
        sid,
    })
}

/// What nats.go makes of a block (`DecodeHeadersMsg`, `readMIMEHeader`): `None` where it refuses it.
fn as_nats_go(block: &[u8]) -> Option<BTreeMap<String, Vec<String>>> {
    let mut lines = block.split(|byte| *byte == b'\n').map(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        String::from_utf8_lossy(line).into_owned()
    });
    let status = lines.next()?.strip_prefix("NATS/1.0")?.trim().to_owned();
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':')?;
        if !name.is_empty() {
            let value = value.trim_start_matches([' ', '\t']).to_owned();
            headers.entry(name.to_owned()).or_default().push(value);
        }
    }
    if !status.is_empty() {
        headers.entry("Status".to_owned()).or_default().push(status);
    }
    Some(headers)
}

/// As natscli's `--dump` writes it.
fn dumped(message: &Message) -> serde_json::Value {
    serde_json::json!({
        "Subject": String::from_utf8_lossy(&message.subject),
        "Reply": message.reply.as_deref().map_or(Cow::from(""), String::from_utf8_lossy),
        "Header": as_nats_go(&message.header),
        "Data": STANDARD.encode(&message.payload),
        "Sub": {"Subject": ">", "Queue": ""},
    })
}

/// Reads everything; nothing may be left out.
fn read_all(bytes: &[u8], piece: usize, mut take: impl FnMut(Entry)) {
    let mut reader = Reader::new(Trickle(bytes, piece), 7);
    while reader.step(&mut take).unwrap() != Step::End {}
    assert_eq!(reader.problems(), &Problems::default());
}

proptest! {
    #[test]
    fn a_line_reads_back_the_same_and_nothing_in_it_acts_on_a_terminal(
        messages in vec((message(), any::<Option<u32>>()), 1..5),
    ) {
        let (mut writer, mut buffer) = (LineWriter::default(), Vec::new());
        for (message, rtt) in &messages {
            let rtt = rtt.map(|us| Duration::from_micros(us.into()));
            let line = Line { rtt, ..message.line() };
            buffer.clear();
            writer.message(&line, &mut buffer);
            let json = str::from_utf8(&buffer).unwrap();
            prop_assert!(!json.chars().any(char::is_control), "{json:?}");
            prop_assert_eq!(visible_json(json), json);
            prop_assert_eq!(json, line.to_string());
            let read = Entry::read(json, 0).map_err(|error| TestCaseError::fail(format!("{json}: {error}")))?;
            message.assert_is(match &read {
                Entry::Message(read) => read,
                Entry::Marker(marker) => panic!("{marker:?}"),
            });
            prop_assert_eq!(read, Entry::Message(line));
        }
    }

    #[test]
    fn a_file_reads_back_the_same(messages in vec(message(), 0..20), piece in 1..500usize) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.ndjson");
        let mut writer = Writer::create(&path, Existing::Keep).unwrap();
        let kind = MarkerKind::Dropped { received: 1, sent: 2, bytes: 3, by_subscription: Vec::new() };
        let marker = Marker { at: 5, kind };
        for message in &messages {
            writer.message(&message.line()).unwrap();
            writer.marker(&marker).unwrap();
        }
        writer.finish().unwrap();

        let (mut left, mut markers) = (messages.iter(), 0);
        read_all(&std::fs::read(&path).unwrap(), piece, |entry| match entry {
            Entry::Message(line) => left.next().unwrap().assert_is(&line),
            Entry::Marker(read) => {
                assert_eq!(read, marker);
                markers += 1;
            }
        });
        prop_assert_eq!(left.count(), 0);
        prop_assert_eq!(markers, messages.len());
    }

    #[test]
    fn what_is_opened_is_on_the_wire_what_it_was(messages in vec(message(), 0..10)) {
        let mut chunk = Chunk::default();
        for message in &messages {
            let json = message.line().to_string();
            chunk.push(Entry::read(&json, 0).unwrap());
        }
        prop_assert_eq!(chunk.records.len(), messages.len());
        for (record, message) in chunk.records.iter().zip(&messages) {
            prop_assert_eq!(record.subject(&chunk.bytes), &message.subject);
            prop_assert_eq!(record.reply(&chunk.bytes), message.reply.as_deref());
            prop_assert_eq!(record.header(&chunk.bytes), &message.header);
            prop_assert_eq!(record.payload(&chunk.bytes), &message.payload);
        }
    }

    #[test]
    fn whatever_natscli_dumps_is_read(messages in vec(message(), 0..10), piece in 1..500usize) {
        let dump: String = messages.iter().map(|message| format!("{}\0", dumped(message))).collect();
        let mut left = messages.iter();
        read_all(dump.as_bytes(), piece, |entry| {
            let (Entry::Message(line), Some(message)) = (&entry, left.next()) else {
                panic!("{entry:?}");
            };
            assert_eq!(line.subject, String::from_utf8_lossy(&message.subject).as_bytes());
            assert_eq!(line.payload.as_ref(), message.payload);
            let headers: BTreeMap<_, _> = line.headers.iter().cloned().collect();
            let expected = as_nats_go(&message.header).unwrap_or_default();
            let expected = expected.into_iter().map(|(name, values)| {
                (Cow::from(name), values.into_iter().map(Cow::from).collect::<Vec<_>>())
            });
            assert_eq!(headers, expected.collect());
        });
        prop_assert_eq!(left.count(), 0);
    }
}

#[test]
fn a_folder_of_dumps_with_byte_order_marks_is_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("1.json"), "\u{feff}{\"Subject\":\"a\"}").unwrap();
    let mut tape = super::Tape::open(Path::new(folder.path())).unwrap();
    let step = tape.step(|entry| matches!(entry, Entry::Message(_)));
    assert_eq!(step.unwrap(), Step::Entry(true));
}
