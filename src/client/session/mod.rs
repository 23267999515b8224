//! The state machine of the protocol, sans-IO: operations and commands in; bytes, events and markers out.
//!
//! [`Session`] knows no socket, no channel and no clock. Its driver passes what the server sent
//! ([`Session::operation`]), what the user asks for ([`Session::command`]) and the time ([`Session::tick`] at
//! [`Session::deadline`]), writes [`Session::unwritten`], and delivers [`Session::take_events`] and
//! [`Session::take_entries`]. A session outlives connections: each begins with [`Session::connected`] and
//! ends with [`Session::lost`], or is replaced by [`Session::moved`].

mod commands;
mod ending;
mod fences;
mod incoming;
mod keepalive;
mod moving;
mod outbox;
mod publishes;
mod refusal;
mod requests;
mod server_errors;
#[allow(clippy::module_inception)]
mod session;
mod subscriptions;
#[cfg(test)]
mod tests;

pub(super) use incoming::{merge, visible_words};
pub(super) use moving::MovePlan;
pub(super) use refusal::Refusal;
pub(super) use session::{Handshake, Session};
