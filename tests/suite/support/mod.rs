//! What tests need: servers, peers, deadlines.
#![allow(dead_code, unused_imports)] // every test module takes what it needs

mod deadline;
mod nats_server;
mod python;

pub use deadline::{PATIENCE, wait_for, wait_until};
pub use nats_server::NatsServer;
pub use python::python;
