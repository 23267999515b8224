//! A direction along the log.

/// Which way along the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Toward {
    /// To what came earlier.
    Older,
    /// To what came later.
    Newer,
}
