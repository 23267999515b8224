//! The user's own files: where they are.

mod paths;

pub use paths::Paths;
