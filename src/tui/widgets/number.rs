//! Numbers as people read them.

use std::time::Duration;

/// `48 210`: groups of three, blanks between them.
pub fn count(_value: u64) -> String {
    todo!()
}

/// `0.2/s`, `1.0/s`, `20/s`, `1.2 k/s`, `3.4 M/s`: events a second. `0/s` for none.
pub fn rate(_per_second: f64) -> String {
    todo!()
}

/// `340 kB/s`, `96 B/s`: bytes a second.
pub fn byte_rate(_per_second: f64) -> String {
    todo!()
}

/// `96 B`, `1.2 kB`, `340 kB`, `10 MB`: powers of 1000.
pub fn bytes(_value: u64) -> String {
    todo!()
}

/// `0.4 ms`, `12 ms`, `340 ms`, `2.003 s`, `75.2 s`, `12 min`: a time that was measured.
pub fn elapsed(_time: Duration) -> String {
    todo!()
}

/// `100 ms`, `5 s`, `1.5 s`, `2 min`: a time that somebody set.
pub fn setting(_time: Duration) -> String {
    todo!()
}
