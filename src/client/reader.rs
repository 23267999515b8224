//! Bytes from the socket into large chunks, framed in place.

use std::{io, sync::Arc, thread, time::Duration};

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{
    data::{Batch, Buffers, Recycling},
    load::{Load, Weight},
};
use crate::protocol::{Decoder, Limits, ProtocolError, Record, ServerOp};

/// A chunk; larger ones are made for messages that do not fit.
const CHUNK: usize = 256 << 10;
/// A read with less room than this is not worth its system call.
const ROOM: usize = 32 << 10;
/// A batch of fewer bytes is copied out, so that quiet traffic does not hold whole chunks.
const SMALL: usize = 32 << 10;
/// What a read brings at least for the next one to be put off, until there is more to read at once.
const FLOOD: usize = 32 << 10;
/// For how long it is put off.
const PAUSE: Duration = Duration::from_millis(1);
/// So many pairs of buffers wait to be used again.
const KEPT: usize = 8;

/// The reading half of a connection.
///
/// ```text
/// chunk:  |..framed, with records..|..begun..|..room..|
///                                  ^ at
/// ```
#[derive(Debug)]
pub(super) struct Reader<R> {
    source: R,
    decoder: Decoder,
    chunk: Vec<u8>,
    at: usize,
    records: Vec<Record>,
    recycling: Recycling,
    /// Whether the last read was a large one and left nothing behind.
    flooded: bool,
    load: Option<Arc<Load>>,
    /// That of a jumbo chunk.
    weight: Option<Weight>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub fn new(source: R) -> Reader<R> {
        Reader {
            source,
            decoder: Decoder::new(Limits::CLIENT),
            chunk: Vec::with_capacity(CHUNK),
            at: 0,
            records: Vec::new(),
            recycling: Recycling::new(KEPT),
            flooded: false,
            load: None,
            weight: None,
        }
    }

    /// Counts jumbo chunks in a load from now on.
    pub fn count_in(&mut self, load: &Arc<Load>) {
        self.load = Some(Arc::clone(load));
        self.weigh();
    }

    /// Puts what `halve` makes of the source in its place, and gives the other half.
    pub fn split<A, B>(self, halve: impl FnOnce(R) -> (A, B)) -> (Reader<A>, B) {
        let (source, other) = halve(self.source);
        let reader = Reader {
            source,
            decoder: self.decoder,
            chunk: self.chunk,
            at: self.at,
            records: self.records,
            recycling: self.recycling,
            flooded: self.flooded,
            load: self.load,
            weight: self.weight,
        };
        (reader, other)
    }

    /// The source, to write to while nothing reads.
    pub fn source_mut(&mut self) -> &mut R {
        &mut self.source
    }

    /// Gives the source back; what was read and not framed is lost.
    pub fn into_source(self) -> R {
        self.source
    }

    /// Reads what is there, waiting for the first byte; 0 at the end. Nothing is lost where this is
    /// given up half-way.
    ///
    /// Under flood a read that left nothing behind is followed by a pause: each read, each batch and
    /// each waking of who takes them has its price, whatever there is in it. The thread sleeps, not the
    /// task, since what arrives would wake a task's timer as often as a read; whatever else the thread
    /// runs can wait for so long.
    pub async fn fill(&mut self) -> io::Result<usize> {
        if std::mem::take(&mut self.flooded) {
            thread::sleep(PAUSE);
        }
        self.make_room();
        let mut total = self.source.read_buf(&mut self.chunk).await?;
        while total >= FLOOD && self.chunk.capacity() - self.chunk.len() >= ROOM {
            match self.source.read_buf(&mut self.chunk).now_or_never() {
                None => {
                    self.flooded = true;
                    break;
                }
                // The end and errors are found again by the next call.
                Some(Ok(0) | Err(_)) => break,
                Some(Ok(count)) => total += count,
            }
        }
        Ok(total)
    }

    /// Frames the next operation. Messages are also kept, for [`Reader::take_batch`].
    pub fn next(&mut self) -> Result<Option<(ServerOp<'_>, &[u8])>, ProtocolError> {
        let op = self.decoder.server_op(&self.chunk, &mut self.at)?;
        if let Some(ServerOp::Message(record)) = &op {
            self.records.push(*record);
        }
        Ok(op.map(|op| (op, self.chunk.as_slice())))
    }

    /// Looks at the next operation without framing it, from `ahead` bytes behind what was framed;
    /// `ahead` is moved behind it. `decoder` is the caller's own, for it to be resumed.
    pub fn look_ahead(
        &self,
        decoder: &mut Decoder,
        ahead: &mut usize,
    ) -> Result<Option<ServerOp<'_>>, ProtocolError> {
        decoder.server_op(self.unframed(), ahead)
    }

    /// The messages framed since the last time, and makes way for what comes next.
    pub fn take_batch(&mut self, at: i64) -> Option<Batch> {
        if self.records.is_empty() {
            self.discard_framed();
            return None;
        }
        if self.at < SMALL {
            let bytes = self.chunk[..self.at].to_vec();
            let batch = Batch::new(bytes, self.records.as_slice().to_vec(), at);
            self.records.clear();
            self.discard_framed();
            return Some(batch);
        }
        let mut fresh = self.recycling.take();
        let tail = &self.chunk[self.at..];
        fresh.bytes.reserve(CHUNK.max(tail.len() + ROOM));
        fresh.bytes.extend_from_slice(tail);
        let mut full = Buffers {
            bytes: std::mem::replace(&mut self.chunk, fresh.bytes),
            records: std::mem::replace(&mut self.records, fresh.records),
        };
        full.bytes.truncate(self.at);
        self.at = 0;
        if full.bytes.capacity() > CHUNK + ROOM {
            // A jumbo chunk is not worth keeping for the messages that follow.
            self.weight = None;
            return Some(Batch::new(full.bytes, full.records, at));
        }
        Some(self.recycling.batch(full, at))
    }

    /// Whether an operation has begun and not ended.
    pub fn is_amid_operation(&self) -> bool {
        self.at < self.chunk.len()
    }

    /// The bytes that were not framed yet.
    pub fn unframed(&self) -> &[u8] {
        &self.chunk[self.at..]
    }

    /// What was framed goes, so that no later batch holds it again; what has begun moves to the front,
    /// which happens to its bytes at most once.
    fn discard_framed(&mut self) {
        self.chunk.drain(..self.at);
        self.at = 0;
        if self.chunk.is_empty() {
            // A jumbo chunk has done its work.
            self.chunk.shrink_to(CHUNK);
            self.weight = None;
        }
    }

    /// Room for the rest of the operation that has begun, and enough of it for a good read.
    fn make_room(&mut self) {
        let missing = self
            .decoder
            .needs()
            .saturating_sub(self.chunk.len() - self.at);
        let room = missing.max(ROOM);
        if self.chunk.capacity() - self.chunk.len() < room {
            self.chunk.drain(..self.at);
            self.at = 0;
            if self.chunk.capacity() - self.chunk.len() < room {
                // Exactly: a jumbo chunk is as large as its message and not twice as large.
                self.chunk.reserve_exact(room);
                self.weigh();
            }
        }
    }

    /// Counts the chunk where it is a jumbo one, and tells of it before it is filled.
    fn weigh(&mut self) {
        if let Some(load) = self
            .load
            .as_ref()
            .filter(|_| self.chunk.capacity() > CHUNK + ROOM)
        {
            self.weight = Some(load.weigh(self.chunk.capacity()));
            load.tell_of_growth();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    /// Reads everything; gives the payload lengths batch by batch.
    fn read(bytes: &[u8]) -> Vec<Vec<usize>> {
        let mut reader = Reader::new(bytes);
        let mut batches = Vec::new();
        while reader.fill().now_or_never().unwrap().unwrap() > 0 {
            while reader.next().unwrap().is_some() {}
            let Some(batch) = reader.take_batch(0) else {
                continue;
            };
            assert_eq!(batch.bytes.len(), batch.records.last().unwrap().end() + 2);
            let lens = batch.records.iter().map(|r| r.payload(&batch.bytes).len());
            batches.push(lens.collect());
        }
        assert!(!reader.is_amid_operation());
        batches
    }

    fn message(len: usize) -> Vec<u8> {
        [
            format!("MSG s 2 {len}\r\n").as_bytes(),
            &vec![b'x'; len],
            b"\r\n",
        ]
        .concat()
    }

    #[test]
    fn quiet_traffic_is_one_small_batch() {
        let bytes = message(5).repeat(3);
        assert_eq!(read(&bytes), [[5, 5, 5]]);
    }

    #[test]
    fn whatever_a_read_ends_with_no_batch_holds_what_was_in_one_before() {
        const READ: usize = 1500;
        let bytes = message(1000).repeat(100);
        let (mut server, source) = tokio::io::duplex(READ);
        let mut reader = Reader::new(source);
        let (mut held, mut messages) = (0, 0);
        for read in bytes.chunks(READ) {
            server.write_all(read).now_or_never().unwrap().unwrap();
            reader.fill().now_or_never().unwrap().unwrap();
            while reader.next().unwrap().is_some() {}
            if let Some(batch) = reader.take_batch(0) {
                held += batch.bytes.len();
                messages += batch.records.len();
            }
        }
        assert_eq!((held, messages), (bytes.len(), 100));
    }

    #[test]
    fn a_flood_fills_chunks_and_carries_what_has_begun() {
        let bytes = message(1000).repeat(5000);
        let batches = read(&bytes);
        assert_eq!(batches.concat(), vec![1000; 5000]);
        assert!(batches.len() <= bytes.len() / (CHUNK - ROOM) + 1);
    }

    #[test]
    fn c107_a_large_message_gets_a_chunk_of_its_size() {
        let bytes = [message(5), message(5 << 20), message(7)].concat();
        let mut reader = Reader::new(&bytes[..]);
        let load = Arc::new(Load::new(0));
        reader.count_in(&load);
        let mut largest = 0;
        while reader.fill().now_or_never().unwrap().unwrap() > 0 {
            while reader.next().unwrap().is_some() {}
            largest = largest.max(reader.chunk.capacity());
            let jumbo = reader.chunk.capacity() > CHUNK + ROOM;
            assert_eq!(load.held(), if jumbo { reader.chunk.capacity() } else { 0 });
            reader.take_batch(0);
        }
        assert!(largest <= (5 << 20) + 2 * CHUNK, "{largest}");
        assert!(reader.chunk.capacity() <= CHUNK + ROOM);
        assert_eq!(read(&bytes).concat(), [5, 5 << 20, 7]);
    }
}
