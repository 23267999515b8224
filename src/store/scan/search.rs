//! Searching a stretch of a segment: over its contiguous bytes, hits attributed to records afterwards.

use std::ops::Range;

use super::query::QueryKind;
use crate::store::{
    Query,
    log::{Bits, EntryRecord, MessagePart, Segment},
};
use crate::{filter::Pattern, payload, protocol::HeaderBlock};

impl Query {
    /// Which of these entries are hits, the first of them being 0. `is_sealed` says that the segment
    /// changes no more.
    pub(in crate::store) fn hits(
        &self,
        segment: &Segment,
        entries: Range<usize>,
        is_sealed: bool,
    ) -> Bits {
        let records = &segment.records[entries];
        let bytes = &segment.bytes[..records.last().map_or(0, EntryRecord::end)];
        let mut hits = Bits::default();
        match &self.kind {
            QueryKind::Nothing => return hits,
            QueryKind::Text(text) => {
                let anywhere = |_: &EntryRecord, _: MessagePart| true;
                mark_text(
                    |at| text.find_at(bytes, at),
                    bytes,
                    records,
                    anywhere,
                    &mut hits,
                );
                if text.has_tight() {
                    let in_json = |record: &EntryRecord, part: MessagePart| {
                        part == MessagePart::Payload && payload::is_json(record.payload_of(bytes))
                    };
                    let find = |at| text.find_tight_at(bytes, at);
                    mark_text(find, bytes, records, in_json, &mut hits);
                }
            }
            QueryKind::Regex(regex) => mark_regex(regex, bytes, records, &mut hits),
        }
        if let QueryKind::Text(pattern) | QueryKind::Regex(pattern) = &self.kind
            && (!is_sealed || segment.holds_backslash())
        {
            mark_escaped(pattern, bytes, records, &mut hits);
        }
        hits
    }
}

/// Where the text of a part lies: all of it but the version that every header block begins with.
fn text_of(record: &EntryRecord, part: MessagePart, bytes: &[u8]) -> Range<usize> {
    let range = record.range_of(part);
    if part != MessagePart::Header {
        return range;
    }
    let text = HeaderBlock::behind_version(&bytes[range.clone()]);
    range.end - text.len()..range.end
}

/// Looks for a text in all bytes up to the end of the last record at once: `find` gives its first place
/// at or behind an offset. A place counts inside one part of one record; between
/// records lie control lines, and messages that were late.
fn mark_text(
    find: impl Fn(usize) -> Option<Range<usize>>,
    bytes: &[u8],
    records: &[EntryRecord],
    counts: impl Fn(&EntryRecord, MessagePart) -> bool,
    hits: &mut Bits,
) {
    let Some(first) = records.first() else {
        return;
    };
    let mut index = 0;
    let mut at = first.start();
    while let Some(place) = find(at) {
        index += starting_before(&records[index..], place.start) - 1;
        let record = &records[index];
        if place.start >= record.end() {
            let Some(next) = records.get(index + 1) else {
                return;
            };
            at = next.start();
            continue;
        }
        let around = |part: &MessagePart| {
            let text = text_of(record, *part, bytes);
            text.start <= place.start && place.end <= text.end
        };
        match MessagePart::ALL.into_iter().find(around) {
            Some(part) if counts(record, part) => {
                hits.set(index);
                at = record.end();
            }
            // behind this part, so that the payload is judged once
            Some(part) => at = record.range_of(part).end,
            None => at = place.start + 1,
        }
    }
}

/// Looks for the text in payloads that hold a backslash, with their escapes read.
fn mark_escaped(text: &Pattern, bytes: &[u8], records: &[EntryRecord], hits: &mut Bits) {
    let Some(first) = records.first() else {
        return;
    };
    let mut index = 0;
    let mut at = first.start();
    while let Some(next) = memchr::memchr(b'\\', &bytes[at..]) {
        let place = at + next;
        index += starting_before(&records[index..], place) - 1;
        let payload = records[index].range_of(MessagePart::Payload);
        if !payload.contains(&place) {
            at = place + 1;
            continue;
        }
        if !hits.has(index) && text.is_in_escaped(&bytes[payload]) {
            hits.set(index);
        }
        at = records[index].end();
    }
}

/// How many records, of which the first does, start at or before an offset: they lie near the front.
fn starting_before(records: &[EntryRecord], offset: usize) -> usize {
    let starts = |record: &EntryRecord| record.start() <= offset;
    let mut reach = 1;
    while records.get(reach).is_some_and(starts) {
        reach *= 2;
    }
    let near = &records[reach / 2..reach.min(records.len())];
    reach / 2 + near.partition_point(starts)
}

fn mark_regex(regex: &Pattern, bytes: &[u8], records: &[EntryRecord], hits: &mut Bits) {
    for (index, record) in records.iter().enumerate() {
        let occurs = |part| {
            let range = text_of(record, part, bytes);
            (part == MessagePart::Payload || !range.is_empty()) && regex.is_in(&bytes[range])
        };
        if !record.is_marker() && MessagePart::ALL.into_iter().any(occurs) {
            hits.set(index);
        }
    }
}
