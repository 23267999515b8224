//! The user's own files: where they are, and what `settings.toml` says.

mod file;
mod paths;

pub use file::{Error, HistorySettings, Settings};
pub use paths::{Paths, Platform};
