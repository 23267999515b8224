//! Bytes to documents: what a payload looks like, made safe to show. No terminal types.
//!
//! Whatever comes from the network or a file is hostile: it may be ten megabytes on one line, a
//! hundred thousand brackets deep, or a terminal escape sequence. What it shows is made visible by
//! [`text`](crate::text).
//!
//! * [`detect`] says whether bytes are JSON, text or neither, by looking at a bounded part of them.
//! * [`preview()`] is one line that fits, for a row of a list.
//! * [`Document`] lays a payload out in lines, and hands out only what is looked at.
//! * [`unescaped`] shows JSON as what it says: `grün` for `gr\u00fcn`.

mod document;
mod escape;
mod form;
mod hex;
mod json;
mod piece;
mod preview;
mod runs;
mod text;

pub use document::Document;
pub use escape::{Colour, Paint};
pub use form::{Form, detect, forms, is_json, is_large, next_form};
pub use json::unescaped;
pub use piece::{Kind, Piece};
pub use preview::{painted_preview, preview, whole_from};
