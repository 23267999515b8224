//! The built binary as a script meets it: arguments in, lines and an exit code out.
#![allow(clippy::unwrap_used)] // for what helps a test as for the test itself

mod connection;
mod history;
mod keep;
mod matching;
mod program;
mod publish;
mod record;
mod replay;
pub mod request;
mod secrets;
mod sentences;
mod serve;
mod service_errors;
mod silence;
mod subscribe;

pub use program::{Home, Running, server, told_of, wait_until_subscribed};

/// Payloads that nothing but a terminal may change: blanks and line ends, what cannot be seen, what acts
/// on a terminal, and what is not UTF-8.
pub const BYTES: [&[u8]; 4] = [
    b"{\"a\":\t1}\r\n",
    "👨\u{200d}👩 \u{feff}\u{2028}\u{202e}".as_bytes(),
    b"\x1b]0;owned\x07\x1b[2J\xc2\x9b31m\x7f",
    b"\x00\xff\xfe",
];
