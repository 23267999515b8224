//! What a filter may ask about a message.

use crate::protocol::Direction;

/// A message as a filter looks at it. A filter asks only for what its terms are about, so an answer
/// should cost nothing before it is asked for.
pub trait Facts {
    /// Which way it went.
    fn direction(&self) -> Direction;
    /// The subject it was published to.
    fn subject(&self) -> &[u8];
    /// Where an answer is awaited.
    fn reply(&self) -> Option<&[u8]>;
    /// The header block as it came, its status line included; empty where there is none.
    fn header(&self) -> &[u8];
    /// The payload.
    fn payload(&self) -> &[u8];
    /// Whether the payload may hold a backslash; `false` where somebody knows that it does not.
    fn may_hold_backslash(&self) -> bool {
        true
    }
    /// The length of the payload on the wire in bytes, as the log's column shows it.
    fn size(&self) -> u64 {
        self.payload().len() as u64
    }
    /// When it was read or written, in nanoseconds since the Unix epoch.
    fn at(&self) -> i64;
    /// How many nanoseconds after the request this reply came; `None` where it is none, or the request
    /// was not seen.
    fn rtt(&self) -> Option<i64>;
}

/// A message whose facts lie at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Which way it went.
    pub direction: Direction,
    /// The subject it was published to.
    pub subject: &'a [u8],
    /// Where an answer is awaited.
    pub reply: Option<&'a [u8]>,
    /// The header block as it came, its status line included; empty where there is none.
    pub header: &'a [u8],
    /// The payload.
    pub payload: &'a [u8],
    /// When it was read or written, in nanoseconds since the Unix epoch.
    pub at: i64,
    /// How many nanoseconds after the request this reply came, where that is known.
    pub rtt: Option<i64>,
}

impl Facts for Candidate<'_> {
    fn direction(&self) -> Direction {
        self.direction
    }

    fn subject(&self) -> &[u8] {
        self.subject
    }

    fn reply(&self) -> Option<&[u8]> {
        self.reply
    }

    fn header(&self) -> &[u8] {
        self.header
    }

    fn payload(&self) -> &[u8] {
        self.payload
    }

    fn at(&self) -> i64 {
        self.at
    }

    fn rtt(&self) -> Option<i64> {
        self.rtt
    }
}
