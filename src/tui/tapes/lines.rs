//! What the data lane brings, as lines of a recording.

use crate::{
    client::{Batch, Data, Dropped, Gap, GapCause},
    protocol::Record,
    recording::{Direction, Error, Line, Marker, MarkerKind, Medium, Writer},
};

/// A message of a batch.
pub fn message<'a>(batch: &'a Batch, record: &Record, direction: Direction) -> Line<'a> {
    line(&batch.bytes, record, batch.at, direction)
}

/// A message in bytes of the wire.
pub(super) fn line<'a>(
    bytes: &'a [u8],
    record: &Record,
    at: i64,
    direction: Direction,
) -> Line<'a> {
    let line = Line::new(
        at,
        direction,
        record.subject(bytes),
        record.reply(bytes),
        record.header(bytes),
        record.payload(bytes),
    );
    let sid = (direction == Direction::In).then_some(record.sid);
    Line { sid, ..line }
}

/// Another connection.
pub fn gap(gap: &Gap) -> Marker {
    let kind = match gap.cause {
        GapCause::Lost => MarkerKind::Reconnected { lasted: gap.lasted },
        GapCause::Moved => MarkerKind::Moved,
    };
    Marker { at: gap.at, kind }
}

/// Messages that are missing.
pub fn dropped(dropped: &Dropped) -> Marker {
    Marker {
        at: dropped.at,
        kind: MarkerKind::Dropped {
            received: dropped.received,
            sent: dropped.sent,
            bytes: dropped.bytes,
        },
    }
}

/// Writes all of an entry of the data lane.
pub(super) fn write<M: Medium>(writer: &mut Writer<M>, data: &Data) -> Result<(), Error> {
    let (batch, direction) = match data {
        Data::Received(batch) => (batch, Direction::In),
        Data::Sent(batch) => (batch, Direction::Out),
        Data::Gap(entry) => return writer.marker(&gap(entry)),
        Data::Dropped(entry) => return writer.marker(&dropped(entry)),
    };
    let mut records = batch.records.iter();
    records.try_for_each(|record| writer.message(&message(batch, record, direction)))
}
