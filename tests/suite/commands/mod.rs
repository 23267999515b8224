//! The built binary as a script meets it: arguments in, lines and an exit code out.
#![allow(clippy::unwrap_used)] // for what helps a test as for the test itself

mod connection;
mod exact;
mod history;
mod keep;
mod matching;
mod program;
mod publish;
mod record;
mod replay;
mod request;
mod secrets;
mod sentences;
mod serve;
mod service_errors;
mod silence;
mod subscribe;

pub use program::{Home, Running, server};
