//! The command line: arguments, the headless commands, and how the parts are put together.
//!
//! [`main`] reads the arguments and the environment, once; everything behind it takes them as values.
//! Each command is one file. Around them:
//!
//! * `supervise` runs a headless command and ends it in an orderly way when a signal comes;
//! * `target` says where it connects, `session` is its connection, `waiting` tells what it waits for;
//! * `body` is what it sends, `output` and `print` are what it writes to stdout;
//! * `filter` reads a filter and points at what is wrong in it;
//! * `exit` knows the code and the sentence that a script and a person get in the end, `next_step` the
//!   end of that sentence.

mod arguments;
mod body;
mod context;
mod demo;
mod exit;
mod explore;
mod failed_reply;
mod filter;
mod history;
mod log;
mod next_step;
mod open;
mod output;
mod print;
mod publish;
mod record;
mod recording;
mod replay;
mod request;
mod run;
mod serve;
mod session;
mod subscribe;
mod supervise;
mod target;
mod waiting;
mod warn;

pub use run::main;
