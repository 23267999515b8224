//! The time/today scenario: three clients written against the public [`Client`](crate::client::Client),
//! each on one page.
//!
//! * [`publisher`] tells the time, every second;
//! * [`responder`] answers `today`, slowly, and `add`;
//! * [`consumer`] plays the scenario that `goingnats demo --plain` prints.
//!
//! [`start`] keeps the first two at work in the background for whoever wants to look.

pub mod consumer;
mod participants;
pub mod publisher;
pub mod responder;

pub use participants::{Participants, start, start_with};
