//! JSON as lines: one member, element or bracket a line, straight from the bytes.
//!
//! No tree is built: numbers stay as they were written, members stay in their order, a name that
//! comes twice is shown twice. The grammar is RFC 8259, strictly, of any depth and size.

mod escapes;
mod layout;
mod reader;

pub(super) use escapes::holds_escapes;
pub use escapes::unescaped;
pub(super) use layout::{Layout, read};
