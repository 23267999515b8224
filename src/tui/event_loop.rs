//! The event loop: the one place where the state meets the world.
//!
//! Every arm is bounded, so that a flood of messages never delays a key, and all effects are done
//! here. Its seams are the clock, the input and the output; tests drive the very same loop.

pub mod assembly;
mod away;
mod clock;
mod effects;

pub(super) use away::in_thread;
pub use clock::Clock;

use std::{
    io,
    time::{Duration, Instant},
};

use ratatui::layout::Size;
use tokio::time::{Instant as TokioInstant, sleep_until};

use super::{
    app::{App, Effect, JobDone, Now, ingest, mouse, recordings, switching, update},
    jobs::Jobs,
    keymap::Chord,
    lines::{Heard, Lines, Taken},
    pacer::{Change, Pacer},
    render,
    tapes::{News, Tapes},
    terminal::{
        Capabilities, Input, Inputs, Output, Screen, Signal, Signals, clipboard,
        editor::{self, Editor},
        modes,
    },
};
use crate::{
    client::{Connection, Data, Event},
    store::Holder,
    tui::app::Job,
};

/// How the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The person left.
    Quit,
    /// A signal ended us.
    Signal(Signal),
    /// The terminal is gone.
    TerminalGone,
}

/// Everything the loop works on.
#[derive(Debug)]
#[allow(missing_docs)] // named by their types
pub struct EventLoop {
    pub app: App,
    pub connection: Connection,
    pub lines: Lines,
    pub screen: Screen,
    pub output: Output,
    pub inputs: Inputs,
    pub signals: Signals,
    pub jobs: Jobs,
    pub tapes: Tapes,
    pub clock: Clock,
    pub capabilities: Capabilities,
    /// The ways that a copy may take.
    pub clipboard: clipboard::Ways,
    /// The person's own editor, or why there is none.
    pub editor: Result<Editor, editor::Error>,
}

/// The share of the budget, and the most of it, that stays free for what waits: as much comes and goes
/// under any flood, and would have segments of the log given back and made anew all the while.
const STEADY_SHARE: usize = 32;
const STEADY_MOST: usize = 4 << 20;
/// Batches taken in one turn before anything else gets its chance.
const BATCHES: usize = 4;
const SECOND: i64 = 1_000_000_000;

/// What the loop keeps beside the state: when to draw, when to tick, whether it is over.
struct Turn {
    pacer: Pacer,
    tick: Option<Instant>,
    end: Option<End>,
    suspend: bool,
    /// What is to be edited, and what the name of its file ends with.
    edit: Option<(String, &'static str)>,
    /// Whether the terminal is in our modes, which a panic in any thread ends.
    on_terminal: bool,
}

/// What comes from another thread.
enum Came {
    Heard(Heard),
    Done(Option<JobDone>),
    News(News),
    Taken(Taken),
}

impl Came {
    /// The next thing. Cancel-safe.
    async fn next(lines: &mut Lines, jobs: &mut Jobs, tapes: &mut Tapes) -> Came {
        tokio::select! {
            biased;
            heard = lines.events.next() => Came::Heard(heard),
            done = jobs.next() => Came::Done(done),
            // before the messages: an export asks for one part at a time, and while a recording is
            // read no messages come
            news = tapes.next() => Came::News(news),
            taken = lines.data.next() => Came::Taken(taken),
        }
    }
}

impl EventLoop {
    /// Runs until the person leaves, a signal comes, or the terminal is gone.
    ///
    /// # Errors
    /// Where the terminal cannot be written any more.
    pub async fn run(&mut self) -> io::Result<End> {
        let mut turn = Turn {
            pacer: Pacer::new(),
            tick: None,
            end: None,
            suspend: false,
            edit: None,
            on_terminal: modes::is_on(),
        };
        if turn.on_terminal {
            self.name_window();
        }
        let now = self.clock.now();
        turn.pacer.changed(Change::Key, now.instant);
        let setup = self.app.setup.subscriptions.clone();
        let subscribe = setup
            .iter()
            .map(|subject| self.app.subscriptions.add(subject.as_bytes(), None));
        let mut effects: Vec<Effect> = subscribe.collect();
        if let Some((path, existing)) = self.app.setup.record.take() {
            effects.extend(recordings::begin(&mut self.app, path, existing));
        }
        effects.push(Effect::Job(Job::LoadFilters));
        self.perform(effects, &mut turn, now);
        while turn.end.is_none() {
            if std::mem::take(&mut turn.suspend) {
                self.suspend(&mut turn).await;
            }
            if let Some((text, suffix)) = turn.edit.take() {
                self.edit(text, suffix, &mut turn).await?;
            }
            if turn.on_terminal && !modes::is_on() {
                return Err(io::Error::other(
                    "a part of goingnats failed, as told above",
                ));
            }
            let now = self.clock.now();
            turn.pacer.output(!self.output.ready());
            if turn.pacer.due(now.instant) {
                self.draw(&mut turn, now);
            }
            self.step(&mut turn).await?;
        }
        Ok(turn.end.unwrap_or(End::Quit))
    }

    /// Waits for one thing and takes it in.
    async fn step(&mut self, turn: &mut Turn) -> io::Result<()> {
        let now = self.clock.now();
        turn.pacer.output(!self.output.ready());
        let mut by_time = self.by_time(turn, now);
        // not left to the arm below: while messages come without end that has no turn
        if by_time.is_some_and(|due| due <= now.instant) {
            self.wake(turn);
            by_time = self.by_time(turn, now);
        }
        let wake = turn.pacer.next_deadline().into_iter().chain(by_time).min();
        tokio::select! {
            biased;
            signal = self.signals.next() => self.signal(signal, turn),
            input = self.inputs.next() => match input {
                Some(input) => self.input(input, turn),
                None => turn.end = Some(End::TerminalGone),
            },
            written = self.output.written() => written?,
            () = self.connection.grown() => {
                self.make_way();
                turn.pacer.changed(Change::Data, self.clock.now().instant);
            }
            came = Came::next(&mut self.lines, &mut self.jobs, &mut self.tapes) => {
                self.take_in(came, turn)?;
            }
            () = until(wake) => self.wake(turn),
        }
        Ok(())
    }

    /// Takes in what came from another thread.
    fn take_in(&mut self, came: Came, turn: &mut Turn) -> io::Result<()> {
        match came {
            Came::Heard(heard) => self.hear(heard, turn),
            Came::Done(done) => {
                let done = done.ok_or_else(|| io::Error::other("the thread of jobs has ended"))?;
                let now = self.clock.now();
                // a scan comes in many parts, of which each shows a little more
                let change = match &done {
                    JobDone::Scanned(_) => Change::Data,
                    _ => Change::Key,
                };
                let effects = ingest::job(&mut self.app, done, now);
                turn.pacer.changed(change, now.instant);
                self.perform(effects, turn, now);
            }
            Came::News(news) => self.news(news, turn),
            Came::Taken(Taken::Data(data)) => self.data(data, turn),
            Came::Taken(Taken::Crossed(crossing)) => {
                for event in self.lines.events.last_words() {
                    self.hear(Heard::Parting(event), turn);
                }
                let now = self.clock.now();
                let marker = switching::crossed(&mut self.app, crossing, now);
                self.tapes.mark(marker);
                turn.pacer.changed(Change::Data, now.instant);
            }
        }
        Ok(())
    }

    /// When time alone changes something.
    fn by_time(&self, turn: &Turn, now: Now) -> Option<Instant> {
        let change = update::next_change(&self.app, now).map(|after| now.instant + after);
        turn.tick.into_iter().chain(change).min()
    }

    fn input(&mut self, input: Input, turn: &mut Turn) {
        let now = self.clock.now();
        let effects = match input {
            Input::Key(key) => update::key(&mut self.app, Chord::from(key), now),
            Input::Paste(text) => update::act(&mut self.app, super::app::Action::Paste(text), now),
            Input::Resize(width, height) => {
                self.screen.resize(Size { width, height });
                self.app.size = (width, height);
                Vec::new()
            }
            Input::Focus(focused) => {
                turn.pacer.focus(focused);
                if focused {
                    update::looked_at(&mut self.app)
                } else {
                    Vec::new()
                }
            }
            Input::Mouse(mouse) => mouse::act(&mut self.app, mouse, now),
        };
        turn.pacer.changed(Change::Key, now.instant);
        self.perform(effects, turn, now);
    }

    fn hear(&mut self, heard: Heard, turn: &mut Turn) {
        let now = self.clock.now();
        let effects = match heard {
            Heard::Event(event) => ingest::event(&mut self.app, event, now),
            Heard::Parting(event) => switching::parting(&mut self.app, event, now),
            // The end is told before the lane ends, with its reason; not by a task that died.
            Heard::Ended if !self.app.phase.is_closed() => {
                ingest::event(&mut self.app, Event::Closed { reason: None }, now)
            }
            Heard::Ended => Vec::new(),
        };
        turn.pacer.changed(Change::Key, now.instant);
        self.perform(effects, turn, now);
    }

    fn data(&mut self, first: Data, turn: &mut Turn) {
        let now = self.clock.now();
        self.take(first);
        for _ in 1..BATCHES {
            match self.lines.data.at_hand() {
                Some(data) => self.take(data),
                None => break,
            }
        }
        self.app.recordings.counted(self.tapes.recorded());
        self.ticks(turn, now);
    }

    /// Into the log, and into the recording.
    fn take(&mut self, mut data: Data) {
        // the log counts it from here on
        data.release();
        self.make_way();
        if self.tapes.recorded().is_some() {
            ingest::data(&mut self.app, &data);
            self.tapes.take(data);
        } else {
            ingest::owned(&mut self.app, data);
        }
    }

    /// What waits, and a large message that is coming, have their place in the budget.
    fn make_way(&mut self) {
        let steady = (self.app.store.budget() / STEADY_SHARE).min(STEADY_MOST);
        let waiting = self.connection.waiting().max(steady);
        self.app.store.reserve(Holder::Backlog, waiting);
    }

    fn news(&mut self, news: News, turn: &mut Turn) {
        let now = self.clock.now();
        match news {
            News::Read(read) => {
                recordings::read(&mut self.app, read);
                self.ticks(turn, now);
            }
            News::ExportWants => {
                self.tapes.give(recordings::slice(&mut self.app));
                turn.pacer.changed(Change::Data, now.instant);
            }
            News::Recorded(recorded) => {
                recordings::recorded(&mut self.app, recorded, now);
                turn.pacer.changed(Change::Key, now.instant);
            }
            News::Exported(recorded) => {
                recordings::exported(&mut self.app, recorded, now);
                turn.pacer.changed(Change::Key, now.instant);
            }
        }
    }

    /// Something came: rates are shown until they are zero again.
    fn ticks(&mut self, turn: &mut Turn, now: Now) {
        if turn.tick.is_none() {
            self.app.tick(now);
            turn.tick = Some(next_second(now));
        }
        turn.pacer.changed(Change::Data, now.instant);
    }

    fn wake(&mut self, turn: &mut Turn) {
        let now = self.clock.now();
        if turn.tick.is_some_and(|tick| tick <= now.instant) {
            self.app.tick(now);
            turn.tick = self.app.ticks().then(|| next_second(now));
            turn.pacer.changed(Change::Data, now.instant);
        }
        if update::pass(&mut self.app, now) || self.app.composer.is_waiting() {
            turn.pacer.changed(Change::Data, now.instant);
        }
    }

    fn signal(&mut self, signal: Signal, turn: &mut Turn) {
        match signal {
            Signal::Stop => turn.suspend = true,
            Signal::Continue => {
                if modes::reassert().is_err() {
                    turn.end = Some(End::TerminalGone);
                }
                self.name_window();
                self.inputs.tell_size();
                self.screen.redraw_all();
                turn.pacer.changed(Change::Key, self.clock.now().instant);
            }
            ends => turn.end = Some(End::Signal(ends)),
        }
    }

    fn draw(&mut self, turn: &mut Turn, now: Now) {
        let effects = update::prepare(&mut self.app, now);
        self.perform(effects, turn, now);
        let app = &mut self.app;
        let bytes = self.screen.draw(|frame| render::draw(app, frame));
        turn.pacer.drawn(now.instant);
        if !bytes.is_empty() {
            self.output.submit(bytes);
        }
    }

    /// Names the terminal's window; to be done anew whenever the modes were left and entered.
    fn name_window(&mut self) {
        let title = format!("goingnats {}", self.app.target.server);
        self.output.submit(modes::title(&title));
    }
}

/// The beginning of the next second of the wall clock.
fn next_second(now: Now) -> Instant {
    let rest = SECOND - now.wall.rem_euclid(SECOND);
    now.instant + Duration::from_nanos(rest.unsigned_abs())
}

async fn until(wake: Option<Instant>) {
    match wake {
        Some(instant) => sleep_until(TokioInstant::from_std(instant)).await,
        None => std::future::pending().await,
    }
}
