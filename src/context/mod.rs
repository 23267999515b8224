//! Where to connect and as whom: flags first, then `NATS_*` variables, then defaults.
//!
//! Everything comes in as values, so tests set no variables: [`Flags`] and [`Variables`] in,
//! [`Settings`] out, each value with its [`Origin`]. [`Settings::options`] is what the client takes.
//!
//! The names and the reading of flags and variables are natscli's (`nats/main.go`), with one
//! deviation: a credential on the command line replaces those of the variables as a whole, see
//! [`resolve()`].

mod duration;
mod resolve;
mod sources;

pub use duration::{BadDuration, parse_duration};
pub use resolve::{Error, Settings, resolve};
pub use sources::{Flags, Origin, Sourced, Variables};
