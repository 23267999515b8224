//! How values are written and read, each in one place.
//!
//! Made visible and measured:
//!
//! Whatever comes from the network or a file is hostile until it went through [`visible()`] or one of
//! its forms: nothing that acts on a terminal, nothing that cannot be seen, nothing that reorders its
//! neighbours. Screen, standard output, logs, errors and JSON all use it.
//!
//! * [`visible()`] is for text that people read.
//! * [`visible_subject`] is for subjects and other names: two that differ never look the same because
//!   of a character that cannot be seen.
//! * [`visible_json`] is for JSON, which stays the same document.
//! * [`quoted()`] is for names and paths in sentences.
//! * [`Unit`] is the smallest part that is shown or left out as a whole, for cutting a text to cells.
//! * [`cells`] measures; [`is_one_cell`] and [`most_cells`] say what every terminal agrees on.
//! * [`without_bom`] is for text files, which some editors begin with a byte order mark.
//!
//! Numbers and their units:
//!
//! * [`number`] writes counts, shares and rates.
//! * [`size`] reads and writes numbers of bytes.
//! * [`duration`] reads and writes times.
//! * [`glob_matches`] compares with a pattern of `*` and `?`.
//!
//! Imports nothing of ours.

mod bom;
pub mod duration;
mod glob;
mod hidden;
pub mod number;
mod quoted;
pub mod size;
mod visible;
mod width;

pub use bom::{BYTE_ORDER_MARK, without_bom};
pub use duration::BadDuration;
pub use glob::glob_matches;
pub use hidden::is_hidden;
pub use quoted::quoted;
pub use visible::{Unit, is_plain_ascii, visible, visible_json, visible_subject};
pub use width::{cells, is_one_cell, most_cells};
