//! The overlays as one thing: a stack, of which the last one has the keys.

use ratatui::Frame;

use super::{contexts, copy, counters, graph, menu, question, server, toasts};
use crate::{
    requests::Entry,
    settings::{Keep, Zone},
    store::Store,
    text::visible_subject,
    tui::{
        app::{App, Effect, Now, Purpose},
        keymap::{Chord, Scope},
    },
};

/// One of them. They lie in a stack; the last one has the keys.
#[derive(Debug)]
pub enum Overlay {
    /// Help or palette.
    Menu(menu::Menu),
    /// One line to type.
    Prompt(question::Prompt),
    /// Yes or no.
    Confirm(question::Confirm),
    /// What there is to connect to.
    Contexts(contexts::Contexts),
    /// What to copy.
    Copy(copy::CopyMenu),
    /// Where every message went.
    Counters,
    /// The servers, and the facts of the one in use.
    Server(server::ServerOverlay),
    /// The rates of the last minutes.
    Graph(graph::Graph),
}

impl Overlay {
    /// Asks what to subscribe to.
    pub fn subscribe() -> Overlay {
        Overlay::Prompt(question::Prompt::new(question::Asked::Subscribe, ""))
    }

    /// Asks for another subject of a subscription.
    pub fn edit_subscription(typed: &str) -> Overlay {
        Overlay::Prompt(question::Prompt::new(
            question::Asked::EditSubscription,
            typed,
        ))
    }

    /// Asks which moment to go to.
    pub fn go_to_time() -> Overlay {
        Overlay::Prompt(question::Prompt::new(question::Asked::Time, ""))
    }

    /// Asks for the name to save a request under.
    pub fn save(entry: Entry) -> Overlay {
        let name = entry
            .name
            .clone()
            .unwrap_or_else(|| visible_subject(&entry.subject).into_owned());
        Overlay::Prompt(question::Prompt::new(
            question::Asked::Name(Box::new(entry)),
            &name,
        ))
    }

    /// Asks which zone times are to be shown in, this one being shown now.
    pub fn zone(shown: Zone) -> Overlay {
        let now = shown.to_string();
        Overlay::Prompt(question::Prompt::new(question::Asked::Zone, &now))
    }

    /// Asks how many bytes are to be kept, so many being kept now.
    pub fn keep(bytes: usize) -> Overlay {
        let now = Keep::nearest(bytes).to_string();
        Overlay::Prompt(question::Prompt::new(question::Asked::Keep, &now))
    }

    /// Asks for the file to record in.
    pub fn record(suggested: &str) -> Overlay {
        Overlay::Prompt(question::Prompt::new(question::Asked::Record, suggested))
    }

    /// Asks for the file to export to.
    pub fn export(suggested: &str) -> Overlay {
        Overlay::Prompt(question::Prompt::new(question::Asked::Export, suggested))
    }

    /// Asks for the name of a filter.
    pub fn name_filter(expression: String, name: &str) -> Overlay {
        Overlay::Prompt(question::Prompt::new(
            question::Asked::FilterName(expression),
            name,
        ))
    }

    /// Asks whether to delete a request from the history.
    pub fn delete(entry: Entry) -> Overlay {
        Overlay::Confirm(question::Confirm::Delete(Box::new(entry)))
    }

    /// Asks whether to clear the log.
    pub fn clear_log() -> Overlay {
        Overlay::Confirm(question::Confirm::ClearLog)
    }

    /// Asks whether to send in a guarded context.
    pub fn send(purpose: Box<Purpose>) -> Overlay {
        Overlay::Confirm(question::Confirm::Send(purpose))
    }

    /// Asks whether to leave with something unfinished.
    pub fn quit(unfinished: String) -> Overlay {
        Overlay::Confirm(question::Confirm::Quit(unfinished))
    }

    /// The scopes of its keys, the narrowest first.
    pub fn scopes(&self) -> &'static [Scope] {
        use question::Confirm::Credentials;
        match self {
            Overlay::Menu(_) => &[Scope::Menu, Scope::Everywhere],
            Overlay::Contexts(_) => &[Scope::Contexts, Scope::Menu, Scope::Everywhere],
            Overlay::Prompt(_) => &[Scope::Prompt, Scope::Everywhere],
            Overlay::Confirm(Credentials(_)) => &[Scope::Credentials, Scope::Everywhere],
            Overlay::Confirm(_) => &[Scope::Confirm, Scope::Everywhere],
            Overlay::Copy(_) => &[Scope::Copy, Scope::Everywhere],
            Overlay::Counters => &[Scope::Reading, Scope::Everywhere],
            Overlay::Server(_) => &[Scope::Server, Scope::Everywhere],
            Overlay::Graph(_) => &[Scope::Graph, Scope::Everywhere],
        }
    }

    /// Whether keys without a meaning are typed.
    pub fn typing(&self) -> bool {
        matches!(
            self,
            Overlay::Menu(_) | Overlay::Contexts(_) | Overlay::Prompt(_)
        )
    }

    /// Types a key into it; what was seen may complete it.
    pub fn type_key(&mut self, chord: Chord, store: &Store) {
        match self {
            Overlay::Menu(menu) => menu.type_key(chord),
            Overlay::Contexts(contexts) => contexts.type_key(chord),
            Overlay::Prompt(prompt) => {
                prompt.type_key(chord);
                prompt.suggest(store);
            }
            Overlay::Confirm(_)
            | Overlay::Copy(_)
            | Overlay::Counters
            | Overlay::Server(_)
            | Overlay::Graph(_) => {}
        }
    }

    /// Pastes into it; what was seen may complete it.
    pub fn paste(&mut self, text: &str, store: &Store) {
        match self {
            Overlay::Menu(menu) => menu.paste(text),
            Overlay::Contexts(contexts) => contexts.paste(text),
            Overlay::Prompt(prompt) => {
                prompt.paste(text);
                prompt.suggest(store);
            }
            Overlay::Confirm(_)
            | Overlay::Copy(_)
            | Overlay::Counters
            | Overlay::Server(_)
            | Overlay::Graph(_) => {}
        }
    }
}

/// Does what was asked: the overlay on top is answered.
pub fn submit(app: &mut App, now: Now) -> Vec<Effect> {
    match app.overlays.pop() {
        Some(Overlay::Menu(menu)) => menu::run(app, &menu, now),
        Some(Overlay::Contexts(contexts)) => contexts::choose(app, contexts, now),
        Some(Overlay::Prompt(prompt)) => question::answer(app, prompt, now),
        Some(Overlay::Confirm(confirm)) => question::confirmed(app, confirm),
        Some(Overlay::Copy(menu)) => copy::choose(app, menu, None, now),
        Some(Overlay::Counters | Overlay::Server(_) | Overlay::Graph(_)) | None => Vec::new(),
    }
}

/// Does what was asked not to be done: the overlay on top is answered with no.
pub fn refuse(app: &mut App) -> Vec<Effect> {
    match app.overlays.pop() {
        Some(Overlay::Confirm(confirm)) => question::refused(app, confirm),
        _ => Vec::new(),
    }
}

/// Draws the stack and the toasts.
pub fn draw(app: &App, frame: &mut Frame) {
    for overlay in &app.overlays {
        match overlay {
            Overlay::Menu(menu) => menu::draw(app, menu, frame),
            Overlay::Contexts(contexts) => contexts::draw(app, contexts, frame),
            Overlay::Prompt(prompt) => question::draw_prompt(app, prompt, frame),
            Overlay::Confirm(confirm) => question::draw_confirm(app, confirm, frame),
            Overlay::Copy(menu) => copy::draw(app, menu, frame),
            Overlay::Counters => counters::draw(app, frame.buffer_mut()),
            Overlay::Server(server) => server::draw(app, server, frame.buffer_mut()),
            Overlay::Graph(graph) => graph::draw(app, graph, frame.buffer_mut()),
        }
    }
    toasts::draw(app, frame.buffer_mut());
}
