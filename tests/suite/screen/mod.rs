//! The real event loop, driven by keys.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene is to fail"
)]

mod contexts;
mod finding;
mod flood;
mod harness;
mod journeys;
mod moving;
mod places;
mod recordings;
mod server;
mod snapshots;
mod switching;
mod tour;
