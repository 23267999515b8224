//! The background task: sockets, channels and clocks around the [`Session`].

use std::{
    future::Future,
    io, mem,
    pin::{Pin, pin},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncWriteExt},
    sync::mpsc::{Sender, UnboundedSender, error::TrySendError},
    task::yield_now,
    time::{Sleep, sleep},
};

use super::{
    Data, Error, Event, Options, ServerUrl,
    backlog::Backlog,
    clock::Now,
    commands::{Command, CommandReceiver},
    dial::{self, Dialed, describe},
    load::Load,
    pool::{Next, Pool},
    random,
    reader::Reader,
    relocation::{Departure, Relocation, Step},
    session::{Arrival, Session},
};

/// Above this many unwritten bytes no more commands are taken: the queue fills, and says `Busy`.
const ENOUGH_TO_WRITE: usize = 1 << 20;

/// The longest wait before a server that is about to leave is left, where there is another one.
const LEAVE_LAME_DUCK_WITHIN: Duration = Duration::from_secs(3);
/// The wait before the next server is tried, where a move has failed.
const MOVE_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// A read gives a batch, and sometimes a gap marker before it.
const ENTRIES_AT_ONCE: usize = 2;

/// All that outlives a connection.
pub(super) struct Task {
    options: Arc<Options>,
    session: Session,
    pool: Pool,
    commands: CommandReceiver,
    taken: Vec<Command>,
    /// Whether a round of attempts that fails is followed by another: from the first connection on,
    /// or from the beginning.
    patient: bool,
    /// Whether the last handle is gone.
    deserted: bool,
    backlog: Backlog,
    events: UnboundedSender<Event>,
    data: Sender<Data>,
    /// On the way to another server while this one serves.
    relocation: Relocation,
    /// The server that the user wants next.
    wanted: Option<ServerUrl>,
}

/// Why something was given up before it was done.
enum Interruption {
    /// The session is over.
    Over,
    /// The user does not want to wait.
    Hurry,
    /// The user wants another server, which is the first of the pool now.
    Elsewhere,
}

/// How a connection ends.
enum Parting {
    /// The session is over.
    Over,
    /// It is lost.
    Lost(Error),
    /// Another one took its place.
    Moved(Box<Dialed>),
}

impl Task {
    pub fn new(
        options: Options,
        session: Session,
        commands: CommandReceiver,
        events: UnboundedSender<Event>,
        data: Sender<Data>,
    ) -> Task {
        Task {
            pool: Pool::new(&options, random::number()),
            backlog: Backlog::new(options.backlog),
            patient: options.retry_first,
            options: Arc::new(options),
            session,
            commands,
            taken: Vec::new(),
            deserted: false,
            events,
            data,
            relocation: Relocation::Settled,
            wanted: None,
        }
    }

    /// How much waits for the taker, and may wait.
    pub fn load(&self) -> Arc<Load> {
        Arc::clone(self.backlog.load())
    }

    /// Connects, and connects again, until it is over; then hands over what is left.
    pub async fn run(mut self) {
        let _obituary = Obituary(self.events.clone());
        while !self.session.is_over() {
            match self.attempt().await {
                Ok(dialed) => self.converse(dialed).await,
                Err(Some(reason)) => {
                    let next = self.pool.failed(&reason, !self.patient, random::number());
                    self.go_on(next, reason).await;
                }
                Err(None) => {}
            }
        }
        self.hand_on();
        // The handles hear `Closed` from now on, even while the taker takes the rest.
        drop(self.commands);
        loop {
            room(&self.data, &self.backlog).await;
            let Some(entry) = self.backlog.pop() else {
                return;
            };
            if self.data.send(entry).await.is_err() {
                return;
            }
        }
    }

    /// Tries the next server; fails without a reason where the session is over.
    async fn attempt(&mut self) -> Result<Dialed, Option<Error>> {
        let (server, attempt) = self.pool.begin();
        self.tell(Event::Connecting {
            server: server.to_string(),
            attempt,
        });
        let options = Arc::clone(&self.options);
        let mut dialing = pin!(dial::dial(&server, &options));
        let dialed = loop {
            match self.meanwhile(dialing.as_mut()).await {
                Ok(dialed) => break dialed?,
                Err(Interruption::Over) => return Err(None),
                Err(Interruption::Elsewhere) => return Err(None),
                Err(Interruption::Hurry) => {}
            }
        };
        if dialed.tls.is_some() {
            // Who was spoken to in secret once is not spoken to in the clear later on.
            Arc::make_mut(&mut self.options).tls.required = true;
        }
        self.session
            .connected(arrival(&server, &dialed), Now::read());
        Ok(dialed)
    }

    /// Waits for the next attempt, or ends everything.
    async fn go_on(&mut self, next: Next, reason: Error) {
        match next {
            Next::Try(wait) => self.pause(reason, wait).await,
            Next::GiveUp => self.session.finish(Some(reason), Instant::now()),
        }
    }

    /// Waits before the next attempt, unless told to hurry.
    async fn pause(&mut self, reason: Error, retry_in: Duration) {
        self.tell(Event::Disconnected { reason, retry_in });
        // Over or in a hurry: in both cases there is nothing to wait for.
        let _ = self.meanwhile(pin!(sleep(retry_in))).await;
    }

    /// Serves the handles while there is no connection, until `work` is done.
    async fn meanwhile<T>(
        &mut self,
        mut work: Pin<&mut impl Future<Output = T>>,
    ) -> Result<T, Interruption> {
        let mut alarm = pin!(sleep(Duration::ZERO));
        loop {
            self.hand_on();
            if self.session.is_over() {
                return Err(Interruption::Over);
            }
            let alarmed = self.set(alarm.as_mut());
            tokio::select! {
                done = work.as_mut() => return Ok(done),
                () = self.commands.take(&mut self.taken), if !self.deserted => {
                    let hurry = self.obey();
                    if let Some(server) = self.wanted.take() {
                        self.pool.prefer(&server);
                        return Err(Interruption::Elsewhere);
                    }
                    if hurry {
                        return Err(Interruption::Hurry);
                    }
                }
                // Handed on at the beginning of the next round.
                () = room(&self.data, &self.backlog), if !self.backlog.is_empty() => {}
                () = alarm.as_mut(), if alarmed => {
                    // Without a connection there is none to lose.
                    let _ = self.session.tick(Now::read());
                }
            }
        }
    }

    /// Serves over this connection, and over those that take its place without a loss, until one is
    /// lost or everything is over.
    async fn converse(&mut self, mut dialed: Dialed) {
        let mut since = Instant::now();
        let reason = loop {
            match self.talk(dialed).await {
                Parting::Over => return,
                Parting::Lost(reason) => break reason,
                Parting::Moved(other) => dialed = *other,
            }
            since = Instant::now();
        };
        let now = Now::read();
        let stood = self.session.is_ready();
        let reason = self.session.lost(reason, now);
        let random = random::number();
        let next = if stood {
            Next::Try(self.pool.lost(&reason, since, now.instant, random))
        } else {
            // One that was let in and thrown out before anything worked was not connected.
            self.pool.failed(&reason, !self.patient, random)
        };
        if let Relocation::Dialing(server, _) | Relocation::Subscribing(server, ..) =
            mem::take(&mut self.relocation)
        {
            self.pool.prefer(&server);
        }
        if !self.session.is_over() {
            self.go_on(next, reason).await;
        }
    }

    /// Talks with one server.
    async fn talk(&mut self, dialed: Dialed) -> Parting {
        let (mut reader, mut writer) = (dialed.reader, dialed.writer);
        reader.count_in(self.backlog.load());
        let mut alarm = pin!(sleep(Duration::ZERO));
        // What came together with the last PONG of the handshake.
        let mut result = self.frame(&mut reader);
        loop {
            self.hand_on();
            if self.session.is_over() {
                return Parting::Over;
            }
            if let Some(other) = self.arrive(result.is_err()) {
                return Parting::Moved(other);
            }
            if let Err(reason) = result {
                return Parting::Lost(reason);
            }
            if self.data.capacity() < ENTRIES_AT_ONCE {
                // A taker on this thread gets its turn, so that what an event speaks of is there.
                yield_now().await;
            }
            let unwritten = self.session.unwritten().len();
            if unwritten > 0 {
                self.session.wrote(0, Now::read());
            }
            let alarmed = self.set(alarm.as_mut());
            result = tokio::select! {
                read = reader.fill() => match read {
                    Ok(0) => Err(self.ended(&reader, "closed by the server")),
                    Ok(_) => self.frame(&mut reader),
                    Err(error) => Err(self.ended(&reader, &describe(&error))),
                },
                wrote = writer.write(self.session.unwritten()), if unwritten > 0 => match wrote {
                    Ok(count) => {
                        self.session.wrote(count, Now::read());
                        Ok(())
                    }
                    // What the server said before it closed is still to be read.
                    Err(error) => self.hear_out(&mut reader, &error).await,
                },
                () = self.commands.take(&mut self.taken),
                    if !self.deserted
                        && unwritten < ENOUGH_TO_WRITE
                        && !self.relocation.is_leaving() =>
                {
                    self.obey();
                    if let Some(server) = self.wanted.take() {
                        self.go_to(server);
                    }
                    Ok(())
                }
                // Handed on at the beginning of the next round.
                () = room(&self.data, &self.backlog), if !self.backlog.is_empty() => Ok(()),
                step = self.relocation.step() => {
                    self.relocate(step);
                    Ok(())
                }
                () = alarm.as_mut(), if alarmed => self.session.tick(Now::read()),
            };
        }
    }

    /// Sets out for another server.
    fn go_to(&mut self, server: ServerUrl) {
        if !self.session.may_move() {
            return;
        }
        self.pool.move_begun(&server);
        self.tell(Event::Moving {
            server: server.to_string(),
        });
        self.relocation = Relocation::to(server, &self.options);
    }

    /// Takes the next step on the way to another server.
    fn relocate(&mut self, step: Step) {
        let (server, error) = match (step, mem::take(&mut self.relocation)) {
            (Step::Look, _) => {
                if let Some(server) = self.pool.refuge() {
                    self.go_to(server);
                }
                return;
            }
            // Whoever says goodbye goes nowhere.
            _ if !self.session.may_move() => return,
            (Step::Dialed(Ok(dialed)), Relocation::Dialing(server, _)) => {
                let preparation = self.session.prepare_move();
                let within = self.options.attempt_timeout;
                self.relocation = Relocation::subscribing(server, *dialed, preparation, within);
                return;
            }
            (Step::Subscribed(Ok(dialed)), Relocation::Subscribing(server, preparation, _)) => {
                self.session.leave();
                self.relocation = Relocation::leaving(server, *dialed, preparation);
                return;
            }
            (Step::Dialed(Err(error)), Relocation::Dialing(server, _))
            | (Step::Subscribed(Err(error)), Relocation::Subscribing(server, ..)) => {
                (server, error)
            }
            // Its time is over: the next look at it finds that we may go.
            (_, leaving @ Relocation::Leaving(..)) => {
                self.relocation = leaving;
                return;
            }
            _ => return,
        };
        self.pool.move_failed(&server, &error);
        if self.session.is_lame_duck() {
            self.relocation = Relocation::Planned(Instant::now() + MOVE_AGAIN_AFTER);
        }
        self.tell(Event::MoveFailed {
            server: server.to_string(),
            reason: error,
        });
    }

    /// Makes the other server the present one, where the time for that has come.
    fn arrive(&mut self, present_is_lost: bool) -> Option<Box<Dialed>> {
        let Relocation::Leaving(_, deadline) = &self.relocation else {
            return None;
        };
        let may_go = present_is_lost || self.session.has_left() || *deadline <= Instant::now();
        if !may_go {
            return None;
        }
        let Relocation::Leaving(departure, _) = mem::take(&mut self.relocation) else {
            return None;
        };
        let Departure {
            server,
            preparation,
            dialed,
        } = *departure;
        self.pool.moved(&server);
        let arrival = arrival(&server, &dialed);
        self.session.moved(arrival, preparation, Now::read());
        Some(Box::new(dialed))
    }

    /// Does what is asked for; whether somebody is in a hurry.
    fn obey(&mut self) -> bool {
        let now = Now::read();
        if self.taken.is_empty() {
            self.deserted = true;
            self.session.command(Command::Close, now);
        }
        let mut hurry = false;
        for command in self.taken.drain(..) {
            hurry |= matches!(command, Command::ReconnectNow);
            if let Command::ReconnectTo(server) = &command {
                self.wanted = Some(self.pool.find_or_add(server));
            }
            self.session.command(command, now);
        }
        hurry
    }

    /// Frames what was read: one look at the clock, and one batch, for all of it.
    fn frame<R: AsyncRead + Unpin>(&mut self, reader: &mut Reader<R>) -> Result<(), Error> {
        let now = Now::read();
        self.session.heard(now);
        let result = loop {
            match reader.next() {
                Ok(Some((op, chunk))) => {
                    if let Err(error) = self.session.operation(op, chunk, now) {
                        break Err(error);
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => {
                    let server = self.session.server();
                    break Err(Error::Protocol { server, error });
                }
            }
        };
        let batch = reader.take_batch(now.wall).map(Data::Received);
        for entry in self.session.take_entries().into_iter().chain(batch) {
            self.backlog.push(entry, now.wall);
        }
        result
    }

    /// Writing failed: reads what is still there, for the reason.
    async fn hear_out<R: AsyncRead + Unpin>(
        &mut self,
        reader: &mut Reader<R>,
        error: &io::Error,
    ) -> Result<(), Error> {
        const PATIENCE: Duration = Duration::from_millis(100);
        while let Ok(Ok(1..)) = tokio::time::timeout(PATIENCE, reader.fill()).await {
            self.frame(reader)?;
        }
        Err(self.broke(error))
    }

    /// A server that finds us too slow cuts the connection without a word, often in the middle of a
    /// message, always while more waits than we take.
    fn ended<R: AsyncRead + Unpin>(&self, reader: &Reader<R>, how: &str) -> Error {
        let likely = "cut by the server, likely as a slow consumer";
        let reason = if reader.is_amid_operation() {
            format!("{likely}: {how} in the middle of a message")
        } else if !self.backlog.is_empty() {
            format!("{likely}: {how} while messages waited to be taken")
        } else {
            how.to_owned()
        };
        Error::Lost {
            server: self.session.server(),
            reason,
        }
    }

    fn broke(&self, error: &io::Error) -> Error {
        Error::Lost {
            server: self.session.server(),
            reason: describe(error),
        }
    }

    /// Sets the alarm for when the session wants to look at the clock; whether it does.
    fn set(&self, alarm: Pin<&mut Sleep>) -> bool {
        let Some(deadline) = self.session.deadline() else {
            return false;
        };
        let deadline = deadline.into();
        if alarm.deadline() != deadline {
            alarm.reset(deadline);
        }
        true
    }

    /// Gives events to whoever listens, and as much of the backlog as the taker has room for.
    fn hand_on(&mut self) {
        self.tell_of_pool();
        for event in self.session.take_events() {
            match &event {
                Event::Connected { info, .. } => {
                    self.patient = true;
                    self.pool.connected();
                    self.pool.learn(&info.connect_urls, random::number());
                }
                Event::InfoChanged(info) => {
                    self.pool.learn(&info.connect_urls, random::number());
                }
                Event::LameDuck { .. } => self.plan_to_leave(),
                _ => {}
            }
            self.tell_of_pool();
            self.tell(event);
        }
        let entries = self.session.take_entries();
        if !entries.is_empty() {
            let now = Now::read();
            for entry in entries {
                self.backlog.push(entry, now.wall);
            }
        }
        while !self.backlog.is_empty() && !self.backlog.is_held_up() {
            match self.data.try_reserve() {
                Ok(permit) => {
                    if let Some(entry) = self.backlog.pop() {
                        permit.send(entry);
                    }
                }
                Err(TrySendError::Full(())) => return,
                // Nobody will ever look.
                Err(TrySendError::Closed(())) => while self.backlog.pop().is_some() {},
            }
        }
    }

    /// Where there is another server, we go before we are cut; not all clients at once.
    fn plan_to_leave(&mut self) {
        self.pool.note_lame_duck();
        if matches!(self.relocation, Relocation::Settled) && self.pool.refuge().is_some() {
            let part = random::part(random::number());
            let at = Instant::now() + LEAVE_LAME_DUCK_WITHIN.mul_f64(part);
            self.relocation = Relocation::Planned(at);
        }
    }

    fn tell_of_pool(&mut self) {
        if let Some(entries) = self.pool.take_news() {
            self.tell(Event::Pool(entries));
        }
    }

    fn tell(&self, event: Event) {
        // Nobody has to listen.
        let _ = self.events.send(event);
    }
}

/// Waits until the taker has room for the oldest entry, or is gone.
async fn room(data: &Sender<Data>, backlog: &Backlog) {
    let _ = data.reserve().await;
    while backlog.is_held_up() {
        backlog.load().eased().await;
    }
}

/// A panic of the task must not look like silence.
struct Obituary(UnboundedSender<Event>);

impl Drop for Obituary {
    fn drop(&mut self) {
        if let Some(reason) = cause_of_death() {
            let _ = self.0.send(Event::Closed {
                reason: Some(reason),
            });
        }
    }
}

/// For whoever is dropped with the task: a reason, where that is because it panics.
pub(super) fn cause_of_death() -> Option<Error> {
    thread::panicking().then(|| Error::Lost {
        server: "the client".to_owned(),
        reason: "its background task failed; this is a bug".to_owned(),
    })
}

/// What the session is to know of a connection.
fn arrival(server: &ServerUrl, dialed: &Dialed) -> Arrival {
    Arrival {
        server: server.to_string(),
        info: dialed.info.clone(),
        rtt: dialed.rtt,
        tls: dialed.tls,
    }
}
