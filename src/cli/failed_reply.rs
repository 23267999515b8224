//! What a command says where a service answered that it failed (ADR-32).

use std::fmt;

use super::session::Reply;
use crate::{protocol::ServiceError, text::visible_subject};

/// Replies came, and one at least says that the service failed.
#[derive(Debug, thiserror::Error)]
pub struct FailedReply {
    subject: String,
    /// What the first of them says.
    error: ServiceError<'static>,
    failed: usize,
    replies: usize,
}

impl FailedReply {
    /// Looks for one among the replies to a request.
    pub fn among(subject: &[u8], replies: &[Reply]) -> Result<(), FailedReply> {
        let mut errors = replies
            .iter()
            .filter_map(|reply| reply.message.service_error());
        let Some(first) = errors.next() else {
            return Ok(());
        };
        Err(FailedReply {
            subject: visible_subject(subject).into_owned(),
            error: first.into_owned(),
            failed: 1 + errors.count(),
            replies: replies.len(),
        })
    }
}

impl fmt::Display for FailedReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FailedReply {
            subject,
            error,
            failed,
            replies,
        } = self;
        match (failed, replies) {
            (_, 1) => write!(f, "the service on \"{subject}\" failed: {error}"),
            (1, _) => write!(f, "1 of {replies} replies to \"{subject}\" failed: {error}"),
            _ => write!(
                f,
                "{failed} of {replies} replies to \"{subject}\" failed, the first: {error}"
            ),
        }
    }
}
