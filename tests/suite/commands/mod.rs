//! The headless commands, as a script sees them.
