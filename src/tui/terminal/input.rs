//! What the person does at the terminal, in our own words.

use crossterm::event::{Event, KeyEvent, KeyModifiers};
use tokio::sync::mpsc;

/// One thing that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed or repeats. Normalised: Shift-Tab is `Tab` with Shift, a letter carries
    /// its case and no Shift.
    Key(KeyEvent),
    /// Text came as one paste; line ends are `\n`.
    Paste(String),
    /// The terminal has a new size: columns, rows.
    Resize(u16, u16),
    /// The terminal got (true) or lost the keyboard.
    Focus(bool),
    /// The mouse, where it was turned on.
    Mouse(Mouse),
}

/// What the mouse did, where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What happened.
    pub kind: MouseKind,
    /// Column, from 0.
    pub column: u16,
    /// Row, from 0.
    pub row: u16,
    /// Keys held meanwhile.
    pub modifiers: KeyModifiers,
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    /// The left button went down.
    Click,
    /// The wheel, one step up.
    WheelUp,
    /// The wheel, one step down.
    WheelDown,
}

/// Where input comes from: the terminal, or a test.
#[derive(Debug)]
pub struct Inputs {}

impl Inputs {
    /// Reads the terminal.
    pub fn terminal() -> Self {
        todo!()
    }

    /// Reads what a test sends; ends with the sender.
    pub fn script(_script: mpsc::UnboundedReceiver<Input>) -> Self {
        todo!()
    }

    /// The next input. `None`: the terminal is gone. Cancel-safe.
    pub async fn next(&mut self) -> Option<Input> {
        todo!()
    }

    /// Stops reading the terminal, so that another program can. A script is not affected.
    pub fn pause(&mut self) {
        todo!()
    }

    /// Reads the terminal again.
    pub fn resume(&mut self) {
        todo!()
    }
}

/// Our word for crossterm's event; `None` for what nobody needs.
pub fn normalise(_event: Event) -> Option<Input> {
    todo!()
}
