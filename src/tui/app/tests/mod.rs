//! What keys mean, without a loop, a socket or a clock: given, keys, then.

mod anything;
mod copying;
mod days;
mod escapes;
mod finding;
mod frozen;
mod graph;
mod history;
mod keys;
mod mouse;
mod moving;
mod palette;
mod recordings;
mod replies;
mod requests;
mod server;
mod silence;
mod stage;
mod switching;
