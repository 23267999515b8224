//! A connection for as long as one headless command takes.

use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout};

use super::{
    exit::{Exit, unusable},
    output::tell,
    supervise::Stop,
    target::Target,
    waiting::wait_for,
};
use crate::{
    client::{self, Connection, Data, Error, Event, Lanes, Message, Options, Sid, Ticket},
    protocol::{Headers, subject},
    text::{quoted, visible_subject},
};

/// How long the command queue is given to get shorter where it is full.
const ROOM: Duration = Duration::from_millis(1);
/// What the background task may take longer than it was told to, on a machine under load.
const GRACE: Duration = Duration::from_millis(500);
/// How long a goodbye may take: the task gives the server a second for it.
const CLOSE_WITHIN: Duration = Duration::from_millis(1_250);

/// A connected client and what comes back from it.
pub struct Session {
    connection: Connection,
    /// The server that answered, without user info.
    pub server: String,
    /// What comes back; the commands that print messages read it themselves.
    pub lanes: Lanes,
    /// The longest wait for the server that a person named.
    named: Option<Duration>,
    /// Why there is no connection now, as far as the events were taken.
    apart: Option<Error>,
    /// What the server said before it let us in: it may be the reason why it did not.
    said: Option<Vec<String>>,
}

/// A reply to a request.
pub struct Reply {
    /// What came.
    pub message: Message,
    /// When it came, in nanoseconds since the Unix epoch.
    pub at: i64,
    /// How long it took.
    pub rtt: Duration,
}

/// Connects, works, and says goodbye, whatever comes of it; a signal ends any of it early.
pub async fn with_session(
    target: Target,
    stop: Stop,
    work: impl AsyncFnOnce(&mut Session) -> Result<Exit>,
) -> Result<Exit> {
    with_session_until(target, stop, async |session, stop| {
        tokio::select! {
            result = work(session) => result,
            exit = stop.told() => Ok(exit),
        }
    })
    .await
}

/// As [`with_session`], for work that is told of signals and ends by itself.
pub async fn with_session_until(
    target: Target,
    mut stop: Stop,
    work: impl AsyncFnOnce(&mut Session, &mut Stop) -> Result<Exit>,
) -> Result<Exit> {
    subject::check_publish(target.options.inbox_prefix.as_bytes())
        .map_err(|error| unusable("--inbox-prefix or NATS_INBOX_PREFIX", error))?;
    let when_refused = target.when_refused();
    let result = async {
        let mut session = tokio::select! {
            session = Session::connect(target) => session?,
            exit = stop.told() => return Ok(exit),
        };
        let result = work(&mut session, &mut stop).await;
        session.close().await;
        result
    };
    result
        .await
        .map_err(|error| Target::advise(when_refused, error))
}

impl Session {
    /// Connects, or says why the first round of attempts failed.
    async fn connect(target: Target) -> Result<Session, Error> {
        let Target { options, named, .. } = target;
        let servers: Vec<String> = options.servers.iter().map(ToString::to_string).collect();
        let (connection, lanes) = client::open(Options {
            retry_first: false,
            ..options
        })?;
        let mut session = Session {
            connection,
            server: servers.join(", "),
            lanes,
            named,
            apart: None,
            said: Some(Vec::new()),
        };
        let servers = session.server.clone();
        // Each step of it has its own limit, and the first round of attempts is the last.
        let connected = session.wait(|event| match event {
            Event::Connected { server, .. } => Some(Ok(server.clone())),
            _ => None,
        });
        session.server = wait_for("to let us in", &servers, None, connected).await?;
        for text in session.said.take().unwrap_or_default() {
            session.tell_of(text);
        }
        tracing::info!(server = session.server, "connected");
        Ok(session)
    }

    /// Subscribes and waits for the server's word.
    pub async fn subscribe(&mut self, bytes: &[u8], queue: Option<&[u8]>) -> Result<Sid, Error> {
        let subscription = self.connection.subscribe(bytes, queue)?;
        let (server, named) = (self.server.clone(), self.named);
        let subscribed = self.wait(|event| match event {
            Event::Subscribed(sid) if *sid == subscription => Some(Ok(subscription)),
            Event::SubscriptionRefused { sid, reason } if *sid == subscription => {
                Some(Err(reason.clone()))
            }
            // Whoever could not even begin says so.
            Event::Disconnected { reason, .. } => Some(Err(reason.clone())),
            _ => None,
        });
        let what = format!("to subscribe us to \"{}\"", visible_subject(bytes));
        wait_for(what, &server, named, subscribed).await
    }

    /// Sends a request and waits for the reply.
    pub async fn request(
        &mut self,
        bytes: &[u8],
        headers: Headers,
        payload: Vec<u8>,
        patience: Duration,
    ) -> Result<Reply, Error> {
        let request = self.connection.request(bytes, headers, payload, patience)?;
        let answered = self.wait(|event| match event {
            Event::Answered {
                ticket,
                answer,
                took,
                ..
            } if *ticket == request => Some(answer.clone().map(|message| Reply {
                message,
                at: now(),
                rtt: *took,
            })),
            _ => None,
        });
        // The task has a clock of its own, and may be stuck in front of this.
        match timeout(patience.saturating_add(GRACE), answered).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => Err(self.explain(error)),
            Err(_) => Err(Error::Timeout {
                subject: visible_subject(bytes).into_owned(),
                after: patience,
            }),
        }
    }

    /// Publishes; [`Session::flush`] tells whether it arrived. Waits only while too much is under way, and
    /// no longer than `patience` for that to change.
    pub async fn publish(
        &mut self,
        subject: &[u8],
        reply: Option<&[u8]>,
        headers: &Headers,
        payload: &[u8],
        patience: Duration,
    ) -> Result<(), Error> {
        let mut busy_since = None;
        loop {
            self.look_for_trouble()?;
            let (headers, payload) = (headers.clone(), payload.to_vec());
            match self.connection.publish(subject, reply, headers, payload) {
                Ok(_) => return Ok(()),
                Err(Error::Busy) => self.make_room(&mut busy_since, patience).await?,
                Err(error) => return Err(error),
            }
        }
    }

    /// What went wrong since the last look, with the connection or with what was published.
    pub fn look_for_trouble(&mut self) -> Result<(), Error> {
        while let Ok(event) = self.lanes.events.try_recv() {
            match event {
                Event::PublishFailed { reason, .. } => return Err(self.explain(reason)),
                Event::Disconnected { reason, .. } => {
                    self.apart = Some(reason.clone());
                    return Err(reason);
                }
                Event::Closed { reason } => return Err(reason.unwrap_or(Error::Closed)),
                other => self.notice(other),
            }
        }
        Ok(())
    }

    /// Waits until the queue may have room, `patience` since it was full at most.
    async fn make_room(
        &self,
        busy_since: &mut Option<Instant>,
        patience: Duration,
    ) -> Result<(), Error> {
        let since = *busy_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= patience {
            return Err(self.too_late(patience));
        }
        sleep(ROOM).await;
        Ok(())
    }

    fn too_late(&self, after: Duration) -> Error {
        Error::Timeout {
            subject: self.server.clone(),
            after,
        }
    }

    /// Waits until the server has processed everything before, or answers with the first thing that
    /// could not be published.
    pub async fn flush(&mut self, patience: Duration) -> Result<(), Error> {
        let mut busy_since = None;
        let fence: Ticket = loop {
            match self.connection.flush() {
                Err(Error::Busy) => self.make_room(&mut busy_since, patience).await?,
                ticket => break ticket?,
            }
        };
        let server = self.server.clone();
        let flushed = self.wait(|event| match event {
            Event::PublishFailed { reason, .. } => Some(Err(reason.clone())),
            Event::Flushed { ticket, result } if *ticket == fence => Some(result.clone()),
            _ => None,
        });
        let what = "to confirm what was published";
        match wait_for(what, &server, Some(patience), flushed).await {
            Err(error) => Err(self.explain(error)),
            done => done,
        }
    }

    /// The reason behind an [`Error::Disconnected`].
    fn explain(&self, error: Error) -> Error {
        match (&error, &self.apart) {
            (Error::Disconnected, Some(reason)) => reason.clone(),
            _ => error,
        }
    }

    /// Says goodbye; what is still under way gets a second.
    async fn close(mut self) {
        self.connection.close();
        let _ = timeout(CLOSE_WITHIN, self.wait::<()>(|_| None)).await;
    }

    /// Says goodbye, and gives all that came before the end.
    pub async fn take_rest(&mut self, mut take: impl FnMut(Data)) {
        self.connection.close();
        while let Some(data) = self.lanes.data.recv().await {
            take(data);
        }
    }

    /// Keeps in mind how it stands, and tells what the server says that belongs to nothing of ours.
    fn notice(&mut self, event: Event) {
        match event {
            Event::Connected { .. } => self.apart = None,
            // Told before what was lost with it.
            Event::Disconnected { reason, .. } => self.apart = Some(reason),
            Event::ServerError { text, .. } => self.tell_of(text),
            _ => {}
        }
    }

    fn tell_of(&mut self, text: String) {
        match &mut self.said {
            Some(said) => said.push(text),
            None => tell(format_args!("the server says {}", quoted(text))),
        }
    }

    /// Takes events until one of them is the awaited. Messages stay in the data lane meanwhile.
    async fn wait<T>(
        &mut self,
        mut awaited: impl FnMut(&Event) -> Option<Result<T, Error>>,
    ) -> Result<T, Error> {
        loop {
            match self.lanes.events.recv().await {
                Some(Event::Closed { reason }) => return Err(reason.unwrap_or(Error::Closed)),
                Some(event) => {
                    let result = awaited(&event);
                    self.notice(event);
                    if let Some(result) = result {
                        return result;
                    }
                }
                None => return Err(Error::Closed),
            }
        }
    }
}

/// Nanoseconds since the Unix epoch, as batches carry them.
pub fn now() -> i64 {
    i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}
