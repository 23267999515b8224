//! The store as its users meet it: batches in, rows and counters out.

mod budget;
mod figures;
mod filter;
mod log;
mod model;
mod pairs;
mod rates;
mod search;
mod traffic;
mod tree;
