//! How a loop is put together: the same for a terminal and for a script in a test.

use std::io;

use ratatui::layout::Size;

use super::{Clock, EventLoop};
use crate::tui::{
    Start,
    app::{self, App},
    jobs::Jobs,
    lines::Lines,
    tapes::Tapes,
    terminal::{
        Capabilities, Inputs, Output, Screen, Signals, clipboard,
        editor::{self, Editor},
    },
};

/// The side of the person: a terminal and what belongs to it, or what stands in for them.
#[derive(Debug)]
#[allow(missing_docs)] // named by their types
pub struct Console {
    /// Columns and rows.
    pub size: (u16, u16),
    pub output: Output,
    pub inputs: Inputs,
    pub signals: Signals,
    pub clock: Clock,
    pub capabilities: Capabilities,
    /// The way to the clipboard.
    pub clipboard: clipboard::Ways,
    /// The person's own editor, or why there is none.
    pub editor: Result<Editor, editor::Error>,
}

impl EventLoop {
    /// A loop that runs on this console. What it is opened on begins here. Needs a tokio runtime
    /// around it.
    ///
    /// # Errors
    /// As [`Start::begin`].
    pub fn new(
        setup: app::Setup,
        start: Start,
        jobs: Jobs,
        console: Console,
    ) -> io::Result<EventLoop> {
        let (width, height) = console.size;
        let mut app = App::new(setup, console.size, console.clock.now());
        let mut tapes = Tapes::new();
        let (connection, lanes) = start.begin(&mut app, &mut tapes)?;
        Ok(EventLoop {
            app,
            connection,
            lines: Lines::new(lanes),
            screen: Screen::new(Size { width, height }),
            output: console.output,
            inputs: console.inputs,
            signals: console.signals,
            jobs,
            tapes,
            clock: console.clock,
            capabilities: console.capabilities,
            clipboard: console.clipboard,
            editor: console.editor,
        })
    }
}
