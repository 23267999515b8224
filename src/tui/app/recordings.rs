//! Recordings, as the screen tells them: the one that is written, the one that is open, and the
//! export of what is shown.

mod export;

pub use export::{ask_export, begin_export, exported, slice, stop_export};

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use export::Export;

use super::{Action, App, Effect, Focus, Level, Now, Phase};
use crate::{
    client::Sid,
    protocol::{Marker, MarkerKind},
    recording::{self, Chunk, Existing, Part, Problems, Progress},
    store::Holder,
    text::{number, size, visible},
    tui::{
        overlays::Overlay,
        tapes::{Read, Recorded},
        widgets::progress,
    },
};

/// Why nothing is sent while a recording is shown.
pub const READ_ONLY: &str = "Read-only: this is a recording.";

/// The most that may be on the way to the disk, in bytes, and the share of the budget that it may be.
const ON_THE_WAY: usize = 32 << 20;
const SHARE: usize = 8;

/// How many subscriptions of a recording are told apart; more share their numbers.
const SUBSCRIPTIONS: Range<u64> = Chunk::UNTOLD..64;

/// What is under way.
#[derive(Debug, Default)]
pub struct Recordings {
    writing: Option<Writing>,
    opened: Option<Opened>,
    export: Option<Export>,
}

/// A recording that is written.
#[derive(Debug, Default)]
struct Writing {
    taken: u64,
    missed: u64,
    ending: bool,
}

/// A recording that is shown.
#[derive(Debug, Default)]
struct Opened {
    progress: Progress,
    ended: bool,
    problems: Problems,
    failed: Option<String>,
}

impl Recordings {
    /// Takes over how many messages were recorded, and how many missed.
    pub fn counted(&mut self, counts: Option<(u64, u64)>) {
        if let (Some(writing), Some((taken, missed))) = (&mut self.writing, counts) {
            (writing.taken, writing.missed) = (taken, missed);
        }
    }

    /// Whether the recording that is shown is still read.
    pub fn is_reading(&self) -> bool {
        self.opened.as_ref().is_some_and(|opened| !opened.ended)
    }

    /// Whether a file is shown: what was, and not what comes.
    pub fn is_file(&self) -> bool {
        let opened = self.opened.as_ref();
        opened.is_some_and(|opened| opened.progress.total.is_some())
    }

    /// Whether there is an export that can be stopped.
    pub fn is_exporting(&self) -> bool {
        let export = self.export.as_ref();
        export.is_some_and(Export::goes_on)
    }
}

/// Shows a recording in place of a server, from now on.
pub fn open(app: &mut App) {
    app.phase = Phase::Recording;
    app.recordings.opened = Some(Opened::default());
    app.store.add_subscription(Sid::INBOX.0, b"_INBOX.>");
    for sid in SUBSCRIPTIONS {
        app.store.add_subscription(sid, b">");
    }
    app.lay_out();
}

/// Whether an action makes no sense where a recording is shown.
pub fn refuses(app: &App, action: &Action) -> bool {
    match action {
        // loads what is selected into the composer
        Action::Open => app.focus == Focus::History,
        Action::Send
        | Action::ComposeRequest
        | Action::ComposePublish
        | Action::LoadIntoComposer
        | Action::AnswerRequest
        | Action::ToggleKind
        | Action::EditOutside
        | Action::SelectAll
        | Action::UndoTyping
        | Action::Subscribe
        | Action::Unsubscribe
        | Action::UndoUnsubscribe
        | Action::EditSubscription
        | Action::Reconnect
        | Action::Contexts
        | Action::Server
        | Action::Record => true,
        _ => false,
    }
}

/// When the newest message of the recording that is shown came, in nanoseconds since the Unix epoch.
pub fn newest(app: &App) -> Option<i64> {
    app.recordings.opened.as_ref()?;
    Some(app.store.get(app.store.newest()?)?.at())
}

/// Where the second of the newest message of the recording that is shown is over, in nanoseconds
/// since the Unix epoch. What was recorded yesterday is not over for a day by now.
pub fn end(app: &App) -> Option<i64> {
    Some(newest(app)?.saturating_add(1_000_000_000))
}

/// Takes a part of the recording that is shown.
pub fn read(app: &mut App, read: Read) {
    let Some(opened) = &mut app.recordings.opened else {
        return;
    };
    let mut chunk = match read {
        Read::Chunk {
            chunk,
            progress,
            held,
        } => {
            opened.progress = progress;
            app.store.reserve(Holder::Backlog, held);
            chunk
        }
        Read::End { problems, failed } => {
            (opened.problems, opened.failed) = (problems, failed);
            opened.ended = true;
            app.store.reserve(Holder::Backlog, 0);
            return;
        }
    };
    for record in &mut chunk.records {
        record.sid = folded(record.sid);
    }
    for part in chunk.parts {
        match part {
            Part::Messages {
                at,
                direction,
                records,
            } => {
                let is_all = records.len() == chunk.records.len();
                let (records, bytes) = (&chunk.records[records], &mut chunk.bytes);
                if is_all {
                    app.store.append_owned(direction, bytes, records, at);
                } else {
                    app.store.append(direction, bytes, records, at);
                }
            }
            Part::Marker(marker) => app.store.mark(kept(marker)),
        }
    }
}

/// A subscription of a recording, as one of those that are told apart.
fn folded(sid: u64) -> u64 {
    match sid.checked_sub(SUBSCRIPTIONS.start) {
        Some(further) => SUBSCRIPTIONS.start + further % (SUBSCRIPTIONS.end - SUBSCRIPTIONS.start),
        None => sid,
    }
}

/// A marker of a file as the log holds it: the names in it are shown, and may be anything.
fn kept(marker: Marker) -> Marker {
    let Marker { at, kind } = marker;
    let kind = match kind {
        MarkerKind::Switched { from, to } => MarkerKind::Switched {
            from: visible(from.as_bytes()).into_owned(),
            to: visible(to.as_bytes()).into_owned(),
        },
        other => other,
    };
    Marker { at, kind }
}

/// Ends the recording that is written, or asks for the file of a new one.
pub fn toggle(app: &mut App, now: Now) -> Vec<Effect> {
    match &mut app.recordings.writing {
        Some(writing) => {
            writing.ending = true;
            return vec![Effect::StopRecording];
        }
        None => {
            let name = suggested(app, "goingnats", now);
            app.overlays.push(Overlay::record(&name));
        }
    }
    Vec::new()
}

/// `goingnats-20261123-140300.ndjson`
fn suggested(app: &App, stem: &str, now: Now) -> String {
    let now = app.calendar.zoned(now.wall);
    format!("{stem}-{}.ndjson", now.strftime("%Y%m%d-%H%M%S"))
}

/// The file that is typed; `~/` is the home folder.
pub fn file(app: &App, typed: &str) -> PathBuf {
    match (typed.strip_prefix("~/"), &app.setup.home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => Path::new(typed).to_owned(),
    }
}

/// How much may be on the way to the disk, in bytes, of a budget.
fn on_the_way(budget: usize) -> usize {
    (budget / SHARE).min(ON_THE_WAY)
}

/// Changes how much is kept, in bytes, and with it what may be on the way to the disk.
pub fn set_budget(app: &mut App, budget: usize) -> Option<Effect> {
    let limit = app.recordings.writing.as_ref().map(|_| on_the_way(budget));
    // Nothing is evicted for what is reserved of the budget before.
    app.store.reserve(Holder::Recording, 0);
    app.store.set_budget(budget);
    app.store.reserve(Holder::Recording, limit.unwrap_or(0));
    limit.map(Effect::LimitRecording)
}

/// Begins to record.
pub fn begin(app: &mut App, path: PathBuf, existing: Existing) -> Vec<Effect> {
    let limit = on_the_way(app.store.budget());
    app.store.reserve(Holder::Recording, limit);
    app.recordings.writing = Some(Writing::default());
    vec![Effect::Record {
        path,
        existing,
        limit,
    }]
}

/// Takes what became of the recording.
pub fn recorded(app: &mut App, recorded: Recorded, now: Now) {
    let missed = app.recordings.writing.take().map_or(0, |w| w.missed);
    app.store.reserve(Holder::Recording, 0);
    let (level, text) = told(&recorded);
    let text = match missed {
        0 => text,
        missed => format!(
            "{text} {} more were not recorded: the disk could not follow.",
            number::count(missed)
        ),
    };
    let level = if missed > 0 { Level::Failed } else { level };
    app.toasts.show(level, text, now.instant);
}

/// What became of a file, as a sentence.
pub fn told(recorded: &Recorded) -> (Level, String) {
    let path = recorded.path.display().to_string();
    match &recorded.outcome {
        Ok(written) => {
            let text = format!(
                "{} messages, {} in {}.",
                number::count(written.messages),
                size::rounded(written.bytes),
                visible(path.as_bytes())
            );
            (Level::Done, text)
        }
        Err(error @ recording::Error::Exists(_)) => {
            (Level::Failed, format!("{error}: take another name."))
        }
        Err(error) => (Level::Failed, format!("{error}.")),
    }
}

/// What the status line says, and whether it is told in red.
pub fn status(app: &App) -> Vec<(String, bool)> {
    let Recordings {
        writing,
        opened,
        export,
    } = &app.recordings;
    let mut parts = Vec::new();
    if let Some(opened) = opened.as_ref().filter(|opened| !opened.ended) {
        let counters = app.store.counters();
        let messages = number::short(counters.kept + counters.evicted);
        let bar = opened.progress.share().map(bar).unwrap_or_default();
        parts.push((format!("reading {bar}{messages:>7} messages  "), false));
    }
    if let Some(export) = export {
        let bar = bar(export.share());
        parts.push((format!("exporting {bar}Esc stops  "), false));
    }
    if let Some(writing) = writing {
        let word = if writing.ending { "ending" } else { "rec" };
        let taken = number::short(writing.taken);
        parts.push((format!("● {word} {taken:>7}  "), true));
        if writing.missed > 0 {
            let missed = number::short(writing.missed);
            parts.push((format!("{missed} NOT RECORDED  "), true));
        }
    }
    parts
}

fn bar(share: f64) -> String {
    let percent = (share * 100.0).floor();
    format!("{} {percent:>3} %  ", progress::bar(share, 10))
}

/// What has to be said of the recording that is shown, and whether something is wrong with it.
pub fn words(app: &App) -> Option<(String, bool)> {
    let opened = app.recordings.opened.as_ref()?;
    let mut words = Vec::new();
    if let Some(reason) = &opened.failed {
        words.push(reason.clone());
    }
    if !opened.problems.is_none() {
        words.push(visible(opened.problems.to_string().as_bytes()).into_owned());
    }
    let wrong = !words.is_empty();
    let counters = app.store.counters();
    if opened.ended && counters.evicted > 0 {
        let all = counters.kept + counters.evicted;
        words.push(format!(
            "the oldest {} of {} messages are left out: --keep {} keeps more",
            number::short(counters.evicted),
            number::short(all),
            enough(app.store.budget(), counters.kept, all)
        ));
    }
    (!words.is_empty()).then(|| (words.join(" · "), wrong))
}

/// A budget that holds everything, as one would type it.
fn enough(budget: usize, kept: u64, all: u64) -> String {
    let wanted = budget as f64 * 1.1 * all as f64 / kept.max(1) as f64;
    let mut size = budget.max(1 << 20).next_power_of_two();
    while (size as f64) < wanted {
        size *= 2;
    }
    match size {
        size if size >= 1 << 30 => format!("{}GiB", size >> 30),
        size => format!("{}MiB", size >> 20),
    }
}
