//! The real event loop, driven by keys.

mod harness;
mod journeys;
mod snapshots;
