//! Keys: how they are written, what they mean, and the one table that everything reads.
//!
//! The resolver, the hints, the help overlay, the palette and `goingnats keys` all read [`TABLE`];
//! a key that is not there does not exist.

mod chord;
mod resolve;
mod table;

pub use chord::{Chord, UnknownKey};
pub use resolve::resolve;
pub use table::{Binding, Scope, TABLE, WITHOUT_KEY};
