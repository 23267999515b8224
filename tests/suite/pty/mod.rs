//! Programs in a real pseudo-terminal: what only a terminal shows.
//!
//! [`harness`] runs a program and watches its screen; [`stage`] is a small program made of
//! `tui::terminal` alone, which [`terminal`] drives through every way in and out.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot start its program is to fail"
)]

mod copying;
mod explorer;
mod flood;
mod harness;
#[cfg(target_os = "linux")]
mod memory;
mod output;
mod stage;
mod terminal;
