//! What the data lane brings, as lines of a recording.

use crate::{
    client::Data,
    protocol::Direction,
    recording::{Error, Line, Medium, Writer},
};

/// Writes all of an entry of the data lane.
pub(super) fn write<M: Medium>(writer: &mut Writer<M>, data: &Data) -> Result<(), Error> {
    let (batch, direction) = match data {
        Data::Received(batch) => (batch, Direction::In),
        Data::Sent(batch) => (batch, Direction::Out),
        Data::Gap(entry) => return writer.marker(&entry.into()),
        Data::Dropped(entry) => return writer.marker(&entry.into()),
    };
    let mut records = batch.records.iter();
    records.try_for_each(|record| {
        writer.message(&Line::from_wire(&batch.bytes, record, batch.at, direction))
    })
}
