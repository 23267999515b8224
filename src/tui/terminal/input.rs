//! What the person does at the terminal, in our own words.

use crossterm::event::{
    Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};
use futures_util::{
    StreamExt,
    stream::{SelectAll, select_all},
};
use tokio::sync::mpsc;

/// One thing that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed or repeats. Normalised: Shift-Tab is `Tab` with Shift, a character carries
    /// its case and no Shift, a repeat is a press.
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
pub struct Inputs {
    source: Source,
    /// Whether the size is to be told next, as an input: it changed perhaps while nobody told us.
    size_due: bool,
}

#[derive(Debug)]
enum Source {
    /// Asked only once it has woken us: the loop looks for input at every turn, and crossterm's stream,
    /// when asked in vain, spins for the lock that its own thread holds while it waits.
    Terminal(SelectAll<EventStream>),
    /// The terminal, left to another program. Not reading is not enough: crossterm's stream has a
    /// thread that goes on taking keys until the stream is dropped.
    Paused,
    Script(mpsc::UnboundedReceiver<Input>),
}

impl Inputs {
    /// Reads the terminal.
    pub fn terminal() -> Self {
        Inputs {
            source: Source::Terminal(select_all([EventStream::new()])),
            size_due: false,
        }
    }

    /// Reads what a test sends; ends with the sender.
    pub fn script(script: mpsc::UnboundedReceiver<Input>) -> Self {
        Inputs {
            source: Source::Script(script),
            size_due: false,
        }
    }

    /// The next input. `None`: the terminal is gone. Pends while paused. Cancel-safe.
    pub async fn next(&mut self) -> Option<Input> {
        loop {
            if std::mem::take(&mut self.size_due)
                && let Source::Terminal(_) = self.source
                && let Ok((columns, rows)) = crossterm::terminal::size()
            {
                return Some(Input::Resize(columns, rows));
            }
            match &mut self.source {
                Source::Script(script) => return script.recv().await,
                Source::Paused => std::future::pending().await,
                // An error stays an error for ever: going on would be a busy loop.
                Source::Terminal(stream) => match normalise(stream.next().await?.ok()?) {
                    None => {}
                    input => return input,
                },
            }
        }
    }

    /// Stops reading the terminal, so that another program can. A script is not affected.
    pub fn pause(&mut self) {
        if let Source::Terminal(_) = self.source {
            self.source = Source::Paused;
        }
    }

    /// Reads the terminal again, its size first: a change of it is told to whoever has the terminal.
    pub fn resume(&mut self) {
        if let Source::Paused = self.source {
            self.source = Source::Terminal(select_all([EventStream::new()]));
        }
        self.tell_size();
    }

    /// The next input of a terminal is its size.
    pub fn tell_size(&mut self) {
        self.size_due = true;
    }
}

/// Takes back the wake-up that a dropped stream leaves in crossterm's poll where its thread was idle.
/// Left there, it comes together with some later key, and crossterm (0.29, edge-triggered) then
/// answers the wake-up alone: the key shows only with the next one. To be called before raw mode is
/// entered again, which makes the kernel report once more what can be read.
pub(super) fn take_back_wake_up() {
    let _ = crossterm::event::poll(std::time::Duration::ZERO);
}

/// Our word for crossterm's event; `None` for what nobody needs.
pub fn normalise(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => None,
        Event::Key(key) => Some(Input::Key(normalise_key(key))),
        Event::Paste(text) => Some(Input::Paste(text.replace("\r\n", "\n").replace('\r', "\n"))),
        Event::Resize(columns, rows) => Some(Input::Resize(columns, rows)),
        Event::FocusGained => Some(Input::Focus(true)),
        Event::FocusLost => Some(Input::Focus(false)),
        Event::Mouse(mouse) => {
            let kind = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => MouseKind::Click,
                MouseEventKind::ScrollUp => MouseKind::WheelUp,
                MouseEventKind::ScrollDown => MouseKind::WheelDown,
                _ => return None,
            };
            let (column, row, modifiers) = (mouse.column, mouse.row, mouse.modifiers);
            Some(Input::Mouse(Mouse {
                kind,
                column,
                row,
                modifiers,
            }))
        }
    }
}

/// Terminals with and without the kitty protocol tell the same key differently. Kind and lock keys
/// are left out, so that keys can be compared.
fn normalise_key(key: KeyEvent) -> KeyEvent {
    let KeyEvent {
        code,
        mut modifiers,
        ..
    } = key;
    let code = match code {
        KeyCode::BackTab => {
            modifiers |= KeyModifiers::SHIFT;
            KeyCode::Tab
        }
        KeyCode::Char(character) if modifiers.contains(KeyModifiers::SHIFT) => {
            modifiers -= KeyModifiers::SHIFT;
            let mut upper = character.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(upper), None) => KeyCode::Char(upper),
                _ => KeyCode::Char(character),
            }
        }
        code => code,
    };
    KeyEvent::new(code, modifiers)
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyEventState, MouseEvent};

    use super::*;

    const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
    const NONE: KeyModifiers = KeyModifiers::NONE;

    #[test]
    fn the_same_key_is_told_the_same_way() {
        let control_shift = KeyModifiers::CONTROL | SHIFT;
        for (code, modifiers, expected_code, expected_modifiers) in [
            (KeyCode::BackTab, NONE, KeyCode::Tab, SHIFT),
            (KeyCode::BackTab, SHIFT, KeyCode::Tab, SHIFT),
            (KeyCode::Tab, SHIFT, KeyCode::Tab, SHIFT),
            (KeyCode::Char('a'), SHIFT, KeyCode::Char('A'), NONE),
            (KeyCode::Char('A'), SHIFT, KeyCode::Char('A'), NONE),
            (KeyCode::Char('A'), NONE, KeyCode::Char('A'), NONE),
            (KeyCode::Char('?'), SHIFT, KeyCode::Char('?'), NONE),
            (KeyCode::Char('ä'), SHIFT, KeyCode::Char('Ä'), NONE),
            (KeyCode::Char('ß'), SHIFT, KeyCode::Char('ß'), NONE),
            (
                KeyCode::Char('a'),
                control_shift,
                KeyCode::Char('A'),
                KeyModifiers::CONTROL,
            ),
            (KeyCode::Up, SHIFT, KeyCode::Up, SHIFT),
            (KeyCode::Esc, NONE, KeyCode::Esc, NONE),
        ] {
            let told = normalise(Event::Key(KeyEvent::new(code, modifiers)));
            let expected = Input::Key(KeyEvent::new(expected_code, expected_modifiers));
            assert_eq!(told, Some(expected), "{code:?} {modifiers:?}");
        }
    }

    #[test]
    fn a_repeat_is_a_press_and_a_release_is_nothing() {
        let press = KeyEvent::new(KeyCode::Down, NONE);
        let repeat = KeyEvent {
            kind: KeyEventKind::Repeat,
            state: KeyEventState::CAPS_LOCK,
            ..press
        };
        let release = KeyEvent {
            kind: KeyEventKind::Release,
            ..press
        };
        assert_eq!(normalise(Event::Key(repeat)), Some(Input::Key(press)));
        assert_eq!(normalise(Event::Key(release)), None);
    }

    #[test]
    fn a_paste_has_one_kind_of_line_end() {
        let paste = normalise(Event::Paste("a\r\nb\rc\nd".into()));
        assert_eq!(paste, Some(Input::Paste("a\nb\nc\nd".into())));
    }

    #[test]
    fn of_the_mouse_clicks_and_the_wheel_remain() {
        for (kind, expected) in [
            (
                MouseEventKind::Down(MouseButton::Left),
                Some(MouseKind::Click),
            ),
            (MouseEventKind::ScrollUp, Some(MouseKind::WheelUp)),
            (MouseEventKind::ScrollDown, Some(MouseKind::WheelDown)),
            (MouseEventKind::Down(MouseButton::Right), None),
            (MouseEventKind::Up(MouseButton::Left), None),
            (MouseEventKind::Moved, None),
        ] {
            let event = MouseEvent {
                kind,
                column: 3,
                row: 4,
                modifiers: NONE,
            };
            let expected = expected.map(|kind| {
                Input::Mouse(Mouse {
                    kind,
                    column: 3,
                    row: 4,
                    modifiers: NONE,
                })
            });
            assert_eq!(normalise(Event::Mouse(event)), expected, "{kind:?}");
        }
    }

    #[test]
    fn a_script_is_read_in_order_and_ends_with_its_sender() {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut inputs = Inputs::script(receiver);
        sender.send(Input::Focus(true)).unwrap();
        sender.send(Input::Resize(80, 24)).unwrap();
        drop(sender);
        inputs.pause();
        inputs.resume();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            assert_eq!(inputs.next().await, Some(Input::Focus(true)));
            assert_eq!(inputs.next().await, Some(Input::Resize(80, 24)));
            assert_eq!(inputs.next().await, None);
        });
    }
}
