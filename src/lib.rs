//! goingnats: a NATS client with a face.

pub mod broker;
pub mod client;
pub mod context;
pub mod demo;
pub mod history;
pub mod payload;
pub mod protocol;
pub mod recording;
pub mod settings;
pub mod store;
pub mod tui;
