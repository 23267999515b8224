//! Directions along the log.

/// A direction along the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Toward {
    /// To earlier entries.
    Older,
    /// To later entries.
    Newer,
}
