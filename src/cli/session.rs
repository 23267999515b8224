//! A connection for as long as one headless command takes.

use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use tokio::time::{sleep, timeout};

use super::{
    exit::{Exit, unusable},
    supervise::Stop,
};
use crate::{
    client::{self, Connection, Data, Error, Event, Lanes, Message, Options, Sid},
    protocol::{Headers, subject},
};

/// How long the command queue is given to get shorter where it is full.
const ROOM: Duration = Duration::from_millis(1);

/// A connected client and what comes back from it.
pub struct Session {
    connection: Connection,
    /// The server that answered, without user info.
    pub server: String,
    /// What comes back; the commands that print messages read it themselves.
    pub lanes: Lanes,
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
    options: Options,
    stop: Stop,
    work: impl AsyncFnOnce(&mut Session) -> Result<Exit>,
) -> Result<Exit> {
    with_session_until(options, stop, async |session, stop| {
        tokio::select! {
            result = work(session) => result,
            exit = stop.told() => Ok(exit),
        }
    })
    .await
}

/// As [`with_session`], for work that is told of signals and ends by itself.
pub async fn with_session_until(
    options: Options,
    mut stop: Stop,
    work: impl AsyncFnOnce(&mut Session, &mut Stop) -> Result<Exit>,
) -> Result<Exit> {
    subject::check_publish(options.inbox_prefix.as_bytes())
        .map_err(|error| unusable("--inbox-prefix or NATS_INBOX_PREFIX", error))?;
    let mut session = tokio::select! {
        session = Session::connect(options) => session?,
        exit = stop.told() => return Ok(exit),
    };
    let result = work(&mut session, &mut stop).await;
    session.close().await;
    result
}

impl Session {
    /// Connects, or says why the first round of attempts failed.
    async fn connect(options: Options) -> Result<Session, Error> {
        let (connection, lanes) = client::open(Options {
            retry_first: false,
            ..options
        })?;
        let mut session = Session {
            connection,
            server: String::new(),
            lanes,
        };
        session.server = session
            .wait(|event| match event {
                Event::Connected { server, .. } => Some(Ok(server.clone())),
                _ => None,
            })
            .await?;
        tracing::info!(server = session.server, "connected");
        Ok(session)
    }

    /// Subscribes and waits for the server's word.
    pub async fn subscribe(&mut self, subject: &[u8], queue: Option<&[u8]>) -> Result<Sid, Error> {
        let subscription = self.connection.subscribe(subject, queue)?;
        self.wait(|event| match event {
            Event::Subscribed(sid) if *sid == subscription => Some(Ok(subscription)),
            Event::SubscriptionRefused { sid, reason } if *sid == subscription => {
                Some(Err(reason.clone()))
            }
            _ => None,
        })
        .await
    }

    /// Sends a request and waits for the reply.
    pub async fn request(
        &mut self,
        subject: &[u8],
        headers: Headers,
        payload: Vec<u8>,
        timeout: Duration,
    ) -> Result<Reply, Error> {
        let request = self
            .connection
            .request(subject, headers, payload, timeout)?;
        self.wait(|event| match event {
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
        })
        .await
    }

    /// Publishes; [`Session::flush`] tells whether it arrived. Waits only while too much is under way.
    pub async fn publish(
        &mut self,
        subject: &[u8],
        reply: Option<&[u8]>,
        headers: &Headers,
        payload: &[u8],
    ) -> Result<(), Error> {
        loop {
            let (headers, payload) = (headers.clone(), payload.to_vec());
            match self.connection.publish(subject, reply, headers, payload) {
                Ok(_) => return Ok(()),
                Err(Error::Busy) => sleep(ROOM).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits until the server has processed everything before, or answers with the first thing that
    /// could not be published.
    pub async fn flush(&mut self, patience: Duration) -> Result<(), Error> {
        let fence = loop {
            match self.connection.flush() {
                Err(Error::Busy) => sleep(ROOM).await,
                ticket => break ticket?,
            }
        };
        let flushed = self.wait(|event| match event {
            Event::PublishFailed { reason, .. } => Some(Err(reason.clone())),
            Event::Flushed { ticket, result } if *ticket == fence => Some(result.clone()),
            _ => None,
        });
        let too_late = Error::Timeout {
            subject: "the server".to_owned(),
            after: patience,
        };
        timeout(patience, flushed).await.unwrap_or(Err(too_late))
    }

    /// Says goodbye; what is still under way gets a second.
    async fn close(mut self) {
        self.connection.close();
        let _ = self.wait::<()>(|_| None).await;
    }

    /// Says goodbye, and gives all that came before the end.
    pub async fn take_rest(&mut self, mut take: impl FnMut(Data)) {
        self.connection.close();
        while let Some(data) = self.lanes.data.recv().await {
            take(data);
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
                    if let Some(result) = awaited(&event) {
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
