//! The loopback broker, as other people's clients see it: S01 and on.
//!
//! * `wire`: the bytes, for every client there is.
//! * `lifetime`: connections that come, stay silent, are slow, and go.
//! * `python`, `async_nats`: clients written by others, run for real.
//! * `differential`: the same script to nats-server and to us.

mod async_nats;
mod differential;
mod lifetime;
mod python;
mod raw;
mod wire;
