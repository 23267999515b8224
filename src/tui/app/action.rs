//! What a person can mean. Every key, every palette row and every test speaks in these.

use super::View;
use crate::tui::{keymap::Chord, overlays::copy::Part, widgets::scroll::Move};

/// One intention, resolved from a key by the keymap or picked from the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the help sentence of each stands in the key table
pub enum Action {
    // everywhere
    Quit,
    ForceQuit,
    Suspend,
    Redraw,
    Help,
    Palette,
    Back,
    FocusNext,
    FocusPrevious,
    Show(View),
    Zoom,
    HideGuide,
    Reconnect,
    Contexts,
    Mouse,
    Graph,
    Counters,
    ChangeKeep,
    Record,
    Export,
    Server,
    // moving, in whatever has the focus
    Up,
    Down,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    First,
    Last,
    Left,
    Right,
    Open,
    // subscriptions
    Subscribe,
    Unsubscribe,
    UndoUnsubscribe,
    Mute,
    EditSubscription,
    // messages
    Search,
    OlderHit,
    NewerHit,
    Filter,
    NoFilter,
    HideThisSubject,
    SaveFilter,
    NextTab,
    PreviousTab,
    Freeze,
    OnlyThisSubject,
    AllSubjects,
    OtherLeg,
    LoadIntoComposer,
    AnswerRequest,
    ShowCopies,
    ShowInboxes,
    ToggleMark,
    NextMark,
    PreviousMark,
    PreviousOnSubject,
    NextOnSubject,
    GoToTime,
    TimeFormat,
    ChangeZone,
    ClearLog,
    // details
    NextForm,
    Wrap,
    DetailsUp,
    DetailsDown,
    Copy,
    CopyPart(Part),
    CopySubject,
    // composer and history
    ComposeRequest,
    ComposePublish,
    Send,
    ToggleKind,
    NextField,
    PreviousField,
    SaveRequest,
    EditOutside,
    SelectAll,
    UndoTyping,
    OpenHistory,
    DeleteEntry,
    #[cfg(debug_assertions)]
    Panic,
    // fields
    Submit,
    Refuse,
    Type(Chord),
    Paste(String),
}

impl Action {
    /// The step through a list that it means, if it means one.
    pub fn step(&self) -> Option<Move> {
        Some(match self {
            Action::Up => Move::Up,
            Action::Down => Move::Down,
            Action::PageUp => Move::PageUp,
            Action::PageDown => Move::PageDown,
            Action::HalfUp => Move::HalfUp,
            Action::HalfDown => Move::HalfDown,
            Action::First => Move::Home,
            Action::Last => Move::End,
            _ => return None,
        })
    }
}
