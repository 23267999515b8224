//! What the figures share. A figure is one line, `figure: NAME VALUE UNIT`, the median of several
//! runs; a timing never fails anything.
#![allow(dead_code, unused_imports)] // every bench takes what it needs

mod figure;
mod process;
pub mod raw;
mod terminal;

pub use figure::{figure, median, percentile};
pub use process::{cpu_time, peak_memory, wake_ups};
pub use terminal::Explorer;
