//! Colours and named styles. No other folder names a colour.
//!
//! The default uses the terminal's own sixteen colours, so that it looks right on every palette:
//! dim for what repeats, colour for what differs, red only for loss and failure.

mod styles;

pub use styles::{Theme, Tint};
