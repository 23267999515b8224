//! The time/today scenario: its pages in this process, and `goingnats demo` as it is typed.
#![allow(clippy::unwrap_used)] // for what helps a test as for the test itself

mod participants;
mod plain;
