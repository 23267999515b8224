//! App: all state of the screen, and the pure functions that change it.
//!
//! [`update`] takes what a person means, [`ingest`] takes what the network and the jobs say,
//! [`switching`] goes to another context or server. None of them
//! does any I/O nor reads a clock; what has to happen outside comes back as [`Effect`]s.

mod action;
mod effect;
pub mod focus;
pub mod ingest;
pub mod mouse;
mod phase;
pub mod recordings;
pub mod servers;
mod state;
pub mod switching;
mod target;
#[cfg(test)]
mod tests;
mod toasts;
pub mod update;

pub use action::Action;
pub use effect::{Effect, Found, Job, JobDone, Purpose};
pub use focus::{Focus, View};
pub use phase::Phase;
pub use servers::Servers;
pub use state::{App, Now, Setup, stamp};
pub use switching::Switching;
pub use target::{Target, tint};
pub use toasts::{Level, Toast, Toasts};
