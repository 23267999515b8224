//! natscli's contexts: found, read, put together with flags and variables, and shown.
#![allow(clippy::unwrap_used)] // for what helps a test as for the test itself

mod commands;
mod conformance;
mod destinations;
mod programs;
mod world;

pub use world::World;
