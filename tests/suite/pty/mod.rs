//! The built binary in a real pseudo-terminal.
