//! The language, tested as a whole.

mod completing;
mod errors;
mod json;
mod matching;
mod printing;
mod properties;
mod samples;
mod subjects;
mod times;
