//! What lies over the panes and has the keys until it is gone.
//!
//! | overlay | what it is |
//! |---|---|
//! | [`menu`] | help and palette: rows of the key table, found by typing, run with Enter |
//! | [`question`] | one line to type, or yes and no |
//! | [`copy`] | what to copy of the message looked at |
//! | [`contexts`] | contexts and servers to connect to, found by typing |
//! | [`counters`] | where every message went |
//! | [`server`] | the servers known, what the one in use says of itself, its round trips |
//! | [`graph`] | the rates of the last minutes |
//! | [`toasts`] | short words; they take no keys |

pub mod contexts;
pub mod copy;
pub mod counters;
pub mod graph;
pub mod menu;
mod overlay;
pub mod question;
pub mod server;
pub mod toasts;

pub use overlay::{Overlay, draw, refuse, submit};
