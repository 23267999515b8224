//! The time/today scenario.
