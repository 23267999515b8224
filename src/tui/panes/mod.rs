//! The panes, each with its state, what keys mean in it, and how it is drawn.
//!
//! | pane | what it shows |
//! |---|---|
//! | [`status`] | the line on top: connection, views, rates, what is kept and what was lost |
//! | [`subscriptions`] | what we listen to |
//! | [`subjects`] | the tree of what was seen |
//! | [`messages`] | the log |
//! | [`details`] | the message looked at |
//! | [`request`] | the composer, and what came back |
//! | [`history`] | what was sent and saved |
//! | [`guide`] | what to press next in the demo |

pub mod details;
mod frame;
pub mod guide;
pub mod history;
pub mod messages;
pub mod request;
pub mod status;
pub mod subjects;
pub mod subscriptions;

pub use frame::{border, empty, field_style, suggestions};
