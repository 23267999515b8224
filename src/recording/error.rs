//! Why a recording cannot be written or opened: sentences that name the file.

use std::{io, path::PathBuf};

use thiserror::Error as ThisError;

use crate::text::quoted;

/// Why a recording cannot be written or opened.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The file to write is there already.
    #[error("{} exists already and was not touched", quoted(.0))]
    Exists(PathBuf),
    /// The file cannot be made.
    #[error("cannot write {}: {reason}", quoted(path))]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// Writing failed on the way: the disk is full, mostly.
    #[error(
        "cannot write on to {}: {reason}; it holds the {messages} messages before",
        quoted(path)
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// How many messages are in it, whole.
        messages: u64,
        /// Why.
        reason: io::Error,
    },
    /// A file or folder cannot be opened.
    #[error("cannot open {}: {reason}", quoted(path))]
    Open {
        /// What was to be opened.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// A folder without a file of natscli's.
    #[error(
        "{} holds no file such as 1.json or 1_reply.json, as \"nats sub --dump\" writes them",
        quoted(.0)
    )]
    NoDump(PathBuf),
}
