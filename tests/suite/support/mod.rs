//! Shared by the tests: servers, publishers, peers, waiting.
#![allow(dead_code, unused_imports)] // every test module takes what it needs

mod certificates;
mod cluster;
mod deadline;
mod nats_server;
mod operator;
mod python;
mod source;

pub use certificates::Certificates;
pub use cluster::Cluster;
pub use deadline::{PATIENCE, wait_for, wait_until, wait_within};
pub use nats_server::NatsServer;
pub use operator::{Operator, User};
pub use python::python;
pub use source::{Flow, Source};
