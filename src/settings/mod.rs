//! The user's own files: where they are, what `settings.toml` says, and the filters in `filters.toml`.

mod file;
pub mod filters;
mod keep;
mod paths;
mod zone;

pub use file::{Error, HistorySettings, Settings};
pub use filters::SavedFilter;
pub use keep::{BadKeep, Keep};
pub use paths::{Paths, Platform};
pub use zone::{BadZone, Zone};
