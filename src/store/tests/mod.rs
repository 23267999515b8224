//! The store as its users meet it: batches in, rows and counters out.

mod budget;
mod figures;
mod log;
mod model;
mod pairs;
mod rates;
mod traffic;
mod tree;
