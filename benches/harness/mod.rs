//! Shared code of the benches. A figure is one line, `figure: NAME VALUE UNIT`, the median of several
//! runs. No figure makes a bench fail.
#![allow(dead_code, unused_imports)] // every bench takes what it needs

mod figure;
mod process;
pub mod raw;
mod terminal;

pub use figure::{figure, median, percentile};
pub use process::{cpu_time, peak_memory, wake_ups};
pub use terminal::Explorer;
