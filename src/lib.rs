//! goingnats: a NATS client with a face.

pub mod client;
pub mod protocol;
