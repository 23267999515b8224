//! The event loop: the one place where the state meets the world.
//!
//! Every arm is bounded, so that a flood of messages never delays a key, and all effects are done
//! here. Its seams are the clock, the input and the output; tests drive the very same loop.

use std::{
    fmt, io,
    sync::Arc,
    time::{Duration, Instant},
};

use ratatui::layout::Size;
use tokio::time::{Instant as TokioInstant, sleep_until};

use super::{
    app::{
        App, Effect, JobDone, Level, Now, Purpose, ingest, mouse, recordings, switching, update,
    },
    destinations::{Destination, for_a_log},
    jobs::Jobs,
    keymap::Chord,
    lines::{Heard, Lines, Taken},
    pacer::{Change, Pacer},
    panes::request::Handed,
    render,
    tapes::{News, Tapes},
    terminal::{
        Capabilities, Input, Inputs, Output, Screen, Signal, Signals, clipboard, modes, suspend,
    },
};
use crate::{
    client::{Connection, Data, Error, Event, Ticket},
    history::Kind,
    store::Holder,
    tui::app::Job,
};

/// Reads both faces of the clock.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Now + Send + Sync>);

impl Clock {
    /// The machine's own.
    pub fn system() -> Clock {
        Clock::new(|| Now {
            instant: Instant::now(),
            wall: i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX),
        })
    }

    /// Any other, for tests.
    pub fn new(read: impl Fn() -> Now + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(read))
    }

    /// The moment.
    pub fn now(&self) -> Now {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

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
    /// The way to the clipboard.
    pub clipboard: clipboard::Route,
}

/// Batches taken in one turn before anything else gets its chance.
const BATCHES: usize = 4;
const SECOND: i64 = 1_000_000_000;

/// What the loop keeps beside the state: when to draw, when to tick, whether it is over.
struct Turn {
    pacer: Pacer,
    tick: Option<Instant>,
    end: Option<End>,
    suspend: bool,
    /// Whether the terminal is in our modes, which a panic in any thread ends.
    on_terminal: bool,
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
            heard = self.lines.events.next() => self.hear(heard, turn),
            done = self.jobs.next() => {
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
            written = self.output.written() => written?,
            // before the messages: an export asks for one part at a time, and while a recording is
            // read no messages come
            news = self.tapes.next() => self.news(news, turn),
            taken = self.lines.data.next() => match taken {
                Taken::Data(data) => self.data(data, turn),
                Taken::Crossed(crossing) => {
                    for event in self.lines.events.last_words() {
                        self.hear(Heard::Parting(event), turn);
                    }
                    let now = self.clock.now();
                    let marker = switching::crossed(&mut self.app, crossing, now);
                    self.tapes.mark(recordings::written(&marker));
                    turn.pacer.changed(Change::Data, now.instant);
                }
            },
            () = until(wake) => self.wake(turn),
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
        let waiting = self.connection.waiting();
        self.app.store.reserve(Holder::Backlog, waiting);
        self.app.recordings.counted(self.tapes.recorded());
        self.ticks(turn, now);
    }

    /// Into the log, and into the recording.
    fn take(&mut self, data: Data) {
        ingest::data(&mut self.app, &data);
        self.tapes.take(data);
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
            self.app.store.tick(now.wall);
            turn.tick = Some(next_second(now));
        }
        turn.pacer.changed(Change::Data, now.instant);
    }

    fn wake(&mut self, turn: &mut Turn) {
        let now = self.clock.now();
        if turn.tick.is_some_and(|tick| tick <= now.instant) {
            self.app.store.tick(now.wall);
            turn.tick = (!self.app.store.rates().quiet()).then(|| next_second(now));
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

    fn perform(&mut self, effects: Vec<Effect>, turn: &mut Turn, now: Now) {
        for effect in effects {
            let more = self.perform_one(effect, turn, now);
            self.perform(more, turn, now);
        }
    }

    fn perform_one(&mut self, effect: Effect, turn: &mut Turn, now: Now) -> Vec<Effect> {
        match effect {
            Effect::Subscribe {
                row,
                subject,
                queue,
            } => {
                let outcome = self.connection.subscribe(&subject, queue.as_deref());
                return ingest::subscribed(&mut self.app, row, outcome);
            }
            Effect::Unsubscribe(sid) => {
                let outcome = self.connection.unsubscribe(sid, None);
                self.report(outcome, now);
            }
            Effect::Send(purpose) => {
                let handed = self.send(&purpose);
                return super::panes::request::sent(&mut self.app, purpose.entry, handed, now);
            }
            Effect::Reconnect => {
                let outcome = self.connection.reconnect_now();
                self.report(outcome, now);
            }
            Effect::LimitBacklog(bytes) => self.connection.set_backlog(bytes),
            Effect::ConnectTo(server) => {
                let outcome = self.connection.reconnect_to(&server);
                self.report(outcome, now);
            }
            Effect::Keepalive(interval) => {
                // at worst, round trips are measured at another pace
                let _ = self.connection.keepalive(interval);
            }
            Effect::Switch(destination) => return self.switch(*destination, now),
            Effect::Job(job) => self.jobs.start_job(job),
            Effect::Record {
                path,
                existing,
                limit,
            } => {
                if let Err(failed) = self.tapes.record(path, existing, limit) {
                    recordings::recorded(&mut self.app, failed, now);
                }
            }
            Effect::Export(path) => {
                if let Err(failed) = self.tapes.export(path) {
                    recordings::exported(&mut self.app, failed, now);
                }
            }
            Effect::StopRecording => self.tapes.stop(),
            Effect::Copy(text) => self.copy(text, now),
            Effect::Mouse(on) => self.output.submit(modes::mouse(on)),
            Effect::Redraw => self.screen.redraw_all(),
            Effect::Suspend => turn.suspend = true,
            Effect::Quit => turn.end = Some(End::Quit),
            #[cfg(debug_assertions)]
            Effect::Panic => panic!("asked for, to try how a panic leaves the terminal"),
        }
        Vec::new()
    }

    /// Opens the other connection and leaves the present one, which ends by itself.
    fn switch(&mut self, destination: Destination, now: Now) -> Vec<Effect> {
        let options = for_a_log(&destination.options, self.app.store.budget());
        match self.connection.open_another(options) {
            Ok((connection, lanes)) => {
                let left = std::mem::replace(&mut self.connection, connection);
                left.close();
                let crossing = switching::crossing(&self.app, &destination);
                self.lines.follow(lanes, crossing);
                let effects = switching::begun(&mut self.app, destination, now);
                self.name_window();
                effects
            }
            Err(error) => {
                let text = format!("Nothing was switched: {error}.");
                self.app.toasts.show(Level::Failed, text, now.instant);
                Vec::new()
            }
        }
    }

    fn report(&mut self, outcome: Result<(), Error>, now: Now) {
        if let Err(error) = outcome {
            self.app
                .toasts
                .show(Level::Failed, error.to_string(), now.instant);
        }
    }

    fn send(&self, purpose: &Purpose) -> Result<Handed, Error> {
        let entry = &purpose.entry;
        let (headers, payload) = (purpose.headers.clone(), entry.payload.clone());
        match entry.kind {
            Kind::Request => {
                let answer =
                    self.connection
                        .request(&entry.subject, headers, payload, purpose.timeout)?;
                Ok(Handed {
                    answer,
                    publish: None,
                })
            }
            Kind::Publish => {
                let reply = purpose.reply.as_deref();
                let publish: Ticket =
                    self.connection
                        .publish(&entry.subject, reply, headers, payload)?;
                Ok(Handed {
                    answer: self.connection.flush()?,
                    publish: Some(publish),
                })
            }
        }
    }

    fn copy(&mut self, text: String, now: Now) {
        match &self.clipboard {
            clipboard::Route::Tool { program, arguments } => {
                let text = text.into_bytes();
                self.jobs.start_job(Job::Copy {
                    program,
                    arguments,
                    text,
                });
            }
            route @ clipboard::Route::Terminal => match clipboard::sequence(text.as_bytes()) {
                Ok(sequence) => {
                    let sentence = clipboard::sentence(route, text.len());
                    self.output.submit(sequence);
                    self.app.toasts.show(Level::Done, sentence, now.instant);
                }
                Err(error) => {
                    let text = format!("Nothing was copied: {error}.");
                    self.app.toasts.show(Level::Failed, text, now.instant);
                }
            },
        }
    }

    /// Names the terminal's window; to be done anew whenever the modes were left and entered.
    fn name_window(&mut self) {
        let title = format!("goingnats {}", self.app.target.server);
        self.output.submit(modes::title(&title));
    }

    async fn suspend(&mut self, turn: &mut Turn) {
        let (signals, inputs) = (&mut self.signals, &mut self.inputs);
        let outcome = suspend::suspend(&self.capabilities, signals, inputs).await;
        self.name_window();
        self.screen.redraw_all();
        let now = self.clock.now();
        turn.pacer.changed(Change::Key, now.instant);
        if let Err(error) = outcome {
            self.app
                .toasts
                .show(Level::Failed, error.to_string(), now.instant);
        }
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
