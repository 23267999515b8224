//! Which way a message went. Here, since the filter, the log and recordings all speak of it.

use serde::{Deserialize, Serialize};

/// Which way a message went, seen from this client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Received from the server.
    In,
    /// Sent by this client.
    Out,
}
