//! The control lane: state and answers. Never dropped.

use std::time::Duration;

use super::{Error, Message, PoolEntry, Sid, Ticket, TlsInfo};
use crate::protocol::Info;

/// Something that happened to the connection, or the answer to one command.
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
        /// What the server says of itself.
        info: Box<Info>,
        /// Round trip of the first PING.
        rtt: Duration,
        /// What protects the connection; `None` in the clear.
        tls: Option<TlsInfo>,
    },
    /// The connection, or the attempt to get one, failed; the next attempt follows.
    Disconnected {
        /// Why.
        reason: Error,
        /// The wait before the next attempt.
        retry_in: Duration,
    },
    /// It is over: closed by us, or given up. No event follows.
    Closed {
        /// Why it was given up; `None` where we closed it.
        reason: Option<Error>,
    },
    /// The server changed what it says of itself: topology, limits, lame duck.
    InfoChanged(Box<Info>),
    /// The server is about to leave. Where another one is known, `Moving` follows within 3 s;
    /// otherwise the connection stands until the server cuts it.
    LameDuck {
        /// The server, without user info.
        server: String,
    },
    /// Another server is being dialed while the present connection stands; `Connected` follows
    /// without a `Disconnected` before it, or `MoveFailed`.
    Moving {
        /// The server to move to, without user info.
        server: String,
    },
    /// The other server could not be moved to; the present connection stands as it did.
    MoveFailed {
        /// The server that was to be moved to, without user info.
        server: String,
        /// Why.
        reason: Error,
    },
    /// The servers that are known, or what is known of one of them, changed.
    Pool(Vec<PoolEntry>),
    /// A keepalive came back.
    Rtt(Duration),
    /// A subscription is in place, as a PONG behind it shows.
    Subscribed(Sid),
    /// The server refused a subscription, or took it away; it is not asked for again.
    SubscriptionRefused {
        /// Which.
        sid: Sid,
        /// Why.
        reason: Error,
    },
    /// The answer to a request. `answer` has the server's 503 as [`Error::NoResponders`].
    Answered {
        /// Which request.
        ticket: Ticket,
        /// The reply subject it carried; empty where it was never sent.
        inbox: Vec<u8>,
        /// The reply, or why there is none.
        answer: Result<Message, Error>,
        /// From writing the request to reading the reply, or to giving up.
        took: Duration,
    },
    /// A publish that was not sent, or that the server refused.
    PublishFailed {
        /// Which publish.
        ticket: Ticket,
        /// Why.
        reason: Error,
    },
    /// The server has processed everything written before, or it cannot be known any more.
    Flushed {
        /// Which flush.
        ticket: Ticket,
        /// Whether the PONG came back.
        result: Result<(), Error>,
    },
    /// An `-ERR` that belongs to no command of ours.
    ServerError {
        /// The server's own words, made visible.
        text: String,
        /// How many of the same came since the last such event.
        count: u64,
    },
    /// Replies that came after their request had been given up, in all.
    LateReplies(u64),
}
