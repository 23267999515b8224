//! The heart of the client, sans-IO: operations and commands in; bytes, events and markers out.
//!
//! [`Session`] knows no socket, no channel and no clock. Whoever drives it tells what the server
//! sent ([`Session::operation`]), what the user wants ([`Session::command`]) and what time it is
//! ([`Session::tick`] at [`Session::deadline`]), writes [`Session::unwritten`] and hands on what [`Session::take_events`] and [`Session::take_entries`] give. It
//! outlives connections: [`Session::connected`] and [`Session::lost`] frame each of them, and
//! [`Session::moved`] goes from one to the next.

mod commands;
mod complaints;
mod fences;
mod heart;
mod incoming;
mod keepalive;
mod moving;
mod outbox;
mod publishes;
mod refusal;
mod requests;
mod subscriptions;
#[cfg(test)]
mod tests;

pub(super) use commands::reply_subject;
pub(super) use heart::{Arrival, Session};
pub(super) use incoming::{merge, visible_words};
pub(super) use moving::Preparation;
pub(super) use refusal::Refusal;
