//! The bytes waiting to be written to one client, in order and bounded.

use std::task::{Context, Poll, Waker};

/// An empty outbox keeps at most this capacity, in bytes.
const MAX_IDLE_CAPACITY: usize = 256 << 10;

/// The bytes for one client. The router appends, the connection writes. Above the limit the client is a
/// slow consumer: its bytes are discarded and its connection ends.
#[derive(Debug)]
pub(super) struct Outbox {
    bytes: Vec<u8>,
    written: usize,
    limit: usize,
    state: State,
    writer: Option<Waker>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Nothing more is appended; what is pending is still written.
    Finished,
    /// Nothing more is appended or written.
    Aborted,
}

impl Outbox {
    pub(super) fn new(limit: usize) -> Outbox {
        Outbox {
            bytes: Vec::new(),
            written: 0,
            limit,
            state: State::Open,
            writer: None,
        }
    }

    /// Whether more can be appended.
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether more than three quarters of the limit are pending, so that senders should pause
    /// (nats-server `client.go`, `stalledRoute`).
    pub(super) fn is_congested(&self) -> bool {
        self.is_open() && self.pending() > self.limit / 4 * 3
    }

    /// Appends operations. Returns false if the limit was exceeded and the outbox aborted.
    pub(super) fn append(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        if !self.is_open() {
            return false;
        }
        write(&mut self.bytes);
        if self.pending() > self.limit {
            self.abort();
        }
        self.wake();
        self.is_open()
    }

    /// Ends the appending.
    pub(super) fn finish(&mut self) {
        if self.is_open() {
            self.state = State::Finished;
        }
        self.wake();
    }

    /// The bytes to write next.
    pub(super) fn unwritten(&self) -> &[u8] {
        &self.bytes[self.written..]
    }

    /// Removes the first `count` unwritten bytes.
    pub(super) fn advance(&mut self, count: usize) {
        self.written += count;
        if self.written == self.bytes.len() {
            self.bytes.clear();
            self.bytes.shrink_to(MAX_IDLE_CAPACITY);
            self.written = 0;
        } else if self.written > self.bytes.len() / 2 {
            // Moves fewer bytes than were written since the last time, so each byte moves at most once.
            self.bytes.drain(..self.written);
            self.written = 0;
        }
    }

    /// Polls for bytes to write: true if there are some, false if all is written and no more will come.
    /// The task is always woken by the next change, so that a writer waiting for its socket sees an abort.
    pub(super) fn poll(&mut self, context: &Context<'_>) -> Poll<bool> {
        self.writer = Some(context.waker().clone());
        if !self.unwritten().is_empty() {
            Poll::Ready(true)
        } else if self.is_open() {
            Poll::Pending
        } else {
            Poll::Ready(false)
        }
    }

    fn pending(&self) -> usize {
        self.bytes.len() - self.written
    }

    fn abort(&mut self) {
        self.state = State::Aborted;
        self.bytes = Vec::new();
        self.written = 0;
    }

    fn wake(&mut self) {
        if let Some(writer) = self.writer.take() {
            writer.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(outbox: &mut Outbox) -> Poll<bool> {
        outbox.poll(&Context::from_waker(Waker::noop()))
    }

    fn put(outbox: &mut Outbox, bytes: &[u8]) -> bool {
        outbox.append(|out| out.extend_from_slice(bytes))
    }

    #[test]
    fn bytes_leave_in_order_however_they_are_written() {
        let mut outbox = Outbox::new(1_000);
        let mut left = Vec::new();
        for round in 0_u8..100 {
            assert!(put(&mut outbox, &[round; 7]));
            let count = outbox.unwritten().len().min(usize::from(round % 13));
            left.extend_from_slice(&outbox.unwritten()[..count]);
            outbox.advance(count);
        }
        left.extend_from_slice(outbox.unwritten());
        let expected: Vec<u8> = (0..100).flat_map(|round| [round; 7]).collect();
        assert_eq!(left, expected);
    }

    #[test]
    fn the_limit_counts_what_is_not_written_yet() {
        let mut outbox = Outbox::new(10);
        for _ in 0..100 {
            assert!(put(&mut outbox, b"12345678"));
            outbox.advance(8);
        }
        assert!(put(&mut outbox, b"1234567890"));
        assert!(outbox.is_congested());
        assert!(!put(&mut outbox, b"1"));
        assert!(!outbox.is_open());
        assert_eq!(poll(&mut outbox), Poll::Ready(false));
    }

    #[test]
    fn a_finished_outbox_is_still_written() {
        let mut outbox = Outbox::new(10);
        assert_eq!(poll(&mut outbox), Poll::Pending);
        assert!(put(&mut outbox, b"last"));
        outbox.finish();
        assert!(!put(&mut outbox, b"more"));
        assert_eq!(poll(&mut outbox), Poll::Ready(true));
        assert_eq!(outbox.unwritten(), b"last");
        outbox.advance(4);
        assert_eq!(poll(&mut outbox), Poll::Ready(false));
    }
}
