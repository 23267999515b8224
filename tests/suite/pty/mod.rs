//! Programs in a real pseudo-terminal: what only a terminal shows.
//!
//! [`harness`] runs a program and watches its screen; [`stage`] is a small program made of
//! `tui::terminal` alone, which [`terminal`] drives through every way in and out.

mod harness;
mod stage;
mod terminal;
