//! What keys mean, without a loop, a socket or a clock: given, keys, then.

mod anything;
mod finding;
mod keys;
mod server;
mod stage;
mod switching;
