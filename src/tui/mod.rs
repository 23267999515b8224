//! The terminal front end.

pub mod pacer;
pub mod terminal;
pub mod widgets;
