//! The terminal front end.
//!
//! ```text
//! stdin ──► terminal::input ──► keymap ──► Action ──► app::update ──► state, Vec<Effect>   pure, no I/O
//! Effect ──► event_loop ──► client::Connection ──► background task ──► socket
//! socket ──► Event, Data ──► app::ingest ──► state ──► pacer ──► layout ──► panes ──► one write to the tty
//! ```
//!
//! | file or folder | what it is |
//! |---|---|
//! | [`run`] | in and out: the terminal's modes, the threads, the loop |
//! | [`event_loop`] | the one place where the state meets the world |
//! | [`destinations`], [`lines`] | what there is to connect to; the lanes of the connection, and of those left |
//! | [`app`] | all state, and the pure functions that change it |
//! | [`panes`], [`overlays`] | what is on the screen, each with its state, its keys and its drawing |
//! | [`moment`] | a moment as a person types it |
//! | [`keymap`] | the one table of the keys |
//! | [`layout`], [`render`] | where everything stands; everything drawn |
//! | [`widgets`] | pieces without any knowledge of the app: data in, cells out |
//! | [`theme`] | colours and named styles |
//! | [`tapes`] | recordings: the threads that write and read them |
//! | [`terminal`] | modes, input, output, signals |

pub mod app;
pub mod destinations;
pub mod event_loop;
pub mod find;
pub mod finder;
pub mod jobs;
pub mod keymap;
pub mod layout;
pub mod lines;
pub mod moment;
pub mod overlays;
pub mod pacer;
pub mod panes;
pub mod render;
mod session;
mod start;
pub mod tapes;
pub mod terminal;
pub mod theme;
pub mod widgets;

pub use session::{Exit, Setup, run};
pub use start::Start;
