//! A session that was told to close or to drain.

use std::time::{Duration, Instant};

/// How long closing may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);
/// How long draining may take.
pub(super) const DRAIN_WITHIN: Duration = Duration::from_secs(3);

/// Waiting for the server to process everything written before the end.
#[derive(Debug)]
pub(super) struct Ending {
    pub kind: EndingKind,
    pub deadline: Instant,
    /// Whether the PONG came behind the last operation.
    pub acknowledged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EndingKind {
    Close,
    /// Replies and messages under way may still arrive.
    Drain,
}

impl Ending {
    pub fn new(kind: EndingKind, now: Instant) -> Ending {
        let within = match kind {
            EndingKind::Close => CLOSE_WITHIN,
            EndingKind::Drain => DRAIN_WITHIN,
        };
        Ending {
            kind,
            deadline: now + within,
            acknowledged: false,
        }
    }
}
