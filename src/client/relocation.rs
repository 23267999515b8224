//! Moving to another server while the present one serves: connect to it and subscribe there, unsubscribe
//! here, and when the present server has processed that, switch. This file holds the state of a move and
//! waits for its steps; the task performs them.

use std::{
    future::{self, Future},
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::AsyncWriteExt,
    time::{sleep, sleep_until, timeout},
};

use super::{
    Error, Options, ServerUrl,
    dial::{self, Dialed},
    io_error::describe,
    session::MovePlan,
};
use crate::protocol::{Decoder, Limits, ServerOp};

/// How long we stay subscribed to both servers. The last PONG shows that the other server knows our
/// subscriptions, not that the rest of its cluster does, and nothing confirms that.
const BOTH_SUBSCRIBED_FOR: Duration = Duration::from_millis(250);
/// How long the present server may take to process our unsubscribing.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);
/// With more unframed bytes than this from the other server, its last PONG is not waited for.
const MAX_UNFRAMED: usize = 4 << 20;

/// The state of a move to another server.
#[derive(Default)]
pub(super) enum Relocation {
    /// No move.
    #[default]
    Settled,
    /// The server is in lame duck mode; we look for another one at this time.
    Planned(Instant),
    /// The other server is being dialed.
    Dialing(ServerUrl, DialFuture),
    /// The other server gets our subscriptions.
    Subscribing(ServerUrl, MovePlan, DialFuture),
    /// The present server gets our UNSUBs; we wait until this time at most.
    Leaving(Box<ReadyTarget>, Instant),
}

/// The other server, with our subscriptions in place.
pub(super) struct ReadyTarget {
    pub server: ServerUrl,
    pub plan: MovePlan,
    pub dialed: Dialed,
}

/// Dialing, or subscribing on the dialed connection.
type DialFuture = Pin<Box<dyn Future<Output = Result<Dialed, Error>> + Send>>;

/// The next step of a move.
pub(super) enum MoveStep {
    /// It is time to look for another server.
    FindServer,
    /// The handshake with the other server succeeded or failed.
    Dialed(Result<Box<Dialed>, Error>),
    /// The subscriptions at the other server are in place, or failed.
    Subscribed(Result<Box<Dialed>, Error>),
    /// The present server did not process our unsubscribing in time.
    TimedOut,
}

impl Relocation {
    /// Begins to dial.
    pub fn to(server: ServerUrl, options: &Arc<Options>) -> Relocation {
        let (place, options) = (server.clone(), Arc::clone(options));
        let dialing = async move { dial::dial(&place, &options).await };
        Relocation::Dialing(server, Box::pin(dialing))
    }

    /// Begins to subscribe at the dialed server.
    pub fn subscribing(
        server: ServerUrl,
        dialed: Dialed,
        mut plan: MovePlan,
        within: Duration,
    ) -> Relocation {
        let name = server.to_string();
        let bytes = std::mem::take(&mut plan.bytes);
        let pongs = plan.pongs();
        let subscribing = async move {
            match timeout(within, subscribe(dialed, &bytes, pongs, &name)).await {
                Ok(result) => result,
                Err(_) => Err(Error::HandshakeTimeout {
                    server: name,
                    awaited: "PONG",
                    after: within,
                }),
            }
        };
        Relocation::Subscribing(server, plan, Box::pin(subscribing))
    }

    /// Begins to wait for the present server.
    pub fn leaving(server: ServerUrl, dialed: Dialed, plan: MovePlan) -> Relocation {
        let target = ReadyTarget {
            server,
            plan,
            dialed,
        };
        Relocation::Leaving(Box::new(target), Instant::now() + LEAVE_WITHIN)
    }

    /// Whether the present server was sent our UNSUBs.
    pub fn is_leaving(&self) -> bool {
        matches!(self, Relocation::Leaving(..))
    }

    /// Waits for the next step; for ever without a move. Cancel-safe.
    pub async fn step(&mut self) -> MoveStep {
        match self {
            Relocation::Settled => future::pending().await,
            Relocation::Planned(at) => {
                sleep_until((*at).into()).await;
                MoveStep::FindServer
            }
            Relocation::Dialing(_, dialing) => MoveStep::Dialed(dialing.await.map(Box::new)),
            Relocation::Subscribing(_, _, subscribing) => {
                MoveStep::Subscribed(subscribing.await.map(Box::new))
            }
            Relocation::Leaving(_, deadline) => {
                sleep_until((*deadline).into()).await;
                MoveStep::TimedOut
            }
        }
    }
}

/// Writes the subscriptions, waits for their PONGs and then until the cluster knows them. Messages that come
/// meanwhile stay unframed in the reader.
async fn subscribe(
    mut dialed: Dialed,
    bytes: &[u8],
    mut pongs: u64,
    server: &str,
) -> Result<Dialed, Error> {
    let lost = |reason: String| Error::Lost {
        server: server.to_owned(),
        reason,
    };
    let written = dialed.writer.write_all(bytes).await;
    written.map_err(|error| lost(describe(&error)))?;
    let (mut decoder, mut ahead) = (Decoder::new(Limits::CLIENT), 0);
    while pongs > 0 {
        let op = dialed.reader.peek(&mut decoder, &mut ahead);
        match op.map_err(|error| Error::Protocol {
            server: server.to_owned(),
            error,
        })? {
            Some(ServerOp::Pong) => pongs -= 1,
            Some(_) => {}
            None if dialed.reader.unframed().len() > MAX_UNFRAMED => break,
            None => match dialed.reader.fill().await {
                Ok(0) => return Err(lost("closed by the server".to_owned())),
                Ok(_) => {}
                Err(error) => return Err(lost(describe(&error))),
            },
        }
    }
    sleep(BOTH_SUBSCRIBED_FOR).await;
    Ok(dialed)
}
