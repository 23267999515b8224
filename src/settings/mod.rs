//! The user's own files: where they are, what `settings.toml` says, and the filters in `filters.toml`.

mod file;
pub mod filters;
mod paths;

pub use file::{Error, HistorySettings, Settings};
pub use filters::SavedFilter;
pub use paths::{Paths, Platform};
