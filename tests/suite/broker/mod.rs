//! The loopback broker, as other people's clients see it: S01 and on.
