//! Questions: one line to type, or yes and no.

use ratatui::{
    Frame,
    layout::{Margin, Position, Rect},
    text::Line,
    widgets::{Paragraph, Widget, Wrap},
};

use crate::{
    context::{Place, Withheld},
    filter::subject_patterns,
    recording::Existing,
    requests::{Entry, Kind},
    settings::{Keep, Zone},
    store::Store,
    text::{number, visible, visible_subject},
    tui::{
        app::{Action, App, Effect, Level, Now, Purpose, recordings, switching},
        destinations::Consent,
        keymap::Chord,
        moment,
        panes::{
            self, details, history, messages, request,
            subscriptions::{self, Wish},
        },
        widgets::{Field, Pane, Suggestions, field::FieldStyle, fit, popup},
    },
};

/// Suggestions on offer.
const OFFERED: usize = 8;

/// One line to type.
#[derive(Debug)]
pub struct Prompt {
    asked: Asked,
    field: Field,
    suggestions: Suggestions,
}

/// What is asked for.
#[derive(Debug)]
pub enum Asked {
    /// A subject to subscribe to.
    Subscribe,
    /// Another subject for the selected subscription.
    EditSubscription,
    /// A moment to go to in the log.
    Time,
    /// A name to save a request under.
    Name(Box<Entry>),
    /// The zone that times are shown in.
    Zone,
    /// How much of the log is kept.
    Keep,
    /// A file to record in.
    Record,
    /// A file to export to.
    Export,
    /// A name for a filter.
    FilterName(String),
}

/// A question to be answered with yes or no.
#[derive(Debug)]
pub enum Confirm {
    /// Clear the log?
    ClearLog,
    /// Delete a request from the history?
    Delete(Box<Entry>),
    /// Send in a guarded context?
    Send(Box<Purpose>),
    /// Send the credentials of a context to another place?
    Credentials(Box<Consent>),
    /// Leave with something unfinished?
    Quit(String),
}

impl Prompt {
    /// A question with something typed already, selected so that typing replaces it.
    pub fn new(asked: Asked, typed: &str) -> Prompt {
        let mut field = Field::new(typed);
        field.select_all();
        Prompt {
            asked,
            field,
            suggestions: Suggestions::default(),
        }
    }

    /// Offers subjects and patterns that were seen and begin with what is typed, where a subject is asked
    /// for and its end is being typed.
    pub fn suggest(&mut self, store: &Store) {
        let typed = self.field.text();
        let is_subject = matches!(self.asked, Asked::Subscribe | Asked::EditSubscription);
        let at_end = self.field.before_cursor() == typed;
        let offered = match is_subject && at_end && !typed.is_empty() && !typed.contains(' ') {
            true => subject_patterns(typed, store.subjects().names()),
            false => Vec::new(),
        };
        self.suggestions = Suggestions::new(offered.into_iter().take(OFFERED).collect());
    }

    /// Does what a key means here. Where it does nothing, the sentence that says what would.
    pub fn act(&mut self, action: &Action) -> Option<&'static str> {
        match action {
            Action::Up | Action::Down => self.suggestions.highlight(*action == Action::Down),
            Action::NextField => match self.suggestions.take() {
                Some(taken) => self.field.set_text(taken),
                None if self.suggestions.is_empty() => {
                    return Some("Nothing is offered here; Enter takes what is typed.");
                }
                None => {
                    return Some(
                        "↓ chooses what is offered, then Tab takes it; Enter takes what is typed.",
                    );
                }
            },
            _ => {}
        }
        None
    }

    /// Takes the suggestions away: one step back inside the question.
    pub fn forget_suggestions(&mut self) {
        self.suggestions.forget();
    }

    /// Whether something is offered.
    pub fn has_suggestions(&self) -> bool {
        !self.suggestions.is_empty()
    }

    /// Types a key.
    pub fn type_key(&mut self, chord: Chord) {
        self.field.key(chord.event());
    }

    /// Pastes.
    pub fn paste(&mut self, text: &str) {
        self.field.paste(text);
    }

    /// What is wrong with what is typed, or what one should know about it.
    fn verdict(&self, app: &App) -> Verdict {
        match &self.asked {
            Asked::Subscribe | Asked::EditSubscription if self.field.text().trim().is_empty() => {
                Verdict::Hint(
                    "A subject, such as orders.> or time.*; a second word is a queue group.".into(),
                )
            }
            Asked::Subscribe | Asked::EditSubscription => match Wish::read(self.field.text()) {
                Err(reason) => Verdict::Wrong(reason),
                Ok(wish) => match wish.warning() {
                    Some(warning) => Verdict::Warning(warning.into()),
                    None => Verdict::Fine,
                },
            },
            Asked::Time => verdict_on_time(app, self.field.text()),
            Asked::Zone => match self.field.text().parse::<Zone>() {
                Ok(zone) => {
                    let mut shown = app.calendar.clone();
                    shown.choose(zone, app.now.wall);
                    let now = shown.zoned(app.now.wall);
                    Verdict::Hint(format!(
                        "It is {} there. zone = \"{zone}\" in settings.toml is for always.",
                        now.strftime("%a %H:%M")
                    ))
                }
                Err(reason) => Verdict::Wrong(format!("{reason}.")),
            },
            Asked::Keep => match self.field.text().parse::<Keep>() {
                Ok(_) => Verdict::Hint("The oldest messages go when there is more.".into()),
                Err(reason) => Verdict::Wrong(format!("{reason}.")),
            },
            Asked::Name(entry) if app.history.is_taken(self.field.text(), entry) => {
                Verdict::Warning("Another request is saved under this name; it loses it.".into())
            }
            Asked::Name(_) => Verdict::Hint("An empty name takes the name away.".into()),
            Asked::FilterName(expression) => {
                let expression = visible(expression.as_bytes());
                let expression = fit(&expression, 100);
                Verdict::Hint(format!("For {expression}\nAn empty name takes the name away."))
            }
            Asked::Record | Asked::Export if self.field.text().trim().is_empty() => {
                Verdict::Wrong("A file, such as today.ndjson.".into())
            }
            Asked::Export => {
                Verdict::Hint("The messages shown now, oldest first. goingnats open shows it.".into())
            }
            Asked::Record => Verdict::Hint(
                "Every message from now on, shown or not; w again ends it. goingnats open shows it."
                    .into(),
            ),
        }
    }

    fn title(&self) -> &'static str {
        match &self.asked {
            Asked::Subscribe => "Subscribe",
            Asked::EditSubscription => "Change the subscription",
            Asked::Time => "Go to a time",
            Asked::Name(_) => "Save as",
            Asked::Zone => "Show times in a zone",
            Asked::Keep => "Keep in memory",
            Asked::Record => "Record in a file",
            Asked::Export => "Export to a file",
            Asked::FilterName(_) => "Name the filter",
        }
    }

    fn placeholder(&self) -> &'static str {
        match &self.asked {
            Asked::Subscribe | Asked::EditSubscription => "subject [queue group]",
            Asked::Time => "14:03",
            Asked::Zone => "local, UTC or +02:00",
            Asked::Keep => "256MiB",
            Asked::Name(_) | Asked::FilterName(_) => "name",
            Asked::Record | Asked::Export => "file",
        }
    }
}

enum Verdict {
    Fine,
    Hint(String),
    Warning(String),
    Wrong(String),
}

/// Says where a moment that is typed lies.
fn verdict_on_time(app: &App, typed: &str) -> Verdict {
    if typed.trim().is_empty() {
        return Verdict::Hint(moment::FORMS.into());
    }
    match moment::read(typed, &messages::anchor(app, app.now)) {
        Err(reason) => Verdict::Wrong(reason),
        Ok(found) => {
            let day = if app.calendar.is_today(found) {
                ""
            } else {
                "%a %d %b %Y "
            };
            let zoned = app.calendar.zoned(found);
            let when = zoned.strftime(&format!("{day}%H:%M:%S%.f")).to_string();
            match messages::landing(app, found) {
                Some((_, Some(outside))) => Verdict::Warning(format!("{when}. {outside}")),
                _ => Verdict::Hint(format!("{when}. Enter goes to the first row from then on.")),
            }
        }
    }
}

/// Takes what was typed. What cannot be taken keeps the question open.
pub fn answer(app: &mut App, prompt: Prompt, now: Now) -> Vec<Effect> {
    match prompt.asked {
        Asked::Name(entry) => history::name(app, *entry, prompt.field.text(), now),
        Asked::FilterName(expression) => {
            messages::tabs::name(app, &expression, prompt.field.text())
        }
        Asked::Zone => show_zone(app, prompt, now),
        Asked::Keep => keep(app, prompt, now),
        Asked::Time => go_to_time(app, prompt, now),
        Asked::Record | Asked::Export => write_to(app, prompt),
        Asked::Subscribe | Asked::EditSubscription => subscribe(app, prompt, now),
    }
}

fn go_to_time(app: &mut App, prompt: Prompt, now: Now) -> Vec<Effect> {
    match moment::read(prompt.field.text(), &messages::anchor(app, now)) {
        Ok(found) => messages::go_to_time(app, found, now),
        Err(_) => app.overlays.push(super::Overlay::Prompt(prompt)),
    }
    Vec::new()
}

/// Shows times in another zone from now on.
fn show_zone(app: &mut App, prompt: Prompt, now: Now) -> Vec<Effect> {
    match prompt.field.text().parse::<Zone>() {
        Ok(zone) => {
            app.calendar.choose(zone, now.wall);
            details::tell_time(app);
            let text = format!("Times are shown in {}.", zone_in_words(zone));
            app.toasts.show(Level::Done, text, now.instant);
        }
        Err(_) => app.overlays.push(super::Overlay::Prompt(prompt)),
    }
    Vec::new()
}

fn zone_in_words(zone: Zone) -> String {
    match zone {
        Zone::Local => "the local zone".to_owned(),
        zone => zone.to_string(),
    }
}

/// Begins a file; without a name the question stays.
fn write_to(app: &mut App, prompt: Prompt) -> Vec<Effect> {
    match (prompt.field.text().trim(), &prompt.asked) {
        ("", _) => {
            app.overlays.push(super::Overlay::Prompt(prompt));
            Vec::new()
        }
        (typed, Asked::Record) => {
            recordings::begin(app, recordings::file(app, typed), Existing::Keep)
        }
        (typed, _) => recordings::begin_export(app, recordings::file(app, typed)),
    }
}

fn subscribe(app: &mut App, prompt: Prompt, now: Now) -> Vec<Effect> {
    let editing = matches!(prompt.asked, Asked::EditSubscription);
    let typed = prompt.field.text().to_owned();
    let wish = match Wish::read(&typed) {
        Ok(wish) => wish,
        Err(_) => {
            app.overlays.push(super::Overlay::Prompt(prompt));
            return Vec::new();
        }
    };
    let (subject, queue) = (wish.subject.as_bytes(), wish.queue.map(str::as_bytes));
    if app.subscriptions.has(subject, queue) {
        let text = format!("Already subscribed to {}.", visible_subject(subject));
        app.toasts.show(Level::Notice, text, now.instant);
        return Vec::new();
    }
    if let Some(warning) = wish.warning() {
        app.toasts.show(Level::Notice, warning, now.instant);
    }
    app.guide.subscribed();
    if editing {
        subscriptions::change_selected(app, subject, queue)
    } else {
        vec![app.subscriptions.add(subject, queue)]
    }
}

/// Keeps so much from now on.
fn keep(app: &mut App, prompt: Prompt, now: Now) -> Vec<Effect> {
    let Ok(keep) = prompt.field.text().parse::<Keep>() else {
        app.overlays.push(super::Overlay::Prompt(prompt));
        return Vec::new();
    };
    let before = app.store.counters().evicted;
    let recording = recordings::set_budget(app, keep.bytes());
    let mut text = format!("Up to {keep} are kept.");
    match app.store.counters().evicted - before {
        0 => {}
        gone => text += &format!(" {} messages were evicted for it.", number::count(gone)),
    }
    app.toasts.show(Level::Done, text, now.instant);
    let backlog = Effect::LimitBacklog(Store::backlog_of(keep.bytes()));
    recording.into_iter().chain([backlog]).collect()
}

/// Does what was confirmed.
pub fn confirmed(app: &mut App, confirm: Confirm) -> Vec<Effect> {
    match confirm {
        Confirm::ClearLog => {
            app.store.clear();
            app.messages.frozen = None;
            app.messages.place = Default::default();
            Vec::new()
        }
        Confirm::Delete(entry) => history::delete(app, &entry),
        Confirm::Send(purpose) => request::send_now(app, purpose, app.now),
        Confirm::Credentials(asked) => switching::allow(app, *asked),
        Confirm::Quit(_) => vec![Effect::Quit],
    }
}

/// Does what follows from a no.
pub fn refused(app: &mut App, confirm: Confirm) -> Vec<Effect> {
    match confirm {
        Confirm::Credentials(asked) => switching::refuse(app, &asked),
        _ => Vec::new(),
    }
}

/// Draws a line to type.
pub fn draw_prompt(app: &App, prompt: &Prompt, frame: &mut Frame) {
    let theme = &app.theme;
    let (text, style) = match prompt.verdict(app) {
        Verdict::Fine => ("Enter takes it.".into(), theme.dim),
        Verdict::Hint(text) => (text, theme.dim),
        Verdict::Warning(text) => (text, theme.notice),
        Verdict::Wrong(text) => (text, theme.bad),
    };
    let inside = frame_of(app, prompt.title(), 6, frame);
    let field = Rect {
        height: 1.min(inside.height),
        ..inside
    };
    let style_of_field = FieldStyle {
        text: theme.bold,
        placeholder: theme.dim,
        selected: theme.selected,
    };
    let cursor = prompt.field.draw(
        prompt.placeholder(),
        true,
        style_of_field,
        field,
        frame.buffer_mut(),
    );
    if let Some(position) = cursor {
        frame.set_cursor_position(position);
    }
    let below = Rect {
        y: inside.y + 1,
        height: inside.height.saturating_sub(1),
        ..inside
    };
    Paragraph::new(text)
        .style(style)
        .wrap(Wrap { trim: true })
        .render(below, frame.buffer_mut());
    prompt.suggestions.draw(
        "subjects seen",
        panes::suggestions(app),
        Position::new(field.x, field.y.saturating_sub(1)),
        app.layout.screen,
        frame.buffer_mut(),
    );
}

/// Draws a question of yes and no.
pub fn draw_confirm(app: &App, confirm: &Confirm, frame: &mut Frame) {
    let (title, text) = match confirm {
        Confirm::ClearLog => {
            let kept = number::count(app.store.counters().kept);
            (
                "Clear the log?",
                format!("{kept} messages go; they stay counted as cleared."),
            )
        }
        Confirm::Delete(entry) => (
            "Delete from the history?",
            format!("{} will be gone.", visible_subject(&entry.subject)),
        ),
        Confirm::Send(purpose) => {
            let what = match purpose.entry.kind {
                Kind::Request => "a request",
                Kind::Publish => "a message",
            };
            let context = app.target.context.as_deref().unwrap_or("this context");
            let subject = visible_subject(&purpose.entry.subject);
            (
                "Send?",
                format!("{context} is guarded. This sends {what} to {subject}."),
            )
        }
        Confirm::Credentials(asked) => ("Send the credentials?", about_credentials(asked)),
        Confirm::Quit(unfinished) => ("Quit?", unfinished.clone()),
    };
    let (height, keys) = match confirm {
        Confirm::Credentials(_) => (8, "y send them   n connect without   Esc stay"),
        _ => (5, "y yes   n no"),
    };
    let inside = frame_of(app, title, height, frame);
    let keys = Line::styled(keys, app.theme.key);
    Paragraph::new(text)
        .wrap(Wrap { trim: true })
        .render(inside, frame.buffer_mut());
    if inside.height > 1 {
        let y = inside.bottom() - 1;
        frame
            .buffer_mut()
            .set_line(inside.x, y, &keys, inside.width);
    }
}

fn about_credentials(asked: &Consent) -> String {
    let Withheld {
        context,
        belong_to,
        wanted_by,
        ..
    } = &asked.withheld;
    let list = |places: &[Place]| {
        let places: Vec<String> = places.iter().map(Place::to_string).collect();
        visible(places.join(", ").as_bytes()).into_owned()
    };
    format!(
        "credentials of  context {}\nwhich are for   {}\nwould go to     {}\n\ny lasts until goingnats \
         ends; n leaves the context out.",
        visible(context.as_bytes()),
        list(belong_to),
        list(wanted_by),
    )
}

fn frame_of(app: &App, title: &str, height: u16, frame: &mut Frame) -> Rect {
    let theme = &app.theme;
    let place = popup::centred(64, height, app.layout.popups);
    let pane = Pane {
        name: title,
        border_style: theme.accent,
        name_style: theme.bold,
        status_style: theme.dim,
        ..Pane::default()
    };
    popup::draw(&pane, place, frame.buffer_mut()).inner(Margin::new(1, 0))
}
