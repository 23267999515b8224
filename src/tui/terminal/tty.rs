//! Standard output, for whoever may write to it.
