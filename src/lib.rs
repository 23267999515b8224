//! goingnats: a NATS client with a face.
//!
//! This crate is a small, named NATS client ([`client::Client`]) and the explorer for the terminal that
//! is built on it. This page says what each folder is for, who may import whom, and how a key press
//! travels. The most interesting files: `client/session/` (the protocol's state machine, without a
//! socket), `store/append.rs` (where a message lands), `tui/app/update.rs` (what a key means) and
//! `tui/event_loop.rs` (the only place that touches the world).
//!
//! # Five rules that everything follows from
//!
//! 1. **Nothing is lost silently.** Every message is shown, hidden, evicted or dropped, and each is
//!    counted on the screen. A reconnect leaves a gap marker in the log.
//! 2. **The network never waits for the screen, the screen never waits for the network.** One background
//!    task owns the socket, the interface owns its state. Between them: channels, whole batches.
//! 3. **Work is done when it is looked at.** Arriving bytes are framed and indexed, nothing more. Text,
//!    headers, JSON and colours are made for the rows on the screen.
//! 4. **One table for the keys, one model for the state, one place for effects.**
//! 5. **What a person can do, a script can do.**
//!
//! # The folders
//!
//! | folder | what it is for | imports |
//! |---|---|---|
//! | [`text`] | how values are written and read, once: text made visible and measured, numbers, sizes, durations, globs | nothing of ours |
//! | [`protocol`] | the wire format, sans-IO: decoder, encoder, subjects, headers, INFO and CONNECT | `text` |
//! | [`payload`] | bytes to documents: JSON, text and its colours, hex | `text` |
//! | [`settings`] | the user's own files: where they are, what `settings.toml` says, filters with a name | `text` |
//! | [`filter`] | the filter language: parse, print, complete, match a message; owns `json:` paths | `protocol`, `text` |
//! | [`store`] | the messages kept: segments under a byte budget, subjects, rates, pairs, search, views | `filter`, `protocol`, `payload`, `text` |
//! | [`requests`] | requests that were sent or saved: `history.jsonl` and files to replay | `protocol`, `text` |
//! | [`recording`] | the JSON line of `--json`, recordings and `open`; natscli's dumps; reading and writing such files | `protocol`, `text` |
//! | [`client`] | the background task and its two handles | `protocol`, `text` |
//! | [`broker`] | a small NATS server on loopback, in this process | `protocol`, `text` |
//! | [`context`] | where to connect and as whom: flags, variables, natscli's contexts, each value with its origin | `client`, `protocol`, `text` |
//! | [`demo`] | the time/today scenario, written against the public client | `client` |
//! | [`tui`] | the terminal front end | all of the above but `broker` and `demo` |
//! | [`cli`] | arguments, headless commands, composition | everything |
//!
//! No folder but `client`, `broker`, `tui` and `cli` knows a runtime, none but `tui` a terminal. A test
//! (`tests/suite/architecture.rs`) reads the imports and holds this table.
//!
//! # How a key press travels
//!
//! ```text
//! stdin ──► tui/terminal/input ──► key ──► tui/keymap ──► Action ──► tui/app/update ──► state, Vec<Effect>
//! Effect ──► tui/event_loop ──► client::Connection (never waits) ──► background task ──► socket
//! socket ──► protocol::Decoder ──► Event (never dropped) | Data (whole batches, drops are counted)
//! Event, Data ──► tui/app/ingest ──► state ──► tui/pacer ──► tui/layout ──► tui/panes ──► one write to the tty
//! ```
//!
//! # Threads
//!
//! *main*: the event loop and all state of the screen. *goingnats-net*: its own runtime with the client's
//! task; a draw never delays a PONG. Whoever waits for a blocking client runs that task meanwhile, and the
//! thread stands back (`client/driver.rs`). *output*: writes frames, so that a stalled terminal costs
//! frames and nothing else. *goingnats-jobs*: search and filters over what is kept, the layout of large
//! payloads, the files of history and filters. *goingnats-copy*: the programs that take
//! a copy. While there is something to do: *goingnats-tape* writes a recording, *goingnats-read* reads one, *goingnats-export* writes what is shown, *goingnats-contexts*
//! looks a context up.

pub mod broker;
pub mod cli;
pub mod client;
pub mod context;
pub mod demo;
pub mod filter;
pub mod payload;
pub mod protocol;
pub mod recording;
pub mod requests;
pub mod settings;
pub mod store;
pub mod text;
pub mod tui;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
