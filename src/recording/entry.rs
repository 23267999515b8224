//! One entry of a recording.

use super::Line;
use crate::protocol::Marker;

/// One entry of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry<'a> {
    /// A message.
    Message(Line<'a>),
    /// What happened between messages.
    Marker(Marker),
}
