//! The loopback broker against clients of all kinds: the conformance numbers S01 to S42.
//!
//! * `wire`: the exact bytes.
//! * `lifetime`: connections that open, stay silent, are slow, and close.
//! * `python`, `async_nats`: clients by others.
//! * `differential`: the same scripts against nats-server and the broker.

mod async_nats;
mod differential;
mod lifetime;
mod python;
mod raw;
mod wire;
