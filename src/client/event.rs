//! Events of the control lane: state and answers, never dropped.

use std::time::Duration;

use super::{Error, Message, PoolEntry, Sid, Ticket, TlsInfo};
use crate::protocol::Info;

/// A change of the connection, or the answer to a command.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A server is being dialed.
    Connecting {
        /// The server, without user info.
        server: String,
        /// 1 for the first attempt since the last time we were connected.
        attempt: u32,
    },
    /// The handshake is done and every subscription is back in place.
    Connected {
        /// The server, without user info.
        server: String,
        /// The server's INFO.
        info: Box<Info>,
        /// Round trip of the first PING.
        rtt: Duration,
        /// `None` without TLS.
        tls: Option<TlsInfo>,
    },
    /// The connection, or the attempt to get one, failed; the next attempt follows.
    Disconnected {
        /// Why.
        reason: Error,
        /// The wait before the next attempt.
        retry_in: Duration,
    },
    /// The connection was closed by us or given up. No event follows.
    Closed {
        /// Why it was given up; `None` where we closed it.
        reason: Option<Error>,
    },
    /// The server sent a new INFO: topology, limits, lame duck mode.
    InfoChanged(Box<Info>),
    /// The server will shut down (lame duck mode). Where another server is known, `Moving` follows within
    /// 3 s; otherwise the connection stays until the server closes it.
    LameDuck {
        /// The server, without user info.
        server: String,
    },
    /// Another server is being dialed while the present connection serves. Followed by `Connected`, without
    /// `Disconnected` before it, or by `MoveFailed`.
    Moving {
        /// The server to move to, without user info.
        server: String,
    },
    /// Moving failed; the present connection serves on.
    MoveFailed {
        /// The server that was to be moved to, without user info.
        server: String,
        /// Why.
        reason: Error,
    },
    /// The list of known servers, or the state of one, changed.
    Pool(Vec<PoolEntry>),
    /// The round trip time of a keepalive PING.
    Rtt(Duration),
    /// The server has processed a subscription (the PONG after it came).
    Subscribed(Sid),
    /// The server refused or removed a subscription; it is not repeated after a reconnect.
    SubscriptionRefused {
        /// Which.
        sid: Sid,
        /// Why.
        reason: Error,
    },
    /// The answer to a request. A status 503 of the server is [`Error::NoResponders`].
    Answered {
        /// Which request.
        ticket: Ticket,
        /// The reply subject of the request; empty where it was never sent.
        inbox: Vec<u8>,
        /// The reply, or why none came.
        answer: Result<Message, Error>,
        /// The time from writing the request to the reply or the failure.
        took: Duration,
    },
    /// A publish was not sent, or the server refused it.
    PublishFailed {
        /// Which publish.
        ticket: Ticket,
        /// Why.
        reason: Error,
    },
    /// The server has processed everything written before the flush, or the connection was lost.
    Flushed {
        /// Which flush.
        ticket: Ticket,
        /// Whether the PONG came back.
        result: Result<(), Error>,
    },
    /// An `-ERR` that matches no command of ours.
    ServerError {
        /// The server's own words, made visible.
        text: String,
        /// How many times it came since the last such event.
        count: u64,
    },
    /// The total number of replies that came after their request had ended.
    LateReplies(u64),
}
