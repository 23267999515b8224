//! The time/today scenario: three small programs that use the public [`Client`](crate::client::Client).
//!
//! * [`publisher`] publishes the time every second;
//! * [`responder`] answers `today` (after two seconds) and `add`;
//! * [`consumer`] runs the scenario that `goingnats demo --plain` prints.
//!
//! [`start`] runs the first two in the background.

pub mod consumer;
mod participants;
pub mod publisher;
pub mod responder;

pub use participants::{Participants, start, start_with};
