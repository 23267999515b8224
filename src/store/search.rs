//! Searching a stretch of a segment: over its contiguous bytes, hits attributed to records afterwards.

use std::ops::Range;

use super::{
    Query,
    bits::Bits,
    query::Kind,
    record::{Kept, Part},
    segment::Segment,
};
use crate::{
    filter::Pattern,
    payload::{self, Form},
    protocol::HeaderBlock,
};

impl Query {
    /// Which of these entries are hits, the first of them being 0.
    pub(super) fn hits(&self, segment: &Segment, entries: Range<usize>) -> Bits {
        let records = &segment.records[entries];
        let mut hits = Bits::default();
        match &self.kind {
            Kind::Nothing => {}
            Kind::Text { as_typed, tight } => {
                let anywhere = |_: &Kept, _: Part| true;
                mark_text(as_typed, &segment.bytes, records, anywhere, &mut hits);
                if let Some(tight) = tight {
                    let in_json = |record: &Kept, part: Part| {
                        part == Part::Payload && is_json(record.payload_of(&segment.bytes))
                    };
                    mark_text(tight, &segment.bytes, records, in_json, &mut hits);
                }
            }
            Kind::Regex(regex) => mark_regex(regex, &segment.bytes, records, &mut hits),
        }
        hits
    }
}

/// Where the text of a part lies: all of it but the version that every header block begins with.
fn text_of(record: &Kept, part: Part, bytes: &[u8]) -> Range<usize> {
    let range = record.range_of(part);
    if part != Part::Header {
        return range;
    }
    let text = HeaderBlock::behind_version(&bytes[range.clone()]);
    range.end - text.len()..range.end
}

fn is_json(payload: &[u8]) -> bool {
    payload::detect(payload) == Form::Json
}

/// Looks for the text in all bytes at once. A place counts inside one part of one record; between
/// records lie control lines, and messages that were late.
fn mark_text(
    text: &Pattern,
    bytes: &[u8],
    records: &[Kept],
    counts: impl Fn(&Kept, Part) -> bool,
    hits: &mut Bits,
) {
    let (Some(first), Some(last)) = (records.first(), records.last()) else {
        return;
    };
    let bytes = &bytes[..last.end()];
    let mut index = 0;
    let mut at = first.start();
    while let Some(place) = text.find_at(bytes, at) {
        index += starting_before(&records[index..], place.start) - 1;
        let record = &records[index];
        if place.start >= record.end() {
            let Some(next) = records.get(index + 1) else {
                return;
            };
            at = next.start();
            continue;
        }
        let around = |part: &Part| {
            let text = text_of(record, *part, bytes);
            text.start <= place.start && place.end <= text.end
        };
        match Part::ALL.into_iter().find(around) {
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

/// How many records, of which the first does, start at or before an offset: they lie near the front.
fn starting_before(records: &[Kept], offset: usize) -> usize {
    let starts = |record: &Kept| record.start() <= offset;
    let mut reach = 1;
    while records.get(reach).is_some_and(starts) {
        reach *= 2;
    }
    let near = &records[reach / 2..reach.min(records.len())];
    reach / 2 + near.partition_point(starts)
}

fn mark_regex(regex: &Pattern, bytes: &[u8], records: &[Kept], hits: &mut Bits) {
    for (index, record) in records.iter().enumerate() {
        let occurs = |part| {
            let range = text_of(record, part, bytes);
            (part == Part::Payload || !range.is_empty()) && regex.is_in(&bytes[range])
        };
        if !record.is_marker() && Part::ALL.into_iter().any(occurs) {
            hits.set(index);
        }
    }
}
