//! Bytes from the socket into large chunks, framed in place.

use std::{io, sync::Arc, thread, time::Duration};

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{
    data::{Batch, BufferPool, Buffers},
    held_bytes::{HeldBytes, Reservation},
};
use crate::protocol::{Decoder, Limits, ProtocolError, Record, ServerOp};

/// The usual size of a chunk; a message that does not fit gets a larger one.
const CHUNK: usize = 256 << 10;
/// The least room for a read.
const ROOM: usize = 32 << 10;
/// A smaller batch is copied out, so that light traffic does not hold whole chunks.
const SMALL: usize = 32 << 10;
/// After a read of at least this size the next one is delayed, until there is more to read at once.
const FLOOD: usize = 32 << 10;
/// How long it is delayed.
const PAUSE: Duration = Duration::from_millis(1);
/// How many pairs of buffers are kept to be used again.
const KEPT: usize = 8;

/// The reading half of a connection, from `at` on not framed yet.
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
    pool: BufferPool,
    /// Whether the last read was a large one that emptied the socket.
    flooded: bool,
    held_bytes: Option<Arc<HeldBytes>>,
    /// That of a jumbo chunk.
    reservation: Option<Reservation>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub fn new(source: R) -> Reader<R> {
        Reader {
            source,
            decoder: Decoder::new(Limits::CLIENT),
            chunk: Vec::with_capacity(CHUNK),
            at: 0,
            records: Vec::new(),
            pool: BufferPool::new(KEPT),
            flooded: false,
            held_bytes: None,
            reservation: None,
        }
    }

    /// Counts jumbo chunks in `held_bytes` from now on.
    pub fn count_in(&mut self, held_bytes: &Arc<HeldBytes>) {
        self.held_bytes = Some(Arc::clone(held_bytes));
        self.count_jumbo_chunk();
    }

    /// Splits the source: the first part is read from now on, the second is returned.
    pub fn split<A, B>(self, split: impl FnOnce(R) -> (A, B)) -> (Reader<A>, B) {
        let (source, other) = split(self.source);
        let reader = Reader {
            source,
            decoder: self.decoder,
            chunk: self.chunk,
            at: self.at,
            records: self.records,
            pool: self.pool,
            flooded: self.flooded,
            held_bytes: self.held_bytes,
            reservation: self.reservation,
        };
        (reader, other)
    }

    /// The source, to be written to between reads.
    pub fn source_mut(&mut self) -> &mut R {
        &mut self.source
    }

    /// Returns the source; bytes that were read and not framed are lost.
    pub fn into_source(self) -> R {
        self.source
    }

    /// Reads what is available, waiting for the first byte; returns the number of bytes, 0 at the end.
    /// Cancel-safe.
    ///
    /// Under a flood, a read that emptied the socket is followed by a pause: each read, each batch and
    /// each wake-up of the consumer has a fixed cost. The thread sleeps, not the task, since arriving
    /// bytes would wake a task as often as reads would; everything else on this thread can wait as long.
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
                // The next call meets the end or the error again.
                Some(Ok(0) | Err(_)) => break,
                Some(Ok(count)) => total += count,
            }
        }
        Ok(total)
    }

    /// Frames the next operation. A message is also kept for [`Reader::take_batch`].
    pub fn next(&mut self) -> Result<Option<(ServerOp<'_>, &[u8])>, ProtocolError> {
        let op = self.decoder.server_op(&self.chunk, &mut self.at)?;
        if let Some(ServerOp::Message(record)) = &op {
            self.records.push(*record);
        }
        Ok(op.map(|op| (op, self.chunk.as_slice())))
    }

    /// Decodes the next operation without framing it, from `ahead` bytes behind what was framed, and
    /// advances `ahead`. `decoder` is the caller's own: it holds the state between calls.
    pub fn peek(
        &self,
        decoder: &mut Decoder,
        ahead: &mut usize,
    ) -> Result<Option<ServerOp<'_>>, ProtocolError> {
        decoder.server_op(self.unframed(), ahead)
    }

    /// Takes the messages framed since the last call; `None` where there are none.
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
        let mut fresh = self.pool.take();
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
            // A jumbo chunk is not reused.
            self.reservation = None;
            return Some(Batch::new(full.bytes, full.records, at));
        }
        Some(self.pool.batch(full, at))
    }

    /// Whether part of an operation has come.
    pub fn is_amid_operation(&self) -> bool {
        self.at < self.chunk.len()
    }

    /// The bytes that were not framed yet.
    pub fn unframed(&self) -> &[u8] {
        &self.chunk[self.at..]
    }

    /// Removes what was framed, so that no later batch holds it again. An unfinished operation moves to
    /// the front, at most once.
    fn discard_framed(&mut self) {
        self.chunk.drain(..self.at);
        self.at = 0;
        if self.chunk.is_empty() {
            self.chunk.shrink_to(CHUNK);
            self.reservation = None;
        }
    }

    /// Makes room for the rest of an unfinished operation, and at least `ROOM` bytes.
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
                // Exact: a jumbo chunk is as large as its message, not twice as large.
                self.chunk.reserve_exact(room);
                self.count_jumbo_chunk();
            }
        }
    }

    /// Counts the chunk where it is larger than usual, and notifies the handles before it is filled.
    fn count_jumbo_chunk(&mut self) {
        if let Some(held_bytes) = self
            .held_bytes
            .as_ref()
            .filter(|_| self.chunk.capacity() > CHUNK + ROOM)
        {
            self.reservation = Some(held_bytes.reserve(self.chunk.capacity()));
            held_bytes.notify_growth();
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
        let held_bytes = Arc::new(HeldBytes::new(0));
        reader.count_in(&held_bytes);
        let mut largest = 0;
        while reader.fill().now_or_never().unwrap().unwrap() > 0 {
            while reader.next().unwrap().is_some() {}
            largest = largest.max(reader.chunk.capacity());
            let jumbo = reader.chunk.capacity() > CHUNK + ROOM;
            let expected = if jumbo { reader.chunk.capacity() } else { 0 };
            assert_eq!(held_bytes.total(), expected);
            reader.take_batch(0);
        }
        assert!(largest <= (5 << 20) + 2 * CHUNK, "{largest}");
        assert!(reader.chunk.capacity() <= CHUNK + ROOM);
        assert_eq!(read(&bytes).concat(), [5, 5 << 20, 7]);
    }
}
