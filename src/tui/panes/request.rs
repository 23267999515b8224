//! Request: the composer, and what came back.

mod draft;
mod draw;
mod sending;

pub use draft::{Draft, read_headers, read_timeout};
pub use draw::{draw, draw_suggestions};
pub use sending::{
    Handed, Sent, answered, can_be_sent_again, fenced, is_good, left_behind, publish_failed, send,
    send_entry, send_now, sent, sentence, to_save,
};

use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};
use memchr::memmem;

use crate::{
    payload::{Form, detect},
    requests::{Entry, Kind},
    tui::{
        app::{Action, App, Effect},
        find::find,
        keymap::Chord,
        widgets::{Editor, Field, Suggestions},
    },
};

/// The composer. Its draft outlives everything but the program.
#[derive(Debug)]
pub struct Composer {
    kind: Kind,
    part: Part,
    subject: Field,
    timeout: Field,
    headers: Editor,
    payload: Editor,
    suggestions: Suggestions,
    /// The entry of the history that this draft was loaded from, saved as or sent as.
    entry: Option<Entry>,
    edited: bool,
    sent: Sent,
    /// Whether a message was to be loaded last and could not be: what is held is not what one means.
    refused: bool,
}

/// The field that has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The subject.
    Subject,
    /// The longest wait for the reply.
    Timeout,
    /// The headers, one a line; they take the place of the payload while they are edited.
    Headers,
    /// The payload.
    Payload,
}

/// The fields in the order of Tab. What is published waits for nothing.
const PARTS: [Part; 4] = [Part::Subject, Part::Payload, Part::Headers, Part::Timeout];
const PARTS_TO_PUBLISH: [Part; 3] = [Part::Subject, Part::Payload, Part::Headers];
const SUGGESTIONS: usize = 6;

/// The key that a field undoes by.
const UNDO: Chord = Chord {
    code: KeyCode::Char('_'),
    modifiers: KeyModifiers::CONTROL,
};

/// Subjects that are compared letter by letter while one is typed, for a key takes a few milliseconds:
/// so many that hold what is typed, wherever they stand, and of the others the first ones.
const COMPARED: usize = 10_000;

impl Composer {
    /// An empty composer, or one with a subject and a payload.
    pub fn new(timeout: Duration, draft: Option<&(String, String)>) -> Composer {
        let (subject, payload) = draft.cloned().unwrap_or_default();
        let mut editor = Editor::default();
        // a draft of the setup is a few bytes; one that is too large would only start empty
        let _ = editor.set_text(&payload);
        Composer {
            kind: Kind::Request,
            part: Part::Subject,
            subject: Field::new(subject),
            timeout: Field::new(draft::write_timeout(timeout)),
            headers: Editor::default(),
            payload: editor,
            suggestions: Suggestions::default(),
            entry: None,
            edited: false,
            sent: Sent::default(),
            refused: false,
        }
    }

    /// What it sends.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the keys go into a field of one line.
    pub fn in_one_line(&self) -> bool {
        matches!(self.part, Part::Subject | Part::Timeout)
    }

    /// Whether there is something that was typed and never sent.
    pub fn is_unsent(&self) -> bool {
        let blank = self.subject.text().trim().is_empty()
            && self.payload.is_empty()
            && self.headers.is_empty();
        self.edited && !blank
    }

    /// Whether there is a subject to send to.
    pub fn has_subject(&self) -> bool {
        !self.subject.text().trim().is_empty()
    }

    /// Whether sending what stands in the fields would send the same as this entry. Copies no payload:
    /// it is asked for each frame.
    fn says(&self, entry: &Entry) -> bool {
        let timeout = || read_timeout(self.timeout.text()).map(draft::write_timeout);
        let headers = || read_headers(self.headers.text());
        self.kind == entry.kind
            && self.subject.text().trim().as_bytes() == entry.subject
            && self.payload.text().as_bytes() == entry.payload
            && (self.kind == Kind::Publish || timeout() == Ok(draft::write_timeout(entry.timeout)))
            && headers().is_ok_and(|headers| draft::is_same(&headers, &entry.headers))
    }

    /// Whether this entry of the history is what is in the fields: the one they stand for, or one
    /// just made of them.
    pub fn holds(&self, entry: &Entry) -> bool {
        if let Some(own) = self.entry() {
            return own.id == entry.id;
        }
        self.says(entry)
    }

    /// Requests under way.
    pub fn waiting(&self) -> usize {
        self.sent.waiting()
    }

    /// Whether time has to be shown passing.
    pub fn is_waiting(&self) -> bool {
        self.sent.waiting() > 0
    }

    /// Lines that the body would like to have.
    pub fn wanted_lines(&self) -> u16 {
        let lines = self.body().text().lines();
        u16::try_from(lines.count()).unwrap_or(u16::MAX).max(2)
    }

    /// What it holds.
    ///
    /// # Errors
    /// The sentence that says what cannot be sent, and the field it is in.
    pub fn draft(&self) -> Result<Draft, (Part, String)> {
        Draft::read(
            self.kind,
            self.subject.text(),
            &self.timeout,
            &self.headers,
            &self.payload,
        )
    }

    /// The name it is saved under.
    pub fn name(&self) -> Option<&str> {
        self.entry
            .as_ref()
            .filter(|_| !self.edited)?
            .name
            .as_deref()
    }

    /// Whether the last message that was to be loaded could not be, and the composer was not gone to
    /// since.
    pub fn is_refused(&self) -> bool {
        self.refused
    }

    /// A message was to be loaded and could not be; `false` as soon as the composer is gone to.
    pub fn set_refused(&mut self, refused: bool) {
        self.refused = refused;
    }

    /// Puts a message into the fields.
    ///
    /// # Errors
    /// Why it cannot be edited, without a full stop; the draft is as it was.
    pub fn load(
        &mut self,
        request: bool,
        subject: &[u8],
        headers: &[(String, String)],
        payload: &[u8],
    ) -> Result<(), String> {
        let not_text = "is not text, and the composer edits text";
        let text = std::str::from_utf8(payload).map_err(|_| format!("The payload {not_text}"))?;
        let subject =
            std::str::from_utf8(subject).map_err(|_| format!("The subject {not_text}"))?;
        let lines = draft::write_headers(headers)?;
        let mut header_editor = self.headers.clone();
        header_editor
            .set_text(&lines)
            .map_err(|error| format!("The headers are {error}"))?;
        self.payload
            .set_text(text)
            .map_err(|error| format!("The payload is {error}"))?;
        self.headers = header_editor;
        self.subject.set_text(subject);
        self.kind = if request {
            Kind::Request
        } else {
            Kind::Publish
        };
        // its beginning is to be seen
        self.payload.go_to_start();
        self.headers.go_to_start();
        self.sent.forget_settled();
        self.part = Part::Payload;
        self.entry = None;
        self.edited = false;
        self.suggestions.forget();
        Ok(())
    }

    /// Puts a request of the history into the fields.
    ///
    /// # Errors
    /// As for [`Composer::load`].
    pub fn load_entry(&mut self, entry: &Entry) -> Result<(), String> {
        let request = entry.kind == Kind::Request;
        self.load(request, &entry.subject, &entry.headers, &entry.payload)?;
        self.timeout.set_text(draft::write_timeout(entry.timeout));
        self.entry = Some(entry.clone());
        Ok(())
    }

    /// Puts the keys into the subject, selected, so that typing replaces it.
    pub fn begin(&mut self, kind: Kind) {
        self.kind = kind;
        self.part = Part::Subject;
        self.subject.select_all();
    }

    /// The entry of the history that stands for what it holds, if there is one.
    pub fn entry(&self) -> Option<&Entry> {
        self.entry.as_ref().filter(|_| !self.edited)
    }

    /// Takes what became of a request, where the fields stand for it.
    fn settled(&mut self, settled: &Entry) {
        if let Some(own) = self.entry.as_mut().filter(|own| own.id == settled.id) {
            *own = settled.clone();
        }
    }

    /// Remembers the entry of the history that stands for what it holds.
    pub fn stands_for(&mut self, entry: Entry) {
        self.entry = Some(entry);
        self.edited = false;
    }

    fn body(&self) -> &Editor {
        if self.part == Part::Headers {
            &self.headers
        } else {
            &self.payload
        }
    }

    /// Ends a selection: the keys go elsewhere.
    pub fn deselect(&mut self) {
        self.subject.deselect();
        self.timeout.deselect();
        self.headers.deselect();
        self.payload.deselect();
    }

    /// How often what the fields hold was changed.
    fn changes(&self) -> u64 {
        let lines = self.subject.changes() + self.timeout.changes();
        lines + self.headers.changes() + self.payload.changes()
    }

    /// Goes to a field further on; says whether there is one. The text of a field of one line is selected
    /// there, so that typing replaces it.
    fn go_to_part(&mut self, steps: isize) -> bool {
        let parts = match self.kind {
            Kind::Request => &PARTS[..],
            Kind::Publish => &PARTS_TO_PUBLISH[..],
        };
        let here = parts.iter().position(|part| *part == self.part);
        self.suggestions.forget();
        match usize::try_from(here.unwrap_or(0) as isize + steps)
            .ok()
            .and_then(|there| parts.get(there))
        {
            Some(part) => {
                self.deselect();
                self.part = *part;
                match part {
                    Part::Subject => self.subject.select_all(),
                    Part::Timeout => self.timeout.select_all(),
                    Part::Headers | Part::Payload => {}
                }
                true
            }
            None => false,
        }
    }
}

/// Does what a key means in this pane.
pub fn act(app: &mut App, action: &Action) -> Vec<Effect> {
    let composer = &mut app.composer;
    match action {
        Action::ToggleKind => {
            composer.kind = match composer.kind {
                Kind::Request => Kind::Publish,
                Kind::Publish => Kind::Request,
            };
            if composer.kind == Kind::Publish && composer.part == Part::Timeout {
                composer.deselect();
                composer.part = Part::Subject;
            }
        }
        Action::NextField => {
            if let Some(subject) = composer.suggestions.take() {
                composer.subject.set_text(subject);
                composer.edited = true;
            } else {
                next_part(app, 1);
            }
        }
        Action::PreviousField => next_part(app, -1),
        Action::EditOutside => return edit_outside(composer),
        Action::SelectAll => match composer.part {
            Part::Subject => composer.subject.select_all(),
            Part::Timeout => composer.timeout.select_all(),
            Part::Headers => composer.headers.select_all(),
            Part::Payload => composer.payload.select_all(),
        },
        Action::UndoTyping => type_key(app, UNDO),
        Action::Up | Action::Down => composer.suggestions.highlight(*action == Action::Down),
        _ => {}
    }
    Vec::new()
}

fn edit_outside(composer: &Composer) -> Vec<Effect> {
    let text = composer.body().text().to_owned();
    let is_json = composer.part == Part::Payload && detect(text.as_bytes()) == Form::Json;
    let suffix = if is_json { ".json" } else { ".txt" };
    vec![Effect::Edit { text, suffix }]
}

/// Takes what an editor made of the field that has the keys; `None`: it changed nothing. The line end
/// that editors put behind the last line is not taken for a part of the text.
///
/// # Errors
/// The sentence that says why it was not taken.
pub fn edited(app: &mut App, edited: Option<Vec<u8>>) -> Result<(), String> {
    let Some(edited) = edited else {
        return Ok(());
    };
    let mut text = String::from_utf8(edited)
        .map_err(|_| "The edited text is not UTF-8: the draft is as it was.")?;
    let composer = &mut app.composer;
    let editor = match composer.part {
        Part::Headers => &mut composer.headers,
        _ => &mut composer.payload,
    };
    if text.ends_with('\n') && !editor.text().ends_with('\n') {
        text.pop();
    }
    let before = editor.changes();
    editor
        .set_text(&text)
        .map_err(|error| format!("The edited text is {error}; the draft is as it was."))?;
    composer.edited |= editor.changes() != before;
    Ok(())
}

/// The next field, or where there is none the next pane.
fn next_part(app: &mut App, steps: isize) {
    if !app.composer.go_to_part(steps) {
        app.step(steps);
    }
}

/// Types a key into the field that has the keys.
pub fn type_key(app: &mut App, chord: Chord) {
    let (composer, event) = (&mut app.composer, chord.event());
    let before = composer.changes();
    let taken = match composer.part {
        Part::Subject => composer.subject.key(event),
        Part::Timeout => composer.timeout.key(event),
        Part::Headers => composer.headers.key(event),
        Part::Payload => composer.payload.key(event),
    };
    if taken {
        composer.edited |= composer.changes() != before;
        suggest(app);
    }
}

/// Pastes into the field that has the keys.
///
/// # Errors
/// The sentence that says why nothing was pasted.
pub fn paste(app: &mut App, text: &str) -> Result<(), String> {
    let composer = &mut app.composer;
    let before = composer.changes();
    let too_large = |error| format!("Nothing was pasted: it is {error}.");
    match composer.part {
        Part::Subject => composer.subject.paste(text),
        Part::Timeout => composer.timeout.paste(text),
        Part::Headers => composer.headers.paste(text).map_err(too_large)?,
        Part::Payload => composer.payload.paste(text).map_err(too_large)?,
    }
    composer.edited |= composer.changes() != before;
    suggest(app);
    Ok(())
}

/// One step back inside the composer: takes the suggestions away; says whether there were any.
pub fn back(app: &mut App) -> bool {
    let had = !app.composer.suggestions.is_empty();
    app.composer.suggestions.forget();
    had
}

fn suggest(app: &mut App) {
    let composer = &mut app.composer;
    let typed = composer.subject.text();
    if composer.part != Part::Subject || typed.is_empty() {
        return composer.suggestions.forget();
    }
    let names = || {
        let names = app.store.subjects().names();
        names
            .filter_map(|name| std::str::from_utf8(name).ok())
            .filter(|name| !name.starts_with("_INBOX") && *name != typed)
    };
    let finder = memmem::Finder::new(typed);
    let holds = |name: &&str| finder.find(name.as_bytes()).is_some();
    let holding = names().filter(holds).take(COMPARED);
    let others = names().take(COMPARED).filter(|name| !holds(name));
    let seen: Vec<&str> = holding.chain(others).collect();
    let found = find(typed, seen.iter().copied());
    let closest = found.into_iter().take(SUGGESTIONS);
    composer.suggestions = Suggestions::new(closest.map(|n| seen[n].to_owned()).collect());
}
