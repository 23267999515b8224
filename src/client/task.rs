//! The background task: sockets, channels and timers around the [`Session`].

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
    dial::{self, Dialed},
    held_bytes::HeldBytes,
    io_error::describe,
    pool::{NextAttempt, Pool},
    random,
    reader::Reader,
    relocation::{MoveStep, ReadyTarget, Relocation},
    session::{Handshake, Session},
};

/// Above this many unwritten bytes no commands are received: the queue fills, and callers get `Busy`.
const MAX_UNWRITTEN: usize = 1 << 20;

/// The longest wait before moving away from a server in lame duck mode.
const LEAVE_LAME_DUCK_WITHIN: Duration = Duration::from_secs(3);
/// The wait before another server is tried after a move failed.
const MOVE_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// The most entries that one read makes: a gap marker and a batch.
const ENTRIES_AT_ONCE: usize = 2;

/// The state that outlives connections.
pub(super) struct Task {
    options: Arc<Options>,
    session: Session,
    pool: Pool,
    commands: CommandReceiver,
    received: Vec<Command>,
    /// Whether a failed round of attempts is followed by another. Set by `Options::retry_first`, and by the
    /// first connection.
    keep_trying: bool,
    /// Whether the last handle was dropped.
    handles_dropped: bool,
    backlog: Backlog,
    events: UnboundedSender<Event>,
    data: Sender<Data>,
    /// A move to another server while this one serves.
    relocation: Relocation,
    /// The server of a `ReconnectTo` command that was just received.
    requested_server: Option<ServerUrl>,
}

/// Why waiting without a connection was interrupted.
enum Interruption {
    /// The session is over.
    Over,
    /// The user asked to retry at once.
    RetryNow,
    /// The user asked for another server, which is now the first of the pool.
    OtherServer,
}

/// How a connection ended.
enum ConnectionEnd {
    /// The session is over.
    Over,
    /// The connection was lost.
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
            keep_trying: options.retry_first,
            options: Arc::new(options),
            session,
            commands,
            received: Vec::new(),
            handles_dropped: false,
            events,
            data,
            relocation: Relocation::Settled,
            requested_server: None,
        }
    }

    /// The bytes held for the consumer, and their limit.
    pub fn held_bytes(&self) -> Arc<HeldBytes> {
        Arc::clone(self.backlog.held_bytes())
    }

    /// Connects and reconnects until the session is over; then delivers the rest of the backlog.
    pub async fn run(mut self) {
        let _panic_reporter = PanicReporter(self.events.clone());
        while !self.session.is_over() {
            match self.attempt().await {
                Ok(dialed) => self.serve_until_lost(dialed).await,
                Err(Some(reason)) => {
                    let next = self
                        .pool
                        .failed(&reason, !self.keep_trying, random::number());
                    self.wait_or_give_up(next, reason).await;
                }
                Err(None) => {}
            }
        }
        self.deliver();
        // Commands fail with `Closed` from now on, while the consumer takes the rest.
        drop(self.commands);
        loop {
            lane_has_room(&self.data, &self.backlog).await;
            let Some(entry) = self.backlog.pop() else {
                return;
            };
            if self.data.send(entry).await.is_err() {
                return;
            }
        }
    }

    /// Tries the next server. Fails without a reason where the session is over or another server was asked
    /// for.
    async fn attempt(&mut self) -> Result<Dialed, Option<Error>> {
        let (server, attempt) = self.pool.begin();
        self.emit(Event::Connecting {
            server: server.to_string(),
            attempt,
        });
        let options = Arc::clone(&self.options);
        let mut dialing = pin!(dial::dial(&server, &options));
        let dialed = loop {
            match self.run_disconnected(dialing.as_mut()).await {
                Ok(dialed) => break dialed?,
                Err(Interruption::Over) => return Err(None),
                Err(Interruption::OtherServer) => return Err(None),
                Err(Interruption::RetryNow) => {}
            }
        };
        if dialed.tls.is_some() {
            // A server that once had TLS is not connected to without it later.
            Arc::make_mut(&mut self.options).tls.required = true;
        }
        self.session
            .connected(handshake_of(&server, &dialed), Now::read());
        Ok(dialed)
    }

    /// Waits for the next attempt, or ends the session.
    async fn wait_or_give_up(&mut self, next: NextAttempt, reason: Error) {
        match next {
            NextAttempt::Try(wait) => self.wait_to_retry(reason, wait).await,
            NextAttempt::GiveUp => self.session.finish(Some(reason), Instant::now()),
        }
    }

    /// Waits before the next attempt, unless told to retry now.
    async fn wait_to_retry(&mut self, reason: Error, retry_in: Duration) {
        self.emit(Event::Disconnected { reason, retry_in });
        // Interrupted or not: the caller goes on with the next attempt, or ends.
        let _ = self.run_disconnected(pin!(sleep(retry_in))).await;
    }

    /// Applies commands and runs timers without a connection, until `work` is done.
    async fn run_disconnected<T>(
        &mut self,
        mut work: Pin<&mut impl Future<Output = T>>,
    ) -> Result<T, Interruption> {
        let mut timer = pin!(sleep(Duration::ZERO));
        loop {
            self.deliver();
            if self.session.is_over() {
                return Err(Interruption::Over);
            }
            let timer_set = self.set_timer(timer.as_mut());
            tokio::select! {
                done = work.as_mut() => return Ok(done),
                () = self.commands.receive(&mut self.received), if !self.handles_dropped => {
                    let retry_now = self.apply_commands();
                    if let Some(server) = self.requested_server.take() {
                        self.pool.prefer(&server);
                        return Err(Interruption::OtherServer);
                    }
                    if retry_now {
                        return Err(Interruption::RetryNow);
                    }
                }
                // Delivered at the start of the next iteration.
                () = lane_has_room(&self.data, &self.backlog), if !self.backlog.is_empty() => {}
                () = timer.as_mut(), if timer_set => {
                    // An error would end the connection, and there is none.
                    let _ = self.session.tick(Now::read());
                }
            }
        }
    }

    /// Serves this connection, and those moved to, until one is lost or the session is over.
    async fn serve_until_lost(&mut self, mut dialed: Dialed) {
        let mut since = Instant::now();
        let reason = loop {
            match self.serve(dialed).await {
                ConnectionEnd::Over => return,
                ConnectionEnd::Lost(reason) => break reason,
                ConnectionEnd::Moved(other) => dialed = *other,
            }
            since = Instant::now();
        };
        let now = Now::read();
        let was_ready = self.session.is_ready();
        let reason = self.session.lost(reason, now);
        let random = random::number();
        let next = if was_ready {
            NextAttempt::Try(self.pool.lost(&reason, since, now.instant, random))
        } else {
            // Lost before its subscriptions were in place: a failed attempt.
            self.pool.failed(&reason, !self.keep_trying, random)
        };
        if let Relocation::Dialing(server, _) | Relocation::Subscribing(server, ..) =
            mem::take(&mut self.relocation)
        {
            self.pool.prefer(&server);
        }
        if !self.session.is_over() {
            self.wait_or_give_up(next, reason).await;
        }
    }

    /// Serves one connection.
    async fn serve(&mut self, dialed: Dialed) -> ConnectionEnd {
        let (mut reader, mut writer) = (dialed.reader, dialed.writer);
        reader.count_in(self.backlog.held_bytes());
        let mut timer = pin!(sleep(Duration::ZERO));
        // Operations that came together with the PONG of the handshake.
        let mut result = self.frame(&mut reader);
        loop {
            self.deliver();
            if self.session.is_over() {
                return ConnectionEnd::Over;
            }
            if let Some(other) = self.complete_move(result.is_err()) {
                return ConnectionEnd::Moved(other);
            }
            if let Err(reason) = result {
                return ConnectionEnd::Lost(reason);
            }
            if self.data.capacity() < ENTRIES_AT_ONCE {
                // Lets a consumer on this thread take entries, so that data comes before the events about it.
                yield_now().await;
            }
            let unwritten = self.session.unwritten().len();
            if unwritten > 0 {
                self.session.wrote(0, Now::read());
            }
            let timer_set = self.set_timer(timer.as_mut());
            result = tokio::select! {
                read = reader.fill() => match read {
                    Ok(0) => Err(self.closed_by_server(&reader, "closed by the server")),
                    Ok(_) => self.frame(&mut reader),
                    Err(error) => Err(self.closed_by_server(&reader, &describe(&error))),
                },
                wrote = writer.write(self.session.unwritten()), if unwritten > 0 => match wrote {
                    Ok(count) => {
                        self.session.wrote(count, Now::read());
                        Ok(())
                    }
                    // The server may have sent the reason before it closed.
                    Err(error) => self.read_remaining(&mut reader, &error).await,
                },
                () = self.commands.receive(&mut self.received),
                    if !self.handles_dropped
                        && unwritten < MAX_UNWRITTEN
                        && !self.relocation.is_leaving() =>
                {
                    self.apply_commands();
                    if let Some(server) = self.requested_server.take() {
                        self.begin_move(server);
                    }
                    Ok(())
                }
                // Delivered at the start of the next iteration.
                () = lane_has_room(&self.data, &self.backlog), if !self.backlog.is_empty() => Ok(()),
                step = self.relocation.step() => {
                    self.advance_move(step);
                    Ok(())
                }
                () = timer.as_mut(), if timer_set => self.session.tick(Now::read()),
            };
        }
    }

    /// Begins a move to another server.
    fn begin_move(&mut self, server: ServerUrl) {
        if !self.session.may_move() {
            return;
        }
        self.pool.move_begun(&server);
        self.emit(Event::Moving {
            server: server.to_string(),
        });
        self.relocation = Relocation::to(server, &self.options);
    }

    /// Advances a move to another server.
    fn advance_move(&mut self, step: MoveStep) {
        let (server, error) = match (step, mem::take(&mut self.relocation)) {
            (MoveStep::FindServer, _) => {
                if let Some(server) = self.pool.alternative() {
                    self.begin_move(server);
                }
                return;
            }
            // No move while closing or draining.
            _ if !self.session.may_move() => return,
            (MoveStep::Dialed(Ok(dialed)), Relocation::Dialing(server, _)) => {
                let plan = self.session.plan_move();
                let within = self.options.attempt_timeout;
                self.relocation = Relocation::subscribing(server, *dialed, plan, within);
                return;
            }
            (MoveStep::Subscribed(Ok(dialed)), Relocation::Subscribing(server, plan, _)) => {
                self.session.leave();
                self.relocation = Relocation::leaving(server, *dialed, plan);
                return;
            }
            (MoveStep::Dialed(Err(error)), Relocation::Dialing(server, _))
            | (MoveStep::Subscribed(Err(error)), Relocation::Subscribing(server, ..)) => {
                (server, error)
            }
            // The deadline has passed: `complete_move` sees it.
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
        self.emit(Event::MoveFailed {
            server: server.to_string(),
            reason: error,
        });
    }

    /// Makes the other connection the present one, once the present server has processed our leaving, is
    /// lost, or took too long.
    fn complete_move(&mut self, present_is_lost: bool) -> Option<Box<Dialed>> {
        let Relocation::Leaving(_, deadline) = &self.relocation else {
            return None;
        };
        let may_go = present_is_lost || self.session.has_left() || *deadline <= Instant::now();
        if !may_go {
            return None;
        }
        let Relocation::Leaving(target, _) = mem::take(&mut self.relocation) else {
            return None;
        };
        let ReadyTarget {
            server,
            plan,
            dialed,
        } = *target;
        self.pool.moved(&server);
        let handshake = handshake_of(&server, &dialed);
        self.session.moved(handshake, plan, Now::read());
        Some(Box::new(dialed))
    }

    /// Applies the received commands. Returns whether one asked to reconnect now.
    fn apply_commands(&mut self) -> bool {
        let now = Now::read();
        if self.received.is_empty() {
            self.handles_dropped = true;
            self.session.command(Command::Close, now);
        }
        let mut retry_now = false;
        for command in self.received.drain(..) {
            retry_now |= matches!(command, Command::ReconnectNow);
            if let Command::ReconnectTo(server) = &command {
                self.requested_server = Some(self.pool.find_or_add(server));
            }
            self.session.command(command, now);
        }
        retry_now
    }

    /// Frames and processes what was read, with one time stamp and as one batch.
    fn frame<R: AsyncRead + Unpin>(&mut self, reader: &mut Reader<R>) -> Result<(), Error> {
        let now = Now::read();
        self.session.note_inbound(now);
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

    /// After a failed write: reads what the server still sent, which may be the reason.
    async fn read_remaining<R: AsyncRead + Unpin>(
        &mut self,
        reader: &mut Reader<R>,
        error: &io::Error,
    ) -> Result<(), Error> {
        const PATIENCE: Duration = Duration::from_millis(100);
        while let Ok(Ok(1..)) = tokio::time::timeout(PATIENCE, reader.fill()).await {
            self.frame(reader)?;
        }
        Err(self.write_failed(error))
    }

    /// The error for a closed connection. A server drops a slow consumer without an `-ERR`, often in the
    /// middle of a message, and while its messages wait here.
    fn closed_by_server<R: AsyncRead + Unpin>(&self, reader: &Reader<R>, how: &str) -> Error {
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

    fn write_failed(&self, error: &io::Error) -> Error {
        Error::Lost {
            server: self.session.server(),
            reason: describe(error),
        }
    }

    /// Sets the timer for the next deadline of the session. Returns whether there is one.
    fn set_timer(&self, timer: Pin<&mut Sleep>) -> bool {
        let Some(deadline) = self.session.deadline() else {
            return false;
        };
        let deadline = deadline.into();
        if timer.deadline() != deadline {
            timer.reset(deadline);
        }
        true
    }

    /// Sends events, and as much of the backlog as the consumer has room for.
    fn deliver(&mut self) {
        self.emit_pool_changes();
        for event in self.session.take_events() {
            match &event {
                Event::Connected { info, .. } => {
                    self.keep_trying = true;
                    self.pool.connected();
                    self.pool.discover(&info.connect_urls, random::number());
                }
                Event::InfoChanged(info) => {
                    self.pool.discover(&info.connect_urls, random::number());
                }
                Event::LameDuck { .. } => self.plan_move_from_lame_duck(),
                _ => {}
            }
            self.emit_pool_changes();
            self.emit(event);
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
                // There is no consumer any more.
                Err(TrySendError::Closed(())) => while self.backlog.pop().is_some() {},
            }
        }
    }

    /// Plans a move to another server, where there is one, before this one closes the connection. At a random
    /// time, so that not all clients move at once.
    fn plan_move_from_lame_duck(&mut self) {
        self.pool.note_lame_duck();
        if matches!(self.relocation, Relocation::Settled) && self.pool.alternative().is_some() {
            let fraction = random::fraction(random::number());
            let at = Instant::now() + LEAVE_LAME_DUCK_WITHIN.mul_f64(fraction);
            self.relocation = Relocation::Planned(at);
        }
    }

    fn emit_pool_changes(&mut self) {
        if let Some(entries) = self.pool.take_changes() {
            self.emit(Event::Pool(entries));
        }
    }

    fn emit(&self, event: Event) {
        // The handle may have dropped its lane.
        let _ = self.events.send(event);
    }
}

/// Waits until the consumer has room for the oldest entry, or is gone.
async fn lane_has_room(data: &Sender<Data>, backlog: &Backlog) {
    let _ = data.reserve().await;
    while backlog.is_held_up() {
        backlog.held_bytes().released().await;
    }
}

/// Emits `Closed` where the task panics.
struct PanicReporter(UnboundedSender<Event>);

impl Drop for PanicReporter {
    fn drop(&mut self) {
        if let Some(reason) = panic_error() {
            let _ = self.0.send(Event::Closed {
                reason: Some(reason),
            });
        }
    }
}

/// The error to report from a `drop` while the task panics.
pub(super) fn panic_error() -> Option<Error> {
    thread::panicking().then(|| Error::Lost {
        server: "the client".to_owned(),
        reason: "its background task failed; this is a bug".to_owned(),
    })
}

/// What the session needs to know of a connection.
fn handshake_of(server: &ServerUrl, dialed: &Dialed) -> Handshake {
    Handshake {
        server: server.to_string(),
        info: dialed.info.clone(),
        rtt: dialed.rtt,
        tls: dialed.tls,
    }
}
