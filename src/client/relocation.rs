//! Going to another server while the present one still serves: it is dialed and subscribed to first,
//! then the present one is told that we are gone, and when it has heard that, the other one is the
//! present one. This file knows the steps and waits for them; the task takes them.

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
    dial::{self, Dialed, describe},
    session::Preparation,
};
use crate::protocol::{Decoder, Limits, ServerOp};

/// How long both servers send: the last PONG shows what the other server knows, but not what those
/// behind it know yet, and a cluster has no fence for that.
const BOTH_FOR: Duration = Duration::from_millis(250);
/// How long the present server may take to hear that we are gone.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);
/// With more than this waiting at the other server, its last PONG is not waited for.
const MUCH: usize = 4 << 20;

/// Where we are on the way to another server.
#[derive(Default)]
pub(super) enum Relocation {
    /// Nowhere: this server is fine.
    #[default]
    Settled,
    /// It is about to leave; at this time another one is looked for.
    Planned(Instant),
    /// The other one is dialed.
    Dialing(ServerUrl, Underway),
    /// The other one gets our subscriptions.
    Subscribing(ServerUrl, Preparation, Underway),
    /// The present one is told, until this time at the latest.
    Leaving(Box<Departure>, Instant),
}

/// The other server, ready to be the present one.
pub(super) struct Departure {
    pub server: ServerUrl,
    pub preparation: Preparation,
    pub dialed: Dialed,
}

/// A connection that is being made or made use of.
type Underway = Pin<Box<dyn Future<Output = Result<Dialed, Error>> + Send>>;

/// What is to be done next.
pub(super) enum Step {
    /// Look for another server.
    Look,
    /// The other server let us in, or did not.
    Dialed(Result<Box<Dialed>, Error>),
    /// The other server sends what we subscribed to.
    Subscribed(Result<Box<Dialed>, Error>),
    /// The present server does not answer any more.
    Go,
}

impl Relocation {
    /// Begins with dialing.
    pub fn to(server: ServerUrl, options: &Arc<Options>) -> Relocation {
        let (place, options) = (server.clone(), Arc::clone(options));
        let dialing = async move { dial::dial(&place, &options).await };
        Relocation::Dialing(server, Box::pin(dialing))
    }

    /// Goes on with subscribing.
    pub fn subscribing(
        server: ServerUrl,
        dialed: Dialed,
        mut preparation: Preparation,
        within: Duration,
    ) -> Relocation {
        let name = server.to_string();
        let bytes = std::mem::take(&mut preparation.bytes);
        let pongs = preparation.pongs();
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
        Relocation::Subscribing(server, preparation, Box::pin(subscribing))
    }

    /// Goes on with leaving the present server.
    pub fn leaving(server: ServerUrl, dialed: Dialed, preparation: Preparation) -> Relocation {
        let departure = Departure {
            server,
            preparation,
            dialed,
        };
        Relocation::Leaving(Box::new(departure), Instant::now() + LEAVE_WITHIN)
    }

    /// Whether the present server has been told that we are gone.
    pub fn is_leaving(&self) -> bool {
        matches!(self, Relocation::Leaving(..))
    }

    /// Waits for the next thing to do; for ever where there is none. Nothing is lost where this is
    /// given up half-way.
    pub async fn step(&mut self) -> Step {
        match self {
            Relocation::Settled => future::pending().await,
            Relocation::Planned(at) => {
                sleep_until((*at).into()).await;
                Step::Look
            }
            Relocation::Dialing(_, dialing) => Step::Dialed(dialing.await.map(Box::new)),
            Relocation::Subscribing(_, _, subscribing) => {
                Step::Subscribed(subscribing.await.map(Box::new))
            }
            Relocation::Leaving(_, deadline) => {
                sleep_until((*deadline).into()).await;
                Step::Go
            }
        }
    }
}

/// Writes the subscriptions and waits until all are in place, near and far. What comes meanwhile stays in the
/// reader, unframed.
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
    let told = dialed.writer.write_all(bytes).await;
    told.map_err(|error| lost(describe(&error)))?;
    let (mut decoder, mut ahead) = (Decoder::new(Limits::CLIENT), 0);
    while pongs > 0 {
        let op = dialed.reader.look_ahead(&mut decoder, &mut ahead);
        match op.map_err(|error| Error::Protocol {
            server: server.to_owned(),
            error,
        })? {
            Some(ServerOp::Pong) => pongs -= 1,
            Some(_) => {}
            None if dialed.reader.unframed().len() > MUCH => break,
            None => match dialed.reader.fill().await {
                Ok(0) => return Err(lost("closed by the server".to_owned())),
                Ok(_) => {}
                Err(error) => return Err(lost(describe(&error))),
            },
        }
    }
    sleep(BOTH_FOR).await;
    Ok(dialed)
}
