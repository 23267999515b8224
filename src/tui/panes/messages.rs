//! Messages: the log. It draws the rows on the screen and nothing else, however many are kept.

mod draw;
pub mod filter;
pub mod line;
mod marked;
mod marks;
mod moving;
mod place;
mod rows;
pub mod search;
pub mod tabs;

pub use draw::draw;
pub use marked::marked;
pub use marks::Marks;
pub use moving::{anchor, forget_marks, go_to_time, landing};
pub use place::Place;
pub use rows::{Freeze, ListLine, Row, Rows};

use std::ops::Range;

use crate::{
    protocol::HeaderBlock,
    store::{Direction, Entry, Holder, Message, MessageId, Scanned, Toward, View as Shown},
    tui::{
        app::{Action, App, Effect, Focus, Job, Level, Now},
        overlays::Overlay,
        widgets::scroll::Move,
    },
};

/// The pane.
#[derive(Debug, Default)]
pub struct Messages {
    /// Which rows show, and which one is selected.
    pub place: Place,
    /// What is on the screen since it was frozen.
    pub frozen: Option<Freeze>,
    /// The messages to come back to.
    pub marks: Marks,
    /// Whether times are shown as the time since the row above.
    pub since_previous: bool,
    /// What is typed at the foot of the log.
    pub line: Option<line::Line>,
    /// The filter in force, and those before it.
    pub filters: filter::Filters,
    /// Whether a scan is under way.
    scanning: bool,
    /// Bytes of the store's budget that are held here and in Details.
    held: usize,
}

/// The rows of the log as they are looked at: up to where it is frozen, or all of them.
pub fn rows(app: &App) -> Rows<'_> {
    Rows::of(&app.store, app.messages.frozen.as_ref(), &app.calendar)
}

/// How many rows came since the log was frozen, or lie below the last one shown.
pub fn behind(app: &App) -> u64 {
    let rows = rows(app);
    let shown = if app.messages.frozen.is_some() {
        rows.len()
    } else {
        let height = app.layout.rows(Focus::Messages);
        app.messages.place.visible(&rows, height).end
    };
    app.store
        .rows()
        .saturating_sub(shown.saturating_sub(rows.head()))
}

/// The message under the cursor. While following it is the newest.
pub fn selected(app: &App) -> Option<MessageId> {
    app.messages.place.selected(&rows(app))
}

/// Does what a key means in this pane.
pub fn act(app: &mut App, action: &Action, now: Now) -> Vec<Effect> {
    if let Some(step) = action.step() {
        go(app, step);
        return Vec::new();
    }
    match action {
        Action::Open => app.go_to(Focus::Details),
        Action::OnlyThisSubject => only_this_subject(app, now),
        Action::OtherLeg => other_leg(app, now),
        Action::LoadIntoComposer => load(app, now),
        Action::AnswerRequest => answer(app, now),
        Action::ShowCopies => {
            let view = app.store.view().clone();
            let copies = !view.copies;
            set_view(app, Shown { copies, ..view });
            let text = match copies {
                true => "Copies from overlapping subscriptions are shown; c hides them.",
                false => "Copies from overlapping subscriptions are hidden; c shows them.",
            };
            app.toasts.show(Level::Done, text, now.instant);
        }
        Action::ShowInboxes => {
            let view = app.store.view().clone();
            let inboxes = !view.inboxes;
            set_view(app, Shown { inboxes, ..view });
            let text = match inboxes {
                true => "Other people's _INBOX.> and $… traffic is shown; i hides it.",
                false => "Other people's _INBOX.> and $… traffic is hidden; i shows it.",
            };
            app.toasts.show(Level::Done, text, now.instant);
        }
        Action::HideThisSubject => {
            match selected_message(app).map(|message| message.subject.to_vec()) {
                Some(subject) => filter::hide_subject(app, &subject, now),
                None => nothing_selected(app, now),
            }
        }
        Action::ToggleMark => moving::toggle_mark(app, now),
        Action::NextMark => moving::next_mark(app, false, now),
        Action::PreviousMark => moving::next_mark(app, true, now),
        Action::PreviousOnSubject => moving::next_on_subject(app, Toward::Older, now),
        Action::NextOnSubject => moving::next_on_subject(app, Toward::Newer, now),
        Action::GoToTime if app.store.rows() == 0 => nothing_selected(app, now),
        Action::GoToTime => app.overlays.push(Overlay::go_to_time()),
        Action::TimeFormat => {
            app.messages.since_previous = !app.messages.since_previous;
            let text = match app.messages.since_previous {
                true => "Times are those since the row above; T shows the time of day.",
                false => "Times are times of day; T shows those since the row above.",
            };
            app.toasts.show(Level::Done, text, now.instant);
        }
        Action::ClearLog => app.overlays.push(Overlay::clear_log()),
        _ => {}
    }
    Vec::new()
}

/// Takes a step through the log. Going to the newest lets a frozen log go on.
fn go(app: &mut App, step: Move) {
    if step == Move::End && app.messages.frozen.is_some() {
        return freeze(app);
    }
    let height = app.layout.rows(Focus::Messages);
    let Messages { place, frozen, .. } = &mut app.messages;
    place.step(
        step,
        &Rows::of(&app.store, frozen.as_ref(), &app.calendar),
        height,
    );
}

/// The rows on the screen, and how many there are.
pub fn extent(app: &App) -> (Range<u64>, u64) {
    let (rows, height) = (rows(app), app.layout.rows(Focus::Messages));
    (app.messages.place.visible(&rows, height), rows.len())
}

/// Scrolls by lines, down where positive.
pub fn wheel(app: &mut App, lines: i64) {
    let height = app.layout.rows(Focus::Messages);
    let Messages { place, frozen, .. } = &mut app.messages;
    place.wheel(
        lines,
        &Rows::of(&app.store, frozen.as_ref(), &app.calendar),
        height,
    );
}

/// Goes to the newest row there is to see, and follows where nothing is frozen.
pub fn to_the_end(app: &mut App) {
    match app.messages.frozen {
        Some(_) => wheel(app, i64::MAX),
        None => app.messages.place = Place::default(),
    }
}

/// Selects the row on a line of the screen.
pub fn click(app: &mut App, line: u16) {
    let (visible, _) = extent(app);
    let rows = rows(app);
    let lines = rows.lines(visible, app.layout.rows(Focus::Messages));
    let id = match lines.get(usize::from(line)) {
        Some(ListLine::Row(row)) => rows.id(*row),
        Some(ListLine::Day(_)) | None => None,
    };
    if let Some(id) = id {
        moving::go_to(app, id);
    }
}

/// Freezes the log, or lets it go on.
pub fn freeze(app: &mut App) {
    if app.messages.frozen.take().is_some() {
        app.messages.place = Place::default();
        return;
    }
    let height = app.layout.rows(Focus::Messages);
    app.messages
        .place
        .stay(&Rows::of(&app.store, None, &app.calendar), height);
    app.messages.frozen = Freeze::new(&app.store);
}

/// Pins what is on the screen of a frozen log, where that is not pinned already; to be called after each
/// action and before each frame, since keys, another size and a filter that finds more all change it. What lives on by
/// being pinned stays pinned.
pub fn pin(app: &mut App) {
    let height = app.layout.rows(Focus::Messages);
    let Messages { place, frozen, .. } = &mut app.messages;
    let Some(freeze) = frozen else { return };
    let rows = Rows::of(&app.store, Some(freeze), &app.calendar);
    let (visible, head) = (place.visible(&rows, height), rows.head());
    let ids = visible.clone().filter_map(|row| rows.id(row));
    if visible.start >= head && !freeze.holds(ids) {
        place.settle(&rows, height);
        freeze.pin(&app.store, visible.start - head..visible.end - head);
    }
}

/// Tells the store what is held beside it: pinned rows, and the message in Details.
pub fn account(app: &mut App) {
    let pinned = app.messages.frozen.as_ref().map_or(0, Freeze::memory);
    let held = pinned + app.details.memory();
    if held != app.messages.held {
        app.messages.held = held;
        app.store.reserve(Holder::Frozen, held);
    }
}

/// The line at the foot of the log, where it has the keys.
pub fn line(app: &App) -> Option<&line::Line> {
    let line = app.messages.line.as_ref();
    line.filter(|_| app.focus == Focus::Messages)
}

/// Lets the jobs thread search and filter what is left, one part at a time.
pub fn scan(app: &mut App) -> Option<Effect> {
    if app.messages.scanning {
        return None;
    }
    let scan = app.store.next_scan()?;
    app.messages.scanning = true;
    Some(Effect::Job(Job::Scan(Box::new(scan))))
}

/// Takes what a scan found.
pub fn scanned(app: &mut App, scanned: Scanned) -> Vec<Effect> {
    app.messages.scanning = false;
    app.store.scanned(scanned);
    line::scanned(app);
    scan(app).into_iter().collect()
}

/// Changes what is shown, keeping the selected message under the cursor where it still shows.
pub fn set_view(app: &mut App, view: Shown) {
    app.store.set_view(view);
    if let Some(freeze) = &mut app.messages.frozen {
        // pinned rows were chosen by the view before
        freeze.pin(&app.store, 0..0);
    }
}

/// Shows one subject only, or everything again.
pub fn show_subject(app: &mut App, subject: Option<Vec<u8>>) {
    let view = app.store.view().clone();
    set_view(app, Shown { subject, ..view });
}

/// A message by its id, if it is kept.
pub fn message(app: &App, id: MessageId) -> Option<Message<'_>> {
    rows(app).entry(id).and_then(Entry::message)
}

fn selected_message(app: &App) -> Option<Message<'_>> {
    message(app, selected(app)?)
}

fn only_this_subject(app: &mut App, now: Now) {
    let shown = &app.store.view().subject;
    match selected_message(app).map(|message| message.subject.to_vec()) {
        subject @ Some(_) if *shown == subject => show_subject(app, None),
        subject @ Some(_) => show_subject(app, subject),
        None if shown.is_some() => show_subject(app, None),
        None => nothing_selected(app, now),
    }
}

fn other_leg(app: &mut App, now: Now) {
    let Some(id) = selected(app) else {
        return nothing_selected(app, now);
    };
    match app.store.pair(id).and_then(|pair| pair.other) {
        Some(other) if rows(app).row_of(other).is_ok() => moving::go_to(app, other),
        Some(other) => {
            let text = format!("The other leg {}", moving::why_hidden(app, other));
            app.toasts.show(Level::Notice, text, now.instant);
        }
        None => {
            let text = "This message has no other leg: it is no request, or no reply was seen.";
            app.toasts.show(Level::Notice, text, now.instant);
        }
    }
}

fn load(app: &mut App, now: Now) {
    let Some(message) = selected_message(app) else {
        return nothing_selected(app, now);
    };
    let request = message.direction == Direction::Out && message.reply.is_some();
    let block = HeaderBlock::parse(message.header);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    let fields = block
        .fields
        .iter()
        .map(|(name, value)| Some((text(name)?, text(value)?)));
    let Some(headers) = fields.collect::<Option<Vec<_>>>() else {
        let reason = "The headers are not text, and the composer edits text";
        return not_loaded(app, reason, now);
    };
    if message.missing > 0 {
        let reason = "The end of the payload is not kept any more";
        return not_loaded(app, reason, now);
    }
    let (subject, payload) = (message.subject.to_vec(), message.payload.to_vec());
    match app.composer.load(request, &subject, &headers, &payload) {
        Ok(()) => app.go_to(Focus::Request),
        Err(reason) => not_loaded(app, &reason, now),
    }
}

fn answer(app: &mut App, now: Now) {
    let Some(message) = selected_message(app) else {
        return nothing_selected(app, now);
    };
    let Some(reply) = message.reply.map(<[u8]>::to_vec) else {
        let text = "This message awaits no answer: it has no reply subject.";
        return app.toasts.show(Level::Notice, text, now.instant);
    };
    match app.composer.load(false, &reply, &[], b"") {
        Ok(()) => app.go_to(Focus::Request),
        Err(reason) => not_loaded(app, &reason, now),
    }
}

/// Says why a message is not in the composer. `F5` would send the draft there in its place, and does
/// nothing until the composer is gone to.
fn not_loaded(app: &mut App, reason: &str, now: Now) {
    app.composer.set_refused(true);
    let text = format!("{reason}: nothing was loaded. The draft is as it was; r goes to it.");
    app.toasts.show(Level::Failed, text, now.instant);
}

/// Says that there is no message yet.
pub fn nothing_selected(app: &mut App, now: Now) {
    app.toasts
        .show(Level::Notice, "There is no message here yet.", now.instant);
}
