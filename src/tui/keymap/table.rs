//! The one table of the keys.

use crate::tui::{
    app::{Action, Focus, View},
    overlays::copy::Part,
};

/// Where a key means what its row says. Several scopes hold at a time, the narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Always, also while typing.
    Everywhere,
    /// Wherever no text field has the focus.
    Panes,
    /// The list of subscriptions.
    Subscriptions,
    /// The tree of subjects.
    Subjects,
    /// The log.
    Messages,
    /// The line that is searched for.
    SearchLine,
    /// The line that is filtered by.
    FilterLine,
    /// The message looked at.
    Details,
    /// The composer, in every field.
    Request,
    /// The composer's fields of one line.
    RequestLine,
    /// The composer's fields of many lines.
    RequestBody,
    /// The history of requests.
    History,
    /// A list that is searched by typing: palette, help.
    Menu,
    /// A question with one line to type.
    Prompt,
    /// A question to be answered with yes or no.
    Confirm,
    /// Something to read.
    Reading,
    /// The servers, one of them selected.
    Server,
    /// The list of contexts.
    Contexts,
    /// A question whether credentials may go elsewhere.
    Credentials,
    /// The graph of rates.
    Graph,
    /// What to copy.
    Copy,
}

impl Scope {
    /// The pane it belongs to, if it belongs to one.
    pub fn pane(self) -> Option<Focus> {
        Some(match self {
            Scope::Subscriptions => Focus::Subscriptions,
            Scope::Subjects => Focus::Subjects,
            Scope::Messages | Scope::SearchLine | Scope::FilterLine => Focus::Messages,
            Scope::Details => Focus::Details,
            Scope::Request | Scope::RequestLine | Scope::RequestBody => Focus::Request,
            Scope::History => Focus::History,
            _ => return None,
        })
    }

    /// Whether it holds beside others, whatever has the keys.
    pub fn is_wide(self) -> bool {
        matches!(self, Scope::Everywhere | Scope::Panes)
    }

    /// Whether it holds in all of a pane, as soon as that has the keys.
    pub fn is_whole_pane(self) -> bool {
        matches!(
            self,
            Scope::Subscriptions
                | Scope::Subjects
                | Scope::Messages
                | Scope::Details
                | Scope::Request
                | Scope::History
        )
    }

    /// The heading in help.
    pub fn title(self) -> &'static str {
        match self {
            Scope::Everywhere => "always",
            Scope::Panes => "outside fields",
            Scope::Subscriptions => "Subscriptions",
            Scope::Subjects => "Subjects",
            Scope::Messages => "Messages",
            Scope::SearchLine => "search",
            Scope::FilterLine => "filter",
            Scope::Details => "Details",
            Scope::Request | Scope::RequestLine | Scope::RequestBody => "Request",
            Scope::History => "History",
            Scope::Server => "Server",
            Scope::Menu
            | Scope::Prompt
            | Scope::Confirm
            | Scope::Reading
            | Scope::Contexts
            | Scope::Credentials => "questions",
            Scope::Graph => "Rates",
            Scope::Copy => "Copy",
        }
    }
}

/// One row: in this scope, any of these keys means this.
#[derive(Debug)]
pub struct Binding {
    /// Where.
    pub scope: Scope,
    /// The keys, the one to be shown first.
    pub keys: &'static [&'static str],
    /// What they mean.
    pub action: Action,
    /// The word in the line of hints.
    pub label: &'static str,
    /// The sentence in help and palette.
    pub help: &'static str,
    /// Its place in the line of hints, smallest first; 0 where it is not shown there.
    pub hint: u8,
}

macro_rules! table {
    ($($scope:ident: $([$($key:literal),+] $action:expr, $label:literal, $help:literal $(, $hint:literal)?;)+)+) => {
        &[$($(Binding {
            scope: Scope::$scope,
            keys: &[$($key),+],
            action: $action,
            label: $label,
            help: $help,
            hint: 0 $(+ $hint)?,
        },)+)+]
    };
}

/// Every key there is. Order is the order of help.
pub static TABLE: &[Binding] = table! {
    Subscriptions:
        ["u"] Action::Unsubscribe, "unsubscribe", "Unsubscribe the selected subscription", 2;
        ["U"] Action::UndoUnsubscribe, "undo", "Subscribe again to what was unsubscribed last", 4;
        ["m"] Action::Mute, "mute", "Hide or show the messages of the selected subscription", 1;
        ["e", "Enter"] Action::EditSubscription, "edit", "Change the subject of the selected subscription", 3;
    Subjects:
        ["Enter"] Action::Open, "show only", "Show only messages of the selected subject, or all again", 1;
        ["Right", "l"] Action::Right, "unfold", "Unfold the selected subject", 2;
        ["Left"] Action::Left, "fold", "Fold the selected subject", 3;
    Messages:
        ["Enter"] Action::Open, "details", "Look at the selected message", 5;
        ["R"] Action::LoadIntoComposer, "into composer", "Load the selected message into the composer", 17;
        ["o"] Action::OtherLeg, "other leg", "Go from a request to its reply, or back";
        ["a"] Action::AnswerRequest, "answer", "Compose an answer to the selected request";
        ["*"] Action::OnlyThisSubject, "only this", "Show only the subject of the selected message, or all again";
        ["#"] Action::HideThisSubject, "hide this", "Hide the subject of the selected message: adds to the filter";
        [">"] Action::NextTab, "next tab", "Show what the next filter with a name shows";
        ["<"] Action::PreviousTab, "previous tab", "Show what the filter with a name before shows";
        ["c"] Action::ShowCopies, "copies", "Show or hide copies from overlapping subscriptions";
        ["i"] Action::ShowInboxes, "inboxes", "Show or hide other people's _INBOX.> and $… traffic";
        ["m"] Action::ToggleMark, "mark", "Mark the selected message, to come back to it, or take its mark away";
        ["'"] Action::NextMark, "next mark", "Go to the next mark";
        ["\""] Action::PreviousMark, "previous mark", "Go to the mark before";
        ["]"] Action::NextOnSubject, "next on subject", "Go to the next message on the same subject";
        ["["] Action::PreviousOnSubject, "previous on subject", "Go to the previous message on the same subject";
        ["t"] Action::GoToTime, "go to time", "Go to a time: 14:03, -5m, yesterday 14:03";
        ["T"] Action::TimeFormat, "time format", "Times as clock, or since the message before";
        ["J"] Action::DetailsDown, "scroll details", "Scroll Details down from here";
        ["K"] Action::DetailsUp, "scroll details", "Scroll Details up from here";
        ["x"] Action::ClearLog, "clear", "Clear the log (asks)";
    SearchLine:
        ["Enter"] Action::Submit, "keep it", "Stay on the hit; n and N go on from there", 1;
    FilterLine:
        ["Enter"] Action::Submit, "keep it", "Keep the filter", 1;
        ["Tab"] Action::NextField, "take suggestion", "Take the highlighted suggestion", 2;
        ["Ctrl-S"] Action::SaveFilter, "name and save", "Name and save the filter: it becomes a tab above the log", 4;
        ["Up"] Action::Up, "up", "Highlight the suggestion above, or recall a filter from before", 3;
        ["Down"] Action::Down, "down", "Highlight the suggestion below, or the filter after";
    Details:
        ["v"] Action::NextForm, "form", "Show the payload in the next form: JSON, text, raw where it has escape sequences, hex", 1;
        ["W"] Action::Wrap, "wrap", "Wrap long lines, or not", 2;
        ["Left"] Action::Left, "left", "Scroll to the left", 0;
        ["Right", "l"] Action::Right, "right", "Scroll to the right", 0;
    Request:
        ["F5", "Alt-Enter", "Ctrl-Enter"] Action::Send, "send", "Send what the composer holds", 1;
        ["Ctrl-T"] Action::ToggleKind, "request or publish", "Switch between request and publish", 3;
        ["Ctrl-S"] Action::SaveRequest, "save", "Name and save what the composer holds", 4;
        ["Ctrl-R"] Action::OpenHistory, "history", "Open the history of requests", 5;
        ["Tab"] Action::NextField, "next field", "Take the highlighted subject, or go to the next field", 2;
        ["Shift-Tab"] Action::PreviousField, "previous field", "Go to the previous field";
        ["Ctrl-_"] Action::UndoTyping, "undo", "Undo in this field; Ctrl-Alt-_ does it again";
    RequestLine:
        ["Enter"] Action::Submit, "send", "Send from a field of one line";
        ["Up"] Action::Up, "suggestion above", "Highlight the suggestion above";
        ["Down"] Action::Down, "suggestion below", "Highlight the suggestion below";
    RequestBody:
        ["Ctrl-E"] Action::EditOutside, "editor", "Edit the payload or the headers with $VISUAL or $EDITOR, else vi", 6;
        ["Ctrl-A"] Action::SelectAll, "select all", "Select all of the payload or the headers, so that typing replaces it", 7;
    History:
        ["Enter"] Action::Open, "load", "Load the selected request into the composer", 1;
        ["F5"] Action::Send, "send again", "Send the selected request again", 2;
        ["Ctrl-S"] Action::SaveRequest, "name and save", "Name and save the selected request", 3;
        ["Delete"] Action::DeleteEntry, "delete", "Delete the selected request from the history", 4;
        ["Up"] Action::Up, "up", "Go up";
        ["Down"] Action::Down, "down", "Go down";
        ["PgUp"] Action::PageUp, "page up", "Go up a page";
        ["PgDn"] Action::PageDown, "page down", "Go down a page";
        ["Shift-Down", "Alt-Down"] Action::DetailsDown, "more of it", "Scroll what was sent and what came back", 5;
        ["Shift-Up", "Alt-Up"] Action::DetailsUp, "scroll back", "Scroll back what was sent and what came back";
    Menu:
        ["Enter"] Action::Submit, "run", "Run the selected row", 1;
        ["Up"] Action::Up, "up", "Go up";
        ["Down"] Action::Down, "down", "Go down";
        ["PgUp"] Action::PageUp, "page up", "Go up a page";
        ["PgDn"] Action::PageDown, "page down", "Go down a page";
    Prompt:
        ["Enter"] Action::Submit, "take it", "Submit what is typed", 1;
        ["Tab"] Action::NextField, "take suggestion", "Take the highlighted suggestion";
        ["Up"] Action::Up, "suggestion above", "Highlight the suggestion above";
        ["Down"] Action::Down, "suggestion below", "Highlight the suggestion below";
    Confirm:
        ["y", "Enter"] Action::Submit, "yes", "Yes, do it", 1;
        ["n"] Action::Back, "no", "No, leave it", 2;
    Reading:
        ["Enter"] Action::Back, "close", "Close it", 1;
    Server:
        ["Enter"] Action::Submit, "connect to this one", "Connect to the selected server", 1;
        ["Up", "k"] Action::Up, "up", "Go up";
        ["Down", "j"] Action::Down, "down", "Go down, then on through the facts";
        ["PgUp"] Action::PageUp, "page up", "Go up a page";
        ["PgDn"] Action::PageDown, "page down", "Go down a page";
        ["Home", "g"] Action::First, "first", "Go to the first server";
        ["End", "G"] Action::Last, "last", "Go to the last server";
        ["S"] Action::Back, "close", "Close it";
    Contexts:
        ["Enter"] Action::Submit, "connect", "Connect to the selected context or server", 1;
    Credentials:
        ["y"] Action::Submit, "send them", "Send the credentials there, until the program ends", 1;
        ["n"] Action::Refuse, "connect without", "Connect without the credentials and without their context", 2;
    Graph:
        ["Tab", "Right", "l"] Action::Right, "next", "Show the next series", 1;
        ["Shift-Tab", "Left", "h"] Action::Left, "previous", "Show the series before";
        ["v"] Action::NextForm, "bytes or messages", "Show bytes, or messages", 2;
        ["-", "Down", "j"] Action::Down, "longer", "Show more of the past", 3;
        ["+", "Up", "k"] Action::Up, "shorter", "Show less of the past", 4;
        ["b", "Enter"] Action::Back, "close", "Close the graph", 5;
    Copy:
        ["y"] Action::CopyPart(Part::Text), "payload", "Copy the payload, where it is text", 2;
        ["x"] Action::CopyPart(Part::Hex), "hex", "Copy the payload in hexadecimal digits", 3;
        ["b"] Action::CopyPart(Part::Base64), "base64", "Copy the payload in base64", 4;
        ["s"] Action::CopyPart(Part::Subject), "subject", "Copy the subject", 5;
        ["r"] Action::CopyPart(Part::Reply), "reply subject", "Copy the reply subject", 7;
        ["h"] Action::CopyPart(Part::Headers), "headers", "Copy the headers, one a line", 6;
        ["j"] Action::CopyPart(Part::Json), "JSON", "Copy the message as a line of JSON, as --json prints it", 8;
        ["Enter"] Action::Submit, "copy", "Copy the selected row", 1;
        ["Up"] Action::Up, "up", "Go up";
        ["Down"] Action::Down, "down", "Go down";
        ["q"] Action::Back, "close", "Close it";
    Panes:
        ["s"] Action::Subscribe, "subscribe", "Subscribe to a subject", 10;
        ["r"] Action::ComposeRequest, "request", "Compose a request", 11;
        ["p"] Action::ComposePublish, "publish", "Compose a message to publish", 12;
        ["/"] Action::Search, "search", "Search subjects, headers and payloads; /…/ is a regular expression", 13;
        ["n"] Action::OlderHit, "older hit", "Go to the hit above", 8;
        ["N"] Action::NewerHit, "newer hit", "Go to the hit below", 9;
        ["&"] Action::Filter, "filter", "Show only what a filter means, such as subject:orders.> size>1k", 13;
        ["Space"] Action::Freeze, "freeze", "Freeze the log, or let it go on; collecting never stops", 13;
        ["h"] Action::OpenHistory, "history", "Open the history of requests", 15;
        ["S"] Action::Server, "server", "Show the servers, choose another one", 27;
        [":"] Action::Palette, "commands", "Find any command by typing", 16;
        ["b"] Action::Graph, "rates", "Rates as a graph: of all, or of the selected subscription or subject", 31;
        ["?"] Action::Help, "help", "Show the keys that work here", 32;
        ["1"] Action::Show(View::Messages), "messages", "Show the messages";
        ["2"] Action::Show(View::History), "history", "Show the history of requests";
        ["C"] Action::Contexts, "contexts", "Connect to another context or server", 9;
        ["A"] Action::Reconnect, "try again", "Try to connect again now", 8;
        ["j", "Down"] Action::Down, "down", "Go down";
        ["k", "Up"] Action::Up, "up", "Go up";
        ["Ctrl-D"] Action::HalfDown, "half page down", "Go down half a page";
        ["Ctrl-U"] Action::HalfUp, "half page up", "Go up half a page";
        ["PgDn"] Action::PageDown, "page down", "Go down a page";
        ["PgUp"] Action::PageUp, "page up", "Go up a page";
        ["G", "End"] Action::Last, "newest", "Go to the newest, and follow";
        ["g", "Home"] Action::First, "oldest", "Go to the oldest";
        ["M"] Action::Mouse, "mouse", "Turn the mouse on or off; while it is on, the terminal selects text with Shift";
        ["z"] Action::Zoom, "zoom", "Show the pane alone, or all again";
        ["y"] Action::Copy, "copy", "Copy from the message looked at: its payload, also as hex or base64, subject, headers";
        ["Y"] Action::CopySubject, "copy subject", "Copy the subject of the message looked at";
        ["w"] Action::Record, "record", "Record what comes from now on in a file, or end that";
        ["q"] Action::Quit, "quit", "Quit", 30;
    Everywhere:
        ["F5"] Action::Send, "send", "Send what the composer holds, from anywhere", 14;
        ["Tab"] Action::FocusNext, "next pane", "Go to the next pane", 29;
        ["Shift-Tab"] Action::FocusPrevious, "previous pane", "Go to the previous pane";
        ["Esc"] Action::Back, "back", "One step back; never quits", 28;
        ["F1"] Action::Help, "help", "Show the keys that work here, also while typing", 32;
        ["Ctrl-P"] Action::Palette, "commands", "Find any command by typing, also while typing", 31;
        ["Ctrl-L"] Action::Redraw, "redraw", "Draw the whole screen again";
        ["Ctrl-Z"] Action::Suspend, "suspend", "Put goingnats into the background; fg brings it back";
        ["Ctrl-C"] Action::ForceQuit, "quit", "Quit at once";
};

/// What has no key of its own but stands in the palette, with its sentence.
pub static WITHOUT_KEY: &[(Action, &str)] = &[
    (Action::AllSubjects, "Show all subjects again"),
    (
        Action::SaveFilter,
        "Name and save the filter: it becomes a tab above the log",
    ),
    (Action::NoFilter, "Show everything again: drop the filter"),
    (
        Action::Counters,
        "Show where every message went: the counters",
    ),
    (
        Action::ChangeZone,
        "Show times in another zone: local, UTC, or an offset such as +02:00",
    ),
    (Action::ChangeKeep, "Keep more or less of the log in memory"),
    (
        Action::Export,
        "Export the messages shown to a file; goingnats open shows it",
    ),
    (Action::HideGuide, "Hide the guide of the demo"),
    #[cfg(debug_assertions)]
    (Action::Panic, "panic, to try how it leaves the terminal"),
];

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::tui::keymap::Chord;

    #[test]
    fn every_key_is_a_key_and_means_one_thing_in_its_scope() {
        let mut seen: HashMap<(Scope, Chord), &Action> = HashMap::new();
        for binding in TABLE {
            for key in binding.keys {
                let chord: Chord = key.parse().unwrap();
                let before = seen.insert((binding.scope, chord), &binding.action);
                assert_eq!(before, None, "{key} in {:?}", binding.scope);
            }
        }
    }

    #[test]
    fn digits_mean_views_and_never_panes() {
        for binding in TABLE {
            for key in binding.keys.iter().filter(|key| key.parse::<u8>().is_ok()) {
                assert!(matches!(binding.action, Action::Show(_)), "{key}");
            }
        }
    }
}
