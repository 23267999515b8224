//! Batches as the wire brings them.

use crate::{
    protocol::{Decoder, Limits, Record, ServerOp, encode},
    store::{Direction, Store},
};

pub const SECOND: i64 = 1_000_000_000;

/// A time to begin at: a full second.
pub const START: i64 = 1_700_000_000 * SECOND;

/// Wire bytes with their records.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub bytes: Vec<u8>,
    pub records: Vec<Record>,
}

/// A message to put into a batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Msg<'a> {
    pub sid: u64,
    pub subject: &'a str,
    pub reply: Option<&'a str>,
    pub header: &'a str,
    pub payload: &'a [u8],
}

/// A message on a subscription.
pub fn msg<'a>(sid: u64, subject: &'a str, payload: &'a str) -> Msg<'a> {
    Msg {
        sid,
        subject,
        payload: payload.as_bytes(),
        ..Msg::default()
    }
}

/// A message that asks for a reply.
pub fn request<'a>(sid: u64, subject: &'a str, reply: &'a str) -> Msg<'a> {
    Msg {
        reply: Some(reply),
        ..msg(sid, subject, "?")
    }
}

/// Messages as a server sends them, with a PING between any two.
pub fn batch(messages: &[Msg<'_>]) -> Batch {
    let mut bytes = Vec::new();
    for message in messages {
        let sid = message.sid.to_string();
        let reply = message.reply.map(str::as_bytes);
        let subject = message.subject.as_bytes();
        let header = message.header.as_bytes();
        encode::message(
            &mut bytes,
            subject,
            sid.as_bytes(),
            reply,
            header,
            message.payload,
        );
        encode::ping(&mut bytes);
    }
    let mut decoder = Decoder::new(Limits::CLIENT);
    let mut records = Vec::new();
    let mut at = 0;
    while let Some(op) = decoder.server_op(&bytes, &mut at).expect("well formed") {
        if let ServerOp::Message(record) = op {
            records.push(record);
        }
    }
    assert_eq!(records.len(), messages.len());
    Batch { bytes, records }
}

impl Store {
    /// Appends messages that came.
    pub fn receive(&mut self, at: i64, messages: &[Msg<'_>]) {
        let batch = batch(messages);
        self.append(Direction::In, &batch.bytes, &batch.records, at);
    }

    /// Appends messages that we sent.
    pub fn send(&mut self, at: i64, messages: &[Msg<'_>]) {
        let batch = batch(messages);
        self.append(Direction::Out, &batch.bytes, &batch.records, at);
    }

    /// The subjects of the rows shown; markers as `--`.
    pub fn shown(&self) -> Vec<String> {
        let rows = (0..self.rows()).map(|row| self.row(row).expect("a row"));
        let name = |entry: crate::store::Entry<'_>| match entry.message() {
            Some(message) => String::from_utf8_lossy(message.subject).into_owned(),
            None => "--".to_owned(),
        };
        rows.map(name).collect()
    }
}

/// A store subscribed to each subject, from sid 2 on.
pub fn subscribed(budget: usize, subjects: &[&str]) -> Store {
    let mut store = Store::new(budget);
    for (sid, subject) in (2..).zip(subjects) {
        store.add_subscription(sid, subject.as_bytes());
    }
    store
}
