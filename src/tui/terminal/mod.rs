//! Everything between the explorer and the terminal it runs in: the modes it turns on and always
//! turns off again, what comes in, what goes out, and what else the machine offers.
//!
//! | file | what |
//! |---|---|
//! | [`capabilities`] | what the terminal can do, read from the environment, never probed |
//! | [`modes`] | one way in, one way out, for every exit |
//! | [`screen`] | a frame drawn into memory |
//! | [`output`] | the thread that writes frames |
//! | [`input`] | keys, pastes, sizes, focus |
//! | [`signals`] | TERM, HUP, INT, TSTP, CONT |
//! | [`suspend`] | Ctrl-Z and back |
//! | [`clipboard`] | copying: into tmux, by a program of the desktop, or through the terminal |
//! | [`editor`] | `$VISUAL` and `$EDITOR` |

pub mod capabilities;
mod cells;
pub mod clipboard;
pub mod editor;
pub mod input;
pub mod modes;
pub mod output;
pub mod screen;
pub mod signals;
pub mod suspend;
mod tty;

pub use capabilities::{Capabilities, Colours};
pub use input::{Input, Inputs, Mouse, MouseKind};
pub use output::Output;
pub use screen::Screen;
pub use signals::{Signal, Signals};
