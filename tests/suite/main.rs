//! The one test binary: everything that needs a server, a process or the whole event loop.
//! Tables of pure functions stand beside the code they test.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

mod architecture;
mod broker;
mod client;
mod commands;
mod conformance;
mod contexts;
mod demo;
mod pty;
mod screen;
mod support;
mod widths;
