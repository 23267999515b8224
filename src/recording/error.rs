//! Why a recording cannot be written or opened: sentences that name the file.

use std::{io, path::PathBuf};

use thiserror::Error as ThisError;

/// Why a recording cannot be written or opened.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The file to write is there already.
    #[error("{0:?} exists already and was not touched")]
    Exists(PathBuf),
    /// The file cannot be made.
    #[error("cannot write {path:?}: {reason}")]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// Writing failed on the way: the disk is full, mostly.
    #[error("cannot write on to {path:?}: {reason}; it holds the {messages} messages before")]
    Write {
        /// The file.
        path: PathBuf,
        /// How many messages are in it, whole.
        messages: u64,
        /// Why.
        reason: io::Error,
    },
    /// A file or folder cannot be opened.
    #[error("cannot open {path:?}: {reason}")]
    Open {
        /// What was to be opened.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// A folder without a file of natscli's.
    #[error(
        "{0:?} holds no file such as 1.json or 1_reply.json, as \"nats sub --dump\" writes them"
    )]
    NoDump(PathBuf),
}
